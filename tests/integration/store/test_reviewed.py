"""What people resolved is read for thresholds, once per decision."""

from __future__ import annotations

from datetime import timedelta

from assistant.store import cases, reviewed
from assistant.store.database import Database
from assistant.store.writer import write_all
from assistant.types import CaseKind, Resolution
from tests.integration.store.making import decision
from tests.integration.store.platform_rows import NOW, case


def resolved(database: Database, community: str, decision_id: str, resolution: Resolution, minutes: int = 0) -> None:
    entry = case(community, kind=CaseKind.REVIEW, decision_id=decision_id)
    with database.transaction(community) as connection:
        cases.add(connection, entry)
        found = cases.get(connection, community, entry.id, lock=True)
        cases.resolve(connection, found, resolution, "mod", None, NOW + timedelta(minutes=minutes))


def test_only_resolved_reviews_since_then_count_and_the_last_word_holds(database: Database, community: str) -> None:
    first, second, waiting = (decision(community) for _ in range(3))
    write_all(database, [first, second, waiting])
    resolved(database, community, first.id, Resolution.REMOVE)
    resolved(database, community, first.id, Resolution.APPROVE, minutes=5)
    resolved(database, community, second.id, Resolution.REMOVE, minutes=-60)
    with database.transaction(community) as connection:
        recent = reviewed.since(connection, community, NOW - timedelta(minutes=1))
        everything = reviewed.since(connection, community, NOW - timedelta(days=1))
    assert [one.removed for one in recent] == [False]
    assert [one.removed for one in everything] == [False, True]
    assert everything[1].scores["spam"] == 0.98
    assert everything[1].labels == ("spam",)
