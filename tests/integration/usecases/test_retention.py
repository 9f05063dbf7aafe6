"""What is to be forgotten is forgotten on time, however long some of it takes and whatever else fails."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from assistant.errors import DatabaseUnavailable
from assistant.settings import RetentionSettings
from assistant.store import communities, purging
from assistant.store.database import Database, read_url
from assistant.store.embedded import ServerUrls
from assistant.store.purging import alone
from assistant.store.retention import Purged
from assistant.store.writer import write_all
from assistant.usecases.retention import purge_alone, purge_due
from tests.integration.store.making import NOW, TEXT, decision
from tests.live_service import own_database

KEPT = RetentionSettings()
LATER = NOW + timedelta(days=40)
TABLES = [
    ("faq_conversations", "DELETE"),
    ("decisions", "UPDATE"),
    ("content_posts", "DELETE"),
    ("idempotency_keys", "DELETE"),
]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerUrls]:
    """Its own: nothing else purges there."""
    with own_database(Path(tmp_path_factory.mktemp("retention"))) as urls:
        yield urls


@pytest.fixture
def quick(own: ServerUrls) -> Iterator[Database]:
    """No answer may take longer than a moment."""
    database = Database(own.app, 2, 0.3)
    yield database
    database.close()


@pytest.fixture
def community(quick: Database) -> str:
    name = f"c{secrets.token_hex(6)}"
    with quick.transaction(name) as connection:
        communities.create(connection, communities.Community(name, name, "en", NOW))
        connection.execute(
            text(
                "INSERT INTO faq_conversations (id, community, owner_hash, language, state, created_at, updated_at)"
                " SELECT :community || n, :community, '', 'en', 'bot', :at, :at FROM generate_series(1, 1200) AS n"
            ),
            {"community": name, "at": NOW},
        )
    write_all(quick, [decision(name, text=TEXT, text_expires_at=NOW + timedelta(days=30))])
    return name


@contextmanager
def on(own: ServerUrls, table: str, event: str, body: str) -> Iterator[None]:
    """Something that ``table`` does whenever a statement of that kind is made."""
    engine = create_engine(read_url(own.owner), isolation_level="AUTOCOMMIT")
    with engine.connect() as owner:
        owner.execute(
            text(
                f"CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body}; RETURN NULL; END$$;"
                f"CREATE TRIGGER spoil AFTER {event} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION spoil()"
            )
        )
        try:
            yield
        finally:
            owner.execute(text("DROP FUNCTION spoil CASCADE"))
    engine.dispose()


def left(database: Database, community: str) -> tuple[int, int]:
    """Conversations, and decisions with their words."""
    with database.transaction(community) as connection:
        return (
            connection.scalar(text("SELECT count(*) FROM faq_conversations")) or 0,
            connection.scalar(text("SELECT count(*) FROM decisions WHERE text IS NOT NULL")) or 0,
        )


@pytest.mark.parametrize(("table", "event"), TABLES)
def test_what_takes_longer_than_an_answer_may_is_forgotten_all_the_same(
    own: ServerUrls, quick: Database, community: str, table: str, event: str
) -> None:
    assert left(quick, community) == (1200, 1)
    with on(own, table, event, "PERFORM pg_sleep(0.5)"):
        purge_due(quick, lambda: LATER, KEPT)
    assert left(quick, community) == (0, 0)


@pytest.mark.parametrize(("table", "event"), TABLES)
def test_what_fails_keeps_nothing_else_from_being_forgotten(
    own: ServerUrls, quick: Database, community: str, table: str, event: str
) -> None:
    with (
        on(own, table, event, "RAISE EXCEPTION 'no'"),
        pytest.raises(Exception, match="no"),
    ):
        purge_due(quick, lambda: LATER, KEPT)
    spoilt = {"faq_conversations": (1200, 0), "decisions": (0, 1)}
    assert left(quick, community) == spoilt.get(table, (0, 0))
    purge_due(quick, lambda: LATER, KEPT)
    assert left(quick, community) == (0, 0)


def test_what_is_too_slow_even_so_keeps_nothing_else(
    own: ServerUrls, quick: Database, community: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "PURGING_S", 0.3)
    with on(own, "decisions", "UPDATE", "PERFORM pg_sleep(3)"), pytest.raises(DatabaseUnavailable):
        purge_due(quick, lambda: LATER, KEPT)
    assert left(quick, community) == (0, 1)
    purge_due(quick, lambda: LATER, KEPT)


def test_of_several_processes_one_forgets_at_a_time(own: ServerUrls, quick: Database, community: str) -> None:
    other = Database(own.app, 2, 5)
    with on(own, "faq_conversations", "DELETE", "PERFORM pg_sleep(1)"), ThreadPoolExecutor() as threads:
        first = threads.submit(purge_alone, other, lambda: LATER, KEPT)
        while not _is_held(own):
            time.sleep(0.02)
        began = time.monotonic()
        assert purge_alone(quick, lambda: LATER, KEPT) == Purged()
        assert time.monotonic() - began < 0.9
        assert left(quick, community)[1] == 1
        first.result()
    assert left(quick, community) == (0, 0)
    other.close()


def _is_held(own: ServerUrls) -> bool:
    engine = create_engine(read_url(own.owner))
    with engine.begin() as connection:
        found = connection.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"))
    engine.dispose()
    return bool(found)


def test_whoever_fails_or_dies_is_followed_by_another(own: ServerUrls, quick: Database, community: str) -> None:
    with on(own, "decisions", "UPDATE", "RAISE EXCEPTION 'no'"), pytest.raises(Exception, match="no"):
        purge_alone(quick, lambda: LATER, KEPT)
    with alone(quick) as first, alone(quick) as second:
        assert (first, second) == (True, False)
        assert purge_alone(quick, lambda: LATER, KEPT) == Purged()
    assert left(quick, community)[1] == 1
    assert purge_alone(quick, lambda: LATER, KEPT).decision_texts >= 1
    assert left(quick, community) == (0, 0)


def test_a_server_that_is_away_is_asked_once(tmp_path: Path) -> None:
    asked = []

    def step() -> int:
        asked.append(1)
        Database(f"postgresql://u:p@/d?host={tmp_path}", 2, 0.3).ping()
        return 0

    with pytest.raises(DatabaseUnavailable):
        purging.every(step, step, step)
    assert len(asked) == 1
