"""Who was erased, by keyed hashes of their ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from assistant.store.member_tables import erasures


def note(connection: Connection, community: str, member_hash: bytes, at: datetime) -> None:
    query = insert(erasures).values(community=community, member_hash=member_hash, at=at)
    connection.execute(query.on_conflict_do_update(index_elements=["community", "member_hash"], set_={"at": at}))


def known(connection: Connection, community: str, hashes: Sequence[bytes]) -> dict[bytes, datetime]:
    """When each was erased; those that were not are absent."""
    query = select(erasures.c.member_hash, erasures.c.at).where(
        erasures.c.community == community, erasures.c.member_hash.in_(list(hashes))
    )
    return {bytes(one): at for one, at in connection.execute(query)}


def latest(connection: Connection, community: str) -> datetime | None:
    """When somebody was last erased."""
    found: datetime | None = connection.scalar(select(func.max(erasures.c.at)).where(erasures.c.community == community))
    return found
