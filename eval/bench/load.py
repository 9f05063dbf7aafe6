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
from eval.bench.serving import cpu_seconds, family, free_port, request, resident_mb, running, service
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


def measure() -> dict[str, Any]:
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
        before = _memory(process.pid)
        serving = sum(name.startswith("worker") for name in before) or 1
        servers = {"ours": Server(port, [process.pid], serving), "echo": _beside(stack, "echo", 1)}
        if serving > 1:
            servers[ECHO_AS_MANY] = _beside(stack, "echo", serving)
        servers["ceiling"] = _beside(stack, "ceiling", 1)
        files = _requests(Path(folder), (data / "demo.key").read_text("utf-8").strip())
        rounds: dict[str, list[dict[str, Any]]] = {name: [] for name in servers}
        for _ in range(ROUNDS):
            for name, server in servers.items():
                rounds[name].append(_client(server, files["ours" if name == "ours" else "echo"]))
        memory = {"after start": before, "after the load": _memory(process.pid)}
    return {
        "servers": {name: {**_median(found), "processes": servers[name].processes} for name, found in rounds.items()},
        "resident MB": {f"{name}, {when}": mb for when, found in memory.items() for name, mb in found.items()},
        "seconds to ready": {"first start": first_start, "second start": second_start},
    }


def _beside(stack: ExitStack, kind: str, processes: int) -> Server:
    port = free_port()
    command = [sys.executable, "-m", "eval.bench.echo", kind, str(port)]
    leaders = [stack.enter_context(running(command, port, None))[0].pid for _ in range(processes)]
    return Server(port, leaders, processes)


def _memory(leader: int) -> dict[str, float | None]:
    """Of each process: the one that was started, and its workers if it has any; the spawner's own small one is left out."""
    workers = [pid for pid in family(leader) if pid != leader and b"spawn_main" in _command_line(pid)]
    return {"parent" if workers else "service": resident_mb(leader)} | {
        f"worker {number}": resident_mb(pid) for number, pid in enumerate(workers, 1)
    }


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _requests(folder: Path, key: str) -> dict[str, Path]:
    bodies: list[dict[str, object]] = [
        {"text": text, "member": {"id": f"u{i % 97}"}, "channel": "general"} for i, text in enumerate(texts(2_000, 9))
    ]
    files = {}
    for name, secret in (("ours", key), ("echo", None)):
        files[name] = folder / f"{name}.requests"
        write_requests(files[name], [request("/v1/moderate", body, secret) for body in bodies])
    return files


def _client(server: Server, requests: Path) -> dict[str, Any]:
    """One round; with the processor time that the server's own processes took per request, which a busy machine changes little."""
    pids = [pid for leader in server.leaders for pid in family(leader)]
    before = cpu_seconds(pids)
    command = [
        sys.executable,
        "-m",
        "eval.bench.client",
        str(server.port),
        str(requests),
        str(SECONDS),
        str(CONNECTIONS),
    ]
    out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS * 10 + 30).stdout
    found: dict[str, Any] = json.loads(out)
    after, served = cpu_seconds(pids), found.pop("served")
    if before is not None and after is not None:
        found["server CPU us"] = (after - before) / served * 1e6
    return found


def _median(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    names = [name for name in rounds[0] if name != "not 200"]
    figures: dict[str, Any] = {name: statistics.median(r[name] for r in rounds) for name in names}
    refused: dict[str, int] = {}
    for one in rounds:
        for status, count in one["not 200"].items():
            refused[status] = refused.get(status, 0) + count
    return {**figures, "not 200": refused, "rounds": [r["requests per second"] for r in rounds]}
