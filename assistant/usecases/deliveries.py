"""The outbox, listed and driven again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from assistant.store import audit, deliveries
from assistant.store.database import Database
from assistant.types import Delivery, DeliveryState


def list_deliveries(
    database: Database, community: str, state: DeliveryState | None, cursor: str | None, limit: int
) -> dict[str, Any]:
    """Blocks on the database. Raises: InvalidInput."""
    with database.transaction(community) as transaction:
        page = deliveries.page(transaction, community, state, cursor, limit)
        counts = deliveries.counts(transaction, community)
    return {
        "deliveries": [render_delivery(one) for one in page.rows],
        "counts": dict(counts),
        "next_cursor": page.next_cursor,
    }


def redrive_deliveries(
    database: Database, community: str, ids: Sequence[str] | None, *, actor: str, now: datetime
) -> int:
    """How many wait again. Blocks on the database. Raises: NotFound."""
    with database.transaction(community) as transaction:
        number = deliveries.redrive(transaction, community, ids, now)
        details = {"deliveries": number}
        audit.write(transaction, community, now, actor=actor, action="redrive", subject="outbox", details=details)
    return number


def render_delivery(one: Delivery) -> dict[str, Any]:
    """What it is and how it went; no word that a member wrote or reads."""
    do = one.payload.get("do") or one.payload.get("type") or one.kind.value
    return {
        "id": one.id,
        "kind": one.kind.value,
        "do": do,
        "state": one.state.value,
        "because": one.because,
        "attempts": one.attempts,
        "connection_id": one.connection_id,
        "decision_id": one.decision_id,
        "case_id": one.case_id,
        "due_at": one.due_at.isoformat(),
        "created_at": one.created_at.isoformat(),
        "finished_at": one.finished_at.isoformat() if one.finished_at else None,
    }
