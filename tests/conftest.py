"""One embedded PostgreSQL for the whole run, served as the application's role: row-level security holds in every test."""

from __future__ import annotations

import gc
import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
import structlog

from assistant.backends.shipped import is_shipped
from assistant.store import communities
from assistant.store.database import Database
from assistant.store.embedded import ServerUrls
from tests.live_service import own_database

# Examples are what counts here, not how long one takes on a machine that others use too.
hypothesis.settings.register_profile(
    "suite", deadline=None, max_examples=50, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")

# Consoles look at these when the program is imported (tests/commands.py).
os.environ |= {"COLUMNS": "200", "NO_COLOR": "1"}

# Where a test logs without the service's configuration, structlog would draw every frame's locals: ten seconds an exception.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)

HAS_FAQ = is_shipped("models/embedder", "models/faq")
collect_ignore = (
    []
    if HAS_FAQ
    else [
        "e2e/test_widget.py",
        "integration/cli/test_faq.py",
        "integration/faq",
        "integration/web/test_faq_documents_routes.py",
        "unit/backends/test_static_embedder.py",
        "unit/models/test_embedder_card.py",
        "unit/models/test_embedder_training.py",
    ]
)


# What collecting twelve thousand tests makes stays until the end: no search for garbage need walk through it, neither meanwhile nor later.
gc.disable()

_FIRST = ("tests/unit/moderation", "tests/unit/backends", "tests/e2e", "tests/connectors", "tests/integration")
"""What computes comes first, beside the type check that computes too; then what waits for other processes, the longest first; then small
files, so that no test process is left alone with a long one."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next((at for at, it in enumerate(_FIRST) if item.nodeid.startswith(it)), len(_FIRST)))


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_report_header() -> str:
    """Said aloud, for tests are left out."""
    return (
        ""
        if HAS_FAQ
        else "NOTE: models/embedder or models/faq has no weights: the FAQ bot is not served, nor its surface tested"
    )


@pytest.fixture(scope="session")
def database_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("database")


@pytest.fixture(scope="session")
def database_urls(database_dir: Path) -> Iterator[ServerUrls]:
    """The URLs of a migrated database."""
    with own_database(database_dir) as urls:
        yield urls


@pytest.fixture(scope="session")
def database(database_urls: ServerUrls) -> Iterator[Database]:
    database = Database(database_urls.app, pool_size=8, timeout_s=5)
    yield database
    database.close()


@pytest.fixture
def community(database: Database) -> str:
    """The id of a community that no other test uses."""
    name = f"c{secrets.token_hex(6)}"
    with database.transaction(name) as connection:
        communities.create(connection, communities.Community(name, name, "en", datetime.now(UTC)))
    return name
