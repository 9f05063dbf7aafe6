"""Processes to measure: the service with its embedded database, and the servers that it stands beside."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

PATIENCE_S = 60.0
_LISTENING = "0A"


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


@contextmanager
def running(
    command: Sequence[str], port: int, path: str | None, **environment: str
) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """A server, and the seconds until it answered ``path`` with 200 (or took a connection, where ``path`` is None).

    Raises:
        RuntimeError: it ended, or did not answer in ``PATIENCE_S``; its last words are in the message.
    """
    start = time.perf_counter()
    # A process group of its own: what interrupts the bench is passed on by us, once.
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        while not answers(port, path):
            if process.poll() is not None or time.perf_counter() - start > PATIENCE_S:
                process.kill()
                words = process.communicate()[1][-2000:].decode("utf-8", "replace")
                raise RuntimeError(f"{' '.join(command)} did not answer: {words}")
            time.sleep(0.01)
        yield process, time.perf_counter() - start
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def answers(port: int, path: str | None) -> bool:
    try:
        if path is None:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False


@contextmanager
def service(data_dir: Path, port: int, workers: int = 0) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """``assistant serve`` as anyone would run it, on a data folder of its own; as many ``workers`` as it takes by itself, or so many."""
    command = [sys.executable, "-m", "assistant.cli", "serve", "--port", str(port), "--workers", str(workers)]
    limits = {"ASSISTANT_LIMITS_REQUESTS_PER_MINUTE": "100000000", "ASSISTANT_LOG_LEVEL": "warning"}
    with running(command, port, "/health/ready", ASSISTANT_DATA_DIR=str(data_dir), **limits) as found:
        yield found


def family(pid: int) -> list[int]:
    """The processes of the session that ``pid`` leads: a server and its workers, without the database, which has a session of its own."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(_fields(stat)[3]) == pid:
                found.append(int(stat.parent.name))
    return sorted(found)


def listens(pid: int, port: int) -> bool:
    """Whether the process has a socket open that listens on the port: a serving one has, the outbox's worker has not."""
    with suppress(OSError):
        rows = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
        sockets = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(f":{port:04X}") and row[3] == _LISTENING}
        return any(str(file.readlink()) in sockets for file in Path(f"/proc/{pid}/fd").iterdir())
    return False


def resident_mb(pid: int) -> float | None:
    """The resident set of one process in MB (10^6 bytes); None where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    if not status.is_file():
        return None
    line = next(line for line in status.read_text("utf-8").splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024 / 1e6


def proportional_mb(pids: Iterable[int]) -> float | None:
    """What the processes take together in MB (10^6 bytes), a page that several share counted once; None where the system does not tell."""
    kib = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines()
        except OSError:
            return None
        kib += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kib * 1024 / 1e6


def parent_of(pid: int) -> int:
    return int(_fields(Path(f"/proc/{pid}/stat"))[1])


def cpu_seconds(pids: Iterable[int]) -> float | None:
    """Processor time that the processes have used, all their threads; None where the system does not tell."""
    ticks = 0
    for pid in pids:
        stat = Path(f"/proc/{pid}/stat")
        if not stat.is_file():
            return None
        fields = _fields(stat)
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _fields(stat: Path) -> list[str]:
    """What stands after the process's name, which may hold anything."""
    return stat.read_text("utf-8").rpartition(")")[2].split()


def request(
    path: str, body: dict[str, object], key: str | None, more: Mapping[str, str] = MappingProxyType({})
) -> bytes:
    """One raw HTTP/1.1 request, under a key of ours or none."""
    headers = {"Authorization": f"Bearer {key}", **more} if key else more
    return raw_request(path, json.dumps(body, ensure_ascii=False).encode(), headers)


def raw_request(path: str, content: bytes, headers: Mapping[str, str]) -> bytes:
    head = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*head, "", ""]).encode() + content
