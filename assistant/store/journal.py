"""Decisions that could not be stored in time, in a file on this machine until they can be.

One file per process, each line one decision in JSON, on the disk (fsync) before its platform is answered. What is read back is stored under
the decision's idempotency key: whatever of it had been stored already stays as it was. The files hold what members wrote: 0600, and gone
once they are stored.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import secrets
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson
import psycopg
import structlog
from pydantic import TypeAdapter, ValidationError

from assistant.errors import AssistantError, DatabaseUnavailable, Unavailable
from assistant.store.database import OVER_LIMITS, Database
from assistant.store.writer import NewDecision, write_all

log = structlog.get_logger()

MAX_BYTES = 256 * 1024 * 1024
_ADAPTER: TypeAdapter[NewDecision] = TypeAdapter(NewDecision)


class Journal:
    """``folder`` is shared by the processes of this machine; ``replay`` takes over the files of those that are gone.

    Each has a thread of its own: a database that has stalled holds ``replay`` up, and that is when ``append`` is needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: int | None = None
        self._path: Path | None = None
        self._waiting = 0
        self._stored_bytes = 0
        self._lock = threading.Lock()  # over what the file holds; never held while the database is asked
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._replaying = ThreadPoolExecutor(1, thread_name_prefix="journal-replay")

    @property
    def waiting(self) -> int:
        """Decisions of this process that are not stored yet."""
        return self._waiting

    async def append(self, new: NewDecision) -> None:
        """Returns once it is on the disk.

        Raises:
            Unavailable: the disk is full, or the journal.
        """
        line = write_line(new)
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._append, line)
        except OSError as error:
            log.warning("the journal cannot be written", error=error.strerror)
            raise Unavailable from None

    async def replay(self, database: Database) -> int:
        """Stores what waits in the journal of this process and of those that are gone; how many decisions there were.

        Raises:
            DatabaseUnavailable: the rest waits on.
        """
        return await asyncio.get_running_loop().run_in_executor(self._replaying, self._replay, database)

    def close(self) -> None:
        """What waits stays in the file, for whoever serves next."""
        self._thread.shutdown(wait=True)
        self._replaying.shutdown(wait=True)
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _append(self, line: bytes) -> None:
        with self._lock:
            file = self._open()
            size = os.fstat(file).st_size
            if size + len(line) > MAX_BYTES:
                log.error("the journal is full", limit=MAX_BYTES)
                raise Unavailable
            try:
                view = memoryview(line)
                while view:
                    view = view[os.write(file, view) :]
                os.fsync(file)
            except OSError:
                os.ftruncate(file, size)  # a line cut short would spoil the next one
                raise
            self._waiting += 1

    def _open(self) -> int:
        while self._file is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path = self._folder / f"{os.getpid()}-{secrets.token_hex(4)}.jsonl"
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            file = os.open(self._path, flags, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file).st_nlink == 0:  # taken over by another process before it was locked
                os.close(file)
                continue
            _sync_folder(self._folder)
            self._file = file
        return self._file

    def _replay(self, database: Database) -> int:
        stored = self._replay_own(database)
        for path in self._folder.glob("*.jsonl") if self._folder.is_dir() else ():
            stored += self._take_over(database, path)
        return stored

    def _replay_own(self, database: Database) -> int:
        """What comes in meanwhile is the next replay's; the file is emptied once all of it is stored."""
        with self._lock:
            file, waiting, begin = self._file, self._waiting, self._stored_bytes
            if file is None or not waiting:
                return 0
            end = os.fstat(file).st_size
        stored = _store(database, os.pread(file, end - begin, begin))
        with self._lock:
            self._waiting -= waiting
            self._stored_bytes = end
            if os.fstat(file).st_size == end:
                os.ftruncate(file, 0)
                os.fsync(file)
                self._stored_bytes = 0
        return stored

    def _take_over(self, database: Database, path: Path) -> int:
        """A file whose writer is gone: its lock went with it."""
        if path == self._path:
            return 0
        try:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return 0
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            stored = _store(database, os.pread(file, os.fstat(file).st_size, 0))
            path.unlink(missing_ok=True)
        except BlockingIOError:
            return 0
        finally:
            os.close(file)
        return stored


def write_line(new: NewDecision) -> bytes:
    document = asdict(new)
    if new.idempotency is not None:
        document["idempotency"]["body_hash"] = new.idempotency.body_hash.hex()
    return orjson.dumps(document) + b"\n"


def read_line(line: bytes) -> NewDecision:
    """Raises: ValueError."""
    document: dict[str, Any] = orjson.loads(line)
    if document["idempotency"] is not None:
        document["idempotency"]["body_hash"] = bytes.fromhex(document["idempotency"]["body_hash"])
    return _ADAPTER.validate_python(document)


def _store(database: Database, content: bytes) -> int:
    stored = 0
    for new in _decisions(content):
        try:
            write_all(database, [replace(new, idempotency=None)], new.idempotency)
            stored += 1
        except DatabaseUnavailable:
            raise
        except (AssistantError, psycopg.DataError, psycopg.IntegrityError, *OVER_LIMITS) as error:
            # its community is gone, its key was used for something else, or the database will never take it
            log.warning("a decision of the journal was not stored", decision=new.id, error=type(error).__name__)
    return stored


def _decisions(content: bytes) -> Iterator[NewDecision]:
    """A line that was cut short never reached the disk whole, so nobody was answered by it."""
    for line in content.splitlines():
        try:
            yield read_line(line)
        except (ValueError, KeyError, TypeError, ValidationError):
            log.warning("a line of the journal cannot be read", bytes=len(line))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
