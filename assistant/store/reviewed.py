"""Decisions that people resolved: what thresholds are judged by."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from assistant.store.tables import cases, decisions
from assistant.types import CaseKind, CaseState, Resolution, Reviewed

_JUDGED = (CaseKind.REVIEW.value, CaseKind.REPORT.value, CaseKind.APPEAL.value)


def since(connection: Connection, community: str, start: datetime, limit: int = 20_000) -> list[Reviewed]:
    """The newest first, at most ``limit``; of several cases about one decision the one resolved last."""
    query = (
        select(decisions.c.id, decisions.c.scores, decisions.c.labels, cases.c.resolution)
        .join(cases, (cases.c.decision_id == decisions.c.id) & (cases.c.community == decisions.c.community))
        .where(
            decisions.c.community == community,
            cases.c.kind.in_(_JUDGED),
            cases.c.state == CaseState.RESOLVED.value,
            cases.c.resolution.in_((Resolution.APPROVE.value, Resolution.REMOVE.value)),
            cases.c.resolved_at >= start,
        )
        .order_by(cases.c.resolved_at.desc(), cases.c.id)
        .limit(limit)
    )
    found: dict[str, Reviewed] = {}
    for row in connection.execute(query).mappings():
        removed = row["resolution"] == Resolution.REMOVE.value
        found.setdefault(row["id"], Reviewed(dict(row["scores"]), tuple(row["labels"]), removed))
    return list(found.values())
