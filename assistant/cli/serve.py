"""``assistant serve``: the service."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib import resources
from typing import Annotated

import typer

from assistant.cli.forking import Starting, spawning
from assistant.cli.listening import listen
from assistant.cli.outbox_process import OutboxProcess
from assistant.cli.screen import err
from assistant.cli.serving import noted, own_address
from assistant.cli.workers import Workers, leave_when_told, run_here, shared_folder
from assistant.settings import Settings, load_settings
from assistant.store.database import Database
from assistant.usecases.communities import seed_demo
from assistant.usecases.faq.demo import DOCUMENT, Preparing, seed_demo_faq
from assistant.usecases.keys import demo_key
from assistant.web.shared import Shared
from assistant.wiring import build, build_vault, has_faq, open_database

_EXAMPLE = {"text": "加❤薇❤信 abc123 日结300", "member": {"id": "u1"}, "channel": "general"}
_MOST_BY_DEFAULT = 2


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
    leave_when_told()
    listeners = listen(settings, settings.workers or _by_cores())
    settings = settings.model_copy(update={"port": listeners[0].getsockname()[1]})
    with ExitStack() as stack:
        if len(listeners) > 1:
            Workers(settings, listeners, Shared(shared_folder(settings))).run(
                lambda starting: stack.enter_context(_database(settings, starting))
            )
        else:
            stack.enter_context(_database(settings, spawning()))
            assistant = build(settings, prepared=True)
            stack.callback(assistant.close)
            run_here(assistant, listeners[0])


@contextmanager
def _database(settings: Settings, starting: Starting) -> Iterator[None]:
    """Opened, watched and seeded."""
    database, embedded = open_database(settings)
    outbox: OutboxProcess | None = None
    try:
        if embedded is not None:
            embedded.watch()
        if settings.demo:
            seed_demo(database)
            if settings.outbox.worker and has_faq():
                _seed_faq(settings, database)
            _introduce(settings, demo_key(database, settings.data_dir / "demo.key"))
        build_vault(settings)
        if settings.outbox.worker:
            outbox = OutboxProcess(settings, starting)
            outbox.start()
        with noted(settings):
            yield
    finally:
        if outbox is not None:
            outbox.stop()
        database.close()
        if embedded is not None:
            embedded.stop()


def _seed_faq(settings: Settings, database: Database) -> None:
    """Before anybody can ask: until its document was read, the bot says that it is being loaded."""
    content = resources.files("assistant.cli").joinpath(DOCUMENT).read_bytes()
    seed_demo_faq(Preparing(settings, partial(datetime.now, UTC), database), content)


def _by_cores() -> int:
    return min(_MOST_BY_DEFAULT, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)


def _introduce(settings: Settings, key: str) -> None:
    address = own_address(settings)
    body = json.dumps(_EXAMPLE, ensure_ascii=False)
    lines = [
        "",
        f"  playground  {address}/",
        f"  docs        {address}/docs",
        f"  demo key    {key}   (kept in {settings.data_dir / 'demo.key'})",
        "",
        f"  curl {address}/v1/moderate -H 'Authorization: Bearer {key}' \\",
        f"    -H 'Content-Type: application/json' -d '{body}'",
        "",
    ]
    for line in lines:
        err.print(line, markup=False, highlight=False, soft_wrap=True)
