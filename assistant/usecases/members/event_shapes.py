"""An event as it is told to us: its shape, its limits, and the event it stands for. The API and the imports read the same one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import Field, ValidationError

from assistant.errors import InvalidInput, TooLarge
from assistant.types.event import Event, EventType, Purchase, Seen, Via
from assistant.usecases.request import (
    AnyMoment,
    LanguageTag,
    Name,
    Shape,
    check_json,
    field_path,
    invalid_input,
    storable,
)

MOST_EVENTS = 5_000
MAX_PROPERTIES = 50
MAX_PROPERTY_BYTES = 8_000
MAX_AMOUNT = Decimal(10**12)
AHEAD = timedelta(days=1)
"""How far a clock that sends us events may be ahead of ours."""
_CURRENCY = re.compile(r"^[A-Z]{3}$")
_MET = frozenset({EventType.VIEW, EventType.CLICK, EventType.DISMISS})
_BROUGHT = frozenset({EventType.SHARE, EventType.JOIN, EventType.REACTION})


class EventShape(Shape):
    """What a member did. ``id`` is yours and counts once; ``at`` may be long ago, and has its offset from UTC."""

    id: Name
    type: EventType
    member_id: Name
    at: AnyMoment
    item_id: Name | None = None
    properties: dict[str, Any] = Field({}, max_length=MAX_PROPERTIES)


class EventsShape(Shape):
    """Events in any order; each is taken or refused by itself."""

    events: Annotated[list[EventShape], Field(min_length=1, max_length=MOST_EVENTS)]


class ViaShape(Shape):
    """The event or the member that brought it; of a reaction, whose post it was to."""

    event_id: Name | None = None
    member_id: Name | None = None


class _Known(Shape):
    """The properties that have a meaning here."""

    session_id: Name | None = None
    channel: Name | None = None
    text: str | None = None
    language: LanguageTag | None = None
    flagged: bool = False
    order_id: Name | None = None
    amount: float | str | None = None
    currency: str | None = None
    via: ViaShape | None = None
    delivery_id: Name | None = None
    position: int | None = Field(None, ge=0, le=100_000)
    surface: Name | None = None


_NAMES = frozenset(_Known.model_fields)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is taken: texts of at most ``text_chars``, moments from ``earliest`` to ``latest``."""

    text_chars: int
    earliest: datetime
    latest: datetime


def read_event(given: Any, bounds: Bounds, path: str, source: str = "api") -> Event:
    """One event. Raises: InvalidInput, naming the field below ``path`` and the limit."""
    try:
        shape = EventShape.model_validate(given)
        known = _Known.model_validate({name: value for name, value in shape.properties.items() if name in _NAMES})
    except ValidationError as error:
        raise _below(error, path) from None
    _check(shape, known, bounds, path)
    kind = shape.type
    return Event(
        id=shape.id,
        type=kind,
        member_id=shape.member_id,
        at=shape.at,
        item_id=shape.item_id,
        session_id=known.session_id,
        channel=known.channel,
        text=known.text or None,
        language=known.language,
        flagged=known.flagged,
        purchase=_purchase(known, path) if kind is EventType.PURCHASE else None,
        via=_via(known) if kind in _BROUGHT else None,
        seen=_seen(known) if kind in _MET else None,
        properties={name: value for name, value in shape.properties.items() if name not in _NAMES},
        source=source,
    )


def _below(error: ValidationError, path: str) -> InvalidInput:
    found = invalid_input(error)
    at = error.errors(include_url=False)[0]["loc"]
    nested = error.title == _Known.__name__
    field = ".".join(part for part in (path, "properties" if nested else "", field_path(at)) if part)
    return type(found)(found.message, field=field, limit=found.limit, problem=found.values.get("problem", ""))


def _check(shape: EventShape, known: _Known, bounds: Bounds, path: str) -> None:
    if not bounds.earliest <= shape.at:
        raise InvalidInput(field=f"{path}.at", limit=bounds.earliest.isoformat(), problem="is before what is kept")
    if not shape.at <= bounds.latest:
        raise InvalidInput(field=f"{path}.at", limit=bounds.latest.isoformat(), problem="is in the future")
    if known.text is not None and len(known.text) > bounds.text_chars:
        raise TooLarge(field=f"{path}.properties.text", limit=bounds.text_chars)
    rest = {name: value for name, value in shape.properties.items() if name != "text"}
    _check_properties(rest, f"{path}.properties")
    if known.text is not None:
        _storable(known.text, f"{path}.properties.text")


def _check_properties(properties: Mapping[str, Any], path: str) -> None:
    if any(name.startswith("$") or not name for name in properties):
        raise InvalidInput(field=path, problem="has a name that is empty or begins with $")
    check_json(properties, path, MAX_PROPERTY_BYTES)


def _storable(text: str, field: str) -> None:
    try:
        storable(text)
    except ValueError as error:
        raise InvalidInput(field=field, problem=str(error)) from None


def _purchase(known: _Known, path: str) -> Purchase:
    amount = None
    if known.amount is not None:
        field = f"{path}.properties.amount"
        try:
            amount = Decimal(str(known.amount))
        except InvalidOperation:
            raise InvalidInput(field=field, problem="must be a number") from None
        if not amount.is_finite() or not 0 <= amount <= MAX_AMOUNT:
            raise InvalidInput(field=field, limit=int(MAX_AMOUNT), problem="must not be negative or over the limit")
        amount = amount.quantize(Decimal("0.0001")).normalize() + 0
    if known.currency is not None and not _CURRENCY.match(known.currency):
        raise InvalidInput(field=f"{path}.properties.currency", limit=3, problem="must be three capitals, as TWD")
    return Purchase(order_id=known.order_id, amount=amount, currency=known.currency)


def _via(known: _Known) -> Via | None:
    return Via(event_id=known.via.event_id, member_id=known.via.member_id) if known.via else None


def _seen(known: _Known) -> Seen | None:
    if known.delivery_id is None and known.position is None and known.surface is None:
        return None
    return Seen(delivery_id=known.delivery_id, position=known.position, surface=known.surface)
