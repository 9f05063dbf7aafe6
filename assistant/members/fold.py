"""A profile is a pure fold over a member's events, ordered by time and id.

``step`` takes a state and one event to the next state. It knows no clock and no order of arrival: what comes late is folded in by
beginning again from a state before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from assistant.members import decay
from assistant.members.interests import F32, draw
from assistant.members.lifecycle import Rhythm, patience, steps_between
from assistant.members.state import Spending, State, Tag
from assistant.types.event import Event, EventType

DAYS = 90
TAGS = 30
ORDERS = 50
EVIDENCE = 4
INTEREST = {
    EventType.MESSAGE: 1.0,
    EventType.VIEW: 0.2,
    EventType.CLICK: 1.0,
    EventType.REACTION: 0.6,
    EventType.SHARE: 1.5,
    EventType.JOIN: 0.5,
    EventType.PURCHASE: 2.0,
    EventType.ANSWER: 0.5,
}
"""How much an event says of what a member likes; one that is not here says nothing of it."""
_PASSIVE = frozenset({EventType.LEAVE, EventType.UNSUBSCRIBE})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an event is about: its direction (shape (dimensions,), length 1; ``None`` without an embedder or words), its topics, and the
    language of its words."""

    vector: F32 | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None


def fold(state: State | None, events: Iterable[tuple[Event, Meaning]]) -> State | None:
    """``events`` come in order of (at, id), all after the state's own place."""
    for event, meaning in events:
        state = step(state, event, meaning)
    return state


def step(state: State | None, event: Event, meaning: Meaning) -> State:
    """The state after one more event. What moderation acted on counts as having been there, and nothing else: it is never an interest."""
    known = state or State(at=event.at, event_id=event.id, first_at=event.at, first_event=event.id)
    name = event.type.value
    changes: dict[str, Any] = {"at": event.at, "event_id": event.id, "events": known.events + 1}
    changes["counts"] = {**known.counts, name: known.counts.get(name, 0) + 1}
    changes |= _left(event) if event.type in _PASSIVE else _active(known, event)
    if not event.flagged:
        changes |= _bought(known, event) if event.type is EventType.PURCHASE else {}
        changes |= _spoke(known, event, meaning)
        changes |= _liked(known, event, meaning, INTEREST.get(event.type, 0.0))
    return replace(known, **changes)


def rhythm_of(state: State) -> Rhythm:
    first = state.first_at.astimezone(UTC).date()
    last = state.recent[-1] if state.recent else first
    return Rhythm(first, last, state.gap, state.back_on, state.left_at is not None)


def _left(event: Event) -> dict[str, Any]:
    return {"left_at": event.at} if event.type is EventType.LEAVE else {}


def _active(state: State, event: Event) -> dict[str, Any]:
    at = event.at.astimezone(UTC)
    day = at.date()
    hour = at.weekday() * 24 + at.hour
    weight = decay.forward(event.at, decay.HABIT_DAYS)
    found = {"hours": {**state.hours, hour: state.hours.get(hour, 0.0) + weight}, "left_at": None}
    if state.recent and state.recent[-1] == day:
        return found
    return found | (_new_day(state, day) if state.recent else {"recent": (day,), "active_days": 1})


def _new_day(state: State, day: date) -> dict[str, Any]:
    rhythm = rhythm_of(state)
    steps = dict(state.steps)
    for before, after in steps_between(rhythm, day):
        steps[f"{before}>{after}"] = steps.get(f"{before}>{after}", 0) + 1
    silence = (day - rhythm.last).days
    return {
        "recent": (*(one for one in state.recent if (day - one).days < DAYS), day),
        "active_days": state.active_days + 1,
        "gap": state.gap + (silence - state.gap) / state.active_days,
        "longest_gap": max(state.longest_gap, silence),
        "back_on": day if silence > patience(state.gap) else state.back_on,
        "steps": steps,
    }


def _bought(state: State, event: Event) -> dict[str, Any]:
    purchase = event.purchase
    order = purchase.order_id if purchase else None
    if order is not None and order in state.orders:
        return {}
    currency = (purchase.currency if purchase else None) or ""
    amount = (purchase.amount if purchase else None) or Decimal(0)
    spent = _spent(state.spending.get(currency), event.at, amount)
    orders = (*state.orders, order)[-ORDERS:] if order is not None else state.orders
    return {"orders": orders, "spending": {**state.spending, currency: spent}}


def _spent(before: Spending | None, at: datetime, amount: Decimal) -> Spending:
    day = at.astimezone(UTC).date()
    if before is None:
        return Spending(1, str(amount), 1, day, day)
    again = before.first != day
    return Spending(
        count=before.count + 1,
        amount=str(Decimal(before.amount) + amount),
        days=before.days + (before.last != day),
        first=before.first,
        last=day,
        repeat_amount=str(Decimal(before.repeat_amount) + (amount if again else 0)),
    )


def _spoke(state: State, event: Event, meaning: Meaning) -> dict[str, Any]:
    if event.type is not EventType.MESSAGE or meaning.language is None:
        return {}
    weight = state.languages.get(meaning.language, 0.0) + decay.forward(event.at, decay.HABIT_DAYS)
    return {"languages": {**state.languages, meaning.language: weight}}


def _liked(state: State, event: Event, meaning: Meaning, weight: float) -> dict[str, Any]:
    if not weight:
        return {}
    forward = weight * decay.forward(event.at, decay.INTEREST_DAYS)
    found: dict[str, Any] = {}
    if meaning.vector is not None:
        found["interests"] = draw(state.interests, meaning.vector, forward, event.id)
    if meaning.tags:
        found["tags"] = _tagged(state.tags, meaning.tags, forward, event.id)
    return found


def _tagged(tags: Mapping[str, Tag], names: tuple[str, ...], weight: float, event: str) -> dict[str, Tag]:
    """At most ``TAGS`` of them, the heaviest; by name where two weigh the same."""
    found = dict(tags)
    for name in names:
        before = found.get(name, Tag(0.0, 0, ()))
        found[name] = Tag(before.weight + weight, before.count + 1, (*before.events, event)[-EVIDENCE:])
    if len(found) <= TAGS:
        return found
    kept = set(sorted(found, key=lambda name: (-found[name].weight, name))[:TAGS])
    return {name: tag for name, tag in found.items() if name in kept}
