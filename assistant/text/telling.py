"""The words of a question that tell what it is about: whole, as they were written, without what asks and what only binds.

Chinese is divided by the shipped list of ordinary two-character words, with as few characters outside of them as can be; what is left over
between them belongs to its neighbour (保溫瓶, 訂單號) or is a word by itself (貓砂), unless it is what is done (寄香港).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from assistant.text.characters import TABLES
from assistant.text.han import HAN, fold
from assistant.text.ordinary import is_ordinary

MAX_CHARS: Final = 2_000
_LETTERS: Final = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ"
RUN: Final = re.compile(rf"(?P<han>[{HAN}]+)|(?<![^\W{HAN}])[{_LETTERS}][{_LETTERS}0-9+#]*(?:['’-][{_LETTERS}]+)*")
ADDRESS: Final = re.compile(r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+\.\w+|`[^`]*`")
_SHORTEST: Final = 3
_WORD: Final = 2
_LIGHT: Final = 0.9
"""What a function word or an act costs outside of a word, where another character costs 1."""


@dataclass(frozen=True, slots=True)
class _Stops:
    english: frozenset[str]
    functions: frozenset[str]
    acts: frozenset[str]
    asking: re.Pattern[str]


@cache
def stop_words() -> Mapping[str, Any]:
    """The shipped table of words and characters that name nothing, as it stands in its file."""
    return tomllib.loads((TABLES / "stop_words.toml").read_text("utf-8"))


@cache
def asking() -> re.Pattern[str]:
    """What asks, in folded text."""
    return re.compile("|".join(map(fold, stop_words()["asking"])))


@cache
def _stops() -> _Stops:
    table = stop_words()
    return _Stops(
        frozenset(table["english"].split()),
        frozenset(fold(table["edges"] + table["breaks"])),
        frozenset(fold(table["acts"])),
        asking(),
    )


def telling_words(text: str) -> dict[str, str]:
    """The words in order, folded and in lower case, each as it was first written. What is in no script of ours has none."""
    text = text[:MAX_CHARS]
    read = _readable(text)
    places = [(at, word) for at, word in _latin(read) if len(word) >= _SHORTEST]
    places += [(start + at, word) for start, piece in _pieces(read) for at, word in _divided(piece)]
    found: dict[str, str] = {}
    for at, word in sorted(places):
        found.setdefault(_stem(word), text[at : at + len(word)])
    return found


def has_words(text: str) -> bool:
    """Whether anything is left of the text, in Chinese or Latin letters, beside what asks and what only binds."""
    read, binds = _readable(text[:MAX_CHARS]), _stops().functions - _stops().acts
    return any(_latin(read)) or any(not binds.issuperset(piece) for _, piece in _pieces(read))


def _readable(text: str) -> str:
    return ADDRESS.sub(lambda match: " " * len(match[0]), text)


def _latin(text: str) -> Iterator[tuple[int, str]]:
    for match in RUN.finditer(text):
        word = match[0].lower()
        if not match["han"] and len(word) == len(match[0]) and not _stops().english & {word, _stem(word)}:
            yield match.start(), word


def _stem(word: str) -> str:
    return word[:-1] if word.isascii() and len(word) > 4 and word.endswith("s") and word[-2] not in "us" else word


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Runs of Han, folded, between what asks."""
    for run in RUN.finditer(text):
        if not run["han"]:
            continue
        folded, begins = fold(run[0]), 0
        for match in _stops().asking.finditer(folded):
            yield run.start() + begins, folded[begins : match.start()]
            begins = match.end()
        yield run.start() + begins, folded[begins:]


def _divided(piece: str) -> list[tuple[int, str]]:
    """The words of a run of Han, each with where it begins; a character by itself belongs to the word before it, or else after it."""
    words: list[tuple[int, str]] = []
    alone: tuple[int, str] | None = None
    for at, chunk in _chunks(piece):
        if len(chunk) > 1:
            heads = alone is not None and alone[0] + 1 == at and len(chunk) == _WORD
            words.append((alone[0], alone[1] + chunk) if alone is not None and heads else (at, chunk))
            alone = None
        elif chunk in _stops().acts:
            alone = None
        elif words and words[-1][0] + _WORD == at:
            words[-1] = (words[-1][0], words[-1][1] + chunk)
        else:
            alone = (at, chunk)
    return words


def _chunks(piece: str) -> Iterator[tuple[int, str]]:
    """Ordinary words, and what stands between them; what is done begins a new one, and is left out before two characters or more."""
    stops, begins, kept = _stops(), 0, ""
    for at, part in [*_parts(piece), (len(piece), "")]:
        single = len(part) == 1 and part not in stops.functions
        if kept and not (single and part not in stops.acts):
            told = len(kept) > _WORD and kept[0] in stops.acts
            yield (begins + 1, kept[1:]) if told else (begins, kept)
            kept = ""
        if single:
            begins, kept = (begins, kept + part) if kept else (at, part)
        elif len(part) > 1 and not stops.functions.issuperset(part):
            yield at, part


def _parts(piece: str) -> list[tuple[int, str]]:
    """Ordinary words of two characters, and single characters: as few of these as can be, function words and acts first."""
    stops = _stops()
    best: list[tuple[float, int]] = [(0.0, 0)] * (len(piece) + 1)
    for at in range(len(piece) - 1, -1, -1):
        light = piece[at] in stops.functions or piece[at] in stops.acts
        best[at] = (best[at + 1][0] + (_LIGHT if light else 1.0), 1)
        if at + 1 < len(piece) and is_ordinary(piece[at], piece[at + 1]):
            best[at] = min(best[at], (best[at + 2][0], _WORD))
    parts, at = [], 0
    while at < len(piece):
        parts.append((at, piece[at : at + best[at][1]]))
        at += best[at][1]
    return parts
