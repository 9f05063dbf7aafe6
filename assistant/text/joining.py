"""The layer ``joined``: words put together again that were taken apart with separators or stretched letters.

Removed are: separators that are not sentence marks between two Han characters or a Han character and a single letter; any separators
in a run of three or more single characters (``f u c k``, ``黄,赌,毒``); one to three marks inside a Latin word of which a piece has one or
two letters (``fu.ck``). Three or more of the same Latin letter become one, or two where that makes a usual word and one does not (gooood).
Spaces between words of two letters or more always stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import compress, product

from assistant.text.characters import TABLES
from assistant.text.english import usual_words
from assistant.text.han import HAN
from assistant.text.layer import Layer

_STOPS = r"\n,!?;:。、…\"'()\[\]{}<>《》〈〉「」『』【】“”‘’«»"
STOP = re.compile(f"[{_STOPS}]")
"""Sentence marks, quotation marks, brackets and line ends: what stands on both sides belongs together less often."""

GAP = rf"[\W_](?<![{_STOPS}])"
"""A character that may stand between the characters of one word, for regular expressions."""

_BETWEEN_HAN = re.compile(
    rf"{GAP}(?:(?<=[{HAN}].)(?:{GAP})*+(?=[{HAN}]|[a-z0-9](?![a-z0-9]))"
    rf"|(?<=(?<![a-z0-9])[a-z0-9].)(?:{GAP})*+(?=[{HAN}]))"
)
_SINGLE = re.compile(rf"[\W_][a-z{HAN}][\W_]")
_MARK_IN_WORD = re.compile(r"[._\-~*+·•^=|\\](?<=[a-z].)")
_SINGLES = re.compile(
    rf"(?:(?<![^\W_])[a-z{HAN}]|(?<=[{HAN}])[a-z])(?:[\W_]{{1,8}}+[a-z{HAN}](?:(?![^\W_])|(?<=[a-z])(?=[{HAN}])))++(?<=[a-z{HAN}])"
)
"""A letter at either end may touch a Han character that is no part of the run (楼上的n m s l)."""
_PIECES = re.compile(r"(?<![a-z0-9@/])[a-z]+(?:[._\-~*+·•^=|\\]{1,3}+[a-z]+)++")
_ADDRESS = re.compile(r"[0-9@/]")
"""What follows pieces that are no word. It is looked for behind a whole run: in `_PIECES` it would fail anew from each piece."""
_SEPARATORS = re.compile(r"[\W_]+")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_STRETCHED_WORD = re.compile(r"[a-z]*([a-z])\1\1[a-z]*")
_MOST_STRETCHES, _LONGEST_WORD = 3, 60
_SPACES = re.compile(r"\s{2,}")
_LETTER_THRICE = re.compile(r"([a-z])\1\1")

_SHORT_WORDS = frozenset((TABLES / "short_english.txt").read_text(encoding="utf-8").split())


def join(folded: str) -> Layer:
    """The layer over a folded text; linear in its length."""
    keep = bytearray(b"\x01") * len(folded)
    _drop_gaps(folded, keep)
    ends: Sequence[int] = range(1, len(folded) + 1)
    if _LETTER_THRICE.search(folded):
        ends = _drop_stretches(folded, keep)
    if 0 not in keep:
        return Layer(folded)
    return Layer("".join(compress(folded, keep)), list(compress(range(len(folded)), keep)), list(compress(ends, keep)))


def _drop_gaps(folded: str, keep: bytearray) -> None:
    for gap in _BETWEEN_HAN.finditer(folded):
        _drop(keep, gap.start(), gap.end())
    for run in _SPACES.finditer(folded):
        _drop(keep, run.start() + 1, run.end())
    if _SINGLE.search(folded):
        for run in _SINGLES.finditer(folded):
            _drop_within_words(folded, keep, run)
    if _MARK_IN_WORD.search(folded):
        for run in _PIECES.finditer(folded):
            if not _ADDRESS.match(folded, run.end()) and _is_one_word(_SEPARATORS.split(run[0])):
                _drop_separators(folded, keep, run)


def _drop_within_words(folded: str, keep: bytearray, run: re.Match[str]) -> None:
    """Drops the separators of a run of three or more, but those between its words: spaces among signs, wide ones among single spaces."""
    gaps = list(_SEPARATORS.finditer(folded, run.start(), run.end()))
    signs = not all(gap[0].isspace() for gap in gaps)
    for gap in gaps if len(gaps) > 1 else ():
        between_words = gap[0].isspace() and (signs or gap.end() - gap.start() > 1)
        if not between_words:
            _drop(keep, gap.start(), gap.end())


def _is_one_word(pieces: list[str]) -> bool:
    """Whether a piece is too short for a word, and not every piece is a word by itself."""
    if all(len(piece) > 2 for piece in pieces):
        return False
    return not all(piece in _SHORT_WORDS for piece in pieces if len(piece) > 1)


def _drop_stretches(folded: str, keep: bytearray) -> list[int]:
    """Keeps one letter of each stretch, or two; returns the ends, the last kept letter reaching to the end of its stretch."""
    ends = list(range(1, len(folded) + 1))
    for word in _STRETCHED_WORD.finditer(folded):
        runs = list(_STRETCHED.finditer(word[0]))
        for run, letters in zip(runs, _letters_kept(word[0], runs), strict=True):
            first, last = word.start() + run.start() + letters, word.start() + run.end()
            _drop(keep, first, last)
            ends[first - 1] = last
    return ends


def _letters_kept(word: str, runs: list[re.Match[str]]) -> tuple[int, ...]:
    """How many letters of each stretch make a usual word, the more the better; one of each where none does, in a single
    letter (aaaa), and in too long a word."""
    ones = (1,) * len(runs)
    single = len(runs) == 1 and len(runs[0][0]) == len(word)
    if single or len(runs) > _MOST_STRETCHES or len(word) > _LONGEST_WORD:
        return ones
    for kept in sorted(product((2, 1), repeat=len(runs)), key=sum, reverse=True):
        pieces, done = [], 0
        for run, letters in zip(runs, kept, strict=True):
            pieces.append(word[done : run.start() + letters])
            done = run.end()
        if "".join([*pieces, word[done:]]) in usual_words():
            return kept
    return ones


def _drop_separators(folded: str, keep: bytearray, run: re.Match[str]) -> None:
    for gap in _SEPARATORS.finditer(folded, run.start(), run.end()):
        _drop(keep, gap.start(), gap.end())


def _drop(keep: bytearray, start: int, end: int) -> None:
    keep[start:end] = bytes(end - start)
