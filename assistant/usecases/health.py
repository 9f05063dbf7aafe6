"""What the database server says of itself, and how the connections are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from assistant.errors import ConfigurationError
from assistant.store import connections, deliveries
from assistant.store.connections import ConnectionRow
from assistant.store.database import EVERY_COMMUNITY, Database
from assistant.store.vault import Vault


@dataclass(frozen=True, slots=True)
class ServerFacts:
    version: str
    now: datetime


@dataclass(frozen=True, slots=True)
class ConnectionFacts:
    """``sealed`` do not open and ``stopped`` are sent nothing more, by id; ``waiting`` and ``dead`` count deliveries."""

    used: int
    dry: int
    sealed: tuple[str, ...]
    stopped: tuple[str, ...]
    waiting: int
    dead: int


def connection_facts(database: Database, vault: Vault, now: datetime) -> ConnectionFacts:
    """Of every community. Raises: DatabaseUnavailable."""
    with database.transaction(EVERY_COMMUNITY) as transaction:
        rows = connections.list_all(transaction)
        counts = deliveries.counts(transaction)
    sealed = tuple(row.id for row in rows if not _opens(row, vault, now))
    used = [row for row in rows if row.disabled_at is None]
    stopped = tuple(row.id for row in rows if row.stopped_at is not None)
    dry = sum(1 for row in used if row.dry_run)
    return ConnectionFacts(len(used), dry, sealed, stopped, counts["waiting"], counts["dead"])


def _opens(row: ConnectionRow, vault: Vault, now: datetime) -> bool:
    try:
        row.opened(vault, now)
    except ConfigurationError:
        return False
    return True


def server_facts(database: Database) -> ServerFacts:
    """Raises: DatabaseUnavailable."""
    with database.transaction(None) as connection:
        version, now = connection.execute(text("SELECT current_setting('server_version'), clock_timestamp()")).one()
    return ServerFacts(version, now)
