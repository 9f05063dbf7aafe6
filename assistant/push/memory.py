"""What the community did, folded touch by touch in time order: the one state that serves requests and replays alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import exp
from struct import Struct

import numpy as np

from assistant.push.catalogue import FLAT, Catalogue
from assistant.push.covisits import CoVisits
from assistant.push.rotation import Rotation
from assistant.push.rows import F32, Ints
from assistant.push.trends import Trends
from assistant.types.item import Item, Touch

HISTORY = 50
_LINKED = 20

_TOUCH = Struct("<id")
"""A row and a time: as numbers in a string of bytes, a million members' touches are a third of what they are as objects."""
_TASTE = 8
_FADE_S = 2 * 86_400.0

Nearest = Callable[[F32, int], Ints]
"""From a vector to the rows most like it, best first: what an index of many items does."""

Past = tuple[tuple[int, float], ...]
"""A member's touches, oldest first: rows and times."""


class Memory:
    """Touches have to come in time order; those of unknown items are ignored. What is asked ``at`` a time is answered from what came before
    it only as long as nothing later was added: replays ask first, then add."""

    def __init__(
        self, dimensions: int = 0, catalogue: Catalogue | None = None, rotation: Rotation | None = None
    ) -> None:
        self.catalogue = Catalogue(dimensions) if catalogue is None else catalogue
        self.trends = Trends()
        self.covisits = CoVisits()
        self.nearest: Nearest | None = None
        self._pasts: dict[str, bytes] = {}
        self._before: dict[str, set[int]] = {}
        self.rotation = Rotation() if rotation is None else rotation

    def put(self, item: Item, vector: F32 | None = None) -> None:
        self.catalogue.put(item, vector)

    def add(self, touch: Touch, *, personal: bool = True) -> None:
        """Without ``personal`` (the member does not consent to being profiled) it counts as one of many, and of nobody."""
        row = self.catalogue.rows.get(touch.item)
        if row is None:
            return
        self.trends.add(row, touch.at, touch.weight)
        if not personal:
            return
        past = self._pasts.get(touch.member, b"")
        numbers = self.catalogue.numbers
        earlier = [(numbers[other], at) for other, at in _touches(past[-_LINKED * _TOUCH.size :])]
        self.covisits.add(row, touch.at, earlier)
        past += _TOUCH.pack(row, touch.at)
        if len(past) > HISTORY * _TOUCH.size:
            self._before.setdefault(touch.member, set()).add(_TOUCH.unpack_from(past)[0])
            past = past[_TOUCH.size :]
        self._pasts[touch.member] = past

    def add_all(self, touches: Iterable[Touch]) -> None:
        for touch in touches:
            self.add(touch)

    def past(self, member: str) -> Past:
        """The last touches of a member, at most ``HISTORY``; empty for a stranger."""
        return _touches(self._pasts.get(member, b""))

    def seen(self, member: str) -> frozenset[int]:
        """Every item that a member has touched."""
        return frozenset(row for row, _ in self.past(member)) | self._before.get(member, frozenset())

    def alike(self, past: Past, at: float, count: int) -> Ints:
        """Rows whose words are most like what the member touched last; none without vectors, or with more items than can be looked at
        one by one where ``nearest`` was not given."""
        if not past or not self.catalogue.dimensions:
            return np.zeros(0, np.int64)
        if self.nearest is None and len(self.catalogue) > FLAT:
            return np.zeros(0, np.int64)
        own = past[-_TASTE:]
        weights = np.array([exp(-(at - when) / _FADE_S) + 1e-3 for _, when in own], np.float32)
        interest = weights @ self.catalogue.vectors(np.array([row for row, _ in own], np.int64))
        return (self.nearest or self.catalogue.nearest)(interest, count)

    def showed(self, rows: Iterable[int], at: float) -> None:
        """A list was made ``at``, with these at places for what is shown little."""
        self.rotation.showed(rows, len(self.catalogue), lambda some: self.catalogue.showable(some, at))

    def remember(self, member: str, touches: Iterable[Touch]) -> None:
        """A member's own touches, in order, in the place of what is held of them; they count for nobody else anew."""
        known = [(self.catalogue.rows[one.item], one.at) for one in touches if one.item in self.catalogue.rows]
        self._pasts[member] = b"".join(_TOUCH.pack(*one) for one in known[-HISTORY:])
        if not known:
            del self._pasts[member]
        if before := {row for row, _ in known[:-HISTORY]}:
            self._before[member] = before
        else:
            self._before.pop(member, None)

    def forget(self, member: str) -> None:
        """The member's own rows go; sums over many members stay."""
        self._pasts.pop(member, None)
        self._before.pop(member, None)


def _touches(past: bytes) -> Past:
    return tuple(_TOUCH.iter_unpack(past))
