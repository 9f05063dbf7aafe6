"""The server's folder: what lies where, who may use it, its locks, and a way to its socket that is never too long."""

from __future__ import annotations

import fcntl
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import EmbeddedDatabaseError

SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_BYTES = 107  # sun_path on Linux, less its final zero
_LOG_BYTES = 10_000_000


class Folder:
    """``<data_dir>/postgres``, mode 0700, and what it holds.

    ``users.lock``   shared by every process that uses the server; the kernel lets go of it when a process dies
    ``start.lock``   exclusive to whoever starts or stops the server
    ``server.lock``  inherited by the server's own processes: held exactly as long as one of them lives, in whatever container
    """

    def __init__(self, data_dir: Path) -> None:
        self.root = Path(os.path.abspath(data_dir))  # noqa: PTH100 - resolve() would fail below a folder that cannot be read
        self.home = self.root / "postgres"
        self.data = self.home / "data"
        self.unfinished = self.home / "data.new"
        self.sockets = self.home / "socket"
        self.log = self.home / "log"
        self._sockets_fd: int | None = None

    def prepare(self) -> None:
        """Make the folders that are missing; ancestors keep their modes.

        Raises:
            EmbeddedDatabaseError: the folder is another user's, or cannot be reached or made.
        """
        try:
            for folder in (self.root, self.home):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                _refuse_foreign(folder)
        except OSError as error:
            raise EmbeddedDatabaseError(
                f"{self.root} cannot be used for the database: {error.strerror} ({error.filename}). "
                "Set ASSISTANT_DATA_DIR to a folder of your own."
            ) from None

    def make_owned(self, folder: Path, uid: int, gid: int) -> None:
        """An empty folder for the server's own account."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid != uid:
            os.chown(folder, uid, gid)

    def socket_folder(self) -> str:
        """An absolute path to the socket's folder for this process: where the real one is too long for a socket's address, or holds a
        comma, which separates hosts, it leads through a descriptor that stays open.
        """
        path = str(self.sockets)
        if len(os.fsencode(path)) + 1 + len(SOCKET_NAME) <= _SOCKET_PATH_BYTES and "," not in path:
            return path
        if self._sockets_fd is None:
            self._sockets_fd = os.open(path, os.O_PATH | os.O_DIRECTORY)
        return f"/proc/self/fd/{self._sockets_fd}"

    def open_lock(self, name: str) -> int:
        return os.open(self.home / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Alone to start or stop the server; waits for whoever else does."""
        lock = self.open_lock("start")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    @contextmanager
    def server_lock(self) -> Iterator[int]:
        """A descriptor to hand to a server process, which keeps it locked for as long as it or a child of it lives."""
        lock = self.open_lock("server")
        try:
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield lock
        finally:
            os.close(lock)

    def server_lives(self) -> bool:
        """Whether any process of the server is left. Only to be asked by who holds ``starting``."""
        lock = self.open_lock("server")
        try:
            return not try_alone(lock)
        finally:
            os.close(lock)

    def open_log(self) -> int:
        """For appending, begun anew when large."""
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        if os.fstat(log).st_size > _LOG_BYTES:
            os.ftruncate(log, 0)
        return log

    def log_tail(self) -> str:
        try:
            lines = self.log.read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-8:])


def try_alone(lock: int) -> bool:
    """Whether an exclusive hold on the lock was to be had at once; a shared hold of ours is given up in any case."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _refuse_foreign(folder: Path) -> None:
    owner = folder.stat().st_uid
    if owner != os.geteuid():
        raise EmbeddedDatabaseError(
            f"{folder} belongs to {user_name(owner)}, and this process runs as {user_name(os.geteuid())}. "
            f"Run it as {user_name(owner)}, or set ASSISTANT_DATA_DIR to a folder of your own."
        )


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
