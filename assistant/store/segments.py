"""Segments, and who is in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, RowMapping, delete, exc, func, insert, select, text, update

from assistant.errors import Conflict, NotFound
from assistant.members.rules import Rule
from assistant.store.member_tables import profiles, segment_members, segments
from assistant.store.paging import Page, read_page
from assistant.store.segment_rules import Compiled

_CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Segment:
    """``kind`` is ``rules``, ``snapshot`` (whom rules found at one moment) or ``cluster``; ``counted`` is how many the latter two hold."""

    id: str
    name: str
    kind: str
    rules: Mapping[str, Any]
    counted: int | None
    created_by: str
    created_at: datetime
    updated_at: datetime


def add(connection: Connection, community: str, segment: Segment, members: Sequence[str] = ()) -> None:
    """Raises: Conflict, where there is one of this id; NotFound, if there is no such community."""
    row = {name: getattr(segment, name) for name in Segment.__dataclass_fields__} | {"community": community}
    try:
        with connection.begin_nested():
            connection.execute(insert(segments).values(row))
    except exc.IntegrityError as error:
        if "foreign key" in str(error.orig):
            raise NotFound("community_unknown", field="community") from None
        raise Conflict(field="id") from None
    for start in range(0, len(members), _CHUNK):
        rows = [
            {"community": community, "segment_id": segment.id, "member_id": one}
            for one in members[start : start + _CHUNK]
        ]
        connection.execute(insert(segment_members), rows)


def change(
    connection: Connection, community: str, segment_id: str, name: str, rules: Mapping[str, Any], now: datetime
) -> None:
    """Raises: NotFound, where it is not one of rules."""
    mine = (segments.c.community == community) & (segments.c.id == segment_id) & (segments.c.kind == "rules")
    if not connection.execute(update(segments).where(mine).values(name=name, rules=rules, updated_at=now)).rowcount:
        raise NotFound("segment_unknown", field="segment_id")


def remove(connection: Connection, community: str, segment_id: str) -> None:
    """Raises: NotFound."""
    mine = (segments.c.community == community) & (segments.c.id == segment_id)
    if not connection.execute(delete(segments).where(mine)).rowcount:
        raise NotFound("segment_unknown", field="segment_id")


def remove_clusters(connection: Connection, community: str) -> None:
    mine = (segments.c.community == community) & (segments.c.kind == "cluster")
    connection.execute(delete(segments).where(mine))


def get(connection: Connection, community: str, segment_id: str) -> Segment:
    """Raises: NotFound."""
    query = select(segments).where(segments.c.community == community, segments.c.id == segment_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("segment_unknown", field="segment_id")
    return _segment(row)


def page(connection: Connection, community: str, cursor: str | None, limit: int) -> Page[Segment]:
    query = select(segments).where(segments.c.community == community)
    rows, next_cursor = read_page(connection, query, segments.c.created_at, segments.c.id, cursor, limit)
    return Page(tuple(map(_segment, rows)), next_cursor)


def count_rules(connection: Connection, compiled: Compiled, rule: Rule) -> int:
    where = compiled.where(rule)
    found = connection.scalar(
        text(f"SELECT count(*) FROM members m WHERE m.community = :community AND {where}"),  # noqa: S608 - values are bound
        compiled.values,
    )
    return int(found or 0)


def ids_by_rules(connection: Connection, compiled: Compiled, rule: Rule, after: str, limit: int) -> list[str]:
    """By id, those after one."""
    where = compiled.where(rule)
    return list(
        connection.scalars(
            text(
                f"SELECT m.id FROM members m WHERE m.community = :community AND m.id > :after AND {where} "  # noqa: S608
                "ORDER BY m.id LIMIT :limit"
            ),
            compiled.values | {"after": after, "limit": limit},
        )
    )


def ids_kept(connection: Connection, community: str, segment_id: str, after: str, limit: int) -> list[str]:
    """Of a snapshot or a cluster, by id, those after one."""
    query = select(segment_members.c.member_id).where(
        segment_members.c.community == community,
        segment_members.c.segment_id == segment_id,
        segment_members.c.member_id > after,
    )
    return list(connection.scalars(query.order_by(segment_members.c.member_id).limit(limit)))


def count_kept(connection: Connection, community: str, segment_id: str) -> int:
    query = select(func.count()).where(
        segment_members.c.community == community, segment_members.c.segment_id == segment_id
    )
    return int(connection.scalar(query) or 0)


def interests(
    connection: Connection, community: str, model: str, dimensions: int, only: Sequence[str] | None = None
) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
    """Members and their interests' vectors, a row for each, in parts: ids (one per row) and shape (rows, dimensions)."""
    after = ""
    while True:
        query = select(profiles.c.member_id, profiles.c.vectors).where(
            profiles.c.community == community, profiles.c.model == model, profiles.c.member_id > after
        )
        if only is not None:
            query = query.where(profiles.c.member_id.in_(list(only)))
        rows = connection.execute(query.order_by(profiles.c.member_id).limit(_CHUNK)).all()
        if not rows:
            return
        after = rows[-1].member_id
        size = dimensions * 2
        owners = [row.member_id for row in rows for _ in range(len(row.vectors) // size)]
        if owners:
            joined = b"".join(bytes(row.vectors) for row in rows)
            yield owners, np.frombuffer(joined, np.float16).astype(np.float32).reshape(-1, dimensions)


def _segment(row: RowMapping) -> Segment:
    return Segment(**{name: row[name] for name in Segment.__dataclass_fields__})
