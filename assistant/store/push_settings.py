"""A community's rules of sending, and what each member wishes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exc, select
from sqlalchemy.dialects.postgresql import insert

from assistant.errors import NotFound
from assistant.store.push_tables import push_preferences, push_settings


def load(connection: Connection, community: str) -> Mapping[str, Any]:
    """Empty where none was saved."""
    query = select(push_settings.c.document).where(push_settings.c.community == community)
    found: Mapping[str, Any] = connection.scalar(query) or {}
    return found


def save(connection: Connection, community: str, document: Mapping[str, Any], now: datetime) -> None:
    """Raises: NotFound, where there is no such community."""
    values = {"document": dict(document), "updated_at": now}
    query = insert(push_settings).values(community=community, **values)
    _execute(connection, query.on_conflict_do_update(index_elements=["community"], set_=values))


def preferences(connection: Connection, community: str, member_id: str) -> Mapping[str, Any]:
    """Empty where the member has said nothing."""
    query = select(push_preferences.c.document).where(
        push_preferences.c.community == community, push_preferences.c.member_id == member_id
    )
    found: Mapping[str, Any] = connection.scalar(query) or {}
    return found


def save_preferences(
    connection: Connection, community: str, member_id: str, document: Mapping[str, Any], now: datetime
) -> None:
    """Raises: NotFound, where there is no such community."""
    values = {"document": dict(document), "updated_at": now}
    query = insert(push_preferences).values(community=community, member_id=member_id, **values)
    _execute(connection, query.on_conflict_do_update(index_elements=["community", "member_id"], set_=values))


def _execute(connection: Connection, query: Any) -> None:
    try:
        with connection.begin_nested():
            connection.execute(query)
    except exc.IntegrityError:
        raise NotFound("community_unknown", field="community") from None
