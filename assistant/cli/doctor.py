"""``assistant doctor``: looks at everything the service needs and says what is wrong and what to do."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import typer
from rich.markup import escape
from rich.table import Table

from assistant.cli.exits import Exit
from assistant.cli.explain import explain
from assistant.cli.screen import out
from assistant.cli.serving import own_address, running_address
from assistant.errors import AssistantError, CannotStart
from assistant.settings import Settings, load_settings, unread_variables
from assistant.store.embedded import EmbeddedServer
from assistant.store.embedded.programs import MAJOR
from assistant.store.schema import pending
from assistant.text import Normalised
from assistant.usecases.health import connection_facts, server_facts
from assistant.wiring import build_classifier, find_vault, inspection

_LEAST_DISK = 500_000_000
_EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
_MAX_CLOCK_GAP_S = 5.0


@dataclass(frozen=True, slots=True)
class Look:
    """The service could run, and ``at`` says what an operator ought to know before."""

    at: str


def doctor() -> None:
    """Check port, disk, rights, database, model, clock, public address and connections, and name variables that nothing reads. Looks only:
    nothing is made or migrated. Exit code 4 if the service could not run."""
    settings = load_settings()
    checks: list[tuple[str, Callable[[Settings], str | Look]]] = [
        ("port", _port),
        ("disk", _disk),
        ("rights", _rights),
        ("database", _database),
        ("model", _model),
        ("clock", _clock),
        ("public_url", _public_url),
        ("connections", _connections),
    ]
    table = Table("check", "state", "what")
    failed = False
    for name, check in checks:
        try:
            found = check(settings)
            state, what = ("[yellow]look", found.at) if isinstance(found, Look) else ("[green]ok", found)
            table.add_row(name, state, escape(what))
        except AssistantError as error:
            failed = True
            detail = error.detail if isinstance(error, CannotStart) else explain(error)
            table.add_row(name, "[red]wrong", escape(detail))
        except OSError as error:
            failed = True
            table.add_row(name, "[red]wrong", escape(f"{error.filename or 'a file'}: {error.strerror or error}"))
    for name, like in unread_variables(os.environ).items():
        meant = f"; did you mean {like}?" if like else ""
        table.add_row("environment", "[yellow]look", escape(f"{name} is no setting, and nothing reads it{meant}"))
    out.print(table)
    if failed:
        raise typer.Exit(Exit.CANNOT_START)


def _port(settings: Settings) -> str:
    running = running_address(settings)
    if running == own_address(settings):
        return f"{settings.host}:{settings.port} is taken by this service, which is running"
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise CannotStart(
                f"{settings.host}:{settings.port} cannot be used: {error.strerror}. "
                "Stop what listens there, or set ASSISTANT_PORT."
            ) from None
    free = f"{settings.host}:{settings.port} is free (ASSISTANT_PORT decides)"
    return f"{free}; the service is running at {running}" if running else free


def _disk(settings: Settings) -> str:
    free = shutil.disk_usage(_existing(settings.data_dir)).free
    if free < _LEAST_DISK:
        raise CannotStart(
            f"only {free // 1_000_000} MB are free at {settings.data_dir}; at least {_LEAST_DISK // 1_000_000} MB are needed"
        )
    return f"{free // 1_000_000_000} GB free"


def _rights(settings: Settings) -> str:
    folder = _existing(settings.data_dir)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotStart(
            f"{folder} cannot be written by user id {os.getuid()}; set ASSISTANT_DATA_DIR to a folder of your own"
        )
    if settings.data_dir.exists() and settings.data_dir.stat().st_mode & 0o077:
        raise CannotStart(f"{settings.data_dir} can be read by others; run: chmod 700 {settings.data_dir}")
    return f"{settings.data_dir.absolute()}"


def _existing(path: Path) -> Path:
    return next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists())


def _database(settings: Settings) -> str | Look:
    began = time.monotonic()
    with inspection(settings) as database:
        if database is None:
            return f"none yet: the service makes one when it starts; {_tried()}"
        version = server_facts(database).version
        waiting = pending(database)
    if waiting is None:
        return f"PostgreSQL {version}, answered after {time.monotonic() - began:.1f} s"
    if settings.database.url is not None and settings.database.direct_url is None:
        raise CannotStart(waiting)
    return Look(waiting)


def _tried() -> str:
    """That the embedded server can run here, in a folder that is gone afterwards. Raises: EmbeddedDatabaseError."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder))
        server.start()
        server.stop()
    return f"PostgreSQL {MAJOR} runs here"


def _model(settings: Settings) -> str:
    classifier = build_classifier(settings)
    classifier.classify([Normalised("hello")])
    return f"{classifier.ref.id} {classifier.ref.version}"


def _clock(settings: Settings) -> str:
    now = datetime.now(UTC)
    if now < _EARLIEST:
        raise CannotStart(f"the clock says {now:%Y-%m-%d}; keys would expire wrongly: set the clock")
    with inspection(settings) as database:
        gap = 0.0 if database is None else abs((server_facts(database).now - datetime.now(UTC)).total_seconds())
    if gap > _MAX_CLOCK_GAP_S:
        raise CannotStart(f"the database's clock is {gap:.0f} s away from this machine's")
    return f"{now:%Y-%m-%d %H:%M} UTC"


def _connections(settings: Settings) -> str:
    vault = find_vault(settings)
    with inspection(settings) as database:
        if database is None or pending(database) is not None:
            return "not looked at: the database is not at this version's schema"
        facts = connection_facts(database, vault, datetime.now(UTC))
    if facts.sealed:
        raise CannotStart(
            f"secrets that do not open: {', '.join(facts.sealed)}; put back secret.key or ASSISTANT_SECRET_KEY"
        )
    if facts.stopped:
        raise CannotStart(f"sent nothing more: {', '.join(facts.stopped)}; see `assistant connections list`")
    if facts.dead:
        return f"{facts.used} in use; {facts.dead} dead deliveries: see `assistant outbox list`"
    return f"{facts.used} in use, {facts.dry} of them in dry run; {facts.waiting} deliveries wait"


def _public_url(settings: Settings) -> str:
    if settings.public_url is None:
        return "not set: fine on this machine; the discovery document then names the address it was asked at"
    parts = urlsplit(settings.public_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise CannotStart(f"public_url is {settings.public_url!r}; it must look like https://moderation.example.org")
    return settings.public_url
