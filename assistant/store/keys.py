"""API keys as they are kept: hashes with what they allow."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from sqlalchemy import Connection, RowMapping, exc, insert, or_, select, text, update

from assistant.access import hash_key, key_prefix, make_key
from assistant.errors import NotFound
from assistant.store.tables import api_keys
from assistant.types.access import KeyRecord, MadeKey, Scope

_TOUCH_EVERY = timedelta(minutes=1)
_FIND = text("SELECT * FROM find_api_key(:hash)")


def create(
    connection: Connection,
    *,
    scope: Scope,
    community: str | None,
    now: datetime,
    name: str = "",
    expires_at: datetime | None = None,
    requests_per_minute: int | None = None,
    origins: Sequence[str] = (),
) -> MadeKey:
    """Make a key; one without a community needs a transaction of every community.

    Raises:
        NotFound: there is no such community.
    """
    secret = make_key()
    record = KeyRecord(
        id=f"key_{secrets.token_hex(8)}",
        community=community,
        scope=scope,
        name=name,
        hash=hash_key(secret),
        prefix=key_prefix(secret),
        created_at=now,
        expires_at=expires_at,
        requests_per_minute=requests_per_minute,
        origins=tuple(origins),
    )
    try:
        with connection.begin_nested():
            connection.execute(insert(api_keys).values(asdict(record) | {"origins": list(origins) or None}))
    except exc.IntegrityError:
        raise NotFound("community_unknown", field="community") from None
    return MadeKey(secret, record)


def find(connection: Connection, key_hash: bytes) -> KeyRecord | None:
    """The key of this hash, whatever community it belongs to; works in a transaction of none. Expired and revoked keys are found too."""
    row = connection.execute(_FIND, {"hash": key_hash}).mappings().one_or_none()
    if row is None or not compare_digest(bytes(row["hash"]), key_hash):
        return None
    return _record(row)


def list_keys(connection: Connection, community: str | None = None) -> list[KeyRecord]:
    """The newest first, of one community or all that the transaction may see."""
    query = select(api_keys).order_by(api_keys.c.created_at.desc(), api_keys.c.id)
    if community is not None:
        query = query.where(api_keys.c.community == community)
    return [_record(row) for row in connection.execute(query).mappings()]


def revoke(connection: Connection, key_id: str, now: datetime) -> bool:
    """Stop a key from working at once. Whether there was one that worked."""
    query = update(api_keys).where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None), _unexpired(now))
    return connection.execute(query.values(revoked_at=now)).rowcount > 0


def rotate(connection: Connection, key_id: str, overlap: timedelta, now: datetime) -> MadeKey:
    """A new key with the same rights and lifetime; the old one works for ``overlap`` more, or until it expires if that is sooner.

    Raises:
        NotFound: there is no such key that works and has not been rotated.
    """
    query = select(api_keys).where(
        api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None), api_keys.c.rotated_to.is_(None), _unexpired(now)
    )
    row = connection.execute(query.with_for_update()).mappings().one_or_none()
    if row is None:
        raise NotFound(field="key")
    old = _record(row)
    made = create(
        connection,
        scope=old.scope,
        community=old.community,
        name=old.name,
        now=now,
        expires_at=now + (old.expires_at - old.created_at) if old.expires_at else None,
        requests_per_minute=old.requests_per_minute,
        origins=old.origins,
    )
    ends = min(now + overlap, old.expires_at) if old.expires_at else now + overlap
    connection.execute(
        update(api_keys).where(api_keys.c.id == key_id).values(rotated_to=made.record.id, expires_at=ends)
    )
    return made


def touch(connection: Connection, key_ids: Iterable[str], now: datetime) -> None:
    """Note that keys were used; a key's time moves at most once a minute. For a background round, not for each request."""
    stale = or_(api_keys.c.last_used_at.is_(None), api_keys.c.last_used_at <= now - _TOUCH_EVERY)
    connection.execute(update(api_keys).where(api_keys.c.id.in_(list(key_ids)), stale).values(last_used_at=now))


def _unexpired(now: datetime) -> Any:
    return or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > now)


def _record(row: RowMapping) -> KeyRecord:
    kept = {"scope": Scope(row["scope"]), "hash": bytes(row["hash"]), "origins": tuple(row["origins"] or ())}
    return KeyRecord(**{**dict(row), **kept})
