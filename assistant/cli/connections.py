"""``assistant connections``: a community's connections to platforms."""

from __future__ import annotations

import asyncio
import json
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.markup import escape
from rich.table import Column, Table

from assistant.cli.exits import Exit
from assistant.cli.screen import echo, echo_json, err, out
from assistant.cli.serving import own_address, running_address
from assistant.errors import InvalidInput
from assistant.platforms import Check, platform_named
from assistant.settings import Settings, load_settings
from assistant.store.connections import ConnectionRow
from assistant.store.database import Database
from assistant.types import FailMode, OnReview
from assistant.usecases import connections as usecase
from assistant.usecases.connections import Wanted
from assistant.usecases.reports import connection_report
from assistant.wiring import administration, build_outgoing, build_vault, find_vault

app = typer.Typer(help="Connections to platforms: add, list, test, rotate, live.", no_args_is_help=True)

ACTOR = "command line"
_Id = Annotated[str, typer.Argument(help="The id that `connections list` shows.")]
_Set = Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE, a setting of the platform; repeat it.")]
_File = Annotated[Path | None, typer.Option("--settings", help="All settings of the platform, as JSON or TOML.")]
_Secret = Annotated[
    list[str] | None,
    typer.Option("--secret", help="NAME asks for a secret's value, NAME=@FILE reads it; repeat it."),
]
_Name = Annotated[str | None, typer.Option(help="What to call it.")]
_Fail = Annotated[FailMode | None, typer.Option(help="When a stage fails or does not end in time.")]
_Review = Annotated[OnReview | None, typer.Option(help="What a before-send hook does with what waits for a person.")]
_Staff = Annotated[str | None, typer.Option(help="The platform's id of the staff's channel, for cards.")]
_Paid = Annotated[bool | None, typer.Option(help="Whether what the platform bills for may be sent.")]


@app.command()
def add(
    platform: Annotated[str, typer.Argument(help="Its name; a wrong one lists them.")],
    community: Annotated[str, typer.Option(help="Whose connection.")],
    secret: _Secret = None,
    setting: _Set = None,
    settings_file: _File = None,
    name: _Name = None,
    fail_mode: _Fail = None,
    on_review: _Review = None,
    staff_channel: _Staff = None,
    paid_messages: _Paid = None,
    live: Annotated[bool, typer.Option(help="Without a dry run first.")] = False,
) -> None:
    """Connect a platform. It starts in dry run: it decides, and carries nothing out."""
    settings = load_settings()
    platform_named(platform)
    wanted = Wanted(
        name=name,
        settings=_settings(setting, settings_file),
        fail_mode=fail_mode,
        on_review=on_review,
        dry_run=not live,
        paid_messages=paid_messages,
        staff_channel=staff_channel,
    )
    with administration(settings) as database:
        made = usecase.add_connection(
            database,
            build_vault(settings),
            community,
            platform,
            wanted,
            _secrets(secret),
            actor=ACTOR,
            now=datetime.now(UTC),
            allow=settings.outgoing.allow,
        )
    err.print(f"connection {made.row.id}, {'live' if live else 'in dry run: nothing is carried out'}", soft_wrap=True)
    for invented, value in made.secrets.items():
        err.print(f"{invented} (shown only now): {value}", markup=False, highlight=False, soft_wrap=True)
    running = running_address(settings)
    if settings.public_url is None and running is None:
        err.print(
            "no service of this data folder is running: ASSISTANT_PORT (make run PORT=...) decides the port of the address",
            soft_wrap=True,
        )
    err.print("give this address to the platform:", soft_wrap=True)
    typer.echo(f"{_base(settings, running)}/v1/hooks/{made.row.id}")


@app.command("list")
def list_connections(community: Annotated[str, typer.Option(help="Whose.")]) -> None:
    """List connections."""
    with administration(load_settings()) as database:
        rows = usecase.list_connections(database, community)
    whole_id = Column("id", no_wrap=True)  # it is to be copied, also where the terminal is narrow
    table = Table(whole_id, "platform", "name", "mode", "fails", "staff channel", box=box.SIMPLE)
    for row in rows:
        table.add_row(row.id, row.platform, escape(row.name), _mode(row), row.fail_mode.value, row.staff_channel or "")
    out.print(table)


@app.command()
def show(connection: _Id) -> None:
    """Print one connection as JSON, without its secrets."""
    settings = load_settings()
    with _found(settings, connection) as (_, row):
        document = usecase.view(row, _base(settings, running_address(settings)))
    echo_json(document)


@app.command("set")
def change(
    connection: _Id,
    setting: _Set = None,
    settings_file: _File = None,
    name: _Name = None,
    fail_mode: _Fail = None,
    on_review: _Review = None,
    staff_channel: _Staff = None,
    paid_messages: _Paid = None,
) -> None:
    """Change a connection. Settings that are given take the place of those of the same name."""
    settings = load_settings()
    with _found(settings, connection) as (database, row):
        given = _settings(setting, settings_file)
        wanted = Wanted(
            name=name,
            settings={**row.settings, **given} if given else None,
            fail_mode=fail_mode,
            on_review=on_review,
            staff_channel=staff_channel,
            paid_messages=paid_messages,
        )
        _change(settings, database, row, wanted)
    out.print(f"connection {connection} is changed; running services know within 2 s")


@app.command()
def live(connection: _Id) -> None:
    """End the dry run: from now on, decisions are carried out."""
    settings = load_settings()
    with _found(settings, connection) as (database, row):
        _change(settings, database, row, Wanted(dry_run=False, disabled=False))
    out.print(f"connection {connection} is live")


@app.command("dry-run")
def dry_run(connection: _Id) -> None:
    """Decide, and carry nothing out, from now on."""
    settings = load_settings()
    with _found(settings, connection) as (database, row):
        _change(settings, database, row, Wanted(dry_run=True))
    out.print(f"connection {connection} is in dry run")


@app.command()
def report(connection: _Id) -> None:
    """What the dry run would have carried out until now."""
    with _found(load_settings(), connection) as (database, row):
        echo(connection_report(database, row, "en"))


@app.command()
def disable(connection: _Id) -> None:
    """Stop using a connection; its webhooks answer 404."""
    settings = load_settings()
    with _found(settings, connection) as (database, row):
        _change(settings, database, row, Wanted(disabled=True))
    out.print(f"connection {connection} is disabled; `connections enable` brings it back")


@app.command()
def enable(connection: _Id) -> None:
    """Use a connection again that was disabled, or that was sent nothing more."""
    settings = load_settings()
    with _found(settings, connection) as (database, row):
        _change(settings, database, row, Wanted(disabled=False))
    out.print(f"connection {connection} is used again; `assistant outbox redrive` sends what was given up")


@app.command()
def remove(connection: _Id, yes: Annotated[bool, typer.Option("--yes", help="Without asking.")] = False) -> None:
    """Remove a connection, with what waits for it."""
    if not yes:
        typer.confirm(f"remove {connection}, with everything that waits for it?", abort=True, err=True)
    with _found(load_settings(), connection) as (database, row):
        usecase.remove_connection(database, row.community, row.id, actor=ACTOR, now=datetime.now(UTC))
    out.print(f"connection {connection} is removed")


@app.command()
def rotate(
    connection: _Id,
    secret: Annotated[str, typer.Option(help="NAME makes or asks for a new value, NAME=@FILE reads it.")],
    overlap_hours: Annotated[int, typer.Option(min=0, max=720, help="Hours for which the old one still counts.")] = 24,
) -> None:
    """Give a secret a new value; print it on the last line if it was made here."""
    settings = load_settings()
    with _found(settings, connection) as (database, row):
        name, _, source = secret.partition("=")
        known = {one.name: one for one in platform_named(row.platform).secrets}
        if name not in known:
            raise InvalidInput(field="--secret", problem=f"{row.platform} has: {', '.join(known) or 'none'}")
        makes = known[name].make is not None
        value = _read_secret(name, source) if source or not makes else None
        made = usecase.rotate_secret(
            database,
            build_vault(settings),
            row.community,
            row.id,
            name,
            value,
            overlap=timedelta(hours=overlap_hours),
            actor=ACTOR,
            now=datetime.now(UTC),
        )
    err.print(f"{name} is changed; the old value counts for {overlap_hours} more hours", soft_wrap=True)
    if made is not None:
        typer.echo(made)


@app.command()
def test(connection: _Id) -> None:
    """Ask the platform whether token, rights and address are right."""
    settings = load_settings()
    with _found(settings, connection) as (_, row):
        checks = asyncio.run(_test(settings, row))
    for check in checks:
        mark = "[green]ok[/]" if check.ok else "[bold red]no[/]"
        out.print(f"{mark}  {escape(check.name)}: {escape(check.detail)}", soft_wrap=True)
    if not all(check.ok for check in checks):
        raise typer.Exit(Exit.REACHED)


async def _test(settings: Settings, row: ConnectionRow) -> list[Check]:
    http = build_outgoing(settings)
    try:
        return await usecase.test_connection(row, find_vault(settings), http, datetime.now(UTC))
    finally:
        await http.close()


def _change(settings: Settings, database: Database, row: ConnectionRow, wanted: Wanted) -> None:
    usecase.change_connection(
        database, row.community, row.id, wanted, actor=ACTOR, now=datetime.now(UTC), allow=settings.outgoing.allow
    )


@contextmanager
def _found(settings: Settings, connection: str) -> Iterator[tuple[Database, ConnectionRow]]:
    with administration(settings) as database:
        yield database, usecase.find_connection(database, connection)


def _mode(row: ConnectionRow) -> str:
    if row.disabled_at is not None:
        return f"disabled: {escape(row.disabled_because or '')}"
    if row.stopped_at is not None:
        return f"sent nothing more: {escape(row.stopped_because or '')}"
    return "dry run" if row.dry_run else "live"


def _base(settings: Settings, running: str | None) -> str:
    return (settings.public_url or running or own_address(settings)).rstrip("/")


def _settings(pairs: Sequence[str] | None, file: Path | None) -> dict[str, Any]:
    """From a file, then single ones over it. A value that reads as JSON is that; any other is a text."""
    found: dict[str, Any] = {}
    if file is not None:
        try:
            text = file.read_text("utf-8")
            found = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
        except (OSError, ValueError) as error:
            raise InvalidInput(field="--settings", problem=f"cannot be read: {error}") from None
        if not isinstance(found, dict):
            raise InvalidInput(field="--settings", problem="must hold an object")
    for pair in pairs or ():
        name, equals, value = pair.partition("=")
        if not equals:
            raise InvalidInput(field="--set", problem=f"{pair!r} must be NAME=VALUE")
        found[name.strip()] = _value(value)
    return found


def _value(text: str) -> Any:
    if text[:1] in {"[", "{", '"'} or text in {"true", "false", "null"}:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _secrets(given: Sequence[str] | None) -> dict[str, str]:
    found = {}
    for one in given or ():
        name, _, source = one.partition("=")
        found[name] = _read_secret(name, source)
    return found


def _read_secret(name: str, source: str) -> str:
    """From a file, or typed without being shown: what stands on a command line is seen by others."""
    if source.startswith("@"):
        try:
            return Path(source[1:]).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput(field=f"--secret {name}", problem=f"cannot be read: {error}") from None
    if source:
        raise InvalidInput(
            field=f"--secret {name}",
            problem="does not take a value, which others could see: give the name alone, or NAME=@FILE",
        )
    typed: str = typer.prompt(name, hide_input=True, err=True)
    return typed.strip()
