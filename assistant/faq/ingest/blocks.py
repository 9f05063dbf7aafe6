"""What a document is made of, in order, whatever its format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

INNERMOST = 9
"""The level of what asks inside a section: a term of a list, the summary that opens a detail."""


@dataclass(frozen=True, slots=True)
class Heading:
    """``level`` 1 is the outermost. ``asks``: what follows is its answer, whether it looks like a question or not."""

    text: str
    level: int
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """Headings of this level and below are over."""

    level: int


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, or the items of a list as lines."""

    text: str


@dataclass(frozen=True, slots=True)
class Rows:
    rows: Sequence[Sequence[str]]


Block = Heading | Closed | Text | Rows
