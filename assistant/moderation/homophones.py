"""Whether a match of sounds is a disguise of the term, or ordinary writing that happens to sound like it.

Precision first: every rule here rejects; what passes them all counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.text.layer import Layer
from assistant.text.ordinary import COMMON, FREQUENT, is_ordinary
from assistant.text.phonetic import english_words, letters_of, place_names


@dataclass(frozen=True, slots=True)
class SoundMatch:
    """A term of ``len(term)`` syllables that sounds like ``folded[start:end]``; ``pieces`` are what each syllable was written with."""

    term: str
    pieces: Sequence[str]
    folded: str
    start: int
    end: int
    apart: bool

    @property
    def spelled(self) -> int:
        """How many syllables are spelled out in letters."""
        return sum(piece != char and not letters_of(piece) for piece, char in zip(self.pieces, self.term, strict=True))

    @property
    def same(self) -> int:
        """How many syllables are the term's own characters."""
        return sum(piece == char for piece, char in zip(self.pieces, self.term, strict=True))


def sound_match(term: str, layer: Layer, folded: str, start: int, end: int) -> SoundMatch:
    spans = [layer.span(i, i + 1) for i in range(start, end)]
    pieces = [folded[first:last] for first, last in spans]
    apart = any(last < first for (_, last), (first, _) in pairwise(spans))
    return SoundMatch(term, pieces, folded, spans[0][0], spans[-1][1], apart)


def is_disguise(match: SoundMatch) -> bool:
    if match.spelled == 0:
        return _is_homophone(match)
    if match.spelled == len(match.pieces):
        return _is_spelled_out(match)
    return _is_mixed(match)


def _is_mixed(match: SoundMatch) -> bool:
    """加wei信: whole Latin words, and every Han character the term's own, or at least one in terms of three or more."""
    if not _whole_words(match):
        return False
    if match.spelled + match.same == len(match.pieces):
        return not (match.apart and len(match.pieces) == 2)
    return len(match.pieces) > 2 and match.same > 0


def _is_spelled_out(match: SoundMatch) -> bool:
    """jiaweixin, jia wei xin: not English words, not a place, and two syllables only where they are words of their own."""
    if not all(piece.isascii() for piece in match.pieces):
        return True
    written = match.folded[match.start : match.end]
    if written in place_names() or all(word in english_words() for word in match.pieces):
        return False
    if len(match.pieces) > 2:
        return True
    return _whole_words(match) and not (match.apart and any(word in english_words() for word in match.pieces))


def _whole_words(match: SoundMatch) -> bool:
    before = match.folded[match.start - 1 : match.start]
    after = match.folded[match.end : match.end + 1]
    cut_before = match.pieces[0].isascii() and before.isascii() and before.isalpha()
    cut_after = match.pieces[-1].isascii() and after.isascii() and after.isalpha()
    return not cut_before and not cut_after


def _is_homophone(match: SoundMatch) -> bool:
    if match.same == len(match.pieces):
        return _has_another_form(match)
    other = [piece != char for piece, char in zip(match.pieces, match.term, strict=True)]
    swapped = [piece for piece, differs in zip(match.pieces, other, strict=True) if differs]
    if len(match.pieces) == 2 and not COMMON.isdisjoint(swapped):
        return False
    if FREQUENT.issuperset(swapped) or _straddles(match, other):
        return False
    if len(match.pieces) > 2 and sum(other) == 1:
        return True
    inside = zip(pairwise(match.pieces), pairwise(other), strict=True)
    return not any(is_ordinary(*pair) for pair, differs in inside if any(differs))


def _has_another_form(match: SoundMatch) -> bool:
    """乾你娘 for 幹你娘: written with characters of another word. Terms of two are too often just that other word (餅乾)."""
    return len(match.pieces) > 2 and not match.apart


def _straddles(match: SoundMatch, other: Sequence[bool]) -> bool:
    """Whether the first or last character belongs to an ordinary word with its neighbour outside the match.

    The term's own characters may (薇信号), unless a common character stands for another of the term (加为信任).
    """
    either = any(piece in COMMON for piece, differs in zip(match.pieces, other, strict=True) if differs)
    before = match.folded[match.start - 1 : match.start]
    after = match.folded[match.end : match.end + 1]
    return ((either or other[0]) and is_ordinary(before, match.pieces[0])) or (
        (either or other[-1]) and is_ordinary(match.pieces[-1], after)
    )
