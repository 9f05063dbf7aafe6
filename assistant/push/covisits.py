"""Items touched by the same members, soon after one another: who read this went on to that.

Item-to-item collaborative filtering (Linden, Smith and York 2003), with the direction and the time between kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import exp

SESSION_S = 3600.0
"""How fast the bond between two touches of one member weakens with the time between them."""
LONG_S = 5 * 86400.0
_NEIGHBOURS = 150


class CoVisits:
    """``after[i][j]``: how often j followed i, each bond weighted by the time between; ``beside``: in both directions, fading slower."""

    def __init__(self, session_s: float = SESSION_S, long_s: float = LONG_S) -> None:
        self._session_s = session_s
        self._long_s = long_s
        self.after: dict[int, dict[int, float]] = {}
        self.beside: dict[int, dict[int, float]] = {}
        self.touches: Counter[int] = Counter()

    def add(self, row: int, at: float, earlier: Iterable[tuple[int, float]]) -> None:
        """``earlier`` are the member's touches before this one: rows and times."""
        self.touches[row] += 1
        for other, when in earlier:
            if other == row:
                continue
            gap = max(at - when, 0.0)
            _bind(self.after, other, row, exp(-gap / self._session_s))
            bond = exp(-gap / self._long_s)
            _bind(self.beside, other, row, bond)
            _bind(self.beside, row, other, bond)

    def neighbours(self, row: int) -> dict[int, float]:
        return self.beside.get(row, {})


def _bind(bonds: dict[int, dict[int, float]], one: int, other: int, weight: float) -> None:
    own = bonds.setdefault(one, {})
    own[other] = own.get(other, 0.0) + weight
    if len(own) > 2 * _NEIGHBOURS:
        for weakest in sorted(own, key=own.__getitem__)[:_NEIGHBOURS]:
            del own[weakest]
