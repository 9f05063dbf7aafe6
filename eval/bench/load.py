"""HTTP: our ``POST /v1/moderate`` with every decision stored, beside a bare FastAPI echo, in turns, by the same client."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.bench.client import write_requests
from eval.bench.serving import (
    cpu_seconds,
    family,
    free_port,
    listens,
    parent_of,
    proportional_mb,
    request,
    resident_mb,
    running,
    service,
)
from eval.bench.texts import texts

CONNECTIONS = 32
ROUNDS = 3
SECONDS = 5.0
ECHO_AS_MANY = "echo, as many processes"
_SETTLE_S = 3.0
"""The first worker's answer makes the service ready; the others follow."""


@dataclass(frozen=True, slots=True)
class Server:
    """``leaders`` lead the sessions that its ``processes`` belong to; ``processes`` counts those that serve."""

    port: int
    leaders: list[int]
    processes: int


def measure(rounds: int = ROUNDS, seconds: float = SECONDS) -> dict[str, Any]:
    """Rounds of the client against each server; medians over rounds. Also what starting and serving cost.

    Ours runs as it does by default; the echo as one process, and as as many as we have workers.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ExitStack() as stack:
        data = Path(folder) / "data"
        port = free_port()
        with service(data, port) as (_, first_start):
            pass
        process, second_start = stack.enter_context(service(data, port))
        time.sleep(_SETTLE_S)
        before = _memory(process.pid, port)
        serving = sum(name.startswith("worker") for name in before) or 1
        servers = {"ours": Server(port, [process.pid], serving), "echo": _beside(stack, "echo", 1)}
        if serving > 1:
            servers[ECHO_AS_MANY] = _beside(stack, "echo", serving)
        servers["ceiling"] = _beside(stack, "ceiling", 1)
        files = _requests(Path(folder), (data / "demo.key").read_text("utf-8").strip())
        figures: dict[str, list[dict[str, Any]]] = {name: [] for name in servers}
        for _ in range(rounds):
            for name, server in servers.items():
                figures[name].append(drive(server, files["ours" if name == "ours" else "echo"], seconds))
        memory = {"after start": before, "after the load": _memory(process.pid, port)}
    return {
        "servers": {name: {**median(found), "processes": servers[name].processes} for name, found in figures.items()},
        "resident MB": {f"{name}, {when}": mb for when, found in memory.items() for name, mb in found.items()},
        "seconds to ready": {"first start": first_start, "second start": second_start},
    }


def _beside(stack: ExitStack, kind: str, processes: int) -> Server:
    port = free_port()
    command = [sys.executable, "-m", "eval.bench.echo", kind, str(port)]
    leaders = [stack.enter_context(running(command, port, None))[0].pid for _ in range(processes)]
    return Server(port, leaders, processes)


def _memory(leader: int, port: int) -> dict[str, float | None]:
    """Of each process: the one that was started, the one that has read the models, the workers forked from it, and the outbox's; then
    of all together, every page counted once."""
    found = [pid for pid in family(leader) if pid != leader and _works(pid)]
    workers = [pid for pid in found if listens(pid, port)]
    models = [pid for pid in found if parent_of(pid) == leader and any(parent_of(worker) == pid for worker in workers)]
    others = [pid for pid in found if pid not in workers and pid not in models]
    names = {leader: "parent" if workers else "service"} | dict.fromkeys(models, "models")
    names |= {pid: f"worker {number}" for number, pid in enumerate(workers, 1)} | dict.fromkeys(others, "outbox")
    memory = {name: resident_mb(pid) for pid, name in names.items()}
    return memory | {"all, shared pages once": proportional_mb(names)}


def _works(pid: int) -> bool:
    """Whether it is of the service, not one that multiprocessing keeps for itself."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"spawn_main" in command or b"multiprocessing.forkserver" in command


def _requests(folder: Path, key: str) -> dict[str, Path]:
    bodies: list[dict[str, object]] = [
        {"text": text, "member": {"id": f"u{i % 97}"}, "channel": "general"} for i, text in enumerate(texts(20_000, 9))
    ]
    files = {}
    for name, secret in (("ours", key), ("echo", None)):
        files[name] = folder / f"{name}.requests"
        write_requests(files[name], [request("/v1/moderate", body, secret) for body in bodies])
    return files


def drive(server: Server, requests: Path, seconds: float = SECONDS) -> dict[str, Any]:
    """One round of the client. The processor time that the server's own processes took per request is what a busy machine changes
    least."""
    pids = [pid for leader in server.leaders for pid in family(leader)]
    before = cpu_seconds(pids)
    command = [
        sys.executable,
        "-m",
        "eval.bench.client",
        str(server.port),
        str(requests),
        str(seconds),
        str(CONNECTIONS),
    ]
    out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds * 10 + 30).stdout
    found: dict[str, Any] = json.loads(out)
    after = cpu_seconds(pids)
    if before is not None and after is not None:
        found["server CPU us"] = (after - before) / found["served"] * 1e6
    return found


def median(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of each figure; what was refused, summed up; every round's requests per second."""
    names = [name for name in rounds[0] if name not in {"not 200", "served"}]
    figures: dict[str, Any] = {name: statistics.median(r[name] for r in rounds) for name in names}
    refused: dict[str, int] = {}
    for one in rounds:
        for status, count in one["not 200"].items():
            refused[status] = refused.get(status, 0) + count
    return {**figures, "not 200": refused, "rounds": [r["requests per second"] for r in rounds]}
