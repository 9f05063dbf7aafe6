"""Listing decisions, and forgetting them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from assistant.errors import InvalidInput, NotFound
from assistant.store import decisions, feedback, retention
from assistant.store.database import EVERY_COMMUNITY, Database
from assistant.store.decisions import Filters
from assistant.store.paging import write_cursor
from assistant.store.writer import NewDecision, write_all
from tests.integration.store.making import NOW, TEXT, decision, idempotency

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def listed(database: Database, community: str, limit: int = 50, **filters: object) -> list[str]:
    """Ids over all pages."""
    ids, cursor = [], None
    with database.transaction(community) as connection:
        while True:
            page = decisions.page(connection, Filters(community, **filters), cursor, limit)
            assert len(page.rows) <= limit
            ids += [row.id for row in page.rows]
            if page.next_cursor is None:
                return ids
            cursor = page.next_cursor


@pytest.fixture
def made(database: Database, community: str) -> list[NewDecision]:
    """Forty decisions, three in each second, the oldest first."""
    new = [
        decision(
            community,
            created_at=NOW + timedelta(seconds=n // 3),
            action=["allow", "review", "block"][n % 3],
            labels=[(), ("spam",), ("spam", "custom:競品")][n % 3],
            member_id=f"u{n % 4}",
            channel=["general", None][n % 2],
        )
        for n in range(40)
    ]
    write_all(database, new)
    return new


def expected(made: list[NewDecision], holds: object) -> list[str]:
    kept = [new for new in made if holds(new)]
    return [new.id for new in sorted(kept, key=lambda new: (new.created_at, new.id), reverse=True)]


@pytest.mark.parametrize("limit", [1, 7, 40, 50])
def test_pages_are_complete_and_newest_first(
    database: Database, community: str, made: list[NewDecision], limit: int
) -> None:
    assert listed(database, community, limit) == expected(made, lambda new: True)


@pytest.mark.parametrize(
    ("filters", "holds"),
    [
        ({"action": "block"}, lambda new: new.response["action"] == "block"),
        ({"action": "allow"}, lambda new: new.response["action"] == "allow"),
        ({"flagged": True}, lambda new: new.response["flagged"]),
        ({"flagged": False}, lambda new: not new.response["flagged"]),
        ({"label": "custom:競品"}, lambda new: "custom:競品" in new.labels),
        ({"label": "spam", "action": "review"}, lambda new: new.labels == ("spam",)),
        ({"member_id": "u3"}, lambda new: new.member_id == "u3"),
        ({"channel": "general"}, lambda new: new.channel == "general"),
        ({"since": NOW + timedelta(seconds=5)}, lambda new: new.created_at >= NOW + timedelta(seconds=5)),
        ({"until": NOW + timedelta(seconds=5)}, lambda new: new.created_at < NOW + timedelta(seconds=5)),
    ],
)
def test_filters(database: Database, community: str, made: list[NewDecision], filters: dict, holds: object) -> None:
    assert listed(database, community, 6, **filters) == expected(made, holds) != []


def test_new_decisions_do_not_shift_pages(database: Database, community: str, made: list[NewDecision]) -> None:
    with database.transaction(community) as connection:
        first = decisions.page(connection, Filters(community), None, 20)
    write_all(database, [decision(community, created_at=NOW + timedelta(days=1)) for _ in range(5)])
    with database.transaction(community) as connection:
        second = decisions.page(connection, Filters(community), first.next_cursor, 20)
    assert [row.id for row in (*first.rows, *second.rows)] == expected(made, lambda new: True)
    assert second.next_cursor is None


@pytest.mark.parametrize(
    "cursor",
    [
        *("", "x", "%%%", "é", "MjAyNi0xMS0wMg", "MjAyNi0xMS0wMiBk", "AAAA"),
        write_cursor("decisions", NOW, "a\0b"),
        write_cursor("decisions", NOW, ""),
        write_cursor("decisions", NOW.replace(tzinfo=None), "dec_1"),
        write_cursor("cases", NOW, "dec_1"),
    ],
)
def test_a_wrong_cursor_is_named(database: Database, community: str, cursor: str) -> None:
    with pytest.raises(InvalidInput) as caught, database.transaction(community) as connection:
        decisions.page(connection, Filters(community), cursor, 10)
    assert caught.value.field == "cursor"


def test_rare_labels_are_found_by_index(database: Database, community: str) -> None:
    """As the serving role: row-level security lets only leak-proof operators use an index."""
    write_all(database, [decision(community, action="allow", labels=()) for _ in range(1000)])
    write_all(database, [decision(community, labels=("fraud",))])
    with database.transaction(community) as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        plan = "\n".join(
            connection.scalars(
                text(
                    "EXPLAIN (ANALYZE, TIMING OFF) SELECT * FROM decisions WHERE community = :c AND 'fraud' = ANY (labels) "
                    "AND (flagged OR labels <> '{}') ORDER BY created_at DESC, id DESC LIMIT 50"
                ),
                {"c": community},
            )
        )
    assert "decisions_notable" in plan
    assert "Rows Removed" not in plan


def test_get_knows_only_its_community(database: Database, community: str, made: list[NewDecision]) -> None:
    with database.transaction(EVERY_COMMUNITY) as connection:
        assert decisions.get(connection, community, made[0].id).id == made[0].id
        with pytest.raises(NotFound):
            decisions.get(connection, "another", made[0].id)
        with pytest.raises(NotFound):
            decisions.get(connection, community, "dec_none")


def everything(database: Database, community: str) -> str:
    with database.transaction(community) as connection:
        rows = [
            *connection.scalars(text("SELECT d::text FROM decisions d")),
            *connection.scalars(text("SELECT k::text FROM idempotency_keys k")),
            *connection.scalars(text("SELECT f::text FROM feedback f")),
        ]
    return "\n".join(rows)


def test_no_word_survives_its_time(database: Database, community: str) -> None:
    new = decision(community, key="k", parts={"link.title": "標題在此"}, context=({"text": "前一句"},))
    young = decision(community, text="年輕的訊息還在", created_at=NOW + timedelta(days=1))
    write_all(database, [new], new.idempotency)
    write_all(database, [young])
    with database.transaction(community) as connection:
        feedback.add(
            connection,
            feedback.NewFeedback(
                community,
                NOW,
                "test",
                {"spam": 1.0},
                decision_id=new.id,
                text=TEXT,
                text_expires_at=new.text_expires_at,
            ),
        )
    assert "日结" in everything(database, community)
    done = retention.purge(database, new.text_expires_at, LONG_AGO, chunk=100)
    assert done.decision_texts >= 1
    assert done.feedback_texts >= 1
    kept = everything(database, community)
    for words in ("薇", "abc123", "日结", "標題", "前一句"):
        assert words not in kept
    assert "年輕的訊息還在" in kept
    with database.transaction(community) as connection:
        row = decisions.get(connection, community, new.id)
    assert row.text is None
    assert row.answer["masked_text"] is None
    assert row.answer["findings"][0] == {**new.response["findings"][0], "text": None}
    assert row.answer["scores"] == new.response["scores"]


def test_purge_removes_old_decisions_and_expired_keys(database: Database, community: str) -> None:
    old = [decision(community, created_at=LONG_AGO, text_expires_at=None) for _ in range(25)]
    write_all(database, old, idempotency("old", "body", LONG_AGO))
    write_all(database, [decision(community)], idempotency("new", "body"))
    with database.transaction(community) as connection:
        feedback.add(connection, feedback.NewFeedback(community, NOW, "test", {}, decision_id=old[0].id))
    done = retention.purge(database, NOW, LONG_AGO + timedelta(days=1), chunk=10)
    assert (done.decisions, done.idempotency_keys) == (25, 1)
    assert len(listed(database, community)) == 1
    with database.transaction(community) as connection:
        assert connection.scalars(text("SELECT key FROM idempotency_keys")).all() == ["new"]
        assert feedback.list_since(connection, community, NOW)[0].decision_id is None
    assert not retention.purge(database, NOW, LONG_AGO + timedelta(days=1)).anything


def test_feedback_is_read_back(database: Database, community: str) -> None:
    new = feedback.NewFeedback(community, NOW, "perspective", {"TOXICITY": 0.2}, "key_1", None, "u1", "en", "hi", NOW)
    with database.transaction(community) as connection:
        added = feedback.add(connection, new)
        (stored,) = feedback.list_since(connection, community, NOW)
    assert stored.id == added
    assert all(getattr(stored, name) == getattr(new, name) for name in new.__dataclass_fields__)
    with pytest.raises(ValueError, match="kept with the time"):
        feedback.NewFeedback(community, NOW, "perspective", {}, text="x")
