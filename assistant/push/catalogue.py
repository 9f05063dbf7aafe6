"""The items of a community as arrays: when they may be shown, who made them, what they are about."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from assistant.push.rows import F32, F64, Ints, grown
from assistant.types.item import Item

_FOREVER = float("inf")
_LATE = 1_000
"""Items put since the last sorting; more of them are sorted in."""
FLAT = 50_000


class Catalogue:
    """Items by row, in the order they came. Times are seconds since 1970."""

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions
        self.ids: list[str] = []
        self.rows: dict[str, int] = {}
        self.items: list[Item] = []
        self._from = np.zeros(64)
        self._until = np.zeros(64)
        self._vectors: F32 = np.zeros((64, dimensions), np.float32)
        self._sorted: Ints = np.zeros(0, np.int64)
        self._times = np.zeros(0)
        self._late: set[int] = set()

    def __len__(self) -> int:
        return len(self.ids)

    def put(self, item: Item, vector: F32 | None = None) -> int:
        """Adds or replaces; ``vector`` has shape (dimensions,), length 1 or 0. Gives the row."""
        row = self.rows.get(item.id)
        if row is None:
            row = self.rows[item.id] = len(self.ids)
            self.ids.append(item.id)
            self.items.append(item)
            self._from = grown(self._from, row + 1)
            self._until = grown(self._until, row + 1)
            if len(self._vectors) <= row:
                self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
        self.items[row] = item
        self._from[row] = item.published_at.timestamp()
        self._late.add(row)
        self._until[row] = _until(item)
        if vector is not None:
            self._vectors[row] = vector
        return row

    def drop(self, item_id: str) -> None:
        """Never shown again; what members did with it still counts for others."""
        row = self.rows.get(item_id)
        if row is not None:
            self._until[row] = -_FOREVER

    def showable(self, rows: Ints, at: float) -> Ints:
        """Those of ``rows`` that may be shown at ``at``."""
        return rows[(self._from[rows] <= at) & (at < self._until[rows])]

    def published(self, rows: Ints) -> F64:
        return self._from[rows]

    def vectors(self, rows: Ints | slice) -> F32:
        return self._vectors[: len(self.ids)][rows]

    def newest(self, at: float, count: int) -> Ints:
        """The ``count`` items published last before ``at``, in no order."""
        if len(self._late) > _LATE:
            self._sort()
        early = self._sorted[: np.searchsorted(self._times, at, side="right")]
        early = early[-2 * count :]
        rows = np.concatenate([early, np.array(sorted(self._late), np.int64)])
        rows = np.unique(rows[self._from[rows] <= at])
        if len(rows) > count:
            rows = rows[np.argpartition(-self._from[rows], count - 1)[:count]]
        return rows

    def _sort(self) -> None:
        self._sorted = np.argsort(self._from[: len(self.ids)], kind="stable")
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
