"""What is popular, whoever asks: the baseline that anything personal has to beat."""

from __future__ import annotations

import numpy as np

from assistant.push.catalogue import Catalogue
from assistant.push.rows import Ints
from assistant.push.trends import Trends

GRID_H: tuple[float, ...] = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 12.0, 24.0)
"""Time constants to choose from, in hours."""
_DEEP = 200


class Popularity:
    """Decayed popularity on each scale of the grid."""

    def __init__(self, grid_h: tuple[float, ...] = GRID_H) -> None:
        self.grid_h = grid_h
        self._trends = Trends(grid_h)

    def add(self, row: int, at: float) -> None:
        self._trends.add(row, at)

    def top(self, catalogue: Catalogue, scale: int, at: float, seen: frozenset[int], count: int) -> Ints:
        """The rows that are touched most, may be shown and were not seen; ``scale`` is the place in the grid."""
        rows = catalogue.showable(self._trends.top(scale, at, _DEEP), at)
        return np.array([row for row in rows.tolist() if row not in seen][:count], np.int64)
