"""``assistant``: the commands, and how their errors end."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from assistant import __version__
from assistant.cli import communities, demo, doctor, harness, keys, migrate, moderate, policy, serve
from assistant.cli.exits import Exit
from assistant.cli.screen import err
from assistant.errors import AssistantError, CannotStart, DatabaseUnavailable, InvalidInput
from assistant.settings import load_settings
from assistant.web.logs import configure_logs
from assistant.words import load_words

app = typer.Typer(
    name="assistant",
    help="Moderation and content assistant for online communities.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("serve")(serve.serve)
app.command("moderate")(moderate.moderate)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command(
    "eval", context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)(harness.evaluate)
app.command(
    "train", context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)(harness.train)
app.add_typer(keys.app, name="keys")
app.add_typer(communities.app, name="communities")
app.add_typer(policy.app, name="policy")
app.add_typer(migrate.app, name="migrate")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Every command writes its log in one way, which keeps message texts out of it."""
    del version
    configure_logs(load_settings().log)


def main() -> None:
    """Runs a command; an error of ours ends it with one line and the exit code that fits."""
    try:
        app()
    except CannotStart as error:
        err.print(f"[bold red]error:[/] {_escaped(error.detail)}", soft_wrap=True)
        sys.exit(Exit.CANNOT_START)
    except AssistantError as error:
        err.print(f"[bold red]error:[/] {_escaped(explain(error))}", soft_wrap=True)
        starts_not = isinstance(error, DatabaseUnavailable)
        usage = isinstance(error, InvalidInput) or error.status < 500
        sys.exit(Exit.CANNOT_START if starts_not or not usage else Exit.USAGE)


def explain(error: AssistantError) -> str:
    """The error's sentence in English, its values filled in."""
    return load_words().get(f"errors.{error.message}", "en", **error.values)


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")
