"""A view: a text as it may be meant, with a map back to the characters that were written."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
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

    def place(self, original: int) -> int:
        """Where in ``text`` the first character stands that came from ``original`` or what is behind it."""
        return original if self.starts is None else bisect_left(self.starts, original)


def replaced(text: str, pieces: Iterable[tuple[int, int, str]]) -> tuple[str, list[int], list[int]]:
    """``text`` with stretches ``(start, end, instead)`` replaced, which come in order and do not overlap; and where each character of it
    came from: every one of ``instead`` from the whole stretch."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for start, end, instead in pieces:
        parts += text[done:start], instead
        starts += range(done, start)
        ends += range(done + 1, start + 1)
        starts += [start] * len(instead)
        ends += [end] * len(instead)
        done = end
    parts.append(text[done:])
    starts += range(done, len(text))
    ends += range(done + 1, len(text) + 1)
    return "".join(parts), starts, ends
