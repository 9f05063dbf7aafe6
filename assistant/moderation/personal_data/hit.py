"""What a detector of personal data answers."""

from __future__ import annotations

import re
from typing import NamedTuple

from assistant.text import View


class Hit(NamedTuple):
    """``kind`` as in ``rule:privacy.<kind>``; ``start`` and ``end`` count original code points; ``value`` is compared with own data."""

    kind: str
    start: int
    end: int
    score: float
    value: str


def hit(view: View, kind: str, span: tuple[int, int], score: float, value: str = "") -> Hit:
    """A hit from a ``span`` of ``view``."""
    start, end = view.span(*span)
    return Hit(kind, start, end, score, value or view.text[slice(*span)])


def near(text: str, start: int, end: int, cue: re.Pattern[str], *, before: int = 14, after: int = 0) -> bool:
    """Whether ``cue`` occurs within ``before`` characters before ``start`` or ``after`` characters after ``end``."""
    if cue.search(text, max(0, start - before), start):
        return True
    return after > 0 and cue.search(text, end, end + after) is not None
