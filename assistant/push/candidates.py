"""Which items are looked at more closely: what rises, what goes with the member's own, what reads alike, what is new, whose turn it is."""

from __future__ import annotations

from collections import defaultdict
from heapq import nlargest

import numpy as np

from assistant.push.memory import Memory, Past
from assistant.push.rows import Ints

TRENDING = 60
ALIKE = 60
READ_ALIKE = 20
NEW = 20
_OWN = 8


def candidates(memory: Memory, past: Past, at: float, seen: frozenset[int]) -> Ints:
    """Rows that may be shown ``at`` and were not seen, in a stable order."""
    found: dict[int, None] = {}
    found.update(dict.fromkeys(memory.trends.tops(at, TRENDING).tolist()))
    found.update(dict.fromkeys(_together(memory, past)))
    found.update(dict.fromkeys(memory.alike(past, at, READ_ALIKE).tolist()))
    found.update(dict.fromkeys(memory.catalogue.newest(at, NEW).tolist()))
    found.update(dict.fromkeys(memory.rotation.waiting()))
    rows = np.array([row for row in found if row not in seen], np.int64)
    return memory.catalogue.showable(rows, at)


def _together(memory: Memory, past: Past) -> list[int]:
    bonds: dict[int, float] = defaultdict(float)
    for row, _ in past[-_OWN:]:
        touches = memory.covisits.touches[row] or 1
        for other, bond in memory.covisits.neighbours(row).items():
            bonds[other] += bond / touches
    return nlargest(ALIKE, bonds, key=bonds.__getitem__)
