"""Forgetting beside the service."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from assistant.errors import DatabaseUnavailable
from assistant.settings import RetentionSettings
from assistant.store.database import Database
from assistant.store.retention import Purged
from assistant.usecases import retention

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database("postgresql://u:p@localhost/d")
    yield database
    database.close()


@pytest.mark.parametrize("fails", [False, True])
def test_a_service_that_ends_does_not_wait_for_a_statement_of_minutes(
    monkeypatch: pytest.MonkeyPatch, database: Database, fails: bool
) -> None:
    began, release = threading.Event(), threading.Event()

    def slow(*_: object) -> Purged:
        began.set()
        release.wait(5)
        if fails:
            raise DatabaseUnavailable
        return Purged()

    monkeypatch.setattr(retention, "purge_alone", slow)

    async def serve() -> None:
        task = asyncio.create_task(retention.keep_purging(database, lambda: NOW, RetentionSettings()))
        await asyncio.sleep(0)
        while not began.is_set():
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    started = time.monotonic()
    try:
        asyncio.run(serve())
        assert time.monotonic() - started < 3
    finally:
        release.set()
    for thread in threading.enumerate():
        if thread.name == "retention":
            thread.join(5)


def test_what_fails_is_tried_again(monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    tries: list[int] = []

    def failing(*_: object) -> Purged:
        tries.append(1)
        if len(tries) == 1:
            raise DatabaseUnavailable
        if len(tries) == 2:
            raise ValueError
        return Purged(decisions=1)

    monkeypatch.setattr(retention, "purge_alone", failing)
    monkeypatch.setattr(retention, "EVERY_S", 0.0)

    async def serve() -> None:
        task = asyncio.create_task(retention.keep_purging(database, lambda: NOW, RetentionSettings()))
        while len(tries) < 4:
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(serve())
