"""How far each import of events has come, so that a stopped one goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, exc, select, update
from sqlalchemy.dialects.postgresql import insert

from assistant.errors import NotFound
from assistant.store.member_tables import member_imports


@dataclass(frozen=True, slots=True)
class Import:
    """``rows_read`` rows were read, of which ``taken`` were new events and ``failed`` were none; ``errors`` are the first of those.
    ``new`` are the events that this run brought in; it is not kept."""

    id: str
    name: str
    format: str
    rows_read: int
    taken: int
    failed: int
    errors: Sequence[Mapping[str, Any]]
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    new: int = 0


def begin(
    connection: Connection, community: str, import_id: str, name: str, content_hash: bytes, kind: str, now: datetime
) -> Import:
    """The import of this very content that was begun before, or a new one. Raises: NotFound, if there is no such community."""
    values = {
        "id": import_id,
        "community": community,
        "name": name,
        "content_hash": content_hash,
        "format": kind,
        "rows_read": 0,
        "taken": 0,
        "failed": 0,
        "errors": [],
        "created_at": now,
        "updated_at": now,
    }
    try:
        with connection.begin_nested():
            connection.execute(
                insert(member_imports)
                .values(values)
                .on_conflict_do_nothing(index_elements=["community", "content_hash", "format"])
            )
    except exc.IntegrityError:
        raise NotFound("community_unknown", field="community") from None
    query = select(member_imports).where(
        member_imports.c.community == community,
        member_imports.c.content_hash == content_hash,
        member_imports.c.format == kind,
    )
    return _import(connection.execute(query).mappings().one())


def advance(connection: Connection, community: str, one: Import) -> None:
    mine = (member_imports.c.community == community) & (member_imports.c.id == one.id)
    values = {
        name: getattr(one, name) for name in ("rows_read", "taken", "failed", "errors", "updated_at", "finished_at")
    }
    connection.execute(update(member_imports).where(mine).values(values | {"errors": list(one.errors)}))


def _import(row: RowMapping) -> Import:
    return Import(**{name: row[name] for name in Import.__dataclass_fields__ if name != "new"})
