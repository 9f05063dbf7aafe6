"""Months of events go whole, with their ids; words go before."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from sqlalchemy import text

from assistant.store import event_retention, events
from assistant.types.event import Event, EventType

OLD, KEPT, NOW = (datetime(2001, month, 15, tzinfo=UTC) for month in (3, 6, 7))
AFTER_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def put(database, community, event_id, at):
    event = Event(id=event_id, type=EventType.MESSAGE, member_id="m1", at=at, text="早安")
    events.make_months(database, [at], anew=True)
    with database.transaction(community) as connection:
        return events.put(connection, community, [event], NOW)


def rows(database, community, what):
    with database.transaction(community) as connection:
        return connection.execute(text(f"SELECT {what} FROM events ORDER BY id")).all()


def test_a_month_is_forgotten_whole_and_its_ids_with_it(database, community):
    assert put(database, community, "a", OLD) == {"a"}
    assert put(database, community, "b", KEPT) == {"b"}
    dropped = event_retention.purge(
        database, NOW, events_before=datetime(2001, 5, 20, tzinfo=UTC), texts_before=AFTER_NEVER
    )
    assert dropped >= 1
    assert rows(database, community, "id, text") == [("b", "早安")]
    assert put(database, community, "a", KEPT) == {"a"}, "its id is free again"
    assert put(database, community, "b", KEPT) == set()


def test_words_go_before_their_events(database, community):
    put(database, community, "a", KEPT)
    event_retention.purge(database, NOW, events_before=AFTER_NEVER, texts_before=datetime(2001, 7, 16, tzinfo=UTC))
    assert rows(database, community, "id, text") == [("a", None)]


def test_a_month_that_was_dropped_is_made_again(service, client, community):
    """A process that believes in a month which another dropped does not fail."""
    told = {"id": "x", "type": "view", "member_id": "m1", "at": datetime.now(UTC).isoformat(), "properties": {}}
    assert client.post("/v1/events", json={"events": [told]}).json()["taken"] == 1
    far = datetime(2002, 1, 1, tzinfo=UTC)
    events.make_months(service.assistant.database, [far])
    with service.assistant.database.transaction(None) as connection:
        events.drop_months(connection, datetime(2002, 3, 1, tzinfo=UTC))
    assert put(service.assistant.database, community, "y", far) == {"y"}


def test_two_processes_make_the_same_month(database, community):
    shared = datetime(2031, 7, 15, tzinfo=UTC)
    with ThreadPoolExecutor(1) as other:
        with database.transaction(None) as first:
            first.execute(text("SELECT make_event_month(:at)"), {"at": shared})
            second = other.submit(events.make_months, database, [shared], anew=True)
            waited = time.monotonic() + 10
            while not _somebody_waits(first) and time.monotonic() < waited:
                time.sleep(0.02)
        second.result(10)
    assert put(database, community, "a", shared) == {"a"}


def _somebody_waits(connection):
    return connection.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))
