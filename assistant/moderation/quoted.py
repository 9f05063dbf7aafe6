"""What stands in quotation marks, or in a line that ``>`` begins: there a word is often mentioned, and not said."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from assistant.text import Normalised
from assistant.types import Finding

Span = tuple[int, int]

_BREAKS = 4
"""Line breaks in a quotation; further off, a closing mark belongs to another."""
_MARKS = ("「」", "『』", "《》", "“”", '""')
_QUOTED: Final = re.compile(
    "|".join(rf"{marks[0]}[^{marks}\n]*(?:\n[^{marks}\n]*){{0,{_BREAKS}}}{marks[1]}" for marks in _MARKS)
    + r"|(?<![A-Za-z])['‘][^'‘’\n]{2,40}['’](?![A-Za-z])"
)
"""Of quotations inside quotations of the same marks the innermost, so that a row of opening marks is read once. Single marks are
apostrophes too: they hold a few words at most, and no letter touches them from outside."""

_LINE: Final = re.compile(r"^>.*$", re.MULTILINE)


def quotations(text: Normalised) -> list[Span]:
    """Where they stand in the original text, marks included, in order; they do not overlap."""
    return [text.plain.span(*match.span()) for match in _QUOTED.finditer(text.plain.text)]


def cited(text: Normalised) -> list[Span]:
    """``quotations``, and the lines that ``>`` begins, in the same order."""
    lines = [match.span() for match in _LINE.finditer(text.original)]
    quoted = [span for span in quotations(text) if not _holds(lines, *span)]
    return sorted([*quoted, *(line for line in lines if not _holds(quoted, *line))])


def is_inside(finding: Finding, spans: Sequence[Span]) -> bool:
    """Whether one of ``spans``, as ``quotations`` gives them, holds all of ``finding``."""
    return _holds(spans, finding.start, finding.end)


def _holds(spans: Sequence[Span], start: int, end: int) -> bool:
    at = bisect_right(spans, start, key=lambda span: span[0])
    return at > 0 and end <= spans[at - 1][1]
