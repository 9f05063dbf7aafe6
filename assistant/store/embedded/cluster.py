"""A database cluster, made whole or not at all: built under another name with its roles and database, then renamed."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from pathlib import Path

import structlog

from assistant.errors import EmbeddedDatabaseError
from assistant.store.embedded.folder import Folder
from assistant.store.embedded.programs import MAJOR, Account, Programs

_log = structlog.get_logger()

OWNER, APP, DATABASE = "assistant_owner", "assistant_app", "assistant"
SUPERUSER = "postgres"
_PASSWORDS = "assistant-passwords.json"

_SETUP = """
CREATE EXTENSION vector;

CREATE ROLE {owner} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{owner_password}';

CREATE ROLE {app} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{app_password}';

CREATE DATABASE {database} OWNER {owner};

REVOKE ALL ON DATABASE {database} FROM PUBLIC;

GRANT CONNECT ON DATABASE {database} TO {app};

"""
"""Run in ``template1``, of which the database is then a copy: only a superuser may create the extension. An empty line ends a statement."""


def make_if_missing(folder: Folder, account: Account, programs: Programs) -> None:
    """Leave a complete cluster in ``folder.data``. What an interrupted attempt left is removed first.

    Raises:
        EmbeddedDatabaseError: the cluster is another major version's, or could not be made.
    """
    if folder.data.exists():
        _check_version(folder)
        return
    shutil.rmtree(folder.unfinished, ignore_errors=True)
    folder.make_owned(folder.unfinished, account.uid, account.gid)
    new = folder.unfinished.name
    passwords = {role: secrets.token_urlsafe(32) for role in (SUPERUSER, OWNER, APP)}
    password_file = folder.home / "password.new"
    _write_private(password_file, passwords[SUPERUSER])
    programs.run("initdb", f"--pgdata={new}", f"--pwfile={password_file.name}", f"--username={SUPERUSER}", *_INITDB)
    password_file.unlink()
    names = {"owner": OWNER, "app": APP, "database": DATABASE}
    setup = _SETUP.format(**names, owner_password=passwords[OWNER], app_password=passwords[APP])
    single = ("--single", "-j", "-D", new, "-c", "exit_on_error=true", "-c", "log_checkpoints=off")
    programs.run("postgres", *single, "template1", script=setup)
    _write_private(folder.unfinished / _PASSWORDS, json.dumps(passwords))
    folder.unfinished.rename(folder.data)
    _sync_folder(folder.home)
    _log.info("a new, empty database was made: ASSISTANT_DATA_DIR says where one is", folder=str(folder.root))


_INITDB = (
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
    "--wal-segsize=4",
    "--sync-method=syncfs",
)


def password(folder: Folder, role: str) -> str:
    """
    Raises:
        EmbeddedDatabaseError: the file of passwords is gone or unreadable.
    """
    path = folder.data / _PASSWORDS
    try:
        return str(json.loads(path.read_text())[role])
    except (OSError, ValueError, KeyError) as error:
        raise EmbeddedDatabaseError(f"the database's passwords cannot be read from {path}: {error!r}") from None


def _check_version(folder: Folder) -> None:
    try:
        made_by = (folder.data / "PG_VERSION").read_text().strip()
    except OSError as error:
        raise EmbeddedDatabaseError(
            f"{folder.data} is not a whole database: {error}. Restore it from a backup."
        ) from None
    if made_by != str(MAJOR):
        raise EmbeddedDatabaseError(
            f"{folder.data} was made by PostgreSQL {made_by}, and this is {MAJOR}: dump it with the version of the assistant "
            "that made it, move it away, start, and restore the dump."
        )


def _write_private(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:  # noqa: PTH123 - mode from the start
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    entry = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)
