"""Members' deeds with items, out of the events: what recommending learns from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, TextClause, text

from assistant.types.item import Touch

WEIGHTS = {"purchase": 1.0, "click": 1.0, "share": 1.0, "reaction": 0.7, "view": 0.3}
"""What a deed counts, by the type of its event."""
MOST = 2_000_000
PAGE = 50_000

_COLUMNS = """
    SELECT e.id, e.member_id, e.item_id, e.type, extract(epoch FROM e.at)::float8 AS at, e.at AS moment, e.received_at,
        coalesce(c.granted, false) AS allowed
    FROM events e LEFT JOIN consents c
        ON c.community = e.community AND c.member_id = e.member_id AND c.purpose = 'profiling'
    WHERE e.community = :community AND e.item_id IS NOT NULL AND NOT e.flagged AND e.type = ANY(:types)
"""
_UNTIL = text(
    f'{_COLUMNS} AND e.at >= :since AND (e.at, e.id) < (:until, CAST(:before AS text) COLLATE "C") '
    "ORDER BY e.at DESC, e.id DESC LIMIT :most"
)
_RECEIVED = text(f"{_COLUMNS} AND e.received_at >= :since AND e.at < :until ORDER BY e.at, e.id LIMIT :most")
_OF_MEMBER = text(f"{_COLUMNS} AND e.member_id = :member AND e.at < :until ORDER BY e.at DESC, e.id DESC LIMIT :most")


@dataclass(frozen=True, slots=True)
class Told:
    """A touch, the ``id`` of its event and when it came; ``allowed``: the member lets us learn from it."""

    touch: Touch
    id: str
    received_at: datetime
    allowed: bool


def until(connection: Connection, community: str, since: datetime, moment: datetime) -> list[Told]:
    """Those from ``since`` until before ``moment``, in order; the last ``MOST``. Read in pages, kind by kind, as the index has them: one
    statement over millions would take longer than any may."""
    found = [told for kind in WEIGHTS for told in _pages(connection, community, kind, since, moment)]
    found.sort(key=lambda one: (one.touch.at, one.id))
    return found[-MOST:]


def received(connection: Connection, community: str, since: datetime, moment: datetime) -> list[Told]:
    """Those that came to us from ``since`` on and happened before ``moment``, in the order of their happening."""
    return _read(connection, _RECEIVED, community, since=since, until=moment)


def of_member(connection: Connection, community: str, member: str, moment: datetime, most: int) -> list[Told]:
    """A member's own last ones, in order."""
    return _read(connection, _OF_MEMBER, community, member=member, until=moment, most=most)[::-1]


def _pages(connection: Connection, community: str, kind: str, since: datetime, moment: datetime) -> Iterator[Told]:
    """The newest first, ``MOST`` at most."""
    before, place, left = moment, "", MOST
    while left > 0:
        values = {"community": community, "types": [kind], "since": since, "until": before, "before": place}
        rows = connection.execute(_UNTIL, values | {"most": min(PAGE, left)}).all()
        yield from map(_told, rows)
        left -= len(rows)
        if len(rows) < PAGE:
            return
        before, place = rows[-1].moment, rows[-1].id


def _read(connection: Connection, query: TextClause, community: str, **values: object) -> list[Told]:
    given = {"community": community, "types": list(WEIGHTS), "most": MOST, **values}
    return [_told(row) for row in connection.execute(query, given)]


def _told(row: Row[Any]) -> Told:
    touch = Touch(row.member_id, row.item_id, row.at, WEIGHTS[row.type])
    return Told(touch, row.id, row.received_at, row.allowed)
