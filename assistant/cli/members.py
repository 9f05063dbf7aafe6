"""``assistant members``: what they did, out of files; and what they may ask of us."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.markup import escape

from assistant.cli.exits import Exit
from assistant.cli.screen import echo_json, err, out, progress
from assistant.errors import InvalidInput
from assistant.settings import load_settings
from assistant.store.member_imports import Import
from assistant.usecases.assistant import Assistant
from assistant.usecases.members import importing, privacy
from assistant.wiring import build, use_database

app = typer.Typer(help="What members did, and what is known of them: import, export, erase.", no_args_is_help=True)

ACTOR = "command line"
_SUFFIXES = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
_Community = Annotated[str, typer.Option(help="Whose.")]


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="The file.")],
    community: _Community,
    form: Annotated[
        str | None, typer.Option("--format", help="csv, jsonl, parquet, line (LINE's chat export) or chat (pasted).")
    ] = None,
    time_zone: Annotated[str | None, typer.Option(help="Where times without an offset were written.")] = None,
    begins: Annotated[str | None, typer.Option(help="When pasted lines without a time began (ISO 8601).")] = None,
    channel: Annotated[str | None, typer.Option(help="The channel of a chat.")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Read a file that was read before from its beginning.")
    ] = False,
) -> None:
    """Import events. A stopped import goes on where it was; nothing counts twice."""
    zone = _zone(time_zone)
    wanted = importing.Wanted(_format(path, form), zone, _moment(begins, zone), channel, again)
    with _assistant() as assistant, progress() as bar:
        task = bar.add_task("rows", total=None)

        def report(done: Import) -> None:
            bar.update(task, completed=done.rows_read)

        done = importing.run_import(assistant, community, path, wanted, report)
    for error in done.errors:
        err.print(f"[bold red]no[/]  row {error['row']}: {error['field']} {escape(error['problem'])}", soft_wrap=True)
    out.print(f"{done.rows_read} rows read: {done.new} new events, {done.failed} refused", soft_wrap=True)
    if done.failed:
        raise typer.Exit(Exit.USAGE)


@app.command()
def export(
    member: Annotated[str, typer.Argument(help="The member's id.")],
    community: _Community,
    language: Annotated[str, typer.Option(help="Of the words in it.")] = "en",
) -> None:
    """All that is known of a member, as JSON."""
    with _assistant(screening=False) as assistant:
        document = privacy.export_member(assistant, community, member, language)
    echo_json(document, indent=1)


@app.command()
def erase(member: Annotated[str, typer.Argument(help="The member's id.")], community: _Community) -> None:
    """Erase a member from every table."""
    with _assistant(screening=False) as assistant:
        gone = privacy.erase_member(assistant, community, member, ACTOR)
    out.print(f"erased: {sum(gone.values())} rows of {len(gone)} tables", soft_wrap=True)


@contextmanager
def _assistant(*, screening: bool = True) -> Iterator[Assistant]:
    """The service's parts for one command, beside a running service or alone."""
    settings = load_settings()
    database, embedded = use_database(settings)
    try:
        yield build(settings, database=database, screening=screening)
    finally:
        database.close()
        if embedded is not None:
            embedded.stop()


def _format(path: Path, given: str | None) -> str:
    found = given or _SUFFIXES.get(path.suffix.lower()) or ("line" if path.name.startswith("[LINE]") else None)
    if found not in importing.FORMATS:
        raise InvalidInput(field="--format", limit=", ".join(importing.FORMATS), problem="must be one of these")
    return found


def _zone(given: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(given) if given else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(field="--time-zone", problem="must be a time zone, as Asia/Taipei") from None


def _moment(given: str | None, zone: ZoneInfo | None) -> datetime | None:
    if given is None:
        return None
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        raise InvalidInput(field="--begins", problem="must be a time, as 2026-11-28T09:00") from None
    if found.tzinfo is None and zone is None:
        raise InvalidInput(field="--begins", problem="needs an offset, or --time-zone")
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)
