"""What a profile holds: the whole of what folding a member's events comes to, and nothing of the present moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.members.interests import Interest

VERSION = 1
"""Raised with every change of the fold: profiles of another version are folded anew."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A topic met; ``weight`` is forward-decayed, ``events`` the latest that named it, oldest first."""

    weight: float
    count: int
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spending:
    """Purchases of one currency. ``days`` are distinct days with a purchase; ``first`` and ``last`` the outermost."""

    count: int
    amount: str
    days: int
    first: date
    last: date
    repeat_amount: str = "0"
    """Of the days after the first, for Gamma-Gamma."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """``at`` and ``event_id`` are the last event folded in. ``recent`` are the last ``DAYS`` active days, oldest first; ``hours`` counts by
    hour of the week in UTC (0 is Monday's first), ``languages`` by language, both forward-decayed; ``steps`` counts the moves from
    one stage of the life cycle to another, by ``"from>to"``; ``gap`` is the mean number of days between active days."""

    at: datetime
    event_id: str
    first_at: datetime
    first_event: str
    events: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    recent: tuple[date, ...] = ()
    active_days: int = 0
    gap: float = 0.0
    longest_gap: int = 0
    back_on: date | None = None
    left_at: datetime | None = None
    hours: Mapping[int, float] = field(default_factory=dict)
    languages: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, Tag] = field(default_factory=dict)
    interests: tuple[Interest, ...] = ()
    spending: Mapping[str, Spending] = field(default_factory=dict)
    steps: Mapping[str, int] = field(default_factory=dict)
    orders: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[datetime, str]:
        return (self.at, self.event_id)


def written_rows(state: State) -> bytes:
    """Its interests' vectors in half precision, row after row; ``read_rows`` gives the same back."""
    return b"".join(one.vector.astype(np.float16).tobytes() for one in state.interests)


def read_rows(vectors: bytes, count: int) -> NDArray[np.float32]:
    """Shape (count, dimensions)."""
    if not count:
        return np.empty((0, 0), np.float32)
    return np.frombuffer(vectors, np.float16).astype(np.float32).reshape(count, -1)


def read_document(at: datetime, event_id: str, document: Mapping[str, Any], vectors: bytes) -> State | None:
    """A state that an earlier version wrote as JSON; ``None`` where it is of another version of the fold. Names come in their own
    order, however they were stored; weights are whole numbers where the database had no need of a point."""
    if document.get("version") != VERSION:
        return None
    rows = read_rows(vectors, len(document["interests"]))
    return State(
        at=at,
        event_id=event_id,
        first_at=datetime.fromisoformat(document["first_at"]),
        back_on=date.fromisoformat(document["back_on"]) if document["back_on"] else None,
        left_at=datetime.fromisoformat(document["left_at"]) if document["left_at"] else None,
        recent=tuple(date.fromordinal(number) for number in document["recent"]),
        hours=dict(sorted((int(hour), float(weight)) for hour, weight in document["hours"].items())),
        languages={name: float(weight) for name, weight in sorted(document["languages"].items())},
        gap=float(document["gap"]),
        tags={
            name: Tag(float(one["weight"]), one["count"], tuple(one["events"]))
            for name, one in sorted(document["tags"].items())
        },
        spending={name: read_spending(one) for name, one in sorted(document["spending"].items())},
        interests=tuple(
            Interest(row, float(one["weight"]), tuple(one["events"]))
            for row, one in zip(rows, document["interests"], strict=True)
        ),
        orders=tuple(document["orders"]),
        **{name: document[name] for name in _PLAIN},
    )


_PLAIN = ("first_event", "events", "counts", "active_days", "longest_gap", "steps")


def read_spending(kept: Mapping[str, Any]) -> Spending:
    """One currency's, of its fields as JSON."""
    days = {name: date.fromisoformat(kept[name]) for name in ("first", "last")}
    return Spending(**(dict(kept) | days))
