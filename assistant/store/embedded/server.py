"""Start, share, watch and stop the embedded server.

What holds, whatever is killed and whenever: the server lives if a connection to it succeeds, and nothing else says so; its users are
counted by a lock that the kernel releases when they die, and the last one out stops it; whoever starts it is alone, and first clears away
what a killed server left behind: processes, pid file, socket.
"""

from __future__ import annotations

import fcntl
import logging
import os
import select
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from urllib.parse import quote

import psycopg

from assistant.errors import EmbeddedDatabaseError
from assistant.store.embedded import cluster, processes
from assistant.store.embedded.folder import SOCKET_NAME, Folder, try_alone
from assistant.store.embedded.programs import Account, Programs

_log = logging.getLogger(__name__)
_POLL_S = 0.02
_CONNECT_S = 5
_STOP_S = 20.0
_RETRY_S = 5.0
_LAUNCHES = 3
_FULL = ("too many clients", "remaining connection slots", "too many connections")
"""What only a server that lives will say."""

MAX_CONNECTIONS = 400
"""For 32 serving processes with the pool's default size, and a few for commands."""

_OPTIONS = {
    "max_connections": str(MAX_CONNECTIONS),
    "listen_addresses": "",
    "unix_socket_directories": "../socket",  # from the data folder, where the server runs: never too long
    "unix_socket_permissions": "0600",
    "dynamic_shared_memory_type": "mmap",  # in the data folder, not in /dev/shm, which containers keep small
    "io_method": "sync",
    "max_wal_size": "256MB",  # bounds recovery after a kill
    "recovery_init_sync_method": "syncfs",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",  # a failed row's contents are members' words
    "log_min_error_statement": "panic",
}


@dataclass(frozen=True, slots=True)
class ServerUrls:
    """Valid in the process that asked: they may lead through a descriptor of its own. They hold passwords."""

    owner: str = field(repr=False)
    app: str = field(repr=False)


class _State(Enum):
    UP = auto()
    BUSY = auto()
    ABSENT = auto()


class EmbeddedServer:
    """One user's hold on the server of ``data_dir``. ``stall_s``: seconds without any progress after which waiting ends."""

    def __init__(self, data_dir: Path, *, stall_s: float = 60.0) -> None:
        self._folder = Folder(data_dir)
        self._stall_s = stall_s
        self._users_lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._launches = 0
        self._watcher: threading.Thread | None = None
        self._stopping = threading.Event()

    @property
    def has_database(self) -> bool:
        """Whether one was ever made in the folder; looks, and makes nothing."""
        return self._folder.data.exists()

    def start(self) -> ServerUrls:
        """Join the running server, or start it. Returns when it answers; as long as recovery progresses, it waits.

        Raises:
            EmbeddedDatabaseError: it cannot run here; the message says why and what to do.
        """
        self._folder.prepare()
        try:
            with self._folder.starting():
                if self._users_lock is None:
                    self._users_lock = self._folder.open_lock("users")
                    fcntl.flock(self._users_lock, fcntl.LOCK_SH)
                self._bring_up()
        except BaseException:
            self._leave()
            raise
        self._stopping.clear()
        return ServerUrls(self._url(cluster.OWNER), self._url(cluster.APP))

    def stop(self) -> None:
        """Leave; the last one out stops the server. Does nothing the second time."""
        self._stopping.set()
        if self._watcher is not None:
            self._watcher.join()
            self._watcher = None
        self._leave()

    def watch(self) -> None:
        """Restart the server whenever it dies, from now until ``stop``."""
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, name="embedded-server-watch", daemon=True)
            self._watcher.start()

    def _leave(self) -> None:
        if self._users_lock is None:
            return
        with self._folder.starting():
            if try_alone(self._users_lock):
                self._shut_down()
            elif self._process is not None:
                self._process.returncode = self._process.poll() or 0  # others use it: no longer ours to wait for
            self._process = None
            os.close(self._users_lock)
            self._users_lock = None

    def _bring_up(self) -> None:
        """Under the start lock."""
        if self._process is not None and self._process.poll() is not None:
            self._process = None  # it was up and died since; only a failure to come up is held against it
        self._launches = 0
        patience = _Patience(self._stall_s)
        while (state := self._probe()) is not _State.UP:
            if state is _State.ABSENT:
                self._replace_if_dead()
            if not patience.left(self._progress()):
                raise EmbeddedDatabaseError(self._stalled())
            time.sleep(_POLL_S)

    def _replace_if_dead(self) -> None:
        """Nobody listens: clear away what is left of a server, then start one, unless ours is still on its way."""
        if self._process is not None and self._process.poll() is None:
            return
        if self._folder.server_lives():
            processes.kill(self._pids())
            return
        if self._process is not None and self._failed(self._process.returncode):
            raise EmbeddedDatabaseError(
                f"PostgreSQL ended with status {self._process.returncode}. "
                f"The end of {self._folder.log}:\n{self._folder.log_tail()}"
            )
        self._launch()

    def _failed(self, status: int) -> bool:
        """Whether trying again would not help: it ended by itself, or is killed whenever it starts."""
        return status > 0 or (status < 0 and self._launches >= _LAUNCHES)

    def _launch(self) -> None:
        self._launches += 1
        account = Account.of(self._folder)
        programs = Programs(self._folder, account)
        cluster.make_if_missing(self._folder, account, programs)
        self._folder.make_owned(self._folder.sockets, account.uid, account.gid)
        stale = (self._folder.data / "postmaster.pid", *self._folder.sockets.glob(f"{SOCKET_NAME}*"))
        for path in stale:
            path.unlink(missing_ok=True)
        options = [word for name, value in _OPTIONS.items() for word in ("-c", f"{name}={value}")]
        self._process = programs.start("postgres", "-D", ".", *options)

    def _probe(self) -> _State:
        """Raises: EmbeddedDatabaseError if the server refuses our password."""
        if not self._folder.sockets.exists():
            return _State.ABSENT
        try:
            with socket.socket(socket.AF_UNIX) as link:
                link.settimeout(_CONNECT_S)
                link.connect(f"{self._folder.socket_folder()}/{SOCKET_NAME}")
            self._connect().close()
        except TimeoutError:
            return _State.BUSY
        except psycopg.OperationalError as error:
            if "authentication failed" in str(error):
                raise EmbeddedDatabaseError(
                    f"the server in {self._folder.home} does not accept the password kept there"
                ) from None
            return _State.UP if any(full in str(error) for full in _FULL) else _State.BUSY
        except OSError:
            return _State.ABSENT
        return _State.UP

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self._url(cluster.APP), connect_timeout=_CONNECT_S, autocommit=True)

    def _url(self, role: str) -> str:
        host = quote(self._folder.socket_folder(), safe="")
        return f"postgresql://{role}:{cluster.password(self._folder, role)}@/{cluster.DATABASE}?host={host}&port=5432"

    def _pids(self) -> list[int]:
        return processes.running_in((self._folder.data, self._folder.unfinished, self._folder.home))

    def _progress(self) -> tuple[int, int]:
        log = self._folder.log
        return processes.cpu_ticks(self._pids()), log.stat().st_size if log.exists() else 0

    def _stalled(self) -> str:
        if self._folder.server_lives() and not self._pids():
            return (
                f"a PostgreSQL process that cannot be seen from here, perhaps of another container, uses {self._folder.home} "
                "and does not answer: stop it first."
            )
        return (
            f"PostgreSQL in {self._folder.home} has not answered nor progressed for {self._stall_s:g} s. "
            f"The end of {self._folder.log}:\n{self._folder.log_tail()}"
        )

    def _shut_down(self) -> None:
        """Under the start lock, as the last user: gently, then not."""
        with suppress(OSError, ValueError, IndexError):
            postmaster = int((self._folder.data / "postmaster.pid").read_text().splitlines()[0])
            processes.kill({postmaster} & set(self._pids()), signal.SIGINT)
        deadline = time.monotonic() + _STOP_S
        while self._folder.server_lives() and (pids := self._pids()):
            if time.monotonic() > deadline:
                processes.kill(pids)
            time.sleep(_POLL_S)
        if self._process is not None:
            self._process.wait()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            try:
                self._wait_for_death()
                if not self._stopping.is_set():
                    with self._folder.starting():
                        self._bring_up()
                    _log.warning("the connection to the embedded database was lost; it answers again")
            except (EmbeddedDatabaseError, OSError) as error:
                _log.error("the embedded database cannot be restarted: %s", error)
                self._stopping.wait(_RETRY_S)

    def _wait_for_death(self) -> None:
        """Hold a connection, idle, until the server ends it."""
        try:
            with self._connect() as connection:
                poll = select.poll()
                poll.register(connection.fileno(), select.POLLIN)
                while not self._stopping.is_set():
                    if poll.poll(500):
                        connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return


class _Patience:
    """Waits while ``progress`` changes, and ``stall_s`` beyond."""

    def __init__(self, stall_s: float) -> None:
        self._stall_s = stall_s
        self._seen: object = None
        self._since = time.monotonic()

    def left(self, progress: object) -> bool:
        if progress != self._seen:
            self._seen, self._since = progress, time.monotonic()
        return time.monotonic() - self._since < self._stall_s
