"""Against sameness: the next item is the best by what it is worth and by how little it repeats those already chosen.

Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998), with a cap per creator. Now and then a place goes to what was shown
little: worth against how often it was shown so, so that more of the catalogue is seen by those who may like it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from assistant.push.rows import F32, F64, Ints

LITTLE = 1.0
"""What an e-fold of showings counts against a score in log odds; chosen on Caixin's days 12 to 14, of a grid up to 2: the largest at which
the hits there are as many as without."""


@dataclass
class Chooser:
    """Picks one after another. ``worth`` has shape (n,), the higher the better, in any unit; ``vectors`` (n, d) rows of length 1 or 0.

    ``share`` in [0, 1] is the weight of worth against likeness to the chosen; at 1 nothing is diversified. ``per_creator`` is the most
    of one creator; items without a creator are not capped. ``deep`` is among how many of the best ordinary places choose; ``shown``, of
    shape (n,), how often each was put at a place for the little shown.
    """

    worth: F64
    vectors: F32
    creators: Sequence[str]
    share: float = 0.85
    per_creator: int = 3
    deep: int | None = None
    shown: F64 | None = None
    _likeness: F64 = field(init=False)
    _scaled: F64 = field(init=False)
    _open: NDArray[np.bool_] = field(init=False)
    _made: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._likeness = np.zeros(len(self.worth))
        self._scaled = np.exp(self.worth - self.worth.max(initial=-np.inf)) if len(self.worth) else self.worth
        self._open = np.ones(len(self.worth), np.bool_)

    def open(self) -> Ints:
        """Those of the best that may still be chosen, in order."""
        return np.flatnonzero(self._open[: self.deep])

    def all_open(self) -> Ints:
        return np.flatnonzero(self._open)

    def rare(self) -> int:
        """The one that is worth most for how little it was shown; something has to be open."""
        places = self.all_open()
        shown = self.shown[places] if self.shown is not None else np.zeros(len(places))
        return int(places[int(np.argmax(self.worth[places] - LITTLE * np.log1p(shown)))])

    def best(self, among: Ints) -> int:
        """The one that the policy prefers; ties go to the first."""
        scaled = self._scaled[among]
        return int(among[int(np.argmax(scaled * (self.share - (1 - self.share) * self._likeness[among])))])

    def take(self, place: int) -> None:
        self._open[place] = False
        if by := self.creators[place]:
            self._made[by] += 1
            if self._made[by] == self.per_creator:
                self._open[[i for i, other in enumerate(self.creators) if other == by]] = False
        if self.vectors.shape[1]:
            np.maximum(self._likeness, self.vectors @ self.vectors[place], out=self._likeness)
