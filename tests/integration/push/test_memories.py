"""A memory is read anew beside the requests, and never older than it says."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest

from assistant.errors import DatabaseUnavailable
from assistant.store import touches
from assistant.usecases.members.folding import embedder_of, model_of
from assistant.usecases.push.memories import AHEAD_S, FRESH_S


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
