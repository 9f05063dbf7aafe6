"""What a member did."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class EventType(StrEnum):
    """``dismiss`` waves something away; ``answer`` answers a survey; ``report`` reports what another said."""

    MESSAGE = "message"
    VIEW = "view"
    CLICK = "click"
    DISMISS = "dismiss"
    REACTION = "reaction"
    SHARE = "share"
    JOIN = "join"
    LEAVE = "leave"
    PURCHASE = "purchase"
    ANSWER = "answer"
    UNSUBSCRIBE = "unsubscribe"
    REPORT = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """``amount`` is in ``currency`` (ISO 4217), never negative; a purchase without amount counts as one all the same."""

    order_id: str | None = None
    amount: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Via:
    """Where a share or a joining came from: the event, or the member, that brought it. Of a reaction, what it was to."""

    event_id: str | None = None
    member_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How a member met an item: ``delivery_id`` is what brought it, ``position`` its place there from 0, ``surface`` where it was shown."""

    delivery_id: str | None = None
    position: int | None = None
    surface: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """``at`` is when it happened, which may be long before it was told. ``text`` and ``language`` (a BCP 47 tag) belong to a ``message``;
    ``flagged`` says that moderation acted on it, by the decision ``decision_id``. ``properties`` are the community's own, as they came;
    those that have a meaning here are read into ``purchase``, ``via`` and ``seen``. ``source`` is ``api``, ``import`` or a connection's id.
    """

    id: str
    type: EventType
    member_id: str
    at: datetime
    item_id: str | None = None
    session_id: str | None = None
    channel: str | None = None
    text: str | None = None
    language: str | None = None
    flagged: bool = False
    decision_id: str | None = None
    purchase: Purchase | None = None
    via: Via | None = None
    seen: Seen | None = None
    properties: dict[str, object] = field(default_factory=dict)
    source: str = "api"

    @property
    def order(self) -> tuple[datetime, str]:
        """What events of one member are sorted by."""
        return (self.at, self.id)
