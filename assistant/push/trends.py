"""How much each item is touched, decayed with time, on several scales at once.

Forward decay (Cormode et al., ICDE 2009): an item's weight is kept as it was at its last touch, so that a touch costs one row.
"""

from __future__ import annotations

import numpy as np

from assistant.push.rows import F64, Ints, grown

SCALES_H: tuple[float, ...] = (0.5, 1.5, 4.0, 12.0, 48.0, 336.0)
"""Time constants in hours: after one, a touch counts 1/e."""

_KEPT = 200


class Trends:
    """Decayed counts per item and scale; the leaders of each scale are exact, because only a touch can raise an item among the others."""

    def __init__(self, scales_h: tuple[float, ...] = SCALES_H) -> None:
        self._tau = np.array(scales_h) * 3600.0
        self._counts: F64 = np.zeros((64, len(scales_h)))
        self._last: F64 = np.full(64, -np.inf)
        self._leaders: list[set[int]] = [set() for _ in scales_h]

    def add(self, row: int, at: float, weight: float = 1.0) -> None:
        self._counts = grown(self._counts, row + 1)
        self._last = grown(self._last, row + 1, -np.inf)
        gap = max(at - self._last[row], 0.0)
        self._counts[row] *= np.exp(-gap / self._tau)
        self._counts[row] += weight
        self._last[row] = max(at, self._last[row])
        for scale, leaders in enumerate(self._leaders):
            leaders.add(row)
            if len(leaders) > 2 * _KEPT:
                self._prune(scale, at)

    def _prune(self, scale: int, at: float) -> None:
        self._leaders[scale] = set(self.top(scale, at, _KEPT).tolist())

    def counts(self, rows: Ints, at: float) -> F64:
        """Shape (rows, scales), as of ``at``."""
        gaps = np.maximum(at - self.last(rows), 0.0)
        inside = rows < len(self._counts)
        counts = np.zeros((len(rows), len(self._tau)))
        counts[inside] = self._counts[rows[inside]] * np.exp(-gaps[inside, None] / self._tau)
        return counts

    def last(self, rows: Ints) -> F64:
        """When each was touched last; minus infinity for never."""
        times = np.full(len(rows), -np.inf)
        inside = rows < len(self._last)
        times[inside] = self._last[rows[inside]]
        return times

    def top(self, scale: int, at: float, count: int) -> Ints:
        """The rows with the highest counts on one scale, best first; ties by row."""
        leaders = self._leaders[scale]
        rows = np.sort(np.fromiter(leaders, np.int64, len(leaders)))
        return rows[np.argsort(-self.counts(rows, at)[:, scale], kind="stable")[:count]]

    def tops(self, at: float, count: int) -> Ints:
        """The rows that are among the first ``count`` of any scale, in order."""
        together = set().union(*self._leaders)
        rows = np.sort(np.fromiter(together, np.int64, len(together)))
        if len(rows) <= count:
            return rows
        first = np.argpartition(-self.counts(rows, at), count - 1, axis=0)[:count]
        return rows[np.unique(first)]
