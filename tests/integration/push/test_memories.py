"""A memory is read anew beside the requests, and never older than it says."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from assistant.errors import DatabaseUnavailable
from assistant.store import touches
from assistant.usecases.members.folding import embedder_of, model_of
from assistant.usecases.push.memories import AHEAD_S, FRESH_S

CONSENTS = [{"purpose": "profiling", "granted": True}]


@pytest.fixture
def held(service, community):
    """The community's memory as it is given, after it was made ``age`` seconds old."""
    embedder = embedder_of(service.assistant)

    def get(age: float | None = None):
        kept = service.assistant.memories.get(
            service.assistant.database, community, model_of(embedder), embedder.dimensions, datetime.now(UTC)
        )
        if age is None:
            return kept
        kept.checked = time.monotonic() - age
        return get()

    get()
    return get


def wait_until(true, seconds=5.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "not within the time"
        time.sleep(0.01)


def test_requests_go_on_while_it_is_read_and_wait_once_it_is_too_old(held, monkeypatch):
    begun, go_on, read = threading.Event(), threading.Event(), touches.received

    def slow(*given):
        begun.set()
        assert go_on.wait(10)
        return read(*given)

    monkeypatch.setattr(touches, "received", slow)
    kept = held(AHEAD_S + 0.1)
    assert begun.wait(5)
    with kept.lock:
        """Nobody holds it while the database is asked."""
    assert held() is kept
    kept.checked = time.monotonic() - FRESH_S
    waiting = threading.Thread(target=held)
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    go_on.set()
    waiting.join(5)
    assert not waiting.is_alive()
    assert time.monotonic() - kept.checked < FRESH_S


def test_what_fails_beside_a_request_fails_the_next_that_needs_it(held, monkeypatch):
    def unavailable(*_):
        raise DatabaseUnavailable("gone")

    with monkeypatch.context() as patched:
        patched.setattr(touches, "received", unavailable)
        kept = held(AHEAD_S + 0.1)
        wait_until(lambda: not kept.ahead)
        with pytest.raises(DatabaseUnavailable):
            held(FRESH_S)
    assert held(FRESH_S) is kept
    assert time.monotonic() - kept.checked < FRESH_S


def test_a_fresh_one_is_not_read(held, monkeypatch):
    asked = []
    monkeypatch.setattr(touches, "received", lambda *_: asked.append(1) or [])
    held(0.0)
    time.sleep(0.05)
    assert not asked


def test_a_batch_is_read_once_and_again_only_when_more_of_it_is_there(held, service, client, community, monkeypatch):
    asked, read = [], touches.received

    def noted(connection, name, arrived, *rest):
        asked.append(len(arrived))
        return read(connection, name, arrived, *rest)

    def tell(numbers):
        at = datetime.now(UTC).isoformat()
        events = [{"id": f"e{n}", "type": "click", "member_id": f"m{n}", "item_id": "i1", "at": at} for n in numbers]
        assert client.post("/v1/events", json={"events": events}).json()["errors"] == []

    client.put("/v1/items", json={"items": [{"id": "i1", "title": "a tent", "published_at": "2026-01-01T00:00:00Z"}]})
    client.put("/v1/members", json={"members": [{"id": f"m{n}", "consents": CONSENTS} for n in range(6)]})
    held(FRESH_S)
    monkeypatch.setattr(touches, "received", noted)
    for told in (range(3), range(3, 5), ()):
        if told:
            tell(told)
        kept = held(FRESH_S)
    assert asked == [1, 1, 0]
    with service.assistant.database.transaction(community) as connection:
        query = text("SELECT received_at FROM events WHERE community = :c AND id = 'e0'")
        first = connection.scalar(query, {"c": community})
    with monkeypatch.context() as patched:
        patched.setattr(service.assistant, "clock", lambda: first)
        tell([5])
    assert held(FRESH_S) is kept
    assert asked == [1, 1, 0, 1]
    assert all(len(kept.memory.past(f"m{n}")) == 1 for n in range(6))
