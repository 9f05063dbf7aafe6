"""What members did: each id once in a community, in the order of its times, a partition per month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from operator import itemgetter
from threading import Lock
from typing import Any

import orjson
import psycopg
from sqlalchemy import Connection, CursorResult, exc, select, text, tuple_
from sqlalchemy.dialects import postgresql

from assistant.errors import NotFound
from assistant.store.database import Database
from assistant.store.member_tables import events
from assistant.types.event import Event, EventType, Purchase, Seen, Via

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_COLUMNS = {column.name: column.type.compile(dialect=_DIALECT) for column in events.columns}
_NAMES = ", ".join(_COLUMNS)
_MONTHS: set[tuple[str, int, int]] = set()
_MONTHS_LOCK = Lock()

PUT = f"""
    WITH given AS (
        SELECT * FROM jsonb_to_recordset(CAST(%(rows)s AS jsonb)) AS row({", ".join(f"{n} {t}" for n, t in _COLUMNS.items())})
    ), fresh AS (
        INSERT INTO event_keys (community, id, at) SELECT community, id, at FROM given ORDER BY id
        ON CONFLICT (community, id) DO NOTHING RETURNING id
    ), put AS (
        INSERT INTO events ({_NAMES}) SELECT {_NAMES} FROM given JOIN fresh USING (id)
    ), known AS (
        INSERT INTO members (community, id, source, created_at, updated_at)
        SELECT community, member_id, min(source), min(received_at), min(received_at) FROM given JOIN fresh USING (id)
        GROUP BY community, member_id ORDER BY member_id
        ON CONFLICT (community, id) DO NOTHING
    ), queued AS (
        INSERT INTO profile_queue (community, member_id, since, queued_at)
        SELECT community, member_id, min(at), min(received_at) FROM given JOIN fresh USING (id)
        GROUP BY community, member_id
    )
    SELECT id FROM fresh
"""  # noqa: S608 - column names of ours
"""One statement: an id that is there already changes nothing, and a new one is in every place or none. For psycopg."""


def put(connection: Connection, community: str, given: Sequence[Event], now: datetime) -> set[str]:
    """The ids that were new. Every event's month has been made (``make_months``), and no id occurs twice in ``given``.

    Raises:
        NotFound: there is no such community.
    """
    if not given:
        return set()
    rows = orjson.dumps([row_of(community, event, now) for event in given]).decode()
    try:
        with connection.begin_nested():
            return {row[0] for row in connection.exec_driver_sql(PUT, {"rows": rows})}
    except exc.IntegrityError as error:
        if isinstance(error.orig, psycopg.errors.ForeignKeyViolation):
            raise NotFound("community_unknown", field="community") from None
        raise


def make_months(database: Database, moments: Iterable[datetime], *, anew: bool = False) -> None:
    """Makes the partitions of these moments, in a transaction of its own, unless this process knows that they are there; ``anew`` trusts
    no such knowledge."""
    asked = [moment.astimezone(UTC) for moment in moments]
    if not asked:
        return
    where = database.url.render_as_string(hide_password=True)
    wanted = {(where, at.year, at.month): at for at in asked}
    with _MONTHS_LOCK:
        missing = {month: at for month, at in wanted.items() if anew or month not in _MONTHS}
    if missing:
        for at in sorted(missing.values()):
            _make_month(database, at)
        with _MONTHS_LOCK:
            _MONTHS.update(missing)


def _make_month(database: Database, at: datetime) -> None:
    """Who waited for another process to make the same month may not see that it is there until it cannot be made again."""
    try:
        with database.transaction(None) as connection:
            connection.execute(text("SELECT make_event_month(:at)"), {"at": at})
    except exc.ProgrammingError as error:
        if not isinstance(error.orig, psycopg.errors.DuplicateTable):
            raise


def drop_months(connection: Connection, before: datetime) -> int:
    """Forgets each month that is wholly before then; how many."""
    return int(connection.scalar(text("SELECT drop_event_months(:before)"), {"before": before}) or 0)


def of_member(
    connection: Connection,
    community: str,
    member_id: str,
    *,
    after: tuple[datetime, str] | None = None,
    until: datetime | None = None,
    limit: int | None = None,
) -> list[Event]:
    """In order of (at, id), those after a place, up to and with a moment."""
    query = select(events).where(events.c.community == community, events.c.member_id == member_id)
    if after is not None:
        query = query.where(events.c.at >= after[0], tuple_(events.c.at, events.c.id) > tuple_(*after))
    if until is not None:
        query = query.where(events.c.at <= until)
    return read(connection.execute(query.order_by(events.c.at, events.c.id).limit(limit)))


def timeline(
    connection: Connection, community: str, member_id: str, before: tuple[datetime, str] | None, limit: int
) -> list[Event]:
    """The newest first, before a place."""
    query = select(events).where(events.c.community == community, events.c.member_id == member_id)
    if before is not None:
        query = query.where(tuple_(events.c.at, events.c.id) < tuple_(*before))
    return read(connection.execute(query.order_by(events.c.at.desc(), events.c.id.desc()).limit(limit)))


def by_ids(connection: Connection, community: str, member_id: str, ids: Sequence[str]) -> dict[str, Event]:
    query = select(events).where(
        events.c.community == community, events.c.member_id == member_id, events.c.id.in_(list(ids))
    )
    return {event.id: event for event in read(connection.execute(query))}


_FLAG = text("""
    UPDATE events SET flagged = :flagged WHERE community = :community AND decision_id = :decision AND flagged <> :flagged
    RETURNING id, member_id, at
""")


def flag(connection: Connection, community: str, decision_id: str, *, flagged: bool) -> list[tuple[str, str, datetime]]:
    """The id, member and time of each event of a decision that this changed."""
    rows = connection.execute(_FLAG, {"community": community, "decision": decision_id, "flagged": flagged})
    return [(row.id, row.member_id, row.at) for row in rows]


_BROUGHT = text("""
    SELECT type, count(*) AS events, count(DISTINCT member_id) AS members FROM events
    WHERE community = :community AND via_member = :member AND member_id <> :member AND NOT flagged
        AND at <= :moment AND at > CAST(:moment AS timestamptz) - interval '365 days'
    GROUP BY type
""")


def brought_by(connection: Connection, community: str, member_id: str, moment: datetime) -> dict[str, tuple[int, int]]:
    """Others' events that came by a member in the year before then: how many, and of how many members, by type."""
    rows = connection.execute(_BROUGHT, {"community": community, "member": member_id, "moment": moment})
    return {row.type: (row.events, row.members) for row in rows}


def row_of(community: str, event: Event, now: datetime) -> dict[str, Any]:
    """The event as a row of its table, ready for JSON."""
    return {
        "community": community,
        "id": event.id,
        "at": event.at,
        "type": event.type.value,
        "member_id": event.member_id,
        "item_id": event.item_id,
        "session_id": event.session_id,
        "channel": event.channel,
        "language": event.language,
        "text": event.text,
        "flagged": event.flagged,
        "decision_id": event.decision_id,
        "via_member": event.via.member_id if event.via else None,
        "properties": _properties(event),
        "source": event.source,
        "received_at": now,
    }


def read(rows: CursorResult[Any]) -> list[Event]:
    """Whole rows of the table, in their order."""
    place = {name: at for at, name in enumerate(rows.keys())}
    columns = itemgetter(place["type"], place["properties"], *(place[name] for name in _PLAIN))
    return [_event(*columns(row)) for row in rows.all()]


def _event(type_: str, kept: Mapping[str, Any], *plain: Any) -> Event:
    properties = dict(kept)
    purchase, via, seen = (properties.pop(name, None) for name in ("$purchase", "$via", "$seen"))
    return Event(
        **dict(zip(_PLAIN, plain, strict=True)),
        type=EventType(type_),
        purchase=_purchase(purchase) if purchase is not None else None,
        via=Via(**via) if via is not None else None,
        seen=Seen(**seen) if seen is not None else None,
        properties=properties,
    )


_PLAIN = (
    "id",
    "member_id",
    "at",
    "item_id",
    "session_id",
    "channel",
    "text",
    "language",
    "flagged",
    "decision_id",
    "source",
)


def _properties(event: Event) -> dict[str, Any]:
    """The community's own, and under names that it cannot use what was read out of them."""
    kept: dict[str, Any] = dict(event.properties)
    if event.purchase is not None:
        one = event.purchase
        amount = str(one.amount) if one.amount is not None else None
        kept["$purchase"] = {"order_id": one.order_id, "amount": amount, "currency": one.currency}
    if event.via is not None:
        kept["$via"] = {"event_id": event.via.event_id, "member_id": event.via.member_id}
    if event.seen is not None:
        one_seen = event.seen
        kept["$seen"] = {
            "delivery_id": one_seen.delivery_id,
            "position": one_seen.position,
            "surface": one_seen.surface,
        }
    return kept


def _purchase(kept: Mapping[str, Any]) -> Purchase:
    amount = Decimal(kept["amount"]) if kept["amount"] is not None else None
    return Purchase(order_id=kept["order_id"], amount=amount, currency=kept["currency"])
