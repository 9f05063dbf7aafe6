"""A view: a text as it may be meant, with a map back to the characters that were written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """``text[i]`` came from ``original[starts[i]:ends[i]]``; both sequences have ``len(text)`` items, are non-decreasing and count
    code points of the original. ``None`` for both means that the view maps one to one.
    """

    name: str
    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original code points behind ``text[start:end]`` (``start < end``), end exclusive."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]
