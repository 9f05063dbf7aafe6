"""API keys: made, listed, rotated, revoked."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from assistant.access import parse_key
from assistant.errors import DatabaseUnavailable, InvalidInput, Unauthenticated
from assistant.ports import Clock
from assistant.store import keys
from assistant.store.database import EVERY_COMMUNITY, Database
from assistant.types.access import KeyRecord, MadeKey, Scope
from assistant.types.faq_settings import MAX_ORIGINS, check_origin
from assistant.usecases.communities import DEMO

log = structlog.get_logger()

NOTE_EVERY_S = 60.0


def create_key(
    database: Database,
    *,
    scope: Scope,
    community: str | None,
    name: str = "",
    lifetime: timedelta | None = None,
    requests_per_minute: int | None = None,
    origins: Sequence[str] = (),
) -> MadeKey:
    """A new key, its secret known only now. ``origins`` are the pages that may use a member key, any where there are none.

    Raises:
        InvalidInput: an origin is not one, there are too many, or the key is no member key.
        NotFound: there is no such community.
    """
    if origins and scope is not Scope.MEMBER:
        raise InvalidInput(field="origins", problem="are for keys of the scope member")
    if len(origins) > MAX_ORIGINS:
        raise InvalidInput(field="origins", limit=MAX_ORIGINS, problem=f"has over {MAX_ORIGINS}")
    for origin in origins:
        try:
            check_origin(origin)
        except ValueError as error:
            raise InvalidInput(field="origins", problem=str(error)) from None
    now = datetime.now(UTC)
    with database.transaction(community or EVERY_COMMUNITY) as connection:
        return keys.create(
            connection,
            scope=scope,
            community=community,
            now=now,
            name=name,
            expires_at=now + lifetime if lifetime else None,
            requests_per_minute=requests_per_minute,
            origins=origins,
        )


def list_keys(database: Database, community: str | None) -> list[KeyRecord]:
    with database.transaction(community or EVERY_COMMUNITY) as connection:
        return keys.list_keys(connection, community)


def rotate_key(database: Database, key_id: str, overlap: timedelta) -> MadeKey:
    """Raises: NotFound."""
    with database.transaction(EVERY_COMMUNITY) as connection:
        return keys.rotate(connection, key_id, overlap, datetime.now(UTC))


def revoke_key(database: Database, key_id: str) -> bool:
    """Whether there was such a key that worked."""
    with database.transaction(EVERY_COMMUNITY) as connection:
        return keys.revoke(connection, key_id, datetime.now(UTC))


async def keep_noting(database: Database, clock: Clock, used: set[str]) -> None:
    """Notes every minute, until cancelled, which keys were ``used``, and empties the set."""
    while True:
        await asyncio.sleep(NOTE_EVERY_S)
        key_ids = set(used)
        try:
            if key_ids:
                await asyncio.to_thread(note_use, database, clock(), key_ids)
        except DatabaseUnavailable:
            continue
        except Exception:
            log.exception("use of keys could not be noted")
        used.difference_update(key_ids)


def note_use(database: Database, now: datetime, key_ids: Collection[str]) -> None:
    with database.transaction(EVERY_COMMUNITY) as connection:
        keys.touch(connection, key_ids, now)


def demo_key(database: Database, path: Path) -> str:
    """The demo community's key, kept in ``path`` (0600); made anew where the file is missing or its key no longer works."""
    with contextlib.suppress(OSError, Unauthenticated, UnicodeDecodeError):
        kept = path.read_text("utf-8").strip()
        with database.transaction(None) as connection:
            record = keys.find(connection, parse_key(kept))
        if record is not None and record.works(datetime.now(UTC)):
            return kept
    made = create_key(database, scope=Scope.OPERATOR, community=DEMO, name="demo.key")
    _write_private(path, made.secret + "\n")
    return made.secret


def _write_private(path: Path, content: str) -> None:
    """Whole or not at all, and readable by its owner only from the first moment (``mkstemp`` makes files 0600)."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
    Path(name).replace(path)
