"""A service's life: its database opened, watched and seeded, the outbox's worker beside it, and its serving processes."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib import resources

from assistant.cli.forking import Starting, leave_when_told, spawning
from assistant.cli.importing import imported
from assistant.cli.outbox_process import OutboxProcess
from assistant.cli.screen import err
from assistant.cli.serving import noted, own_address
from assistant.cli.workers import Workers
from assistant.errors import ConfigurationError
from assistant.settings import Settings
from assistant.store.database import Database
from assistant.store.embedded import MAX_CONNECTIONS
from assistant.usecases.communities import seed_demo
from assistant.usecases.faq.demo import DOCUMENT, Preparing, seed_demo_faq
from assistant.usecases.keys import demo_key
from assistant.web.loopback import playground_here
from assistant.web.shared import Shared
from assistant.wiring import build, build_vault, has_faq, open_database

_SPARE_CONNECTIONS = 20
_EXAMPLE = {"text": "加❤薇❤信 abc123 日结300", "member": {"id": "u1"}, "channel": "general"}


def serve_together(settings: Settings, listeners: Sequence[socket.socket], shared: Shared, starting: Starting) -> None:
    """A serving process for each of several listeners, until a signal ends them.

    Raises:
        CannotStart: what they need is not there.
    """
    leave_when_told()
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, shared.folder, ignore_errors=True)
        workers = Workers(settings, listeners, shared, starting)
        workers.run(lambda: stack.enter_context(_database(settings, starting)))


def serve_alone(settings: Settings, listener: socket.socket) -> None:
    """In this process."""
    leave_when_told()
    with ExitStack() as stack:
        stack.enter_context(_database(settings, spawning()))
        assistant = build(settings, prepared=True)
        stack.callback(assistant.close)
        imported("assistant.cli.working").run_here(assistant, listener)


@contextmanager
def _database(settings: Settings, starting: Starting) -> Iterator[None]:
    """Opened, watched and seeded."""
    _check_connections(settings)
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


def _check_connections(settings: Settings) -> None:
    """Each process keeps a pool and the writer's connection, the outbox's worker too; some are left for the service itself and commands.

    Raises:
        ConfigurationError: the embedded server has fewer than they could ask for, and would turn requests away when all are busy.
    """
    workers, pool = max(settings.workers, 1), settings.database.pool_size
    needed = (workers + 1) * (pool + 1) + _SPARE_CONNECTIONS
    if settings.database.url is None and needed > MAX_CONNECTIONS:
        raise ConfigurationError(
            f"{workers} workers with database.pool_size {pool} need {needed} connections, and the embedded server has {MAX_CONNECTIONS}: "
            "set ASSISTANT_WORKERS or ASSISTANT_DATABASE_POOL_SIZE lower, or use a server of your own"
        )


def _seed_faq(settings: Settings, database: Database) -> None:
    """Before anybody can ask: until its document was read, the bot says that it is being loaded."""
    content = resources.files("assistant.cli").joinpath(DOCUMENT).read_bytes()
    seed_demo_faq(Preparing(settings, partial(datetime.now, UTC), database), content)


def _introduce(settings: Settings, key: str) -> None:
    for line in introduction(settings, key):
        err.print(line, markup=False, highlight=False, soft_wrap=True)


def introduction(settings: Settings, key: str) -> list[str]:
    address = own_address(settings)
    body = json.dumps(_EXAMPLE, ensure_ascii=False)
    return [
        "",
        *([f"  playground  {address}/"] if playground_here(settings.playground, settings.public_url) else []),
        f"  docs        {address}/docs",
        f"  demo key    {key}   (kept in {settings.data_dir / 'demo.key'})",
        "",
        f"  curl {address}/v1/moderate -H 'Authorization: Bearer {key}' \\",
        f"    -H 'Content-Type: application/json' -d '{body}'",
        "",
    ]
