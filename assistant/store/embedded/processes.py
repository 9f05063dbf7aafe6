"""The server's processes, known by their executable and working folder; a pid alone proves nothing, it may have been given anew."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_EXECUTABLES = frozenset({"postgres", "initdb"})
_USER_TIME, _SYSTEM_TIME = 11, 12  # fields of /proc/<pid>/stat counted after the command's closing bracket


def running_in(folders: Iterable[Path]) -> list[int]:
    """Pids of the PostgreSQL processes whose working folder is one of ``folders``. Zombies have neither, and are left out."""
    wanted = {identity for folder in folders if (identity := _identity(folder))}
    return [
        pid
        for pid in [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
        if _executable(pid) in _EXECUTABLES and _identity(Path(f"/proc/{pid}/cwd")) in wanted
    ]


def kill(pids: Iterable[int], how: signal.Signals = signal.SIGKILL) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, how)


def cpu_ticks(pids: Iterable[int]) -> int:
    """Processor time that the processes have used, in clock ticks: while it grows, they progress."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[_USER_TIME]) + int(fields[_SYSTEM_TIME])
    return total


def _executable(pid: int) -> str:
    """Empty if it cannot be told. An executable replaced by an upgrade keeps its name, marked as deleted."""
    try:
        return Path(os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")).name  # noqa: PTH115
    except OSError:
        return ""


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
