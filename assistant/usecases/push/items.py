"""Items: put, listed, removed; their words are screened before anyone is shown them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, HttpUrl, StringConstraints, ValidationError

from assistant.errors import Conflict, InvalidInput, NotFound
from assistant.moderation.flow import Screener
from assistant.store import audit, items, rounds
from assistant.store.items import Stored
from assistant.store.paging import Page
from assistant.store.rounds import Restock
from assistant.types import Action, Message, Purpose
from assistant.types.item import Item
from assistant.usecases.assistant import Assistant
from assistant.usecases.identity import new_id
from assistant.usecases.members.folding import embedder_of, model_of
from assistant.usecases.request import AnyMoment, Name, Shape, Text, check_json, invalid_input

MOST_ITEMS = 1_000
"""At a time."""
MAX_TITLE_CHARS, MAX_TEXT_CHARS, MAX_TAGS, MAX_PROPERTIES_BYTES = 300, 20_000, 50, 10_000
OPERATOR = "operator"
_SHOWN = frozenset({Action.ALLOW, Action.MASK})
_EARLIEST_YEAR, _LATEST_YEAR = 1970, 2100


class ItemShape(Shape):
    """One item. ``hidden`` takes it away without removing it; ``stock`` is how many are left, and of none nothing is shown."""

    id: Name
    title: Annotated[Text, StringConstraints(min_length=1, max_length=MAX_TITLE_CHARS)]
    text: Annotated[Text, StringConstraints(max_length=MAX_TEXT_CHARS)] = ""
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")] = "post"
    url: HttpUrl | None = None
    tags: Annotated[tuple[Name, ...], Field(max_length=MAX_TAGS)] = ()
    creator: Annotated[Text, StringConstraints(max_length=200)] = ""
    price: Annotated[str, StringConstraints(pattern=r"^\d{1,12}(\.\d{1,4})?$")] | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    published_at: AnyMoment | None = None
    expires_at: AnyMoment | None = None
    hidden: bool = False
    stock: int | None = Field(None, ge=0, le=2_000_000_000)
    properties: dict[Name, Any] = Field({}, max_length=200)


class ItemsShape(Shape):
    items: Annotated[tuple[ItemShape, ...], Field(min_length=1, max_length=MOST_ITEMS)]


def read_item(given: Any, now: datetime, path: str = "item") -> Item:
    """From a decoded JSON object. Raises: InvalidInput, TooLarge."""
    try:
        return item_of(ItemShape.model_validate(given), now, path)
    except ValidationError as error:
        raise invalid_input(error) from None


def item_of(shape: ItemShape, now: datetime, path: str) -> Item:
    """Raises: InvalidInput, TooLarge."""
    published = shape.published_at or now
    for name, moment in (("published_at", published), ("expires_at", shape.expires_at)):
        if moment is not None and not _EARLIEST_YEAR <= moment.year < _LATEST_YEAR:
            raise InvalidInput(field=f"{path}.{name}", limit=_LATEST_YEAR, problem="is too far away")
    if shape.expires_at is not None and shape.expires_at <= published:
        raise InvalidInput(field=f"{path}.expires_at", problem="must be after published_at")
    if (shape.price is None) != (shape.currency is None):
        raise InvalidInput(field=f"{path}.currency", problem="price and currency come together")
    check_json(shape.properties, f"{path}.properties", MAX_PROPERTIES_BYTES)
    fields = {name: getattr(shape, name) for name in Item.__dataclass_fields__}
    return Item(**fields | {"published_at": published, "url": str(shape.url) if shape.url else ""})


def put_items(assistant: Assistant, community: str, given: Sequence[ItemShape], *, actor: str) -> list[Stored]:
    """All of them or none, as they are kept. Blocks on the model and the database.

    Raises:
        InvalidInput, TooLarge: an item is wrong; the field names it.
        Conflict: two have one id.
        NotFound: there is no such community.
    """
    now = assistant.clock()
    read = [item_of(shape, now, f"items[{at}]") for at, shape in enumerate(given)]
    if len({item.id for item in read}) < len(read):
        raise Conflict("item_twice", field="items")
    because = screened(assistant.screeners.refresh(community), read)
    vectors, model = _vectors(assistant, read)
    now = assistant.clock()
    stored = [_stored(*one, model, now) for one in zip(read, because, vectors, strict=True)]
    with assistant.database.transaction(community) as transaction:
        before = items.get_many(transaction, community, [one.item.id for one in stored], locked=True)
        items.put(transaction, community, stored, now)
        rounds.note_restocks(transaction, community, _back(before, stored, now))
        details = {"count": len(read), "hidden": sum(one.item.hidden for one in stored)}
        audit.write(transaction, community, now, actor=actor, action="items.put", subject="items", details=details)
    return stored


def remove_item(assistant: Assistant, community: str, item_id: str, *, actor: str) -> None:
    """At once, everywhere. Raises: NotFound."""
    with assistant.database.transaction(community) as transaction:
        if not items.remove(transaction, community, item_id):
            raise NotFound("item_unknown", field="item")
        audit.write(
            transaction, community, assistant.clock(), actor=actor, action="items.remove", subject=item_id[:100]
        )


def list_items(assistant: Assistant, community: str, cursor: str | None, limit: int) -> Page[Stored]:
    with assistant.database.transaction(community) as transaction:
        return items.page(transaction, community, cursor, limit)


def get_item(assistant: Assistant, community: str, item_id: str) -> Stored:
    """Raises: NotFound."""
    with assistant.database.transaction(community) as transaction:
        return items.get(transaction, community, item_id)


def render_item(stored: Stored) -> dict[str, Any]:
    item = stored.item
    return {
        "id": item.id,
        "kind": item.kind,
        "title": item.title,
        "text": item.text,
        "url": item.url or None,
        "tags": list(item.tags),
        "creator": item.creator or None,
        "price": item.price,
        "currency": item.currency,
        "published_at": item.published_at.isoformat(),
        "expires_at": item.expires_at.isoformat() if item.expires_at else None,
        "hidden": item.hidden,
        "stock": item.stock,
        "hidden_because": list(stored.hidden_because),
        "properties": dict(item.properties),
        "updated_at": stored.updated_at.isoformat(),
    }


def words_of(item: Item) -> str:
    return "\n".join(part for part in (item.title, item.text, " ".join(item.tags)) if part)


def _back(before: Mapping[str, Stored], after: Sequence[Stored], now: datetime) -> list[Restock]:
    """What had sold out, or had been taken away by the operators, and may be shown again."""
    return [
        Restock(new_id("rst"), one.item.id, now)
        for one in after
        if (was := before.get(one.item.id)) is not None and _gone(was) and one.item.holds(now)
    ]


def _gone(stored: Stored) -> bool:
    return stored.item.stock == 0 or stored.hidden_because == (OPERATOR,)


def screened(screener: Screener, read: Sequence[Item]) -> list[tuple[str, ...]]:
    """By which labels each may not be shown."""
    decisions = screener.screen_batch([Message(words_of(item), purpose=Purpose.MARKETING) for item in read])
    return [
        ()
        if one.action in _SHOWN and not one.degraded
        else tuple(sorted({str(f.label) for f in one.findings})) or ("degraded",)
        for one in decisions
    ]


def _vectors(assistant: Assistant, read: Sequence[Item]) -> tuple[Sequence[NDArray[np.float32]], str]:
    embedder = embedder_of(assistant)
    if embedder is None:
        return [np.zeros(0, np.float32)] * len(read), model_of(None)
    return list(embedder.encode([words_of(item) for item in read])), model_of(embedder)


def _stored(item: Item, because: tuple[str, ...], vector: NDArray[np.float32], model: str, now: datetime) -> Stored:
    reasons = (*because, *((OPERATOR,) if item.hidden else ()))
    fields: Mapping[str, Any] = {name: getattr(item, name) for name in Item.__dataclass_fields__}
    return Stored(Item(**{**fields, "hidden": bool(reasons)}), reasons, vector, model, now)
