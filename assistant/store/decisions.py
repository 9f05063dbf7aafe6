"""Decisions: reading them back. ``writer`` writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Text, cast, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from assistant.errors import NotFound
from assistant.store.answers import with_words
from assistant.store.paging import Page, read_page
from assistant.store.tables import audit, cases, decisions
from assistant.types import ContextMessage, Message, Resolution

_NOTABLE = or_(decisions.c.flagged, decisions.c.labels != cast(literal("{}"), ARRAY(Text)))


@dataclass(frozen=True, slots=True)
class Filters:
    """``since`` is inclusive, ``until`` exclusive; ``label`` is one that reached a threshold."""

    community: str
    since: datetime | None = None
    until: datetime | None = None
    action: str | None = None
    label: str | None = None
    member_id: str | None = None
    channel: str | None = None
    flagged: bool | None = None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision as kept. ``answer`` is the native answer; once the text is purged, or where it was never kept, its evidence texts and
    ``masked_text`` are ``None``. ``labels`` reached a threshold; ``degraded`` names the stages that failed.
    """

    id: str
    community: str
    created_at: datetime
    answer: Mapping[str, Any]
    labels: tuple[str, ...]
    degraded: tuple[str, ...]
    member_id: str | None
    channel: str | None
    platform: str | None
    platform_message_id: str | None
    purpose: str
    key_id: str | None
    text: str | None
    parts: Mapping[str, str]
    context: Sequence[Mapping[str, Any]]
    text_expires_at: datetime | None
    connection_id: str | None = None
    refs: Mapping[str, str] | None = None
    locale: str | None = None


def recent_texts(
    connection: Connection, connection_id: str, message: Message, since: datetime, limit: int, community: str
) -> list[str]:
    """What the author of ``message`` wrote in its channel since then, the oldest first; the newest ``limit`` of it."""
    query = select(decisions.c.text).where(
        decisions.c.community == community,
        decisions.c.member_id == message.member_id,
        decisions.c.created_at >= since,
        decisions.c.connection_id == connection_id,
        decisions.c.channel.is_not_distinct_from(message.channel),
        decisions.c.text.is_not(None),
    )
    newest = query.order_by(decisions.c.created_at.desc(), decisions.c.id.desc()).limit(limit)
    return list(connection.scalars(newest))[::-1]


def answered(connection: Connection, connection_id: str, message: Message, community: str) -> list[ContextMessage]:
    """What ``message`` answers in its channel, with the scores of its latest decision; nothing where that is not kept, or where a person
    has found nothing wrong with it."""
    approved = exists().where(
        cases.c.community == community,
        cases.c.decision_id == decisions.c.id,
        cases.c.resolution == Resolution.APPROVE.value,
    )
    overturned = exists().where(
        audit.c.community == community, audit.c.subject == decisions.c.id, audit.c.action == "overturn"
    )
    query = select(decisions.c.text, decisions.c.member_id, decisions.c.scores, or_(approved, overturned)).where(
        decisions.c.community == community,
        decisions.c.connection_id == connection_id,
        decisions.c.platform_message_id == message.reply_to,
        decisions.c.channel.is_not_distinct_from(message.channel),
    )
    row = connection.execute(query.order_by(decisions.c.created_at.desc()).limit(1)).one_or_none()
    if row is None or row[3]:
        return []
    return [ContextMessage(row[0] or "", row[1], message.reply_to, row[2])]


def said_before(connection: Connection, row: DecisionRow, since: datetime, limit: int) -> list[DecisionRow]:
    """What was written where ``row`` was, since then and before it, the oldest first; the newest ``limit`` of it. Empty where no channel
    was given, or no text is kept."""
    if row.channel is None:
        return []
    query = select(decisions).where(
        decisions.c.community == row.community,
        decisions.c.channel == row.channel,
        decisions.c.connection_id.is_not_distinct_from(row.connection_id),
        decisions.c.created_at >= since,
        decisions.c.created_at < row.created_at,
        decisions.c.text.is_not(None),
    )
    newest = query.order_by(decisions.c.created_at.desc(), decisions.c.id.desc()).limit(limit)
    return [_row(one) for one in connection.execute(newest).mappings()][::-1]


def page(connection: Connection, filters: Filters, cursor: str | None = None, limit: int = 50) -> Page[DecisionRow]:
    """At most ``limit`` decisions after ``cursor``, the newest first; decisions made meanwhile never shift a page.

    Raises:
        InvalidInput: the cursor is not one of ours.
    """
    query = select(decisions).where(*_conditions(filters))
    rows, next_cursor = read_page(connection, query, decisions.c.created_at, decisions.c.id, cursor, limit)
    return Page(tuple(map(_row, rows)), next_cursor)


def get(connection: Connection, community: str, decision_id: str) -> DecisionRow:
    """Raises: NotFound, also for another community's."""
    query = select(decisions).where(decisions.c.community == community, decisions.c.id == decision_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(field="id")
    return _row(row)


def of_message(
    connection: Connection, community: str, connection_id: str, message_id: str, channel: str | None
) -> DecisionRow | None:
    """The latest decision about this message of the platform's. Its id may be another message's in another channel; without a
    ``channel`` it is in whichever."""
    query = select(decisions).where(
        decisions.c.community == community,
        decisions.c.connection_id == connection_id,
        decisions.c.platform_message_id == message_id,
    )
    if channel is not None:
        query = query.where(decisions.c.channel == channel)
    row = connection.execute(query.order_by(decisions.c.created_at.desc()).limit(1)).mappings().one_or_none()
    return _row(row) if row is not None else None


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    column = decisions.c
    conditions = [column.community == filters.community]
    equal = {column.action: filters.action, column.member_id: filters.member_id, column.channel: filters.channel}
    conditions += [name == value for name, value in equal.items() if value is not None]
    if filters.since is not None:
        conditions.append(column.created_at >= filters.since)
    if filters.until is not None:
        conditions.append(column.created_at < filters.until)
    if filters.flagged is not None:
        conditions.append(column.flagged.is_(filters.flagged))
    if filters.label is not None:
        conditions.append(literal(filters.label) == func.any(column.labels))
    if filters.label is not None or filters.flagged or filters.action not in {None, "allow"}:
        conditions.append(_NOTABLE)  # what these filters imply, said so that the partial index serves them
    return conditions


def _row(row: RowMapping) -> DecisionRow:
    texts = {**({"text": row["text"]} if row["text"] is not None else {}), **(row["parts"] or {})}
    stays = {name: row[name] for name in ("id", "action", "flagged", "scores", "findings")}
    return DecisionRow(
        **{name: row[name] for name in _PLAIN},
        answer=with_words({**stays, **row["response"]}, texts, row["masked_text"]),
        labels=tuple(row["labels"]),
        degraded=tuple(row["degraded"]),
        parts=row["parts"] or {},
        context=row["context"] or (),
    )


_PLAIN = (
    "id",
    "community",
    "created_at",
    "member_id",
    "channel",
    "platform",
    "platform_message_id",
    "purpose",
    "key_id",
    "text",
    "text_expires_at",
    "connection_id",
    "refs",
    "locale",
)
