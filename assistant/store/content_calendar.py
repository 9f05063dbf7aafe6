"""The calendar: what goes out when, by which connection or by hand, and what it brought."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, exc, insert, select, text, update

from assistant.errors import Conflict, NotFound
from assistant.store.content_tables import content_calendar
from assistant.store.paging import Page, read_page
from assistant.store.tables import deliveries
from assistant.types.content import Entry, SlotState

_COLUMNS = (
    "id", "community", "draft_id", "at", "created_at", "connection_id", "channel", "delivery_id", "published_at", "numbers", "because",
)  # fmt: skip

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:community, 7291884504))")


def one_at_a_time(connection: Connection, community: str) -> None:
    """Nobody else plans for this community until the transaction ends: two of them would take the same hour."""
    connection.execute(_LOCK, {"community": community})


def add(connection: Connection, entry: Entry, token_hash: bytes | None, actor: str) -> None:
    """Raises: Conflict, where the draft is planned already."""
    row = {name: getattr(entry, name) for name in _COLUMNS}
    row |= {"numbers": dict(entry.numbers), "state": entry.state.value, "token_hash": token_hash, "created_by": actor}
    try:
        with connection.begin_nested():
            connection.execute(insert(content_calendar).values(row))
    except exc.IntegrityError:
        raise Conflict("draft_planned", field="draft_id") from None


def get(connection: Connection, community: str, entry_id: str, *, lock: bool = False) -> Entry:
    """With ``lock`` nobody else changes it before this transaction ends. Raises: NotFound."""
    query = select(content_calendar).where(content_calendar.c.community == community, content_calendar.c.id == entry_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise NotFound("entry_unknown", field="entry")
    return _entry(row)


def of_draft(connection: Connection, community: str, draft_id: str) -> list[Entry]:
    """Where a draft is planned, and where it failed; the oldest first."""
    query = select(content_calendar).where(
        content_calendar.c.community == community,
        content_calendar.c.draft_id == draft_id,
        content_calendar.c.state.in_([SlotState.PLANNED.value, SlotState.FAILED.value]),
    )
    rows = connection.execute(query.order_by(content_calendar.c.created_at, content_calendar.c.id)).mappings()
    return list(map(_entry, rows))


def by_token(connection: Connection, token_hash: bytes) -> Entry | None:
    """In a transaction of every community: the page is opened by its secret alone."""
    query = select(content_calendar).where(content_calendar.c.token_hash == token_hash)
    row = connection.execute(query).mappings().one_or_none()
    return _entry(row) if row is not None else None


def change(connection: Connection, entry: Entry, before: SlotState, **values: Any) -> bool:
    """Whether it was still in the state ``before``."""
    query = update(content_calendar).where(
        content_calendar.c.community == entry.community,
        content_calendar.c.id == entry.id,
        content_calendar.c.state == before.value,
    )
    return connection.execute(query.values(**values)).rowcount > 0


def planned(connection: Connection, community: str, since: datetime, until: datetime) -> list[datetime]:
    """The moments that are taken, planned or past."""
    query = select(content_calendar.c.at).where(
        content_calendar.c.community == community,
        content_calendar.c.at >= since,
        content_calendar.c.at <= until,
        content_calendar.c.state.in_([SlotState.PLANNED.value, SlotState.PUBLISHED.value]),
    )
    return list(connection.scalars(query.order_by(content_calendar.c.at)))


def planned_drafts(connection: Connection, community: str, since: datetime) -> dict[str, datetime]:
    """By draft, when it is to go out, for those planned from ``since`` on."""
    query = select(content_calendar.c.draft_id, content_calendar.c.at).where(
        content_calendar.c.community == community,
        content_calendar.c.at >= since,
        content_calendar.c.state == SlotState.PLANNED.value,
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def carried_out(connection: Connection, community: str) -> list[tuple[Entry, Mapping[str, Any]]]:
    """Planned entries whose delivery is over, with its state, reason, message, time and the text that it carried; by id."""
    query = (
        select(
            content_calendar,
            deliveries.c.state.label("done_state"),
            deliveries.c.because.label("done_because"),
            deliveries.c.message_id.label("done_message"),
            deliveries.c.finished_at.label("done_at"),
            deliveries.c.payload["text"].astext.label("done_text"),
        )
        .join(deliveries, deliveries.c.id == content_calendar.c.delivery_id)
        .where(
            content_calendar.c.community == community,
            deliveries.c.community == community,
            content_calendar.c.state == SlotState.PLANNED.value,
            deliveries.c.state != "waiting",
        )
        .order_by(content_calendar.c.id)
        .limit(200)
    )
    return [
        (_entry(row), {name: row[f"done_{name}"] for name in ("state", "because", "message", "at", "text")})
        for row in connection.execute(query).mappings()
    ]


def page(
    connection: Connection,
    community: str,
    since: datetime | None,
    until: datetime | None,
    cursor: str | None,
    limit: int,
) -> Page[Entry]:
    """The latest first."""
    query = select(content_calendar).where(content_calendar.c.community == community)
    if since is not None:
        query = query.where(content_calendar.c.at >= since)
    if until is not None:
        query = query.where(content_calendar.c.at < until)
    rows, following = read_page(connection, query, content_calendar.c.at, content_calendar.c.id, cursor, limit)
    return Page(tuple(map(_entry, rows)), following)


def _entry(row: RowMapping) -> Entry:
    return Entry(**{name: row[name] for name in _COLUMNS}, state=SlotState(row["state"]))
