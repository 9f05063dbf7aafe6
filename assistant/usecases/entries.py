"""Entries for the outbox: orders to platforms, events for the community's own systems, follow-ups, and cards for the staff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from assistant.moderation.enforce import can
from assistant.platforms import standard_webhooks
from assistant.types import Case, Delivery, DeliveryKind, DeliveryState, Do, Order
from assistant.types.delivery import DISABLED, DRY_RUN
from assistant.usecases.identity import new_id
from assistant.usecases.registry import Held

EVERY_EVENT = "*"


def order_entry(
    held: Held,
    order: Order,
    key: str,
    now: datetime,
    *,
    decision_id: str | None = None,
    case_id: str | None = None,
    due_at: datetime | None = None,
    for_staff: bool = False,
) -> Delivery:
    """An order of this key. What the platform cannot do, or will not be asked on a dry run, is entered as skipped, with the reason; what is
    posted for the staff is posted on a dry run too."""
    because = can(held.capabilities, order.do, held.connection)
    if because is None and held.connection.disabled:
        because = DISABLED
    if because is None and held.dry_run and not for_staff:
        because = DRY_RUN
    return Delivery(
        id=order.id,
        community=held.connection.community,
        connection_id=held.connection.id,
        kind=DeliveryKind.ORDER,
        key=key,
        decision_id=decision_id,
        case_id=case_id,
        payload=write_order(order),
        state=DeliveryState.WAITING if because is None else DeliveryState.SKIPPED,
        because=because,
        due_at=due_at or now,
        created_at=now,
        finished_at=None if because is None else now,
    )


def event_entries(
    receivers: Iterable[Held],
    kind: str,
    key: str,
    data: Mapping[str, Any],
    now: datetime,
    decision_id: str | None = None,
) -> list[Delivery]:
    """One entry for each connection that subscribes to events of this kind."""
    return [
        Delivery(
            id=new_id("evt"),
            community=held.connection.community,
            connection_id=held.connection.id,
            kind=DeliveryKind.EVENT,
            key=f"event:{kind}:{key}:{held.connection.id}",
            decision_id=decision_id,
            payload={"type": kind, "data": dict(data)},
            due_at=now,
            created_at=now,
        )
        for held in receivers
        if subscribes(held, kind)
    ]


def subscribes(held: Held, kind: str) -> bool:
    if held.platform.name != standard_webhooks.NAME:
        return False
    wanted: Sequence[str] = held.connection.settings.get("events", ())
    return bool(held.connection.settings.get("url")) and (kind in wanted or EVERY_EVENT in wanted)


def card_entries(receivers: Iterable[Held], case: Case, now: datetime) -> list[Delivery]:
    """A card in every staff channel of the community. Its words are written when it is sent, from what is still known then."""
    return [
        order_entry(
            held,
            Order(id=new_id("dlv"), do=Do.POST, channel=held.connection.staff_channel),
            f"card:{case.id}:{held.connection.id}",
            now,
            case_id=case.id,
            decision_id=case.decision_id,
            for_staff=True,
        )
        for held in receivers
        if held.connection.staff_channel and Do.POST in held.capabilities.does
    ]


def follow_up(
    community: str, connection_id: str, decision_id: str, payload: Mapping[str, Any], now: datetime
) -> Delivery:
    """Work on our own tables that a decision brings, done once."""
    return Delivery(
        id=new_id("dlv"),
        community=community,
        connection_id=connection_id,
        kind=DeliveryKind.FOLLOW_UP,
        key=f"follow_up:{decision_id}",
        decision_id=decision_id,
        payload=dict(payload),
        due_at=now,
        created_at=now,
    )


def write_order(order: Order) -> dict[str, Any]:
    document = asdict(replace(order, refs=dict(order.refs)))
    document["do"] = order.do.value
    document["until"] = order.until.isoformat() if order.until else None
    del document["id"], document["buttons"]
    return {name: value for name, value in document.items() if value}


def read_order(delivery: Delivery) -> Order:
    payload = dict(delivery.payload)
    until = payload.pop("until", None)
    return Order(
        id=delivery.id,
        do=Do(payload.pop("do")),
        until=datetime.fromisoformat(until) if until else None,
        **payload,
    )
