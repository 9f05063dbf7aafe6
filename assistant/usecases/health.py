"""What the database server says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from assistant.store.database import Database


@dataclass(frozen=True, slots=True)
class ServerFacts:
    version: str
    now: datetime


def server_facts(database: Database) -> ServerFacts:
    """Raises: DatabaseUnavailable."""
    with database.transaction(None) as connection:
        version, now = connection.execute(text("SELECT current_setting('server_version'), clock_timestamp()")).one()
    return ServerFacts(version, now)
