"""Communities."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, Text, cast, delete, exc, func, insert, literal_column, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by

from assistant.errors import Conflict, InvalidInput, NotFound
from assistant.store.tables import communities


@dataclass(frozen=True, slots=True)
class Community:
    """``id`` is 1 to 63 of ``a-z 0-9 _ -``, beginning with a letter or digit; ``default_language`` a tag like ``zh-Hant``; on
    ``dry_run`` decisions are made and nothing is carried out."""

    id: str
    name: str
    default_language: str
    created_at: datetime
    dry_run: bool = False


def create(connection: Connection, community: Community) -> None:
    """In a transaction of this community, or of every one.

    Raises:
        Conflict: the id is taken.
        InvalidInput: the id is not one.
    """
    try:
        with connection.begin_nested():
            connection.execute(insert(communities).values(asdict(community)))
    except exc.IntegrityError as error:
        if getattr(error.orig, "sqlstate", "") == "23505":
            raise Conflict(field="community") from None
        raise InvalidInput(
            field="community", problem="is 1 to 63 of a-z, 0-9, _ and -, beginning with a letter or digit"
        ) from None


def get(connection: Connection, community: str) -> Community:
    """Raises: NotFound."""
    row = connection.execute(select(communities).where(communities.c.id == community)).mappings().one_or_none()
    if row is None:
        raise NotFound("community_unknown", field="community")
    return Community(**row)


def list_all(connection: Connection) -> list[Community]:
    """Those that the transaction may see, by id."""
    return [Community(**row) for row in connection.execute(select(communities).order_by(communities.c.id)).mappings()]


def stamp(connection: Connection) -> str:
    """Changes with whatever connections need to know of their communities."""
    facts = communities.c.id + communities.c.default_language + communities.c.name + cast(communities.c.dry_run, Text)
    every = func.string_agg(facts, aggregate_order_by(literal_column("E'\\n'"), communities.c.id))
    return str(connection.scalar(select(func.md5(every))))


def set_dry_run(connection: Connection, community: str, *, dry_run: bool) -> None:
    """Raises: NotFound."""
    query = update(communities).where(communities.c.id == community)
    if connection.execute(query.values(dry_run=dry_run)).rowcount == 0:
        raise NotFound("community_unknown", field="community")


def set_default_language(connection: Connection, community: str, language: str) -> None:
    """Raises: NotFound."""
    query = update(communities).where(communities.c.id == community)
    if connection.execute(query.values(default_language=language)).rowcount == 0:
        raise NotFound("community_unknown", field="community")


def remove(connection: Connection, community: str) -> bool:
    """With everything that belongs to it. Whether it was there."""
    return connection.execute(delete(communities).where(communities.c.id == community)).rowcount > 0
