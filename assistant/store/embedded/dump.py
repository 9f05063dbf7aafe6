"""A copy of the database in one file, and a new database out of it."""

from __future__ import annotations

import os
from pathlib import Path

from assistant.errors import EmbeddedDatabaseError
from assistant.store.embedded import cluster
from assistant.store.embedded.folder import Folder
from assistant.store.embedded.programs import run_client


def dump(data_dir: Path, file: Path) -> None:
    """Of the server that runs; as it is at this moment, whoever uses it. ``file`` is whole or not at all, and its owner's alone (0600).

    Raises:
        EmbeddedDatabaseError: it cannot be read, or ``file`` not be written.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _run(data_dir, "pg_dump", "--format=custom", f"--file={draft}")
        draft.replace(file)
    except OSError as error:
        raise EmbeddedDatabaseError(f"{file} cannot be written: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)


def load(data_dir: Path, file: Path) -> None:
    """Into the database of the server that runs, which has to be empty: all of it or nothing.

    Raises:
        EmbeddedDatabaseError: ``file`` is no dump, or it cannot be loaded.
    """
    _run(data_dir, "pg_restore", "--exit-on-error", "--single-transaction", f"--dbname={cluster.DATABASE}", str(file))


def _run(data_dir: Path, program: str, *arguments: str) -> None:
    """As the superuser: whom it is about, the rows of every community, is no question of policies."""
    folder = Folder(data_dir)
    host = folder.socket_folder()
    kept = (int(host.rpartition("/")[2]),) if host.startswith("/proc/self/fd/") else ()
    environment = {
        "PGHOST": host,
        "PGPORT": "5432",
        "PGUSER": cluster.SUPERUSER,
        "PGPASSWORD": cluster.password(folder, cluster.SUPERUSER),
        "PGDATABASE": cluster.DATABASE,
    }
    run_client(program, *arguments, environment=environment, keep=kept)
