"""The items of a community as arrays: when they may be shown, who made them, what they are about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from sys import intern
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.push.rows import F32, F64, Ints, grown
from assistant.types.item import Item

_FOREVER = float("inf")
_LATE = 1_000
"""Items put since the last sorting; more of them are sorted in."""
FLAT = 50_000
"""Up to so many items are looked at one by one; the vectors of more are kept in half precision, as the database has them."""


@dataclass(frozen=True, slots=True)
class Card:
    """What is kept of an item's words: of very many items all of them would be most of the memory."""

    title: str
    creator: str
    tags: tuple[str, ...]


_GONE = Card("", "", ())


class Catalogue:
    """Items by row, in the order they came. Times are seconds since 1970. ``changed`` are the rows whose vectors were replaced since
    somebody emptied it."""

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions
        self.ids: list[str] = []
        self.numbers: list[int] = []
        """Each row's number, as the one object that every mapping by rows shares."""
        self.rows: dict[str, int] = {}
        self.cards: list[Card] = []
        self.changed: set[int] = set()
        self._tags: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._from = np.zeros(64)
        self._until = np.zeros(64)
        self._vectors: NDArray[np.floating[Any]] = np.zeros((64, dimensions), np.float32)
        self._sorted: Ints = np.zeros(0, np.int64)
        self._times = np.zeros(0)
        self._late: set[int] = set()

    def __len__(self) -> int:
        return len(self.ids)

    def put(self, item: Item, vector: F32 | None = None) -> int:
        """Adds or replaces; ``vector`` has shape (dimensions,), length 1 or 0. Gives the row."""
        row = self.rows.get(item.id)
        fresh = row is None
        if row is None:
            row = self.rows[item.id] = len(self.ids)
            self.ids.append(item.id)
            self.numbers.append(row)
            self.cards.append(_GONE)
            self._grow(row + 1)
        self.cards[row] = Card(item.title, intern(item.creator), self._tags.setdefault(item.tags, item.tags))
        self._from[row] = item.published_at.timestamp()
        self._late.add(row)
        self._until[row] = _until(item)
        if vector is not None:
            before = None if fresh else self._vectors[row].copy()
            self._vectors[row] = vector
            if before is not None and not np.array_equal(before, self._vectors[row]):
                self.changed.add(row)
        return row

    def _grow(self, rows: int) -> None:
        self._from = grown(self._from, rows)
        self._until = grown(self._until, rows)
        if len(self._vectors) < rows:
            kind = np.float16 if len(self._vectors) >= FLAT else np.float32
            wider = np.zeros((2 * len(self._vectors), self.dimensions), kind)
            wider[: len(self._vectors)] = self._vectors
            self._vectors = wider

    def drop(self, item_id: str) -> None:
        """Never shown again, and its words, their meaning and its id are forgotten; what members did with it still counts for others."""
        row = self.rows.pop(item_id, None)
        if row is not None:
            self._until[row] = -_FOREVER
            self._vectors[row] = 0
            self.ids[row], self.cards[row] = "", _GONE

    def showable(self, rows: Ints, at: float) -> Ints:
        """Those of ``rows`` that may be shown at ``at``."""
        return rows[(self._from[rows] <= at) & (at < self._until[rows])]

    def live(self, at: float) -> NDArray[np.bool_]:
        """Which rows may be shown at ``at``."""
        count = len(self.ids)
        return np.asarray((self._from[:count] <= at) & (at < self._until[:count]))

    def lasting(self, at: float) -> Ints:
        """The rows that may be shown at ``at`` or later."""
        return np.flatnonzero(self._until[: len(self.ids)] > at)

    def published(self, rows: Ints) -> F64:
        return self._from[rows]

    def vectors(self, rows: Ints | slice) -> F32:
        return self.stored()[rows].astype(np.float32, copy=False)

    def stored(self) -> NDArray[np.floating[Any]]:
        """All vectors as they are kept, in single or half precision: shape (items, dimensions)."""
        return self._vectors[: len(self.ids)]

    def newest(self, at: float, count: int) -> Ints:
        """The ``count`` items published last before ``at`` of those that may be shown then, in no order."""
        if len(self._late) > _LATE:
            self._sort()
        late = np.array(sorted(self._late), np.int64)
        end, block = int(np.searchsorted(self._times, at, side="right")), 2 * count
        found = [self.showable(late, at)]
        wanted = count
        while wanted > 0 and end > 0:
            part = self._sorted[max(0, end - block) : end]
            found.append(self.showable(part[~np.isin(part, late)], at)[-wanted:])
            wanted -= len(found[-1])
            end, block = end - block, 4 * block
        rows = np.concatenate(found)
        return rows[np.argpartition(-self._from[rows], count - 1)[:count]] if len(rows) > count else rows

    def _sort(self) -> None:
        """The late ones are sorted, and put in their places among the others."""
        late = np.array(sorted(self._late), np.int64)
        late = late[np.argsort(self._from[late], kind="stable")]
        moved = np.zeros(len(self.ids), np.bool_)
        moved[late] = True
        others = self._sorted[~moved[self._sorted]]
        self._sorted = np.insert(others, np.searchsorted(self._from[others], self._from[late], side="right"), late)
        self._times = self._from[self._sorted]
        self._late.clear()

    def nearest(self, vector: F32, count: int) -> Ints:
        """The ``count`` items whose vectors are most like one, best first, by looking at each; for up to ``FLAT`` items."""
        likeness = self.vectors(slice(None)) @ vector
        count = min(count, len(likeness))
        best = np.argpartition(-likeness, count - 1)[:count] if count else np.zeros(0, np.int64)
        return best[np.argsort(-likeness[best], kind="stable")].astype(np.int64)

    def known(self, item_ids: Iterable[str]) -> Ints:
        return np.array([self.rows[i] for i in item_ids if i in self.rows], np.int64)


def _until(item: Item) -> float:
    if item.hidden or item.stock == 0:
        return -_FOREVER
    return item.expires_at.timestamp() if item.expires_at else _FOREVER
