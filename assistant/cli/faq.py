"""``assistant faq``: what the bot reads its answers from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich import box
from rich.markup import escape
from rich.progress import Progress
from rich.table import Column, Table

from assistant.cli.exits import Exit
from assistant.cli.explain import explain
from assistant.cli.screen import err, out, progress
from assistant.errors import InvalidInput
from assistant.faq.ingest import FORMATS
from assistant.faq.ingest.languages import read_tag
from assistant.faq.ingest.values import read_date, read_last
from assistant.settings import load_settings
from assistant.store.faq_documents import DocumentRow
from assistant.store.faq_jobs import Job
from assistant.usecases.assistant import Assistant
from assistant.usecases.faq import documents as documents_usecase
from assistant.usecases.faq import imports
from assistant.usecases.faq.imports import Options
from assistant.usecases.faq.ingest import run_job
from assistant.usecases.faq.settings import get_settings
from assistant.wiring import build, use_database

app = typer.Typer(help="What the FAQ bot knows: import, list, remove, jobs.", no_args_is_help=True)

ACTOR = "command line"
_BATCH_BYTES = 16 * 1024 * 1024
_BATCH_FILES = 50
_Community = Annotated[str, typer.Option(help="Whose.")]


@app.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files, and folders with everything in them that can be read.")],
    community: _Community,
    role: Annotated[list[str] | None, typer.Option(help="Only these may see it; repeat it.")] = None,
    language: Annotated[str, typer.Option(help="What it is written in; detected by default.")] = "",
    source: Annotated[str, typer.Option(help="Where it stands for members to read: an address.")] = "",
    valid_from: Annotated[str | None, typer.Option(help="Counts from this day.")] = None,
    valid_to: Annotated[str | None, typer.Option(help="Counts until this day is over.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Read also what has not changed.")] = False,
) -> None:
    """Import documents. One takes the place of that of its name; one that has not changed is not read again."""
    files = _files(paths)
    with _assistant() as assistant:
        begins, ends = _dates(assistant, community, valid_from, valid_to)
        options = Options(
            roles=tuple(role or ()),
            language=_language(language),
            source=source,
            valid_from=begins,
            valid_to=ends,
            again=again,
        )
        done = _imported(assistant, community, files, options)
        _, items = imports.get_job(assistant, community, done.id)
    failed = imports.failures(items)
    for _, error in failed:
        err.print(f"[bold red]no[/]  {escape(explain(error))}", soft_wrap=True)
    unchanged = done.details.get("unchanged", 0)
    out.print(
        f"job {done.id} is {done.state.value}: {done.done} of {done.total} documents read, {unchanged} of them unchanged, "
        f"{done.failed} failed; {done.entries} entries",
        soft_wrap=True,
    )
    if failed:
        raise typer.Exit(Exit.USAGE)


@app.command("list")
def list_documents(
    community: _Community,
    warnings: Annotated[bool, typer.Option("--warnings", help="With what was left out of each.")] = False,
) -> None:
    """List documents."""
    with _assistant() as assistant:
        rows: list[DocumentRow] = []
        cursor: str | None = None
        while True:
            page = documents_usecase.list_documents(assistant, community, cursor, 200)
            rows += page.rows
            cursor = page.next_cursor
            if cursor is None:
                break
    whole_id = Column("id", no_wrap=True)  # it is to be copied, also where the terminal is narrow
    table = Table(whole_id, "name", "title", "language", "entries", "warnings", "read", box=box.SIMPLE)
    for row in rows:
        table.add_row(
            row.id,
            escape(row.name),
            escape(row.title),
            row.language,
            str(row.entries),
            str(len(row.warnings) or ""),
            f"{row.updated_at:%Y-%m-%d %H:%M}",
        )
    out.print(table)
    for row in rows if warnings else ():
        for warning in row.warnings:
            out.print(f"{escape(row.name)}: {escape(warning)}", soft_wrap=True)


@app.command()
def remove(
    documents: Annotated[list[str], typer.Argument(help="The ids that `faq list` shows.")], community: _Community
) -> None:
    """Remove documents, with their entries, at once."""
    with _assistant() as assistant:
        for document in documents:
            number = documents_usecase.remove_document(assistant, community, document, actor=ACTOR)
            out.print(f"document {document} is removed, with {number} entries")


@app.command()
def jobs(
    community: _Community,
    stop: Annotated[str | None, typer.Option(help="Stop this one; what was read stays.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many, the newest first.")] = 20,
) -> None:
    """List imports."""
    with _assistant() as assistant:
        if stop is not None:
            imports.stop_job(assistant, community, stop, actor=ACTOR)
        page = imports.list_jobs(assistant, community, None, limit)
    whole_id = Column("id", no_wrap=True)
    table = Table(whole_id, "state", "documents", "read", "failed", "entries", "began", box=box.SIMPLE)
    for job in page.rows:
        counts = (job.total, job.done, job.failed, job.entries)
        table.add_row(job.id, job.state.value, *map(str, counts), f"{job.created_at:%Y-%m-%d %H:%M}")
    out.print(table)


@contextmanager
def _assistant() -> Iterator[Assistant]:
    """The service's parts for one command, beside a running service or alone."""
    settings = load_settings()
    database, embedded = use_database(settings)
    try:
        yield build(settings, database=database, screening=False)
    finally:
        database.close()
        if embedded is not None:
            embedded.stop()


def _dates(
    assistant: Assistant, community: str, begins: str | None, ends: str | None
) -> tuple[datetime | None, datetime | None]:
    zone = ZoneInfo(get_settings(assistant.database, community).time_zone)
    try:
        return read_date(begins, zone) if begins else None, read_last(ends, zone) if ends else None
    except ValueError as error:
        raise InvalidInput(field="--valid-from, --valid-to", problem=str(error)) from None


def _language(given: str) -> str:
    try:
        return read_tag(given) if given else ""
    except ValueError as error:
        raise InvalidInput(field="--language", problem=str(error)) from None


def _files(paths: Sequence[Path]) -> dict[str, Path]:
    """By name. Raises: InvalidInput."""
    files: dict[str, Path] = {}
    for name, path in _found(paths):
        if files.setdefault(name, path) is not path:
            raise InvalidInput(field=str(path), problem=f"has the name {name!r}, which {files[name]} has too")
    return files


def _found(paths: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Each file with the name it is kept under: its own, with its place in the folder that was named. Raises: InvalidInput."""
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if _wanted(one, path))
            if not inside:
                raise InvalidInput(
                    field=str(path), problem=f"holds no file that can be read: {', '.join(sorted(FORMATS))}"
                )
            yield from ((one.relative_to(path).as_posix(), one) for one in inside)
        elif path.is_file():
            yield path.name, path
        else:
            raise InvalidInput(field=str(path), problem="is no file and no folder")


def _wanted(path: Path, folder: Path) -> bool:
    """Not what is hidden, nor what editors and Office leave beside the files they have open."""
    hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
    return not hidden and path.suffix.lower().lstrip(".") in FORMATS and path.is_file()


def _imported(assistant: Assistant, community: str, files: Mapping[str, Path], options: Options) -> Job:
    """Left by Ctrl-C it is stopped; killed, it is gone on with by the service's worker."""
    job = imports.open_import(assistant, community, [], options, actor=ACTOR, more=True)
    try:
        with progress() as bar:
            job = _stored(assistant, job, files, bar)
            reading = bar.add_task("reading", total=job.total, completed=job.done + job.failed)
            return run_job(
                assistant,
                job,
                told=lambda now: bar.update(reading, total=now.total, completed=now.done + now.failed),
            )
    except (KeyboardInterrupt, InvalidInput):
        imports.stop_job(assistant, community, job.id, actor=ACTOR)
        raise


def _stored(assistant: Assistant, job: Job, files: Mapping[str, Path], bar: Progress) -> Job:
    """The job with all of them, ready to be worked on."""
    limit = imports.limits_of(assistant.settings).bytes
    storing = bar.add_task("storing", total=len(files))
    batch: list[tuple[str, bytes]] = []
    for name, path in files.items():
        batch.append((name, _read(path, limit)))
        if len(batch) >= _BATCH_FILES or sum(len(content) for _, content in batch) >= _BATCH_BYTES:
            job = imports.add_documents(assistant, job, batch, more=True)
            batch.clear()
        bar.advance(storing)
    return imports.add_documents(assistant, job, batch)


def _read(path: Path, limit: int) -> bytes:
    """No more of it than tells that it is too large."""
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise InvalidInput(field=str(path), problem=f"cannot be read: {error.strerror}") from None
