"""A member's record on one connection."""

from __future__ import annotations

from typing import Any

from assistant.store import connections, penalties
from assistant.usecases.assistant import Assistant

MOST = 100


def member_record(assistant: Assistant, community: str, connection_id: str, member_id: str) -> dict[str, Any]:
    """The points that count now, and the newest strikes and penalties. Blocks on the database. Raises: NotFound."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        row = connections.get(transaction, community, connection_id)
        points = penalties.points(transaction, community, connection_id, member_id, now, dry_run=row.dry_run)
        strikes, steps = penalties.of_member(transaction, community, connection_id, member_id, MOST)
    return {
        "member_id": member_id,
        "connection_id": connection_id,
        "points": points,
        "strikes": [
            {
                "decision_id": one.decision_id,
                "label": one.label,
                "weight": one.weight,
                "dry_run": one.dry_run,
                "created_at": one.created_at.isoformat(),
                "expires_at": one.expires_at.isoformat(),
                "revoked_at": one.revoked_at.isoformat() if one.revoked_at else None,
            }
            for one in strikes
        ],
        "penalties": [
            {
                "id": one.id,
                "decision_id": one.decision_id,
                "step": one.step.value,
                "state": one.state.value,
                "because": one.because,
                "ends_at": one.ends_at.isoformat() if one.ends_at else None,
                "created_at": one.created_at.isoformat(),
                "lifted_at": one.lifted_at.isoformat() if one.lifted_at else None,
            }
            for one in steps
        ],
    }
