"""Members and what they declared; and what their community defines for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import Connection, RowMapping, delete, exc, select, update
from sqlalchemy.dialects.postgresql import insert

from assistant.errors import NotFound
from assistant.store.member_tables import member_attributes, member_settings, members
from assistant.store.paging import Page, read_page
from assistant.types.member import Attribute, ConsentPurpose, Member


@dataclass(frozen=True, slots=True)
class Known:
    """A member's row alone. ``source`` is what first told of them."""

    id: str
    name: str | None
    source: str
    created_at: datetime
    updated_at: datetime


def put(connection: Connection, community: str, names: Mapping[str, str | None], source: str, now: datetime) -> None:
    """Members by id, with a name or the one they had. Raises: NotFound, if there is no such community."""
    rows = [
        {"community": community, "id": one, "name": name, "source": source, "created_at": now, "updated_at": now}
        for one, name in sorted(names.items())
    ]
    if not rows:
        return
    query = insert(members)
    changed = {"name": query.excluded.name, "updated_at": query.excluded.updated_at}
    try:
        with connection.begin_nested():
            connection.execute(query.on_conflict_do_nothing(), rows)
            named = [row for row in rows if row["name"] is not None]
            if named:
                connection.execute(query.on_conflict_do_update(index_elements=["community", "id"], set_=changed), named)
    except exc.IntegrityError as error:
        if isinstance(error.orig, psycopg.errors.ForeignKeyViolation):
            raise NotFound("community_unknown", field="community") from None
        raise


def declare(connection: Connection, community: str, given: Mapping[str, Sequence[Attribute]]) -> None:
    """Each value in the place of the one before."""
    rows = [
        {
            "community": community,
            "member_id": member,
            "name": one.name,
            "value": one.value,
            "purpose": one.purpose.value,
            "source": one.source,
            "at": one.at,
        }
        for member, its in sorted(given.items())
        for one in its
    ]
    if rows:
        query = insert(member_attributes)
        changed = {name: query.excluded[name] for name in ("value", "purpose", "source", "at")}
        connection.execute(
            query.on_conflict_do_update(index_elements=["community", "member_id", "name"], set_=changed), rows
        )


def undeclare(connection: Connection, community: str, member_id: str, names: Iterable[str]) -> None:
    query = delete(member_attributes).where(
        member_attributes.c.community == community,
        member_attributes.c.member_id == member_id,
        member_attributes.c.name.in_(list(names)),
    )
    connection.execute(query)


def undeclare_purposes(
    connection: Connection, community: str, member_ids: Sequence[str], purposes: Iterable[ConsentPurpose]
) -> None:
    """What was held under a consent that is gone."""
    query = delete(member_attributes).where(
        member_attributes.c.community == community,
        member_attributes.c.member_id.in_(list(member_ids)),
        member_attributes.c.purpose.in_([one.value for one in purposes]),
    )
    connection.execute(query)


def find(connection: Connection, community: str, member_id: str) -> Known:
    """Raises: NotFound."""
    found = known(connection, community, member_id)
    if found is None:
        raise NotFound("member_unknown", field="member_id")
    return found


def known(connection: Connection, community: str, member_id: str) -> Known | None:
    query = select(members).where(members.c.community == community, members.c.id == member_id)
    row = connection.execute(query).mappings().one_or_none()
    return _known(row) if row is not None else None


def existing(connection: Connection, community: str, member_ids: Sequence[str]) -> set[str]:
    query = select(members.c.id).where(members.c.community == community, members.c.id.in_(list(member_ids)))
    return set(connection.scalars(query))


def attributes(connection: Connection, community: str, member_ids: Sequence[str]) -> dict[str, list[Attribute]]:
    """By member, by name."""
    query = select(member_attributes).where(
        member_attributes.c.community == community, member_attributes.c.member_id.in_(list(member_ids))
    )
    found: dict[str, list[Attribute]] = {}
    for row in connection.execute(query.order_by(member_attributes.c.name)).mappings():
        one = Attribute(row["name"], row["value"], ConsentPurpose(row["purpose"]), row["source"], row["at"])
        found.setdefault(row["member_id"], []).append(one)
    return found


def page(connection: Connection, community: str, search: str | None, cursor: str | None, limit: int) -> Page[Known]:
    """The newest first; ``search`` begins the id, or stands in the name."""
    query = select(members).where(members.c.community == community)
    if search:
        query = query.where(
            members.c.id.startswith(search, autoescape=True) | members.c.name.icontains(search, autoescape=True)
        )
    rows, next_cursor = read_page(connection, query, members.c.created_at, members.c.id, cursor, limit)
    return Page(tuple(map(_known, rows)), next_cursor)


def whole(known: Known, declared: Sequence[Attribute], consents: Sequence[Any], stops: Iterable[str]) -> Member:
    return Member(
        id=known.id,
        created_at=known.created_at,
        updated_at=known.updated_at,
        source=known.source,
        name=known.name,
        attributes=tuple(declared),
        consents=tuple(consents),
        stops=tuple(sorted(stops)),
    )


def settings(connection: Connection, community: str) -> Mapping[str, Any]:
    """What the community defines; empty where it never did."""
    found = connection.scalar(select(member_settings.c.document).where(member_settings.c.community == community))
    return found or {}


def save_settings(connection: Connection, community: str, document: Mapping[str, Any], now: datetime) -> None:
    values = {"community": community, "document": document, "updated_at": now}
    query = insert(member_settings).values(values)
    changed = {"document": document, "updated_at": now}
    try:
        with connection.begin_nested():
            connection.execute(query.on_conflict_do_update(index_elements=["community"], set_=changed))
    except exc.IntegrityError:
        raise NotFound("community_unknown", field="community") from None


def touch(connection: Connection, community: str, member_id: str, now: datetime) -> None:
    mine = (members.c.community == community) & (members.c.id == member_id)
    connection.execute(update(members).where(mine).values(updated_at=now))


def _known(row: RowMapping) -> Known:
    return Known(row["id"], row["name"], row["source"], row["created_at"], row["updated_at"])
