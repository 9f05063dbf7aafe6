"""Events for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from assistant.members.fold import Meaning
from assistant.types.event import Event, EventType, Purchase

START = datetime(2026, 10, 1, 9, tzinfo=UTC)


def event(number: int, hours: float = 0.0, kind: EventType = EventType.MESSAGE, **more) -> Event:
    return Event(
        **{"id": f"e{number:04}", "type": kind, "member_id": "m1", "at": START + timedelta(hours=hours), **more}
    )


def bought(number: int, hours: float, amount: str, currency: str = "TWD", order: str | None = None) -> Event:
    paid = Purchase(order_id=order, amount=Decimal(amount), currency=currency)
    return event(number, hours, EventType.PURCHASE, purchase=paid)


def meaning(direction: int, *tags: str, language: str = "zh-Hant", spread: float = 0.0) -> Meaning:
    vector = np.zeros(8, np.float32)
    vector[direction] = 1.0
    vector[(direction + 1) % 8] = spread
    return Meaning(vector / np.float32(np.linalg.norm(vector)), tags, language)
