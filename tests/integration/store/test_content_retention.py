"""What content and push keep goes on time, and nothing before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from assistant.store import content_retention, retention
from tests.integration.store import content_rows, push_rows
from tests.integration.store.making import NOW

LATER = NOW + timedelta(days=800)


@pytest.fixture
def filled(database, community):
    with database.transaction(community) as connection:
        content_rows.fill(connection, community)
        push_rows.fill(connection, community)
    return community


def counts(database, community, *tables):
    with database.transaction(community) as connection:
        return [connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables]


def test_content_goes_when_its_time_is_up_and_what_is_planned_stays(database, filled):
    tables = ("content_drafts", "content_changes", "content_calendar", "content_posts", "content_spending")
    content_retention.purge(database, NOW)
    assert counts(database, filled, *tables) == [1, 1, 1, 1, 1]
    content_retention.purge(database, LATER)
    assert counts(database, filled, *tables) == [1, 1, 1, 0, 0]
    with database.transaction(filled) as connection:
        connection.execute(text("UPDATE content_calendar SET state = 'published'"))
    assert content_retention.purge(database, LATER, chunk=1) >= 1
    assert counts(database, filled, *tables) == [0, 0, 0, 0, 0]
    assert counts(database, filled, "content_settings") == [1]


def test_lists_and_sends_go_with_decisions_and_what_is_agreed_stays(database, filled):
    logged = ("recommendations", "sends")
    retention.purge(database, NOW, NOW)
    assert counts(database, filled, *logged) == [1, 1]
    retention.purge(database, NOW, NOW + timedelta(seconds=1))
    assert counts(database, filled, *logged) == [0, 0]
    assert counts(database, filled, "push_preferences", "campaigns", "items", "assignments") == [1, 1, 1, 1]
