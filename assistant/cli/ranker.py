"""``assistant ranker``: the ranker that a community fits on its own past."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from assistant.cli.screen import out
from assistant.settings import load_settings
from assistant.usecases.push.training import rankers_of, train
from assistant.wiring import build, use_database

app = typer.Typer(help="The ranker of recommendations: fit, show.", no_args_is_help=True)


@app.command("show")
def show(community: Annotated[str, typer.Option(help="Whose.")]) -> None:
    """Which ranker is in force, and what the last ones that were fitted were judged to be worth."""
    settings = load_settings()
    database, embedded = use_database(settings)
    assistant = build(settings, database=database, screening=False)
    try:
        found = rankers_of(assistant, community)
    finally:
        assistant.close()
        if embedded is not None:
            embedded.stop()
    out.print(f"in force: {escape(found['in_force'])}", soft_wrap=True)
    for one in found["fits"]:
        told = "taken" if one["taken"] else "not taken"
        judged = ", ".join(f"{name} {value}" for name, value in one["judged"].items())
        line = f"{one['version']}  {one['at'][:16]}  {told} ({one['because']})  {one['lessons']} touches  {judged}"
        out.print(escape(line), soft_wrap=True)


@app.command("fit")
def fit(community: Annotated[str, typer.Option(help="Whose.")]) -> None:
    """Fit a community's ranker on its events of the last sixty days, and put it in force (needs the extra `train`)."""
    settings = load_settings()
    database, embedded = use_database(settings)
    assistant = build(settings, database=database, screening=False)
    try:
        made = train(assistant, community, actor="command line")
    finally:
        assistant.close()
        if embedded is not None:
            embedded.stop()
    judged = made["judged"]
    out.print(f"{escape(made['version'])} is in force: {made['lessons']} touches learned from", soft_wrap=True)
    out.print(
        f"on {judged['lists']} logged lists, worth {judged['effective_lists']}: the first place earned {judged['earned']}, "
        f"and would have earned {judged['would_have_earned']}",
        soft_wrap=True,
    )
