"""The items of a community as arrays: when they may be shown, who made them, what they are about."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from assistant.push.rows import F32, F64, Ints, grown
from assistant.types.item import Item

_FOREVER = float("inf")


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
        """The ``count`` items published last before ``at``."""
        begun = np.flatnonzero(self._from[: len(self.ids)] <= at)
        if len(begun) > count:
            begun = begun[np.argpartition(-self._from[begun], count)[:count]]
        return begun

    def known(self, item_ids: Iterable[str]) -> Ints:
        return np.array([self.rows[i] for i in item_ids if i in self.rows], np.int64)


def _until(item: Item) -> float:
    if item.hidden:
        return -_FOREVER
    return item.expires_at.timestamp() if item.expires_at else _FOREVER
