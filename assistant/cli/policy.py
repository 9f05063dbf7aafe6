"""``assistant policy``: show, check and change a community's policy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from assistant.cli.screen import err, out
from assistant.moderation.policy import dump_policy, read_policy_file, shipped_policy
from assistant.settings import load_settings
from assistant.usecases import policies as usecase
from assistant.wiring import administration, community_policy, compile_policy

app = typer.Typer(help="Policies: show, check, set.", no_args_is_help=True)


@app.command()
def show(community: Annotated[str | None, typer.Option(help="Whose; without it, the shipped policy.")] = None) -> None:
    """Print a policy as JSON, ready to edit and set."""
    policy = community_policy(load_settings(), community) if community else shipped_policy()
    typer.echo(json.dumps(dump_policy(policy), ensure_ascii=False, indent=2))


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
