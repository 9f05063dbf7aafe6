"""The database in a file, and back: every row of every community, and in force what was in force."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import psycopg
import pytest

from assistant.cli.exits import Exit
from assistant.store.embedded import EmbeddedServer, cluster
from assistant.store.embedded.folder import Folder
from tests.commands import command
from tests.integration.cli.conftest import Service, environment


def rows(data_dir: Path) -> dict[str, int]:
    """Of every table, as nobody's policy limits them."""
    server = EmbeddedServer(data_dir)
    app = server.start().app
    try:
        folder = Folder(data_dir)
        password = cluster.password(folder, cluster.SUPERUSER)
        with psycopg.connect(app, user=cluster.SUPERUSER, password=password) as connection:
            names = connection.execute(
                "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
                " WHERE schemaname IN ('public', 'parts')"
            ).fetchall()
            return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for (name,) in names}
    finally:
        server.stop()


@pytest.fixture
def file(service: Service, tmp_path: Path) -> Path:
    """Made beside the running service."""
    done = command("backup", str(tmp_path / "b.dump"), env=service.environment)
    assert done.returncode == 0, done.stderr
    assert "secret.key" in done.stderr
    return tmp_path / "b.dump"


@pytest.mark.parametrize("name", ["new", "a folder, its path very long " + "x" * 90])
def test_what_was_there_is_there_again(service: Service, file: Path, tmp_path: Path, name: str) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["b.dump"]
    new = tmp_path / name
    new.mkdir(mode=0o700)
    shutil.copy(service.data_dir / "secret.key", new)
    done = command("restore", str(file), env=environment(new))
    assert done.returncode == 0, done.stderr
    assert "put secret.key back" not in done.stderr
    before, after = rows(service.data_dir), rows(new)
    assert set(before) == set(after)
    assert before["public.faq_entries"] == after["public.faq_entries"] > 0
    assert before["public.api_keys"] >= after["public.api_keys"] > 0
    listed = command("keys", "list", "--community", "demo", env=environment(new))
    assert "demo.key" in listed.stdout
    again = command("restore", str(file), env=environment(new))
    assert again.returncode == Exit.CANNOT_START
    assert "holds a database already" in again.stderr
    copied = command("backup", str(tmp_path / "c.dump"), env=environment(new))
    assert copied.returncode == 0, copied.stderr


def test_what_strangers_may_not_call_they_still_may_not(service: Service, file: Path, tmp_path: Path) -> None:
    assert command("restore", str(file), env=environment(tmp_path / "new")).returncode == 0
    server = EmbeddedServer(tmp_path / "new")
    urls = server.start()
    try:
        with psycopg.connect(urls.app) as connection:
            assert connection.execute("SELECT count(*) FROM faq_entries").fetchone() == (0,)
            open_to_all = connection.execute(
                "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
                " AND has_function_privilege('public', oid, 'EXECUTE')"
            ).fetchall()
            assert open_to_all == []
    finally:
        server.stop()


def test_what_is_no_backup_leaves_an_empty_database_that_another_goes_into(
    service: Service, file: Path, tmp_path: Path
) -> None:
    (tmp_path / "text").write_text("no dump")
    (tmp_path / "half").write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    env = environment(tmp_path / "new")
    for wrong in ("text", "half"):
        refused = command("restore", str(tmp_path / wrong), env=env)
        assert refused.returncode == Exit.CANNOT_START
        assert "pg_restore failed" in refused.stderr
    done = command("restore", str(file), env=env)
    assert done.returncode == 0, done.stderr
    assert "put secret.key back" in done.stderr


@pytest.mark.parametrize("linked", [False, True])
def test_what_is_no_file_is_not_replaced(service: Service, tmp_path: Path, linked: bool) -> None:
    os.mkfifo(tmp_path / "pipe")
    name = tmp_path / ("out" if linked else "pipe")
    if linked:
        name.symlink_to("pipe")
    refused = command("backup", str(name), env=service.environment)
    assert refused.returncode == Exit.USAGE
    assert "FILE" in refused.stderr
    assert (tmp_path / "pipe").is_fifo()
    assert name.is_symlink() == linked


def test_a_link_goes_on_leading_to_the_backup(service: Service, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "monday").write_text("last week's")
    (tmp_path / "latest").symlink_to("disk/monday")
    done = command("backup", str(tmp_path / "latest"), env=service.environment)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "latest").is_symlink()
    assert (tmp_path / "disk" / "monday").read_bytes().startswith(b"PGDMP")


def test_what_cannot_be_done_is_said(service: Service, tmp_path: Path) -> None:
    assert command("restore", str(tmp_path / "none"), env=environment(tmp_path / "a")).returncode == Exit.USAGE
    unwritable = command("backup", str(tmp_path / "none" / "b"), env=service.environment)
    assert unwritable.returncode == Exit.USAGE
    assert "FILE" in unwritable.stderr
    nothing = command("backup", str(tmp_path / "b"), env=environment(tmp_path / "a"))
    assert nothing.returncode == Exit.CANNOT_START
    assert not (tmp_path / "a").exists()
    outside = environment(tmp_path / "a") | {"ASSISTANT_DATABASE_URL": "postgresql://u:p@h/d"}
    for words in (("backup", str(tmp_path / "b")), ("restore", __file__)):
        refused = command(*words, env=outside)
        assert refused.returncode == Exit.CANNOT_START
        assert "pg_dump" in refused.stderr
