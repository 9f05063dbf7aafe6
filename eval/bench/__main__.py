"""``python -m eval.bench``: speed of the screen, HTTP with decisions stored, memory and start; a table and ``eval/out/bench.json``."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from eval.bench import load
from eval.report import commit, machine

_OUT = Path(__file__).parent.parent / "out" / "bench.json"
_ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS", "NUMEXPR")}
_IMPORT = """
import json, sys, time
start = time.perf_counter()
import assistant
imported = time.perf_counter() - start
from assistant.settings import load_settings
from assistant.types import Message
from assistant.wiring import build_screener
screener = build_screener(load_settings())
built = time.perf_counter() - start
screener.screen(Message("加❤薇❤信 abc123 日结300"))
print(json.dumps({"import assistant": imported, "screener built": built, "first screen done": time.perf_counter() - start,
                  "torch imported": "torch" in sys.modules}))
"""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m eval.bench", description="Measure speed, memory and start on this machine."
    )
    parser.add_argument("--no-http", action="store_true", help="leave out the service")
    parser.add_argument("--no-bert", action="store_true", help="leave out BERT-base (it needs the extra models)")
    parser.add_argument(
        "--out", type=Path, default=_OUT, metavar="FILE", help="where the figures go (eval/out/bench.json)"
    )
    options = parser.parse_args(arguments)
    console = Console()
    found: dict[str, Any] = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": machine(),
    }
    console.print(f"[dim]{found['machine']}[/]")
    with console.status("screening in process"):
        found["screen"] = _child(
            [sys.executable, "-m", "eval.bench.screen", *(["--no-bert"] if options.no_bert else [])]
        )
        found["start"] = _child([sys.executable, "-c", _IMPORT])
    if not options.no_http:
        with console.status("serving"):
            found["http"] = load.measure()
    found["ratios"] = ratios(found)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    for table in tables(found):
        console.print(table)
    console.print(f"written: {options.out}")
    return 0


def _child(command: list[str]) -> dict[str, Any]:
    out = subprocess.run(
        command, env={**os.environ, **_ONE_THREAD}, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def ratios(found: dict[str, Any]) -> dict[str, float]:
    """What is compared across machines: each figure over its neighbour's of the same round, and of these the median."""
    made: dict[str, float] = {}
    runs = found["screen"]["messages per second"]
    for kind in ("single", "batch"):
        if f"BERT-base, {kind}" in runs:
            made[f"screen over BERT-base, {kind}"] = _over(runs[kind], runs[f"BERT-base, {kind}"])
    if "http" in found:
        servers = found["http"]["servers"]
        rounds = {name: figures["rounds"] for name, figures in servers.items()}
        workers = servers["ours"]["processes"]
        made[f"HTTP with decisions stored, {workers} processes, over bare echo, 1 process"] = _over(
            rounds["ours"], rounds["echo"]
        )
        if load.ECHO_AS_MANY in rounds:
            made[f"HTTP with decisions stored over bare echo, {workers} processes each"] = _over(
                rounds["ours"], rounds[load.ECHO_AS_MANY]
            )
        if "server CPU us" in servers["ours"]:
            made["processor time of a request, ours over bare echo"] = (
                servers["ours"]["server CPU us"] / servers["echo"]["server CPU us"]
            )
        made["client's ceiling over bare echo"] = _over(rounds["ceiling"], rounds["echo"])
    return made


def _over(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def tables(found: dict[str, Any]) -> list[Table]:
    ratio = _table(
        "ratios, same run", ("", "times"), [(name, f"{value:.2f}") for name, value in found["ratios"].items()]
    )
    runs = found["screen"]["messages per second"]
    speed = _table(
        "whole screen, one core, 60 characters",
        ("", "messages/s", "lowest and highest round"),
        [(name, f"{statistics.median(r):,.0f}", f"{min(r):,.0f} to {max(r):,.0f}") for name, r in runs.items()],
    )
    stages = [(name, f"{value:.1f}") for name, value in found["screen"]["microseconds"].items()]
    stages.append(("p99 of the whole screen, one by one", f"{found['screen']['p99 ms, single'] * 1000:.1f}"))
    stages.append(("share of texts that the policy acts on", f"{found['screen']['share not allowed']:.3f}"))
    made = [ratio, speed, _table("per message", ("stage", "microseconds"), stages)]
    start = [
        (name, f"{value:.2f} s" if isinstance(value, float) else str(value)) for name, value in found["start"].items()
    ]
    if "http" in found:
        http = found["http"]
        columns = ("requests per second", "p50 ms", "p95 ms", "p99 ms", "server CPU us")
        rows = [
            (
                name,
                str(f["processes"]),
                *(f"{f[c]:,.1f}" if c in f else "unknown" for c in columns),
                str(f["not 200"] or "none"),
            )
            for name, f in http["servers"].items()
        ]
        made.append(_table(f"HTTP, {load.CONNECTIONS} connections", ("", "processes", *columns, "not 200"), rows))
        start += [(f"ready, {name}", f"{value:.2f} s") for name, value in http["seconds to ready"].items()]
        start += [
            (f"resident, {name}", "unknown" if v is None else f"{v:.0f} MB") for name, v in http["resident MB"].items()
        ]
    return [*made, _table("start and memory", ("", ""), start)]


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    return table


if __name__ == "__main__":
    sys.exit(main())
