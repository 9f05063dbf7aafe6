"""What a community knows, and the vectors of it; every change is noted for the replicas by a trigger, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, RowMapping, Text, cast, delete, exc, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from assistant.errors import NotFound
from assistant.store.faq_tables import faq_entries, faq_vectors
from assistant.store.paging import Page, read_page
from assistant.types.faq import Entry

Vectors = NDArray[np.float32]
_CHUNK = 500
_COLUMNS = tuple(name for name in Entry.__dataclass_fields__ if name != "updated_at")


def put(
    connection: Connection,
    community: str,
    entries: Sequence[Entry],
    vectors: Mapping[str, Vectors],
    model: str,
    *,
    by: str,
    now: datetime,
) -> None:
    """Each entry as it is given, in the place of one of the same id. ``vectors`` has a row per text of each entry; those of other models
    go, for they are of other words.

    Raises:
        NotFound: there is no such community.
    """
    for at in range(0, len(entries), _CHUNK):
        part = entries[at : at + _CHUNK]
        rows = [_row(community, entry, by, now) for entry in part]
        query = insert(faq_entries).values(rows)
        changed = {name: query.excluded[name] for name in (*_COLUMNS[1:], "updated_at")}
        try:
            with connection.begin_nested():
                connection.execute(query.on_conflict_do_update(index_elements=["community", "id"], set_=changed))
        except exc.IntegrityError:
            raise NotFound("community_unknown", field="community") from None
        ids = [entry.id for entry in part]
        connection.execute(
            delete(faq_vectors).where(faq_vectors.c.community == community, faq_vectors.c.entry_id.in_(ids))
        )
        put_vectors(connection, community, {entry_id: vectors[entry_id] for entry_id in ids}, model)


def add_vectors(
    connection: Connection, community: str, read: Sequence[Entry], vectors: Mapping[str, Vectors], model: str
) -> int:
    """The vectors of those entries that have not changed since they were ``read``, and have none of this model. How many those are."""
    query = select(faq_entries.c.id, faq_entries.c.updated_at).where(
        faq_entries.c.community == community, faq_entries.c.id.in_([entry.id for entry in read])
    )
    current = {row.id: row.updated_at for row in connection.execute(query.with_for_update(key_share=True))}
    same = [entry.id for entry in read if current.get(entry.id) == entry.updated_at]
    seen = load_vectors(connection, community, model, same)
    kept = {entry_id: vectors[entry_id] for entry_id in same if entry_id not in seen}
    put_vectors(connection, community, kept, model)
    return len(kept)


def put_vectors(connection: Connection, community: str, vectors: Mapping[str, Vectors], model: str) -> None:
    """The vectors of entries that are there, for one model."""
    rows = [
        {"community": community, "entry_id": entry_id, "model": model, "position": at, "vector": _write(vector)}
        for entry_id, its in vectors.items()
        for at, vector in enumerate(its)
    ]
    if rows:
        query = insert(faq_vectors)
        changed = query.on_conflict_do_update(
            index_elements=["community", "entry_id", "model", "position"], set_={"vector": query.excluded.vector}
        )
        connection.execute(changed, rows)


def remove(connection: Connection, community: str, ids: Iterable[str]) -> int:
    """With their vectors. How many there were."""
    query = delete(faq_entries).where(faq_entries.c.community == community, faq_entries.c.id.in_(list(ids)))
    return connection.execute(query).rowcount


def get_many(connection: Connection, community: str, ids: Sequence[str]) -> dict[str, Entry]:
    """Those of the ids that exist right now."""
    query = select(faq_entries).where(faq_entries.c.community == community, faq_entries.c.id.in_(list(ids)))
    return {row["id"]: _entry(row) for row in connection.execute(query).mappings()}


def get(connection: Connection, community: str, entry_id: str) -> Entry:
    """Raises: NotFound."""
    found = get_many(connection, community, [entry_id])
    if entry_id not in found:
        raise NotFound("entry_unknown", field="entry")
    return found[entry_id]


def page(
    connection: Connection, community: str, document_id: str | None, cursor: str | None, limit: int
) -> Page[Entry]:
    """The newest first."""
    query = select(faq_entries).where(faq_entries.c.community == community)
    if document_id is not None:
        query = query.where(faq_entries.c.document_id == document_id)
    whose = () if document_id is None else (community, document_id)
    rows, next_cursor = read_page(
        connection, query, faq_entries.c.created_at, faq_entries.c.id, cursor, limit, whose=whose
    )
    return Page(tuple(map(_entry, rows)), next_cursor)


def count(connection: Connection, community: str) -> int:
    return int(
        connection.scalar(select(func.count()).select_from(faq_entries).where(faq_entries.c.community == community))
        or 0
    )


def load_all(connection: Connection, community: str) -> list[Entry]:
    """By id."""
    query = select(faq_entries).where(faq_entries.c.community == community).order_by(faq_entries.c.id)
    return [_entry(row) for row in connection.execute(query).mappings()]


def load_vectors(
    connection: Connection, community: str, model: str, ids: Sequence[str] | None = None
) -> dict[str, Vectors]:
    """By entry, in the order of its texts; of all entries or those named. Entries without vectors of this model are absent."""
    query = (
        select(faq_vectors.c.entry_id, cast(faq_vectors.c.vector, Text))
        .where(faq_vectors.c.community == community, faq_vectors.c.model == model)
        .order_by(faq_vectors.c.entry_id, faq_vectors.c.position)
    )
    if ids is not None:
        query = query.where(faq_vectors.c.entry_id == func.any(cast(list(ids), ARRAY(Text))))
    gathered: dict[str, list[Vectors]] = {}
    for entry_id, text in connection.execute(query):
        gathered.setdefault(entry_id, []).append(_read(text))
    return {entry_id: np.stack(its) for entry_id, its in gathered.items()}


def without_vectors(connection: Connection, community: str, model: str, limit: int) -> list[Entry]:
    """Entries that this model has not seen yet, by id."""
    seen = select(faq_vectors.c.entry_id).where(
        faq_vectors.c.community == community, faq_vectors.c.entry_id == faq_entries.c.id, faq_vectors.c.model == model
    )
    query = select(faq_entries).where(faq_entries.c.community == community, ~seen.exists())
    return [_entry(row) for row in connection.execute(query.order_by(faq_entries.c.id).limit(limit)).mappings()]


def lacking(connection: Connection, model: str) -> dict[str, int]:
    """How many entries this model has not seen yet, by community; in a transaction of every community."""
    seen = select(faq_vectors.c.entry_id).where(
        faq_vectors.c.community == faq_entries.c.community,
        faq_vectors.c.entry_id == faq_entries.c.id,
        faq_vectors.c.model == model,
    )
    query = select(faq_entries.c.community, func.count()).where(~seen.exists()).group_by(faq_entries.c.community)
    return {row[0]: row[1] for row in connection.execute(query)}


def seen_by(connection: Connection, community: str) -> dict[str, int]:
    """How many entries each model has seen."""
    entries = func.count(faq_vectors.c.entry_id.distinct())
    query = select(faq_vectors.c.model, entries).where(faq_vectors.c.community == community)
    return {row[0]: row[1] for row in connection.execute(query.group_by(faq_vectors.c.model))}


def drop_vectors(connection: Connection, community: str, but: str) -> int:
    """Those of every model but one. How many there were."""
    query = delete(faq_vectors).where(faq_vectors.c.community == community, faq_vectors.c.model != but)
    return connection.execute(query).rowcount


def _row(community: str, entry: Entry, by: str, now: datetime) -> dict[str, Any]:
    row = {name: getattr(entry, name) for name in _COLUMNS}
    lists = {name: list(row[name]) for name in ("alternatives", "headings", "roles")}
    return row | lists | {"community": community, "created_by": by, "created_at": now, "updated_at": now}


def _entry(row: RowMapping) -> Entry:
    lists = {name: tuple(row[name]) for name in ("alternatives", "headings", "roles")}
    return Entry(**({name: row[name] for name in _COLUMNS} | lists), updated_at=row["updated_at"])


def _write(vector: Vectors) -> str:
    return "[" + ",".join(f"{value:.6g}" for value in vector.tolist()) + "]"


def _read(text: str) -> Vectors:
    return np.fromstring(text[1:-1], dtype=np.float32, sep=",")
