"""``assistant policy``: show, check and change a community's policy, and ask what its reviews speak for."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from assistant.cli.screen import echo_json, err, out
from assistant.cli.writing import check_writable
from assistant.cli.writing import write as write_file
from assistant.moderation.policy import dump_policy, read_policy_file, shipped_policy
from assistant.moderation.tuning import Proposal, applied
from assistant.settings import load_settings
from assistant.usecases import policies as usecase
from assistant.wiring import administration, community_policy, compile_policy

app = typer.Typer(help="Policies: show, check, set, suggest.", no_args_is_help=True)


@app.command()
def show(community: Annotated[str | None, typer.Option(help="Whose; without it, the shipped policy.")] = None) -> None:
    """Print a policy as JSON, ready to edit and set."""
    policy = community_policy(load_settings(), community) if community else shipped_policy()
    echo_json(dump_policy(policy))


@app.command()
def check(file: Annotated[Path, typer.Argument(help="JSON or TOML.")]) -> None:
    """Read and compile a policy file without storing it."""
    policy = read_policy_file(file)
    compile_policy(policy)
    err.print(
        f"{file} is valid: {len(policy.thresholds)} labels, {len(policy.lists)} lists, {len(policy.patterns)} patterns"
    )


@app.command("set")
def set_policy(
    file: Annotated[Path, typer.Argument(help="JSON or TOML.")],
    community: Annotated[str, typer.Option(help="Whose policy it becomes.")],
) -> None:
    """Store a policy file as the next version of a community's policy."""
    policy = read_policy_file(file)
    compile_policy(policy)
    with administration(load_settings()) as database:
        stored = usecase.set_policy(database, community, policy, created_by="command line")
        warnings = usecase.platform_warnings(database, community, stored)
    out.print(f"policy {stored.id} of {community} is now version {stored.version}")
    for warning in warnings:
        err.print(f"[yellow]note:[/] {escape(warning)}", soft_wrap=True)


@app.command()
def suggest(
    community: Annotated[str, typer.Option(help="Whose reviews.")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far back.")] = 90,
    precision: Annotated[
        float, typer.Option(min=0.5, max=0.99, help="The share of what is found that ought to be right.")
    ] = 0.8,
    write: Annotated[
        Path | None, typer.Option(help="Write the policy with the proposals here, for `policy set`.")
    ] = None,
) -> None:
    """Propose thresholds from what people approved and removed. Changes nothing by itself."""
    if write is not None:
        check_writable(write, "--write")
    since = datetime.now(UTC) - timedelta(days=days)
    with administration(load_settings()) as database:
        policy, proposals = usecase.proposals(database, community, since, precision)
    if not proposals:
        out.print("The reviews speak for no other threshold, or are too few.")
    else:
        out.print(_proposed(proposals))
    if write is not None:
        document = dump_policy(applied(policy, proposals))
        write_file(write, json.dumps(document, ensure_ascii=False, indent=2) + "\n", "--write")


def _proposed(proposals: list[Proposal]) -> Table:
    table = Table("label", "action", "now", "proposed", "reviews", "right now", "right then", "removals it would miss")
    for one in proposals:
        then = "not known" if one.right_then is None else f"{one.right_then:.0%}"
        cells = (f"{one.now:.2f}", f"{one.proposed:.2f}", str(one.reviewed), f"{one.right:.0%}", then, str(one.missed))
        table.add_row(one.label, one.action, *cells)
    return table
