"""The audit trail: only ever added to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from assistant.store.tables import audit


@dataclass(frozen=True, slots=True)
class AuditRow:
    """``actor`` is a key's id, ``<platform>:<member id>``, or ``machine``; ``subject`` the id of what it was done to."""

    id: int
    community: str
    at: datetime
    actor: str
    action: str
    subject: str
    reason: str
    details: Mapping[str, Any]


def write(
    connection: Connection,
    community: str,
    now: datetime,
    *,
    actor: str,
    action: str,
    subject: str,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    row = {"community": community, "at": now, "actor": actor, "action": action, "subject": subject, "reason": reason}
    connection.execute(insert(audit).values(row | {"details": dict(details or {})}))


def page(
    connection: Connection, community: str, subject: str | None, before: int | None, limit: int
) -> tuple[list[AuditRow], int | None]:
    """The newest first, with ids below ``before``; and the ``before`` of the next page."""
    query = select(audit).where(audit.c.community == community)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    if before is not None:
        query = query.where(audit.c.id < before)
    rows = [
        AuditRow(**row) for row in connection.execute(query.order_by(audit.c.id.desc()).limit(limit + 1)).mappings()
    ]
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None
