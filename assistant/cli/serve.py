"""``assistant serve``: the service."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from assistant.cli.data_folder import ready_folder
from assistant.cli.forking import forking
from assistant.cli.importing import imported
from assistant.cli.listening import listen
from assistant.settings import load_settings
from assistant.web.shared import Shared

_MOST_BY_DEFAULT = 2
_SERVICE = "assistant.cli.service"
"""Imported while the process that the others are forked from reads the models: both take seconds."""


def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on (setting host).")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port (setting port); 0 takes a free one.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=0, max=32, help="Serving processes (setting workers); 0: by the cores.")
    ] = None,
) -> None:
    """Run the service: embedded PostgreSQL unless a database is set, migrations, the demo community, HTTP."""
    given = {"host": host, "port": port, "workers": workers}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    listeners = listen(settings, settings.workers or _by_cores())
    settings = settings.model_copy(update={"port": listeners[0].getsockname()[1]})
    ready_folder(settings.data_dir)
    if len(listeners) == 1:
        imported(_SERVICE).serve_alone(settings, listeners[0])
        return
    shared = Shared(settings.data_dir.absolute() / f"workers-{settings.port}")
    shared.clear()
    starting = forking(shared.metrics)
    imported(_SERVICE).serve_together(settings, listeners, shared, starting)


def _by_cores() -> int:
    return min(_MOST_BY_DEFAULT, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
