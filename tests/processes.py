"""The processes of a running service, read from /proc."""

from __future__ import annotations

from pathlib import Path


def children(pid: int) -> list[int]:
    """Whichever of its threads started them."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for thread in threads for child in thread.read_text().split()]


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def forked_from(pid: int) -> set[int]:
    """What the service's workers are forked from; none if the service works alone."""
    return {child for child in children(pid) if b"multiprocessing.forkserver" in command_line(child)}


def workers_of(pid: int) -> set[int]:
    """The serving processes and the outbox's worker of the service ``pid``."""
    spawned = {child for child in children(pid) if b"spawn_main" in command_line(child)}
    return spawned | {child for server in forked_from(pid) for child in children(server)}
