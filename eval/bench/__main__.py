"""``python -m eval.bench``: speed of the screen, HTTP with decisions stored, platforms' hooks, memory and start; tables and
``eval/out/bench.json``."""

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

from eval.bench import hooks, load
from eval.report import commit, machine

_OUT = Path(__file__).parent.parent / "out" / "bench.json"
PARTS = ("screen", "embed", "members", "start", "http", "hooks", "recommend", "campaign", "million")
_SCALED = {"members", "recommend", "campaign", "million"}
_SERVED = {"http", "hooks"}
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
    parser.add_argument("--no-http", action="store_true", help="leave out the service and its hooks")
    parser.add_argument("--no-bert", action="store_true", help="leave out BERT-base (it needs the extra models)")
    parser.add_argument(
        "--only", choices=PARTS, help="measure this part alone; the file's other parts stay as they are, if it is there"
    )
    parser.add_argument(
        "--seconds", type=float, default=load.SECONDS, help="of each round of a client (5); fewer are for a quick look"
    )
    parser.add_argument(
        "--scale", type=float, default=1.0, help="of members, items and events, where there are very many (1: all)"
    )
    parser.add_argument("--rounds", type=int, default=load.ROUNDS, help="of each client (3)")
    parser.add_argument(
        "--out", type=Path, default=_OUT, metavar="FILE", help="where the figures go (eval/out/bench.json)"
    )
    options = parser.parse_args(arguments)
    console = Console()
    console.print(f"[dim]{machine()}[/]")
    wanted = [options.only] if options.only else [part for part in PARTS if not (options.no_http and part in _SERVED)]
    found: dict[str, Any] = {"made": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit()}
    found["machine"] = machine()
    for part in wanted:
        with console.status(part):
            found[part] = _measured(part, options)
    found["ratios"] = ratios(found)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    kept = beside_others(options.out, options.only, found) if options.only else found
    options.out.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    for table in tables(found):
        console.print(table)
    console.print(f"written: {options.out}")
    return 0


def _measured(part: str, options: argparse.Namespace) -> dict[str, Any]:
    if part == "screen":
        return _child([sys.executable, "-m", "eval.bench.screen", *(["--no-bert"] if options.no_bert else [])])
    if part == "embed":
        return _child([sys.executable, "-m", "eval.bench.embed"])
    if part in _SCALED:
        return _child([sys.executable, "-m", f"eval.bench.{part}", "--scale", str(options.scale)])
    if part == "start":
        return _child([sys.executable, "-c", _IMPORT])
    measure = load.measure if part == "http" else hooks.measure
    return measure(options.rounds, options.seconds)


def beside_others(file: Path, part: str, found: dict[str, Any]) -> dict[str, Any]:
    """What the file holds already, with this part measured anew; the part then says itself when and on what it was measured."""
    if not file.is_file():
        return found
    kept: dict[str, Any] = json.loads(file.read_text("utf-8"))
    kept[part] = found[part] | {name: found[name] for name in ("made", "commit", "machine")}
    return kept | {"ratios": ratios(kept)}


def _child(command: list[str]) -> dict[str, Any]:
    out = subprocess.run(
        command, env={**os.environ, **_ONE_THREAD}, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def ratios(found: dict[str, Any]) -> dict[str, float]:
    """What is compared across machines: each figure over its neighbour's of the same round, and of these the median."""
    made: dict[str, float] = {}
    runs = found.get("screen", {}).get("messages per second", {})
    for kind in ("single", "batch"):
        if f"BERT-base, {kind}" in runs:
            made[f"screen over BERT-base, {kind}"] = _over(runs[kind], runs[f"BERT-base, {kind}"])
    encoded = found.get("embed", {}).get("texts per second", {})
    if "MiniLM-L6, batch" in encoded:
        made["embedder over MiniLM-L6, batch"] = _over(encoded["ours, batch"], encoded["MiniLM-L6, batch"])
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
    if "hooks" in found:
        servers = found["hooks"]["servers"]
        for name, (ours, theirs) in hooks.beside(servers).items():
            made[name] = _over(servers[ours]["rounds"], servers[theirs]["rounds"])
    return made


def _over(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def tables(found: dict[str, Any]) -> list[Table]:
    made = [_pairs("ratios, same run", [(name, f"{value:.2f}") for name, value in found["ratios"].items()])]
    if "screen" in found:
        made += _screen_tables(found["screen"])
    if "embed" in found:
        made.append(_speeds("embedder, one core, 60 characters", "texts/s", found["embed"]["texts per second"]))
    if "members" in found:
        made.append(_pairs("events into profiles", _member_rows(found["members"])))
    for part, title in (("http", "HTTP"), ("hooks", "platforms' hooks beside /v1/moderate")):
        if part in found:
            made.append(_servers(f"{title}, {load.CONNECTIONS} connections", found[part]["servers"]))
    for part in ("recommend", "campaign", "million"):
        if part in found:
            made.append(_pairs(part, [(name, str(value)) for name, value in found[part].items()]))
    if "start" in found:
        made.append(_pairs("start and memory", _start_rows(found)))
    return made


def _screen_tables(screen: dict[str, Any]) -> list[Table]:
    speed = _speeds("whole screen, one core, 60 characters", "messages/s", screen["messages per second"])
    stages = [(name, f"{value:.1f}") for name, value in screen["microseconds"].items()]
    stages.append(("p99 of the whole screen, one by one", f"{screen['p99 ms, single'] * 1000:.1f}"))
    stages.append(("share of texts that the policy acts on", f"{screen['share not allowed']:.3f}"))
    chat = [(name, f"{value:.4g}") for name, value in screen["ordinary chat"].items()]
    return [speed, _table("per message", ("stage", "microseconds"), stages), _pairs("ordinary chat, one by one", chat)]


def _speeds(title: str, what: str, runs: dict[str, list[float]]) -> Table:
    rows = [(name, f"{statistics.median(r):,.0f}", f"{min(r):,.0f} to {max(r):,.0f}") for name, r in runs.items()]
    return _table(title, ("", what, "lowest and highest round"), rows)


def _servers(title: str, servers: dict[str, Any]) -> Table:
    columns = ("requests per second", "p50 ms", "p95 ms", "p99 ms", "server CPU us")
    rows = [
        (
            name.removesuffix(hooks.named("", f["processes"])),
            str(f["processes"]),
            *(f"{f[c]:,.1f}" if c in f else "unknown" for c in columns),
            str(f["not 200"] or "none"),
        )
        for name, f in servers.items()
    ]
    return _table(title, ("", "processes", *columns, "not 200"), rows)


def _member_rows(members: dict[str, Any]) -> list[tuple[str, str]]:
    rows = [(f"{name}, events/s", f"{value:,.0f}") for name, value in members["events per second"].items()]
    rows += [(f"until visible, {name}", f"{value:.2f} s") for name, value in members["seconds until visible"].items()]
    rows.append(("resident, classifier and embedder with it", f"{members['resident MB, at most']:,.0f} MB"))
    for kind, both in members["at once, two processes"].items():
        rows += [(f"at once, {kind}: {name}", f"{value:,.2f}") for name, value in both.items()]
    sizes = members["bytes per member in the database"].items()
    return rows + [(f"{name}, bytes per member", f"{value:,.0f}") for name, value in sizes]


def _start_rows(found: dict[str, Any]) -> list[tuple[str, str]]:
    rows = [
        (name, f"{value:.2f} s" if isinstance(value, float) else str(value)) for name, value in found["start"].items()
    ]
    http = found.get("http", {"seconds to ready": {}, "resident MB": {}})
    rows += [(f"ready, {name}", f"{value:.2f} s") for name, value in http["seconds to ready"].items()]
    return rows + [
        (f"resident, {name}", "unknown" if v is None else f"{v:.0f} MB") for name, v in http["resident MB"].items()
    ]


def _pairs(title: str, rows: Sequence[tuple[str, str]]) -> Table:
    return _table(title, ("", ""), rows)


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    return table


if __name__ == "__main__":
    sys.exit(main())
