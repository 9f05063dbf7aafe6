"""A layer: a text derived from the view ``plain``, with its map into ``plain``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.text.view import View


@dataclass(frozen=True, slots=True)
class Layer:
    """``text[i]`` came from ``plain[starts[i]:ends[i]]``; ``None`` for both means one to one."""

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The code points of ``plain`` behind ``text[start:end]`` (``start < end``)."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]

    def above(self, text: str, starts: Sequence[int], ends: Sequence[int]) -> Layer:
        """A text derived from this one, ``starts`` and ``ends`` being its map into this one, as a layer of its own."""
        if self.starts is None or self.ends is None:
            return Layer(text, starts, ends)
        under, until = self.starts, self.ends
        return Layer(text, [under[i] for i in starts], [until[i - 1] for i in ends])

    def over(self, plain: View, name: str) -> View:
        """The same text as a view of the original."""
        if self.starts is None or self.ends is None:
            return View(name, self.text, plain.starts, plain.ends)
        if plain.starts is None or plain.ends is None:
            return View(name, self.text, self.starts, self.ends)
        starts, ends = plain.starts, plain.ends
        return View(name, self.text, [starts[i] for i in self.starts], [ends[i - 1] for i in self.ends])
