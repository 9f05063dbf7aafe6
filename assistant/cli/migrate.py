"""``assistant migrate``: moving here from another service, with figures instead of hope."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from assistant.cli.screen import out, progress
from assistant.cli.writing import check_writable, write
from assistant.errors import InvalidInput
from assistant.settings import load_settings
from assistant.types import Message
from assistant.usecases.migration import Comparison, Scored, compare, read_perspective_log
from assistant.usecases.perspective import ATTRIBUTES, attribute_score
from assistant.wiring import build_screener

app = typer.Typer(help="Move here from another service.", no_args_is_help=True)
CHUNK = 256


@app.callback()
def _group() -> None:
    """Move here from another service."""


@app.command()
def perspective(
    log: Annotated[Path, typer.Argument(help="JSON lines: your comments with Perspective's scores.")],
    threshold: Annotated[
        list[str] | None, typer.Option(help="ATTRIBUTE=score you used, such as TOXICITY=0.8; repeat it.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Also write the figures as JSON.")] = None,
    largest: Annotated[int, typer.Option(min=0, max=1000, help="How many of the largest differences to print.")] = 50,
) -> None:
    """Compare our scores with Perspective's on your own comments.

    Prints, per attribute, the rank correlation, the threshold of ours that flags the same share of comments, and the largest differences.
    Each line holds {"text": ..., "scores": {"TOXICITY": 0.9}} or a request and its response as Perspective gave them.
    """
    if not log.is_file():
        raise InvalidInput(field="LOG", problem=f"{log} is not a file")
    if output:
        check_writable(output, "--output")
    thresholds = _thresholds(threshold or [])
    theirs = read_perspective_log(log.read_bytes().splitlines())
    screener = build_screener(load_settings())
    scored: list[Scored] = []
    with progress() as bar:
        task = bar.add_task("screening", total=len(theirs))
        for at in range(0, len(theirs), CHUNK):
            chunk = theirs[at : at + CHUNK]
            decisions = screener.screen_batch([Message(row.text) for row in chunk])
            for row, decision in zip(chunk, decisions, strict=True):
                scored.append(
                    Scored(row.text, row.scores, {name: attribute_score(name, decision.scores) for name in row.scores})
                )
            bar.advance(task, len(chunk))
    comparisons = compare(scored, thresholds, largest)
    for comparison in comparisons:
        _print(comparison)
    if output:
        figures = [comparison.document() for comparison in comparisons]
        write(output, json.dumps(figures, ensure_ascii=False, indent=1) + "\n", "--output")


def _thresholds(given: list[str]) -> dict[str, float]:
    thresholds: dict[str, float] = {}
    for item in given:
        name, _, value = item.partition("=")
        try:
            thresholds[name] = float(value)
        except ValueError:
            raise InvalidInput(field="--threshold", problem=f"{item} is not ATTRIBUTE=number") from None
        if name not in ATTRIBUTES or not 0 <= thresholds[name] <= 1:
            raise InvalidInput(
                field="--threshold", problem=f"{item}: attributes are {', '.join(ATTRIBUTES)}, scores 0 to 1"
            )
    return thresholds


def _print(comparison: Comparison) -> None:
    figures: dict[str, Any] = comparison.document()
    out.rule(f"{comparison.attribute}: {comparison.comments} comments")
    out.print(f"rank correlation (Spearman): {_figure(comparison.rank_correlation)}")
    if comparison.their_threshold is not None:
        out.print(
            f"their threshold {comparison.their_threshold:.2f} flags {figures['flagged_share']:.1%}; "
            f"ours that flags the same share: {_figure(comparison.our_threshold)}"
        )
    table = Table("theirs", "ours", "text", title="largest differences", title_justify="left")
    for row in comparison.largest:
        table.add_row(
            f"{row.theirs:.2f}", f"{row.ours:.2f}", escape(row.text[:100].encode("utf-8", "replace").decode())
        )
    out.print(table)


def _figure(value: float | None) -> str:
    return "not defined (all scores equal)" if value is None else f"{value:.3f}"
