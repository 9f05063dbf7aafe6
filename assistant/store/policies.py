"""Policies: a document per community and version, never changed, only followed by the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from assistant.errors import Conflict, NotFound
from assistant.store.tables import communities, policies


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """``document`` is the policy's JSON, its ``version`` among it."""

    community: str
    version: int
    document: Mapping[str, Any]
    created_by: str
    created_at: datetime


def save(
    connection: Connection,
    community: str,
    document: Mapping[str, Any],
    *,
    created_by: str,
    now: datetime,
    follows: int | None = None,
) -> StoredPolicy:
    """Store the document as the next version, which is written into it. ``follows`` is the version that it was made from, if the caller
    minds a change in between.

    Raises:
        NotFound: there is no such community.
        Conflict: another version than ``follows`` is the latest.
    """
    held = connection.execute(select(communities.c.id).where(communities.c.id == community).with_for_update())
    if held.one_or_none() is None:
        raise NotFound("community_unknown", field="community")
    latest = latest_version(connection, community)
    if follows is not None and follows != latest:
        raise Conflict(field="version", limit=latest)
    stored = StoredPolicy(community, latest + 1, {**document, "version": latest + 1}, created_by, now)
    connection.execute(
        insert(policies).values(
            community=community,
            version=stored.version,
            document=stored.document,
            created_by=created_by,
            created_at=now,
        )
    )
    return stored


def load(connection: Connection, community: str, version: int | None = None) -> StoredPolicy:
    """The latest version, or the one asked for.

    Raises:
        NotFound: the community, or that version of its policy, does not exist.
    """
    query = select(policies).where(policies.c.community == community)
    if version is not None:
        query = query.where(policies.c.version == version)
    row = connection.execute(query.order_by(policies.c.version.desc()).limit(1)).mappings().one_or_none()
    if row is None:
        raise NotFound(
            "community_unknown" if version is None else None, field="community" if version is None else "version"
        )
    return StoredPolicy(**row)


def latest_version(connection: Connection, community: str) -> int:
    """0 if the community has no policy yet."""
    return connection.scalar(select(func.max(policies.c.version)).where(policies.c.community == community)) or 0


def history(connection: Connection, community: str, limit: int = 50) -> list[StoredPolicy]:
    """The latest first."""
    query = select(policies).where(policies.c.community == community).order_by(policies.c.version.desc()).limit(limit)
    return [StoredPolicy(**row) for row in connection.execute(query).mappings()]
