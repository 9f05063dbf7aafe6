"""What may be recommended and sent, with a vector of what each says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, RowMapping, Select, Text, any_, bindparam, delete, exc, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, insert

from assistant.errors import NotFound
from assistant.store.paging import Page, read_page
from assistant.store.push_tables import items
from assistant.types.item import Item

_CHUNK = 500
_FIELDS = tuple(Item.__dataclass_fields__)
PAGE = 20_000
_SHELF = (
    "id",
    "title",
    "tags",
    "creator",
    "published_at",
    "expires_at",
    "hidden",
    "stock",
    "vector",
    "model",
    "updated_at",
)
_SHOWN = ("id", "title", "url", "tags", "creator", "published_at", "expires_at", "hidden", "stock")


@dataclass(frozen=True, slots=True)
class Stored:
    """``hidden_because`` are labels of the policy, or ``operator``; ``vector`` is empty without a model."""

    item: Item
    hidden_because: tuple[str, ...]
    vector: NDArray[np.float32]
    model: str
    updated_at: datetime


def put(connection: Connection, community: str, given: Sequence[Stored], now: datetime) -> None:
    """Each in the place of one of the same id. Raises: NotFound, where there is no such community."""
    for at in range(0, len(given), _CHUNK):
        query = insert(items).values([_row(community, one, now) for one in given[at : at + _CHUNK]])
        kept = {"community", "id", "created_at"}
        changed = {column.name: query.excluded[column.name] for column in items.columns if column.name not in kept}
        try:
            with connection.begin_nested():
                connection.execute(query.on_conflict_do_update(index_elements=["community", "id"], set_=changed))
        except exc.IntegrityError:
            raise NotFound("community_unknown", field="community") from None


def remove(connection: Connection, community: str, item_id: str) -> bool:
    query = delete(items).where(items.c.community == community, items.c.id == item_id)
    return connection.execute(query).rowcount > 0


def get_many(connection: Connection, community: str, ids: Iterable[str], *, locked: bool = False) -> dict[str, Stored]:
    """Those of the ids that exist right now; ``locked``, nobody else changes them until the transaction ends."""
    query = select(items).where(items.c.community == community, items.c.id.in_(list(ids)))
    query = query.order_by(items.c.id).with_for_update() if locked else query
    return {row["id"]: _stored(row) for row in connection.execute(query).mappings()}


_SHOWING = select(*(items.c[name] for name in _SHOWN)).where(
    items.c.community == bindparam("of"), items.c.id == any_(bindparam("ids", type_=ARRAY(Text)))
)
"""Made once: it is asked with every recommendation."""


def to_show(connection: Connection, community: str, ids: Sequence[str]) -> dict[str, Item]:
    """Those of the ids that exist right now, with what deciding and showing needs: no text, price and properties."""
    return {row.id: _to_show(row) for row in connection.execute(_SHOWING, {"of": community, "ids": list(ids)})}


def get(connection: Connection, community: str, item_id: str) -> Stored:
    """Raises: NotFound."""
    found = get_many(connection, community, [item_id])
    if item_id not in found:
        raise NotFound("item_unknown", field="item")
    return found[item_id]


def page(connection: Connection, community: str, cursor: str | None, limit: int) -> Page[Stored]:
    """The newest first."""
    query = select(items).where(items.c.community == community)
    rows, next_cursor = read_page(connection, query, items.c.created_at, items.c.id, cursor, limit)
    return Page(tuple(map(_stored, rows)), next_cursor)


def after(connection: Connection, community: str, item_id: str, limit: int) -> list[Stored]:
    """In the order of ids, those after one (``""`` begins); nobody else changes them until the transaction ends."""
    query = select(items).where(items.c.community == community, items.c.id > item_id)
    rows = connection.execute(query.order_by(items.c.id).limit(limit).with_for_update()).mappings()
    return [_stored(row) for row in rows]


def each(connection: Connection, community: str) -> Iterator[Stored]:
    """All of them in the order of their change, without text, address, price and properties: what recommending keeps of each. Read in
    pages: one statement over very many would take longer than any may."""
    place: tuple[datetime, str] = (datetime.min.replace(tzinfo=UTC), "")
    while True:
        query = _shelf(community).where(tuple_(items.c.updated_at, items.c.id) > tuple_(*place))
        rows = connection.execute(query.order_by(items.c.updated_at, items.c.id).limit(PAGE)).all()
        yield from map(_on_shelf, rows)
        if len(rows) < PAGE:
            return
        place = (rows[-1].updated_at, rows[-1].id)


def shelved(connection: Connection, community: str, ids: Iterable[str]) -> list[Stored]:
    """These of them, as ``each`` gives them, in the order of their change."""
    wanted = list(ids)
    found: list[Stored] = []
    for at in range(0, len(wanted), PAGE):
        query = _shelf(community).where(items.c.id == any_(bindparam("ids", wanted[at : at + PAGE], type_=ARRAY(Text))))
        found += map(_on_shelf, connection.execute(query))
    return sorted(found, key=lambda one: (one.updated_at, one.item.id))


def changed_since(connection: Connection, community: str, since: datetime) -> dict[str, datetime]:
    """When each was changed, by id."""
    query = select(items.c.id, items.c.updated_at).where(items.c.community == community, items.c.updated_at >= since)
    return {row.id: row.updated_at for row in connection.execute(query)}


def ids(connection: Connection, community: str) -> set[str]:
    return set(connection.scalars(select(items.c.id).where(items.c.community == community)))


def _row(community: str, one: Stored, now: datetime) -> dict[str, Any]:
    values: Mapping[str, Any] = {name: getattr(one.item, name) for name in _FIELDS}
    return {
        **values,
        "community": community,
        "tags": list(one.item.tags),
        "properties": dict(one.item.properties),
        "hidden_because": list(one.hidden_because),
        "vector": one.vector.astype(np.float16).tobytes(),
        "model": one.model,
        "created_at": now,
        "updated_at": now,
    }


def _shelf(community: str) -> Select[Any]:
    return select(*(items.c[name] for name in _SHELF)).where(items.c.community == community)


def _on_shelf(row: Row[Any]) -> Stored:
    item = Item(
        id=row.id,
        title=row.title,
        tags=tuple(row.tags),
        creator=row.creator,
        published_at=row.published_at,
        expires_at=row.expires_at,
        hidden=row.hidden,
        stock=row.stock,
    )
    return Stored(item, (), np.frombuffer(row.vector, np.float16).astype(np.float32), row.model, row.updated_at)


def _to_show(row: Row[Any]) -> Item:
    values = row._asdict()
    return Item(**values | {"tags": tuple(values["tags"])})


def _stored(row: RowMapping) -> Stored:
    fields = {name: row[name] for name in _FIELDS} | {"tags": tuple(row["tags"])}
    vector = np.frombuffer(row["vector"], np.float16).astype(np.float32)
    return Stored(Item(**fields), tuple(row["hidden_because"]), vector, row["model"], row["updated_at"])
