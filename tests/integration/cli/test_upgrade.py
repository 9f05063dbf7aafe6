"""Whose schema is changed when: by the service's start and by ``assistant upgrade``, and by nothing that merely works beside a service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command as alembic
from alembic.config import Config
from sqlalchemy import create_engine, text

from assistant.cli.exits import Exit
from assistant.store import schema
from assistant.store.database import read_url
from assistant.store.embedded import EmbeddedServer, ServerUrls
from assistant.wiring import has_faq
from tests.commands import command
from tests.integration.cli.conftest import Run, environment

OLDER = "0008"
OF_SHOP = ("--community", "shop")
BESIDE = [
    ("keys", "list"),
    ("communities", "create", "shop"),
    ("policy", "show", *OF_SHOP),
    ("outbox", "list", *OF_SHOP),
    ("connections", "list", *OF_SHOP),
    ("members", "export", "someone", *OF_SHOP),
    ("ranker", "show", *OF_SHOP),
    ("worker",),
    *([("faq", "jobs", *OF_SHOP), ("suggest", *OF_SHOP)] if has_faq() else []),
]


def revision(urls: ServerUrls) -> str:
    engine = create_engine(read_url(urls.owner))
    with engine.begin() as connection:
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    engine.dispose()
    return str(found)


@pytest.fixture
def older(tmp_path: Path) -> Iterator[ServerUrls]:
    """The embedded server of a data folder that an older version made, kept running as by its service."""
    server = EmbeddedServer(tmp_path / "data")
    urls = server.start()
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).with_name("migrations")))
    engine = create_engine(read_url(urls.owner))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic.upgrade(config, OLDER)
        connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO assistant_app"))
    engine.dispose()
    yield urls
    server.stop()


def test_the_doctor_tells_of_an_older_schema_and_leaves_it(run: Run, older: ServerUrls, tmp_path: Path) -> None:
    done = command("doctor", env=environment(tmp_path / "data") | {"ASSISTANT_PORT": "0", "COLUMNS": "400"})
    assert done.returncode == 0, done.stdout
    assert f"is {OLDER} and this version needs {schema.head()}" in done.stdout
    assert "assistant upgrade" in done.stdout
    assert revision(older) == OLDER
    assert not (tmp_path / "data" / "secret.key").exists()


def test_what_works_beside_a_service_says_what_to_do_and_leaves_an_older_schema(run: Run, older: ServerUrls) -> None:
    for arguments in BESIDE:
        done = run(*arguments)
        assert done.returncode == Exit.CANNOT_START, done.stderr
        assert "assistant upgrade" in done.stderr
        assert revision(older) == OLDER


def test_an_upgrade_brings_it_here(run: Run, older: ServerUrls) -> None:
    for _ in range(2):
        done = run("upgrade")
        assert done.returncode == 0, done.stderr
        assert schema.head() in done.stdout
    assert revision(older) == schema.head()
    assert run("keys", "list").returncode == 0


def test_a_newer_schema_is_left_to_its_version(run: Run, older: ServerUrls) -> None:
    engine = create_engine(read_url(older.owner))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    for arguments in (("keys", "list"), ("upgrade",), ("doctor",)):
        done = run(*arguments)
        assert done.returncode == Exit.CANNOT_START
        assert "newer" in done.stdout + done.stderr
        assert "assistant upgrade" not in done.stdout + done.stderr
    assert revision(older) == "9999"


def test_the_doctor_makes_nothing_in_a_new_folder(tmp_path: Path) -> None:
    done = command("doctor", env=environment(tmp_path / "data") | {"ASSISTANT_PORT": "0"})
    assert done.returncode == 0, done.stdout
    assert "none yet" in done.stdout
    assert not (tmp_path / "data").exists()


def test_a_new_folder_needs_no_upgrade(run: Run) -> None:
    assert run("communities", "create", "shop").returncode == 0
    assert run("keys", "create", "--scope", "platform", "--community", "shop").returncode == 0
