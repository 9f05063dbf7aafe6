"""The terminal: one console for results, one for everything said beside them, and progress."""

from __future__ import annotations

import json
from typing import Any

import typer
from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderableType, RenderHook, RenderResult
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.segment import Segment

from assistant.terminal import inert, inert_json


class _Inert:
    """``shown``, its text without what would steer the terminal: names, words and warnings come from elsewhere."""

    def __init__(self, shown: RenderableType) -> None:
        self._shown = shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for text, style, control in console.render(self._shown, options):
            yield Segment(text if control else inert(text), style, control)


class _Hook(RenderHook):
    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Inert(one) for one in renderables]


def inert_console(**options: Any) -> Console:
    console = Console(**options)
    console.push_render_hook(_Hook())
    return console


out = inert_console()
err = inert_console(stderr=True)


def echo(text: str) -> None:
    """As it is, to be read or piped on, but for what would steer a terminal."""
    typer.echo(inert(text))


def echo_json(document: Any, indent: int = 2) -> None:
    """The document itself, whatever is in it, written so that no text steers a terminal."""
    typer.echo(inert_json(json.dumps(document, ensure_ascii=False, indent=indent).encode()).decode())


def progress() -> Progress:
    """A progress bar on standard error where that is a terminal, so that results can be piped and logs stay readable."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=err,
        disable=not err.is_terminal,
    )
