"""Members' deeds with items, out of the events: what recommending learns from."""

from __future__ import annotations

from array import array
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, TextClause, text

from assistant.types.item import Touch

WEIGHTS = {"purchase": 1.0, "click": 1.0, "share": 1.0, "reaction": 0.7, "view": 0.3}
"""What a deed counts, by the type of its event."""
_KINDS = tuple(WEIGHTS)
MOST = 2_000_000
PAGE = 50_000

_COLUMNS = """
    SELECT e.id, e.member_id, e.item_id, e.type, extract(epoch FROM e.at)::float8 AS at, e.received_at
"""
_DEEDS = """
    FROM events e
    WHERE e.community = :community AND e.item_id IS NOT NULL AND NOT e.flagged AND e.type = ANY(:types)
"""
_UNTIL = text(
    f'{_COLUMNS}, e.at AS moment {_DEEDS} AND e.at >= :since AND (e.at, e.id) < (:until, CAST(:before AS text) COLLATE "C") '
    "ORDER BY e.at DESC, e.id DESC LIMIT :most"
)
_ARRIVALS = text(
    f"SELECT e.received_at, count(*) AS touches {_DEEDS} AND e.received_at >= :since AND e.at < :until GROUP BY e.received_at"
)
_RECEIVED = text(
    f"{_COLUMNS} {_DEEDS} AND e.received_at = ANY(:moments) AND e.at < :until ORDER BY e.at, e.id LIMIT :most"
)
_ALLOWED = text("""
    SELECT member_id FROM consents
    WHERE community = :community AND member_id = ANY(:members) AND purpose = 'profiling' AND granted
""")
"""Asked by itself: joined to the events, before the tables were analysed, it took seconds for some thousands."""
_OF_MEMBER = text(
    f"{_COLUMNS} {_DEEDS} AND e.member_id = :member AND e.at < :until ORDER BY e.at DESC, e.id DESC LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class Told:
    """A touch, the ``id`` of its event and when it came; ``allowed``: the member lets us learn from it."""

    touch: Touch
    id: str
    received_at: datetime
    allowed: bool


class Deeds(Sequence[Told]):
    """Very many of them as columns, in order once they are ``ordered``: each is made when it is looked at."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._places: dict[str, int] = {}
        self._ids: list[str] = []
        self._members, self._items = array("i"), array("i")
        self._kinds, self._allowed = array("b"), array("b")
        self._at, self._received = array("d"), array("d")
        self._order: NDArray[np.int64] = np.zeros(0, np.int64)

    def note(self, row: Row[Any], *, allowed: bool) -> None:
        self._ids.append(row.id)
        self._members.append(self._place(row.member_id))
        self._items.append(self._place(row.item_id))
        self._kinds.append(_KINDS.index(row.type))
        self._allowed.append(allowed)
        self._at.append(row.at)
        self._received.append(row.received_at.timestamp())

    def _place(self, name: str) -> int:
        place = self._places.setdefault(name, len(self._names))
        if place == len(self._names):
            self._names.append(name)
        return place

    def ordered(self, most: int) -> Deeds:
        """By time and id, the last ``most``."""
        times = np.array(self._at)
        order = np.argsort(times, kind="stable")
        same = np.flatnonzero(np.diff(times[order]) == 0)
        for run in np.split(same, np.flatnonzero(np.diff(same) > 1) + 1) if len(same) else ():
            part = order[run[0] : run[-1] + 2]
            order[run[0] : run[-1] + 2] = sorted(part.tolist(), key=self._ids.__getitem__)
        self._order = order[-most:]
        self._places.clear()
        return self

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, at: int) -> Told: ...
    @overload
    def __getitem__(self, at: slice) -> list[Told]: ...
    def __getitem__(self, at: int | slice) -> Told | list[Told]:
        if isinstance(at, slice):
            return [self._told(int(place)) for place in self._order[at]]
        return self._told(int(self._order[at]))

    def __iter__(self) -> Iterator[Told]:
        return map(self._told, map(int, self._order))

    def _told(self, place: int) -> Told:
        member, item = self._names[self._members[place]], self._names[self._items[place]]
        touch = Touch(member, item, self._at[place], WEIGHTS[_KINDS[self._kinds[place]]])
        received = datetime.fromtimestamp(self._received[place], UTC)
        return Told(touch, self._ids[place], received, bool(self._allowed[place]))


def until(connection: Connection, community: str, since: datetime, moment: datetime) -> Deeds:
    """Those from ``since`` until before ``moment``, in order; the last ``MOST``. Read in pages, kind by kind, as the index has them: one
    statement over millions would take longer than any may."""
    found = Deeds()
    for kind in WEIGHTS:
        for rows in _pages(connection, community, kind, since, moment):
            allowed = _allowed(connection, community, rows)
            for row in rows:
                found.note(row, allowed=row.member_id in allowed)
    return found.ordered(MOST)


def arrivals(connection: Connection, community: str, since: datetime, moment: datetime) -> dict[datetime, int]:
    """When touches that happened before ``moment`` came to us, from ``since`` on, and how many each time: a batch comes at one time, and
    while its number stays the same there is nothing of it to read again."""
    values = {"community": community, "types": list(WEIGHTS), "since": since, "until": moment}
    return {row.received_at: row.touches for row in connection.execute(_ARRIVALS, values)}


def received(
    connection: Connection, community: str, arrived: Sequence[datetime], moment: datetime, known: Container[str] = ()
) -> list[Told]:
    """Those that came to us at these times and happened before ``moment``, in the order of their happening, without the ``known``
    ones."""
    if not arrived:
        return []
    return _read(connection, _RECEIVED, community, known, moments=list(arrived), until=moment)


def of_member(connection: Connection, community: str, member: str, moment: datetime, most: int) -> list[Told]:
    """A member's own last ones, in order."""
    return _read(connection, _OF_MEMBER, community, (), member=member, until=moment, most=most)[::-1]


def _pages(
    connection: Connection, community: str, kind: str, since: datetime, moment: datetime
) -> Iterator[Sequence[Row[Any]]]:
    """The newest first, ``MOST`` at most."""
    before, place, left = moment, "", MOST
    while left > 0:
        values = {"community": community, "types": [kind], "since": since, "until": before, "before": place}
        rows = connection.execute(_UNTIL, values | {"most": min(PAGE, left)}).all()
        yield rows
        left -= len(rows)
        if len(rows) < PAGE:
            return
        before, place = rows[-1].moment, rows[-1].id


def _read(
    connection: Connection, query: TextClause, community: str, known: Container[str], **values: object
) -> list[Told]:
    found = connection.execute(query, {"community": community, "types": list(WEIGHTS), "most": MOST, **values}).all()
    rows = [row for row in found if row.id not in known]
    allowed = _allowed(connection, community, rows)
    return [
        Told(
            Touch(row.member_id, row.item_id, row.at, WEIGHTS[row.type]),
            row.id,
            row.received_at,
            row.member_id in allowed,
        )
        for row in rows
    ]


def _allowed(connection: Connection, community: str, rows: Sequence[Row[Any]]) -> frozenset[str]:
    """Their members who let us learn from them."""
    members = sorted({row.member_id for row in rows})
    if not members:
        return frozenset()
    return frozenset(connection.scalars(_ALLOWED, {"community": community, "members": members}))
