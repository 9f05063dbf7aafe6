"""Whose turn it is: items shown little take turns among the candidates, so that what nobody asks for meets those who may like it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np

from assistant.push.rows import F64, Ints

WAITING = 20
"""Items whose turn it is at a time."""
TURN = 300
"""Lists after which a turn ends: what nobody can be shown, or likes less than all else, keeps the place of nothing else."""
_LOOKED_AT = 1_000
"""Rows gone through at most to fill a place that became free: of a million items many may have ended."""

Showable = Callable[[Ints], Ints]


class Rotation:
    """Goes round the rows of a catalogue, lap after lap. In lap n, counted from 0, a row has a turn if it was put at most n times at a
    place for the little shown. Its turn ends when it is put there, may not be shown any more, or has waited for ``TURN`` lists. Where
    fewer rows may be shown than can wait, laps run ahead of the showings.

    ``begin`` in [0, 1) is the share of the catalogue before the first row that has a turn.
    """

    def __init__(self, begin: float = 0.0) -> None:
        self._begin = begin
        self._shown: Counter[int] = Counter()
        self._waiting: dict[int, int] = {}
        self._lists = 0
        self._next = 0
        self._lap = 0

    def waiting(self) -> list[int]:
        """The rows whose turn it is, ``WAITING`` at most, the longest waiting first."""
        return list(self._waiting)

    def shown(self, rows: Ints) -> F64:
        """How often each was put at a place for the little shown."""
        return np.array([self._shown[row] for row in rows.tolist()], np.float64)

    def showed(self, rows: Iterable[int], known: int, showable: Showable) -> None:
        """A list was made, with these rows at places for the little shown; of the ``known`` rows of the catalogue others take their turns.
        ``showable`` gives those of some rows that may be shown now, in their order."""
        done = set(rows)
        self._shown.update(done)
        if self._lists == 0:
            self._next = int(self._begin * known)
        self._lists += 1
        left = [row for row, since in self._waiting.items() if row not in done and self._lists - since < TURN]
        self._waiting = {row: self._waiting[row] for row in showable(np.array(left, np.int64)).tolist()}
        self._fill(known, showable)

    def _fill(self, known: int, showable: Showable) -> None:
        looked_at = 0
        most = min(known, _LOOKED_AT)
        while len(self._waiting) < WAITING and looked_at < most:
            end = min(known, self._next + WAITING, self._next + most - looked_at)
            part = np.arange(self._next, end)
            may = {row for row in showable(part).tolist() if self._shown[row] <= self._lap} - self._waiting.keys()
            for row in part.tolist():
                if len(self._waiting) == WAITING:
                    break
                self._next = row + 1
                looked_at += 1
                if row in may:
                    self._waiting[row] = self._lists
            if self._next >= known:
                self._next, self._lap = 0, self._lap + 1
