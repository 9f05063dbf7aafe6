"""Whose turn it is: items shown little take turns among the candidates, so that what nobody asks for meets those who may like it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np

from assistant.push.rows import F64, Ints

WAITING = 20
"""Items whose turn it is at a time."""
_LOOKED_AT = 1_000
"""Rows gone through at most to fill a place that became free: of a million items many may have ended."""

Showable = Callable[[Ints], Ints]


class Rotation:
    """Goes round the rows of a catalogue, lap after lap: a row has its turn in a lap unless it was shown more often than laps were begun
    before. It waits until it is shown, at a place for the little shown, or may not be shown any more."""

    def __init__(self) -> None:
        self._shown: Counter[int] = Counter()
        self._waiting: list[int] = []
        self._next = 0
        self._lap = 0

    def waiting(self) -> list[int]:
        """The rows whose turn it is, ``WAITING`` at most, the longest waiting first."""
        return list(self._waiting)

    def shown(self, rows: Ints) -> F64:
        """How often each was put at a place for the little shown."""
        return np.array([self._shown[row] for row in rows.tolist()], np.float64)

    def showed(self, rows: Iterable[int], known: int, showable: Showable) -> None:
        """These were; of the ``known`` rows of the catalogue others take their turns. ``showable`` gives those of some rows that may be
        shown now, in their order."""
        done = set(rows)
        self._shown.update(done)
        left = np.array([row for row in self._waiting if row not in done], np.int64)
        self._waiting = showable(left).tolist()
        self._fill(known, showable)

    def _fill(self, known: int, showable: Showable) -> None:
        looked_at = 0
        most = min(known, _LOOKED_AT)
        while len(self._waiting) < WAITING and looked_at < most:
            end = min(known, self._next + WAITING, self._next + most - looked_at)
            part = np.arange(self._next, end)
            may = {row for row in showable(part).tolist() if self._shown[row] <= self._lap} - set(self._waiting)
            for row in part.tolist():
                if len(self._waiting) == WAITING:
                    break
                self._next = row + 1
                looked_at += 1
                if row in may:
                    self._waiting.append(row)
            if self._next >= known:
                self._next, self._lap = 0, self._lap + 1
