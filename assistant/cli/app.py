"""``assistant``: the commands, and how their errors end."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, NoReturn

import structlog
import typer
from rich.markup import escape

from assistant import __version__
from assistant.backends.shipped import is_shipped
from assistant.cli.exits import Exit
from assistant.cli.explain import explain
from assistant.cli.importing import imported
from assistant.cli.screen import err
from assistant.errors import AssistantError, CannotStart
from assistant.settings import load_settings
from assistant.web.logs import configure_logs

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Command:
    """Where a command, or a group of them (``group``), is defined. ``passes_on`` hands every argument to another program; ``of_faq`` needs
    the FAQ bot's models."""

    module: str
    name: str
    group: bool = False
    passes_on: bool = False
    of_faq: bool = False


COMMANDS = {
    "serve": Command("serve", "serve"),
    "worker": Command("worker", "worker"),
    "moderate": Command("moderate", "moderate"),
    "demo": Command("demo", "demo"),
    "doctor": Command("doctor", "doctor"),
    "upgrade": Command("upgrade", "upgrade"),
    "backup": Command("backup", "backup"),
    "restore": Command("backup", "restore"),
    "replay": Command("replay", "replay"),
    "embed": Command("embed", "embed", of_faq=True),
    "mcp": Command("mcp", "mcp", of_faq=True),
    "suggest": Command("content", "suggest", of_faq=True),
    "eval": Command("harness", "evaluate", passes_on=True),
    "train": Command("harness", "train", passes_on=True),
    "keys": Command("keys", "app", group=True),
    "communities": Command("communities", "app", group=True),
    "policy": Command("policy", "app", group=True),
    "connections": Command("connections", "app", group=True),
    "outbox": Command("outbox", "app", group=True),
    "ranker": Command("ranker", "app", group=True),
    "members": Command("members", "app", group=True),
    "faq": Command("faq", "app", group=True, of_faq=True),
    "content": Command("content", "app", group=True, of_faq=True),
    "migrate": Command("migrate", "app", group=True),
}
_PASSES_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def commands(asked: str | None = None) -> typer.Typer:
    """All commands, or only the one that was ``asked`` for: to import the others takes longer than most of them run."""
    app = typer.Typer(
        name="assistant",
        help="Moderation and content assistant for online communities.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(root)
    has_faq = is_shipped("models/embedder", "models/faq")
    for name, command in COMMANDS.items():
        if (asked not in COMMANDS or name == asked) and (has_faq or not command.of_faq):
            _add(app, name, command)
    return app


def _add(app: typer.Typer, name: str, command: Command) -> None:
    found = getattr(imported(f"assistant.cli.{command.module}"), command.name)
    if command.group:
        app.add_typer(found, name=name)
    else:
        app.command(name, context_settings=_PASSES_ON if command.passes_on else None)(found)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


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
        commands(next((word for word in sys.argv[1:] if not word.startswith("-")), None))()
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
