"""``assistant``: the commands, and how their errors end."""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import Annotated, NoReturn

import structlog
import typer
from rich.markup import escape

from assistant import __version__
from assistant.cli import (
    communities,
    connections,
    content,
    demo,
    doctor,
    embed,
    faq,
    harness,
    keys,
    mcp,
    members,
    migrate,
    moderate,
    outbox,
    policy,
    ranker,
    replay,
    serve,
    worker,
)
from assistant.cli.exits import Exit
from assistant.cli.explain import explain
from assistant.cli.screen import err
from assistant.errors import AssistantError, CannotStart
from assistant.settings import load_settings
from assistant.web.logs import configure_logs
from assistant.wiring import has_faq

log = structlog.get_logger()

app = typer.Typer(
    name="assistant",
    help="Moderation and content assistant for online communities.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("moderate")(moderate.moderate)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command("replay")(replay.replay)
app.command(
    "eval", context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)(harness.evaluate)
app.command(
    "train", context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)(harness.train)
app.add_typer(keys.app, name="keys")
app.add_typer(communities.app, name="communities")
app.add_typer(policy.app, name="policy")
app.add_typer(connections.app, name="connections")
app.add_typer(outbox.app, name="outbox")
app.add_typer(ranker.app, name="ranker")
app.add_typer(members.app, name="members")
if has_faq():
    app.command("embed")(embed.embed)
    app.command("mcp")(mcp.mcp)
    app.add_typer(faq.app, name="faq")
    app.command("suggest")(content.suggest)
    app.add_typer(content.app, name="content")
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
    """Runs a command; an error ends it with one line and the exit code that fits."""
    try:
        app()
    except AssistantError as error:
        usage = error.status < HTTPStatus.INTERNAL_SERVER_ERROR
        _end(
            error.detail if isinstance(error, CannotStart) else explain(error),
            Exit.USAGE if usage else Exit.CANNOT_START,
        )
    except Exception as error:
        log.exception("command failed")
        _end(f"this should not have happened ({type(error).__name__}); the log says where", Exit.CANNOT_START)


def _end(sentence: str, code: Exit) -> NoReturn:
    err.print(f"[bold red]error:[/] {escape(sentence)}", soft_wrap=True)
    sys.exit(code)
