"""The outbox's entries of kind ``judge``: messages that a language model is asked about once more, what it said, and what that cost.

The payload holds no word of a message: ``labels`` and ``roles`` when it is written; ``asked_at`` and ``cost`` (at first the most that it
can come to) from when the model is asked; ``findings``, ``action`` and whose word it was at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Numeric, and_, cast, func, or_, select, text, update

from assistant.store.deliveries import delivery_of
from assistant.store.tables import deliveries
from assistant.types import Delivery, DeliveryKind, DeliveryState

_CLAIM = text("""
    UPDATE deliveries SET due_at = :lease_ends, attempts = attempts + 1, because = NULL
    WHERE id IN (
        SELECT id FROM deliveries WHERE state = 'waiting' AND kind = 'judge' AND due_at <= :now ORDER BY due_at LIMIT :batch
        FOR UPDATE SKIP LOCKED
    )
    RETURNING *
""")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_ASKED_AT = deliveries.c.payload["asked_at"].astext


def claim(connection: Connection, now: datetime, lease_ends: datetime, batch: int) -> list[Delivery]:
    """Take what is due, in a transaction of every community; nobody else gets it before the lease ends."""
    rows = connection.execute(_CLAIM, {"now": now, "lease_ends": lease_ends, "batch": batch}).mappings()
    return sorted((delivery_of(row) for row in rows), key=lambda one: (one.created_at, one.id))


def lock(connection: Connection, community: str) -> None:
    """Until the transaction ends, nobody else counts this community's."""
    connection.execute(_LOCK, {"name": f"judge/{community}"})


def waiting_before(connection: Connection, entry: Delivery) -> int:
    """How many of the community's have waited longer."""
    mine = deliveries.c
    older = or_(mine.created_at < entry.created_at, and_(mine.created_at == entry.created_at, mine.id < entry.id))
    query = select(func.count()).where(
        _of(entry.community), mine.state == DeliveryState.WAITING.value, _ASKED_AT.is_(None), older
    )
    return int(connection.scalar(query) or 0)


def asked_since(connection: Connection, community: str, since: datetime) -> int:
    """How many the model has been asked about since then, also those it is asked about right now."""
    query = select(func.count()).where(_of(community), moment(since) <= _ASKED_AT)
    return int(connection.scalar(query) or 0)


def spent_since(connection: Connection, community: str, since: datetime) -> Decimal:
    """In the currency of the policy; of those that it is asked about right now the most that they can come to."""
    cost = func.sum(cast(deliveries.c.payload["cost"].astext, Numeric))
    return Decimal(connection.scalar(select(cost).where(_of(community), moment(since) <= _ASKED_AT)) or 0)


def note(connection: Connection, entry: Delivery, more: Mapping[str, Any]) -> None:
    """Beside what its payload holds."""
    query = update(deliveries).where(deliveries.c.id == entry.id)
    connection.execute(query.values(payload=deliveries.c.payload.op("||")(cast(dict(more), deliveries.c.payload.type))))


def moment(at: datetime) -> str:
    """As it stands in a payload: times compare as their texts do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _of(community: str) -> ColumnElement[bool]:
    return and_(deliveries.c.community == community, deliveries.c.kind == DeliveryKind.JUDGE.value)
