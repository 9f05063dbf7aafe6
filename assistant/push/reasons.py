"""Why this one: the strongest cause that a member would recognise, to be said in words."""

from __future__ import annotations

from operator import itemgetter

import numpy as np

from assistant.push.features import NAMES
from assistant.push.memory import Memory, Past
from assistant.push.rows import F32, Ints
from assistant.types.item import Reason

FOLLOWED, ALIKE, TAG, TREND, FRESH, SELDOM = "followed", "alike", "tag", "trend", "fresh", "seldom"
_ALIKE = 0.55
_BOND = 0.02
_NEW_H = 6.0
_OWN = 12
_FEW = 3
"""Touches below which nobody can be told that many look at it."""
_AGE = NAMES.index("age")


def reasons(memory: Memory, past: Past, rows: Ints, table: F32) -> list[Reason]:
    """One for each of ``rows``, whose features are ``table``. Names something of the member's own only where there is something, and it
    was not removed."""
    cards, covisits = memory.catalogue.cards, memory.covisits
    own = tuple(one for one in past[-_OWN:] if cards[one[0]].title)
    bonds = [(covisits.after.get(other, {}), covisits.touches[other] + 3.0, other) for other, _ in reversed(own)]
    mine = {tag for other, _ in own for tag in cards[other].tags}
    cosines = _cosines(memory, own, rows)
    fresh = np.expm1(table[:, _AGE]) < _NEW_H
    found = []
    for place, row in enumerate(rows.tolist()):
        share, followed = max(
            ((after.get(row, 0.0) / of, other) for after, of, other in bonds), default=(0.0, row), key=itemgetter(0)
        )
        if share >= _BOND:
            found.append(Reason(FOLLOWED, cards[followed].title))
        elif cosines.shape[1] and cosines[place].max() >= _ALIKE:
            found.append(Reason(ALIKE, cards[own[int(cosines[place].argmax())][0]].title))
        elif tag := next((tag for tag in cards[row].tags if tag in mine), ""):
            found.append(Reason(TAG, tag))
        else:
            found.append(Reason(FRESH if fresh[place] else SELDOM if covisits.touches[row] < _FEW else TREND))
    return found


def _cosines(memory: Memory, own: Past, rows: Ints) -> F32:
    """Shape (rows, own), or (rows, 0) where nothing has a vector."""
    if not own or not memory.catalogue.dimensions:
        return np.zeros((len(rows), 0), np.float32)
    vectors = memory.catalogue.vectors
    return vectors(rows) @ vectors(np.array([other for other, _ in own], np.int64)).T
