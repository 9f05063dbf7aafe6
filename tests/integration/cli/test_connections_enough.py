"""However many processes the settings allow, the embedded server has connections for them, or they are told."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from assistant.cli.exits import Exit
from assistant.settings import Settings
from assistant.store.database import Database
from assistant.store.embedded import MAX_CONNECTIONS, ServerUrls
from tests.commands import command
from tests.integration.cli.conftest import environment


def test_the_most_workers_with_their_default_pools_are_served(database_urls: ServerUrls) -> None:
    most = next(one.le for one in Settings.model_fields["workers"].metadata if hasattr(one, "le"))
    wanted = (most + 1) * (Settings().database.pool_size + 1)
    assert wanted < MAX_CONNECTIONS
    with psycopg.connect(database_urls.app) as connection:
        assert connection.execute("SHOW max_connections").fetchone() == (str(MAX_CONNECTIONS),)


def test_a_hundred_and_fifty_at_once(database_urls: ServerUrls) -> None:
    database = Database(database_urls.app, 2, 5)
    with ExitStack() as held:
        for _ in range(150):
            held.enter_context(database.connect())
    database.close()


@pytest.mark.parametrize(("workers", "pool"), [(32, 100), (8, 60), (4, 100)])
def test_more_than_it_has_is_refused_by_the_settings_names(tmp_path: Path, workers: int, pool: int) -> None:
    env = environment(tmp_path) | {"ASSISTANT_DATABASE_POOL_SIZE": str(pool)}
    done = command("serve", "--workers", str(workers), "--port", "0", env=env)
    assert done.returncode == Exit.CANNOT_START
    assert "ASSISTANT_WORKERS" in done.stderr
    assert "ASSISTANT_DATABASE_POOL_SIZE" in done.stderr
