"""Where sentences begin and end, in Chinese and English, with the characters between them kept."""

from __future__ import annotations

import re
from typing import Final

_END: Final = re.compile(
    r"""
    [。！？!?…]+["'”’」』）)\]]*           # the end of a sentence, with what closes behind it
    | ；                                   # Chinese semicolons part whole clauses
    | \.(?=["'”’)\]]*(?:\s|$))["'”’)\]]*  # a full stop, not the point of 3.5 or example.org
    | \n+
    """,
    re.VERBOSE,
)
_ABBREVIATION: Final = re.compile(
    r"(?:^|[\s(])(?:[A-Za-z]|Mr|Mrs|Ms|Dr|No|Nos|St|Co|Ltd|Inc|vs|etc|approx|e\.g|i\.e|a\.m|p\.m|Tel|Ext|Fig|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)$"
)
_NUMBERED: Final = re.compile(r"(?:^|\n|[.!?。！？])[ \t]*\d{1,3}$")
_TAIL: Final = 16
_OPEN, _CLOSE = "（(「『“[", "）)」』”]"


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence, end exclusive, without the space around it; empty ones are left out.

    A line of a list is a sentence. Nothing is parted inside brackets that open and close on one line.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for end in _ends(text):
        _keep(text, start, end, spans)
        start = end
    _keep(text, start, len(text), spans)
    return spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def _ends(text: str) -> list[int]:
    inside = _brackets(text)
    return [match.end() for match in _END.finditer(text) if _ends_here(text, match, inside)]


def _ends_here(text: str, match: re.Match[str], inside: list[bool]) -> bool:
    if match[0].startswith("\n"):
        return True
    before = text[max(0, match.start() - _TAIL) : match.start()]
    return not inside[match.start()] and not (match[0].startswith(".") and _no_stop(before))


def _no_stop(before: str) -> bool:
    """Whether a point behind these characters belongs to an abbreviation or to a number in a list."""
    numbered = before if len(before) == _TAIL else f"\n{before}"
    return _ABBREVIATION.search(before) is not None or _NUMBERED.search(numbered) is not None


def _brackets(text: str) -> list[bool]:
    """For each character, whether it stands inside brackets that close before the line ends."""
    inside = [False] * len(text)
    opened: list[tuple[str, int]] = []
    for index, char in enumerate(text):
        if char == "\n":
            opened = []
        elif char in _OPEN:
            opened.append((char, index))
        elif char in _CLOSE and opened and _CLOSE.index(char) == _OPEN.index(opened[-1][0]):
            _, start = opened.pop()
            inside[start:index] = [True] * (index - start)
    return inside


def _keep(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    part = text[start:end]
    kept = part.strip()
    if kept:
        first = start + part.index(kept[0])
        spans.append((first, first + len(kept)))
