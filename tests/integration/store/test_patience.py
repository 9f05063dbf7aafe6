"""A server that is there and says nothing: stopped, its disk hanging, or behind a network that is gone."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from assistant.errors import DatabaseUnavailable
from assistant.store.database import Database
from assistant.store.embedded import ServerUrls, processes
from assistant.store.patience import GRACE_S
from tests.live_service import own_database

TIMEOUT_S = 1.0
CONNECT_S = 2.0
"""The driver's least time for a connection."""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServerUrls, Path]]:
    folder = tmp_path_factory.mktemp("patience")
    with own_database(folder) as urls:
        yield urls, folder / "postgres" / "data"


@contextmanager
def stopped(data: Path) -> Iterator[None]:
    pids = processes.running_in([data])
    assert pids
    processes.kill(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        processes.kill(pids, signal.SIGCONT)


def test_a_stopped_server_is_unavailable_in_time_and_found_again_afterwards(own: tuple[ServerUrls, Path]) -> None:
    urls, data = own
    database = Database(urls.app, 2, TIMEOUT_S)
    database.ping()
    beside = database.connect()
    with stopped(data):
        for most in (TIMEOUT_S + GRACE_S + CONNECT_S, CONNECT_S, CONNECT_S):
            began = time.monotonic()
            with pytest.raises(DatabaseUnavailable):
                database.ping()
            assert time.monotonic() - began < most + 2
        with pytest.raises(psycopg.OperationalError, match="in time"):
            beside.execute("SELECT 1")
        assert beside.closed
    database.ping()
    database.close()


def test_one_that_stops_in_the_middle_of_a_transaction(own: tuple[ServerUrls, Path]) -> None:
    urls, data = own
    database = Database(urls.app, 2, TIMEOUT_S)
    began = time.monotonic()

    def use() -> None:
        with database.transaction("c1") as connection:
            connection.execute(text("SELECT 1"))
            with stopped(data):
                connection.execute(text("SELECT 2"))

    with pytest.raises(DatabaseUnavailable):
        use()
    assert time.monotonic() - began < TIMEOUT_S + GRACE_S + 3
    with database.transaction("c1") as connection:
        assert connection.scalar(text("SELECT current_setting('assistant.community')")) == "c1"
    database.close()


def test_a_statement_that_may_take_longer_does(own: tuple[ServerUrls, Path]) -> None:
    urls, _ = own
    database = Database(urls.app, 1, 0.2)
    with database.transaction(None, 20) as connection:
        assert connection.scalar(text("SELECT 1 FROM pg_sleep(:s)"), {"s": 0.2 + GRACE_S + 0.5}) == 1
    began = time.monotonic()
    with pytest.raises(DatabaseUnavailable), database.transaction(None) as connection:
        connection.execute(text("SELECT pg_sleep(10)"))
    assert time.monotonic() - began < GRACE_S, "the server's own limit comes first, and keeps the connection"
    database.close()


def test_a_connection_in_the_pool_is_not_waited_for_as_long_as_its_last_user_might(
    own: tuple[ServerUrls, Path],
) -> None:
    urls, data = own
    database = Database(urls.app, 1, TIMEOUT_S)
    with database.transaction(None, 600) as connection:
        connection.execute(text("SELECT 1"))
    began = time.monotonic()
    with stopped(data), pytest.raises(DatabaseUnavailable):
        database.ping()
    assert time.monotonic() - began < TIMEOUT_S + GRACE_S + CONNECT_S + 2
    database.close()


def test_what_is_large_is_read_whole(own: tuple[ServerUrls, Path]) -> None:
    urls, _ = own
    database = Database(urls.app, 1, TIMEOUT_S)
    with database.transaction(None) as connection:
        rows = connection.execute(text("SELECT n, repeat('大', 500) FROM generate_series(1, 20000) AS n")).all()
    assert [row[0] for row in rows] == list(range(1, 20_001))
    database.close()


@pytest.mark.parametrize("size", [100_000, 400_000])
def test_many_rows_of_which_each_is_quick_may_take_longer_together(own: tuple[ServerUrls, Path], size: int) -> None:
    urls, _ = own
    database = Database(urls.app, 1, 0.5)
    rows = [{"s": 0.15, "text": "x" * size} for _ in range(30)]
    with database.transaction(None) as connection:
        connection.execute(text("SELECT pg_sleep(:s), CAST(:text AS text)"), rows)
    database.close()


def test_a_lost_network_is_noticed_by_asking(own: tuple[ServerUrls, Path]) -> None:
    urls, _ = own
    database = Database(urls.app, 1, TIMEOUT_S)
    with database.connect() as connection:
        asked = connection.info.get_parameters()
    assert 0 < int(asked["keepalives_idle"]) <= 60
    assert int(asked["keepalives_idle"]) + int(asked["keepalives_interval"]) * int(asked["keepalives_count"]) < 120
    database.close()
