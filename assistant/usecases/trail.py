"""The audit trail, read."""

from __future__ import annotations

from typing import Any

from assistant.store import audit
from assistant.usecases.assistant import Assistant


def read_trail(
    assistant: Assistant, community: str, subject: str | None, before: int | None, limit: int
) -> dict[str, Any]:
    """Blocks on the database."""
    with assistant.database.transaction(community) as transaction:
        rows, next_before = audit.page(transaction, community, subject, before, limit)
    entries = [
        {
            "id": row.id,
            "at": row.at.isoformat(),
            "actor": row.actor,
            "action": row.action,
            "subject": row.subject,
            "reason": row.reason,
            "details": dict(row.details),
        }
        for row in rows
    ]
    return {"entries": entries, "next_before": next_before}
