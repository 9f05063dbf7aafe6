"""How a community's FAQ bot behaves, and the sealed secret that its members' tokens are signed with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, cast, exc, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert

from assistant.errors import NotFound
from assistant.store.faq_tables import faq_settings
from assistant.store.vault import Sealed


def load(connection: Connection, community: str) -> tuple[Mapping[str, Any], Sealed | None]:
    """The settings' document, empty where none was saved, and the secret."""
    query = select(faq_settings).where(faq_settings.c.community == community)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return {}, None
    return row["document"], Sealed(**row["member_secret"]) if row["member_secret"] else None


def documents(connection: Connection) -> dict[str, Mapping[str, Any]]:
    """Of every community that saved settings, by its id; in a transaction of every community."""
    query = select(faq_settings.c.community, faq_settings.c.document)
    return {row.community: row.document for row in connection.execute(query)}


def stamp(connection: Connection) -> str:
    """Changes whenever any of ``documents`` does."""
    facts = faq_settings.c.community + cast(faq_settings.c.updated_at, Text)
    every = func.string_agg(facts, aggregate_order_by(literal_column("E'\\n'"), faq_settings.c.community))
    return str(connection.scalar(select(func.md5(every))))


def save(connection: Connection, community: str, document: Mapping[str, Any], now: datetime) -> None:
    """Raises: NotFound, where there is no such community."""
    _upsert(connection, community, {"document": dict(document)}, now)


def save_secret(connection: Connection, community: str, secret: Sealed, now: datetime) -> None:
    """Raises: NotFound, where there is no such community."""
    _upsert(connection, community, {"member_secret": asdict(secret)}, now)


def _upsert(connection: Connection, community: str, values: Mapping[str, Any], now: datetime) -> None:
    row = {"community": community, "document": {}, "updated_at": now, **values}
    query = insert(faq_settings).values(row)
    changed = query.on_conflict_do_update(index_elements=["community"], set_={**values, "updated_at": now})
    try:
        with connection.begin_nested():
            connection.execute(changed)
    except exc.IntegrityError:
        raise NotFound("community_unknown", field="community") from None
