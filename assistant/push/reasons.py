"""Why this one: the strongest cause that a member would recognise, to be said in words."""

from __future__ import annotations

import numpy as np

from assistant.push.features import NAMES
from assistant.push.memory import Memory, Past
from assistant.push.rows import F32
from assistant.types.item import Reason

FOLLOWED, ALIKE, TAG, TREND, FRESH = "followed", "alike", "tag", "trend", "fresh"
_ALIKE = 0.55
_BOND = 0.02
_NEW_H = 6.0
_OWN = 12
_AGE = NAMES.index("age")


def reason(memory: Memory, past: Past, row: int, seen: F32) -> Reason:
    """``seen`` are the item's features. Names something of the member's own only where there is something, and it was not removed."""
    cards = memory.catalogue.cards
    own = tuple(one for one in past[-_OWN:] if cards[one[0]].title)
    bonds = [
        (memory.covisits.after.get(other, {}).get(row, 0.0) / (memory.covisits.touches[other] + 3.0), other)
        for other, _ in reversed(own)
    ]
    if bonds and (strongest := max(bonds, key=lambda bond: bond[0]))[0] >= _BOND:
        return Reason(FOLLOWED, cards[strongest[1]].title)
    if own and memory.catalogue.dimensions:
        rows = np.array([other for other, _ in own], np.int64)
        cosines = memory.catalogue.vectors(rows) @ memory.catalogue.vectors(np.array([row]))[0]
        if cosines.max() >= _ALIKE:
            return Reason(ALIKE, cards[int(rows[int(cosines.argmax())])].title)
    if tag := _shared_tag(memory, own, row):
        return Reason(TAG, tag)
    return Reason(FRESH if np.expm1(seen[_AGE]) < _NEW_H else TREND)


def _shared_tag(memory: Memory, own: Past, row: int) -> str:
    mine = {tag for other, _ in own for tag in memory.catalogue.cards[other].tags}
    return next((tag for tag in memory.catalogue.cards[row].tags if tag in mine), "")
