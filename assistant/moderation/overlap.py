"""Of findings that overlap, the surest."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable
from typing import Protocol, TypeVar


class Scored(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def score(self) -> float: ...


T = TypeVar("T", bound=Scored)


def surest(found: Iterable[T]) -> list[T]:
    """``found`` without what overlaps something of higher score, or of the same score and longer, in the order of the text."""
    taken: list[tuple[int, int]] = []
    kept: list[T] = []
    for one in sorted(found, key=lambda item: (-item.score, item.start - item.end, item.start)):
        at = bisect_right(taken, (one.start, one.end))
        before = at > 0 and taken[at - 1][1] > one.start
        after = at < len(taken) and taken[at][0] < one.end
        if not before and not after:
            insort(taken, (one.start, one.end))
            kept.append(one)
    return sorted(kept, key=lambda item: item.start)
