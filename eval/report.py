"""The report: one JSON document, one page that holds everything it shows, one Markdown file that a repository renders."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from eval.bootstrap import Estimate
from eval.datasets import Source
from eval.plots import draw
from eval.results import Cell, Goal, Result, Status

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class About:
    """What was measured, when and where. ``limit`` is the number of cases per set, when they were cut."""

    made: str
    commit: str
    policy: str
    model: str
    machine: str
    limit: int | None
    degraded: int


def describe(policy: str, model: str, limit: int | None, degraded: int, now: datetime) -> About:
    return About(now.isoformat(timespec="seconds"), commit(), policy, model, machine(), limit, degraded)


def commit() -> str:
    """The checked-out commit with ``+`` when files differ from it; ``unknown`` outside a checkout."""
    try:
        run = ["git", "-C", str(_HERE)]
        head = subprocess.run([*run, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout
        dirty = subprocess.run([*run, "status", "--porcelain"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head.strip() + ("+" if dirty.strip() else "")


def machine() -> str:
    """Processor, cores that this process may use, system, Python."""
    names = [line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    processor = names[0] if names else platform.processor() or platform.machine()
    return f"{processor}, {cores} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text("utf-8").splitlines() if path.is_file() else []


def write(results: Sequence[Result], about: About, catalogue: Mapping[str, Source], out: Path) -> None:
    """``report.json``, ``report.html`` and ``report.md`` in ``out``, which is made."""
    out.mkdir(parents=True, exist_ok=True)
    document = {"version": 1, "about": asdict(about), "results": [asdict(result) for result in results]}
    (out / "report.json").write_text(
        json.dumps(_finite(document), ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8"
    )
    for template, name in (("report.html.j2", "report.html"), ("report.md.j2", "report.md")):
        (out / name).write_text(_render(template, results, about, catalogue), "utf-8")


def _render(template: str, results: Sequence[Result], about: About, catalogue: Mapping[str, Source]) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=template.endswith(".html.j2"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"draw": draw, "show": show, "figure": _figure}
    return environment.get_template(template).render(
        about=about,
        results=results,
        measured=[r for r in results if r.status is Status.MEASURED],
        unusable=[r for r in results if r.status is not Status.MEASURED],
        goals=goals(results),
        catalogue=catalogue.values(),
    )


def goals(results: Sequence[Result]) -> list[Goal]:
    return [goal for result in results for goal in result.goals]


def show(cell: Cell) -> str:
    """``0.812 (0.801 to 0.823)``; a plain number without bounds; words as they are; nothing as a dash."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return "–"
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Estimate):
        return "–" if math.isnan(cell.value) else f"{cell.value:.3f} ({cell.low:.3f} to {cell.high:.3f})"
    return f"{cell:,.0f}" if cell == int(cell) and abs(cell) > 1 else f"{cell:.3f}"


def _figure(cell: Cell) -> Markup:
    """As ``show``, with the interval set apart for the page."""
    value, _, bounds = show(cell).partition(" (") if isinstance(cell, Estimate) else (show(cell), "", "")
    return Markup("{}").format(value) + (
        Markup('<span class="interval">{}</span>').format(bounds.rstrip(")")) if bounds else ""
    )


def _finite(value: Any) -> Any:
    """JSON has no ``nan``: it becomes ``null``."""
    if isinstance(value, float):
        return round(value, 5) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
