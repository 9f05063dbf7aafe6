"""The committed figures, and what counts as a regression: a figure that is worse than the baseline's own interval."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.results import Better, Result, Status

BASELINE = Path(__file__).with_name("baseline.json")
VERSION = 1
_DIGITS = 5
_SLACK = 10.0**-_DIGITS

Figures = Mapping[str, Mapping[str, float | str]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Sentences for people; ``worse`` alone fails a check."""

    worse: tuple[str, ...]
    better: tuple[str, ...]
    new: tuple[str, ...]
    unchecked: tuple[str, ...]
    same: int


def figures(results: Iterable[Result]) -> dict[str, dict[str, dict[str, float | str]]]:
    """Per task, every figure that has a direction, rounded."""
    return {
        result.task: {
            name: {
                "value": round(e.value, _DIGITS),
                "low": round(e.low, _DIGITS),
                "high": round(e.high, _DIGITS),
                "better": better.value,
            }
            for name, e, better in result.checked()
            if e.value == e.value
        }
        for result in results
        if result.status is Status.MEASURED
    }


def read(path: Path = BASELINE) -> dict[str, Figures]:
    """Per task, the figures of the baseline; empty where there is none yet. Raises: ValueError, for what is none of ours."""
    if not path.is_file():
        return {}
    document: Any = json.loads(path.read_text("utf-8"))
    match document:
        case {"version": version} if version != VERSION:
            raise ValueError(f"{path.name} has version {version}, this harness reads {VERSION}")
        case {"version": _, "tasks": {}}:
            found: dict[str, Figures] = document["tasks"]
            return found
    raise ValueError(f"{path.name} is no baseline")


def write(results: Iterable[Result], path: Path = BASELINE) -> None:
    """Replaces the figures of the tasks that were measured, and keeps the others."""
    tasks = dict(sorted({**read(path), **figures(results)}.items()))
    path.write_text(json.dumps({"version": VERSION, "tasks": tasks}, ensure_ascii=False, indent=1) + "\n", "utf-8")


def compare(results: Iterable[Result], baseline: Mapping[str, Figures]) -> Comparison:
    """Raises nothing: a figure of the baseline that a measured task no longer gives counts as worse."""
    worse, better, new, unchecked, same = [], [], [], [], 0
    for result in results:
        before = baseline.get(result.task)
        if result.status is not Status.MEASURED or before is None:
            reason = "; ".join(result.notes) if before is not None else "not in the baseline"
            unchecked.append(f"{result.task}: {reason}")
            continue
        now = figures([result])[result.task]
        new += sorted(set(now) - set(before))
        for name, old in before.items():
            verdict = _judge(old, now.get(name))
            line = f"{name}: {_show(now.get(name))}, baseline {_show(old)}"
            if verdict < 0:
                worse.append(line)
            elif verdict > 0:
                better.append(line)
            else:
                same += 1
    return Comparison(tuple(worse), tuple(better), tuple(new), tuple(unchecked), same)


def _judge(old: Mapping[str, float | str], now: Mapping[str, float | str] | None) -> int:
    """-1 worse than the old interval, 1 better than it, 0 inside it."""
    if now is None:
        return -1
    value, low, high = float(now["value"]), float(old["low"]), float(old["high"])
    above, below = value > high + _SLACK, value < low - _SLACK
    up = old["better"] == Better.UP
    return int(above) - int(below) if up else int(below) - int(above)


def _show(figure: Mapping[str, float | str] | None) -> str:
    return "gone" if figure is None else f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"
