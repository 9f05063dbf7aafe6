"""Events are forgotten by whole months; their words and their ids with them, or before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import text

from assistant.store import events, profiles
from assistant.store.database import EVERY_COMMUNITY, Database
from assistant.store.purging import every, in_chunks

_TEXTS = text("""
    UPDATE events SET text = NULL WHERE (community, id, at) IN (
        SELECT community, id, at FROM events WHERE received_at < :before AND text IS NOT NULL LIMIT :chunk
    )
""")
_KEYS = text("""
    DELETE FROM event_keys WHERE (community, id) IN (SELECT community, id FROM event_keys WHERE at < :before LIMIT :chunk)
""")
_MONTH = timedelta(days=32)


def purge(database: Database, now: datetime, events_before: datetime, texts_before: datetime, chunk: int = 5000) -> int:
    """Drops the months wholly before ``events_before``, with their ids; takes the words of what came before ``texts_before``; thins
    snapshots; and makes the months that events will soon need. How many months were dropped."""
    first = events_before.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    _, _, dropped, *_ = every(
        partial(_make_months, database, now),
        partial(in_chunks, database, _TEXTS, chunk, before=texts_before),
        partial(_drop_months, database, events_before),
        partial(in_chunks, database, _KEYS, chunk, before=first),
        partial(in_chunks, database, profiles.THIN, chunk),
    )
    return dropped


def _drop_months(database: Database, before: datetime) -> int:
    with database.transaction(EVERY_COMMUNITY) as connection:
        return events.drop_months(connection, before)


def _make_months(database: Database, now: datetime) -> int:
    events.make_months(database, [now, now + _MONTH])
    return 0
