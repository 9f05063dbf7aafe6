"""``assistant suggest`` and ``assistant content``: what to post, in the terminal, as Markdown or as JSON."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from assistant.cli.content_report import as_markdown, show
from assistant.cli.screen import echo, echo_json, err, out, progress
from assistant.settings import load_settings
from assistant.types.content import Goal, Kind
from assistant.usecases.content.asking import SuggestionsRequest
from assistant.usecases.content.imports import import_archive
from assistant.usecases.content.suggest import suggest_all
from assistant.usecases.request import invalid_input
from assistant.wiring import build

app = typer.Typer(no_args_is_help=True, help="Suggestions of what to post.")


class Form(StrEnum):
    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"


class Archive(StrEnum):
    STACKEXCHANGE = "stackexchange"
    IRC = "irc"


def suggest(
    community: Annotated[str, typer.Option(help="The community.")] = "demo",
    goal: Annotated[Goal, typer.Option(help="What for.")] = Goal.ENGAGE,
    kind: Annotated[list[Kind] | None, typer.Option(help="Only these kinds; may be repeated.")] = None,
    segment: Annotated[str | None, typer.Option(help="For the members of a segment.")] = None,
    days: Annotated[int, typer.Option(help="Days of messages that are looked at.")] = 7,
    ahead_days: Annotated[int, typer.Option(help="Days in which it may be published.")] = 7,
    at: Annotated[datetime | None, typer.Option(help="As of then (UTC), not now.")] = None,
    count: Annotated[int, typer.Option(help="How many.")] = 5,
    tone: Annotated[str, typer.Option(help="Of the drafts: warm, matter-of-fact, ...")] = "",
    language: Annotated[str | None, typer.Option(help="Of the drafts: en, zh-Hans, zh-Hant, zh-Hant-HK.")] = None,
    write: Annotated[bool, typer.Option(help="Let the language model write, if there is one.")] = True,
    form: Annotated[Form, typer.Option("--format", help="terminal, markdown or json.")] = Form.TERMINAL,
) -> None:
    """What to post, why, to whom and when; each draft screened already."""
    try:
        asked = SuggestionsRequest(
            goal=goal,
            kinds=tuple(kind or ()),
            segment=segment,
            days=days,
            ahead_days=ahead_days,
            at=at.replace(tzinfo=UTC) if at else None,
            count=count,
            tone=tone,
            language=language,
            write=write,
        )
    except ValidationError as error:
        raise invalid_input(error) from None
    document = _suggested(community, asked)
    if form is Form.JSON:
        echo_json(document)
    elif form is Form.MARKDOWN:
        echo(as_markdown(document))
    else:
        show(document, out)


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(help="The archive's folder.", exists=True, file_okay=False)],
    archive: Annotated[Archive, typer.Option("--format", help="stackexchange: a site's dump; irc: channel logs.")],
    community: Annotated[str, typer.Option(help="The community.")] = "demo",
) -> None:
    """Take over a community's messages from an archive; may be repeated."""
    assistant = build(load_settings())
    try:
        with progress() as bar:
            task = bar.add_task("messages", total=None)
            done = import_archive(assistant, community, folder, archive.value, lambda n: bar.advance(task, n))
    finally:
        assistant.close()
    err.print(f"{done.read} messages read, {done.new} of them new")
    if done.erased:
        err.print(f"{done.erased} are of members who were erased since: they stay away")


def _suggested(community: str, asked: SuggestionsRequest) -> dict[str, Any]:
    settings = load_settings()
    assistant = build(settings)
    try:
        return asyncio.run(_ask(assistant, community, asked))
    finally:
        assistant.close()


async def _ask(assistant: Any, community: str, asked: SuggestionsRequest) -> dict[str, Any]:
    try:
        return await suggest_all(assistant, community, asked)
    finally:
        if assistant.generator is not None:
            await assistant.generator.close()
