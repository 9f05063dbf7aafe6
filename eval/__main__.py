"""``python -m eval``: measure, report, compare with the baseline.

Exit status: 0 done; 1 with ``--check``, a figure fell below the baseline's interval, or decisions were degraded; 2 wrong usage or settings.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from assistant.errors import ConfigurationError
from assistant.settings import load_settings
from assistant.wiring import build_screener
from eval import baseline, report
from eval.datasets import Datasets
from eval.flow import Context, Flow, probe_policy
from eval.results import Better, Result, Status
from eval.run import run
from eval.tasks import SAMPLE, TASKS, Task

_HERE = Path(__file__).parent


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parse(arguments)
    console = Console()
    try:
        results, about, datasets = _measure(_tasks(options), options.limit, console)
    except ConfigurationError as error:
        print(f"python -m eval: error: {error}", file=sys.stderr)
        return 2
    report.write(results, about, datasets.catalogue, options.out)
    _print(console, results)
    console.print(f"written: {options.out}/report.html, report.md, report.json")
    if about.degraded:
        console.print(f"[red]{about.degraded} decisions were degraded: a stage of screening failed on them[/]")
    elif options.write_baseline:
        baseline.write(results, options.baseline)
        console.print(f"written: {options.baseline}")
    passed = _check(console, results, options.baseline) if options.check else True
    return int(not passed or bool(about.degraded))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval", description="Measure the production flow on labelled data.")
    parser.add_argument(
        "--task", action="append", nargs="+", choices=TASKS, metavar="NAME", help=f"one of: {', '.join(TASKS)}"
    )
    parser.add_argument("--sample", action="store_true", help="only what needs no download, in seconds")
    parser.add_argument("--limit", type=int, metavar="N", help="at most N cases per set, drawn with a fixed seed")
    parser.add_argument("--check", action="store_true", help="fail on a regression against the baseline")
    parser.add_argument("--write-baseline", action="store_true", help="make the figures the baseline's")
    parser.add_argument(
        "--out", type=Path, default=_HERE / "out", metavar="FOLDER", help="where the report goes (eval/out)"
    )
    parser.add_argument(
        "--baseline", type=Path, default=baseline.BASELINE, metavar="FILE", help="the baseline (eval/baseline.json)"
    )
    options = parser.parse_args(arguments)
    if problem := _problem(options):
        parser.error(problem)
    return options


def _problem(options: argparse.Namespace) -> str | None:
    """What would make the figures useless, or be found out only after they were measured."""
    if options.limit is not None and (options.check or options.write_baseline):
        return "--limit cuts the sets: its figures cannot be compared with the baseline"
    if options.limit is not None and options.limit < 1:
        return "--limit must be 1 or more"
    if options.sample and options.task:
        return "--sample and --task name different tasks: leave one out"
    if options.check and options.write_baseline:
        return "--write-baseline would replace the figures that --check compares with"
    return _wrong_paths(options)


def _wrong_paths(options: argparse.Namespace) -> str | None:
    if options.out.exists() and not options.out.is_dir():
        return f"--out {options.out} is not a folder"
    if options.check and not options.baseline.is_file():
        return f"--baseline {options.baseline} is not there: --check would compare with nothing, and pass"
    if options.write_baseline and not options.baseline.absolute().parent.is_dir():
        return f"--baseline {options.baseline} cannot be written: there is no such folder"
    try:
        if options.check or options.write_baseline:
            baseline.read(options.baseline)
    except (OSError, ValueError) as error:
        return f"--baseline {options.baseline} cannot be read: {error}"
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"--out {options.out} cannot be made: {error.strerror}"
    return None


def _tasks(options: argparse.Namespace) -> Mapping[str, Task]:
    if options.task:
        named = {name for group in options.task for name in group}
        return {name: task for name, task in TASKS.items() if name in named}
    return SAMPLE if options.sample else TASKS


def _measure(
    tasks: Mapping[str, Task], limit: int | None, console: Console
) -> tuple[list[Result], report.About, Datasets]:
    settings = load_settings()
    datasets = Datasets(settings.eval.data_dir)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed} texts"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        current = progress.add_task("loading", total=None)
        flow = Flow(build_screener(settings), lambda n: progress.advance(current, n))
        probe = Flow(build_screener(settings, probe_policy()), lambda n: progress.advance(current, n))
        context = Context(datasets, flow, probe, own=_HERE, limit=limit)
        results = run(tasks, context, lambda name: progress.update(current, description=name))
    policy, model = flow.refs or probe.refs or (None, None)
    about = report.describe(
        f"{policy.id} {policy.version}" if policy else "none",
        f"{model.id} {model.version}" if model else "none",
        limit,
        flow.degraded + probe.degraded,
        datetime.now(UTC),
    )
    return results, about, datasets


def _print(console: Console, results: Sequence[Result]) -> None:
    goals = Table("figure", "ours", "to reach", "met", title="set to reach", title_justify="left")
    for goal in report.goals(results):
        bound = f"{'at least' if goal.better is Better.UP else 'at most'} {goal.reach:g}"
        goals.add_row(goal.name, report.show(goal.estimate), bound, "[green]yes[/]" if goal.met else "[red]no[/]")
    if goals.row_count:
        console.print(goals)
    for result in results:
        if result.status is not Status.MEASURED:
            console.print(f"[yellow]{result.task}: {'; '.join(result.notes)}[/]")


def _check(console: Console, results: Sequence[Result], path: Path) -> bool:
    found = baseline.compare(results, baseline.read(path))
    for line in found.worse:
        console.print(f"[red]worse:[/] {line}", highlight=False)
    for line in found.unchecked:
        console.print(f"[yellow]not checked:[/] {line}", highlight=False)
    console.print(
        f"{len(found.worse)} worse, {len(found.better)} better, {found.same} inside the baseline's interval, "
        f"{len(found.new)} new, {len(found.unchecked)} tasks not checked"
    )
    return not found.worse


if __name__ == "__main__":
    sys.exit(main())
