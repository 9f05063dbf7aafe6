"""HTTP: our ``POST /v1/moderate`` with every decision stored, beside a bare FastAPI echo, in turns, by the same client."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from eval.bench.client import write_requests
from eval.bench.serving import cpu_seconds, free_port, request, resident_mb, running, service
from eval.bench.texts import texts

CONNECTIONS = 32
ROUNDS = 3
SECONDS = 5.0


def measure() -> dict[str, Any]:
    """Rounds of the client against each server; medians over rounds. Also what starting and serving cost."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ExitStack() as stack:
        data = Path(folder) / "data"
        ports = {name: free_port() for name in ("ours", "echo", "ceiling")}
        with service(data, ports["ours"]) as (_, first_start):
            pass
        process, second_start = stack.enter_context(service(data, ports["ours"]))
        before = resident_mb(process.pid)
        pids = {"ours": process.pid}
        for kind in ("echo", "ceiling"):
            command = [sys.executable, "-m", "eval.bench.echo", kind, str(ports[kind])]
            pids[kind] = stack.enter_context(running(command, ports[kind], None))[0].pid
        files = _requests(Path(folder), (data / "demo.key").read_text("utf-8").strip())
        rounds: dict[str, list[dict[str, Any]]] = {name: [] for name in ports}
        for _ in range(ROUNDS):
            for name, port in ports.items():
                rounds[name].append(_client(port, files["ours" if name == "ours" else "echo"], pids[name]))
        memory = {"after start": before, "after the load": resident_mb(process.pid)}
    return {
        "servers": {name: _median(found) for name, found in rounds.items()},
        "resident MB": memory,
        "seconds to ready": {"first start": first_start, "second start": second_start},
    }


def _requests(folder: Path, key: str) -> dict[str, Path]:
    bodies: list[dict[str, object]] = [
        {"text": text, "member": {"id": f"u{i % 97}"}, "channel": "general"} for i, text in enumerate(texts(2_000, 9))
    ]
    files = {}
    for name, secret in (("ours", key), ("echo", None)):
        files[name] = folder / f"{name}.requests"
        write_requests(files[name], [request("/v1/moderate", body, secret) for body in bodies])
    return files


def _client(port: int, requests: Path, pid: int) -> dict[str, Any]:
    """One round; with the processor time that the server's own process took per request, which a busy machine changes little."""
    before = cpu_seconds(pid)
    command = [sys.executable, "-m", "eval.bench.client", str(port), str(requests), str(SECONDS), str(CONNECTIONS)]
    out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS * 10 + 30).stdout
    found: dict[str, Any] = json.loads(out)
    after, served = cpu_seconds(pid), found.pop("served")
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
