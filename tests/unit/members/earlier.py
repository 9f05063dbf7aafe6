"""States as earlier versions wrote them: as a JSON document, with all names and weights spelled out."""

from __future__ import annotations

from typing import Any

from assistant.members.state import VERSION, Spending, State

_PLAIN = (
    "first_event",
    "events",
    "counts",
    "active_days",
    "gap",
    "longest_gap",
    "languages",
    "steps",
    "orders",
)


def document_of(state: State) -> dict[str, Any]:
    return {name: getattr(state, name) for name in _PLAIN} | {
        "version": VERSION,
        "first_at": state.first_at.isoformat(),
        "back_on": state.back_on.isoformat() if state.back_on else None,
        "left_at": state.left_at.isoformat() if state.left_at else None,
        "recent": [day.toordinal() for day in state.recent],
        "languages": dict(sorted(state.languages.items())),
        "hours": {str(hour): weight for hour, weight in sorted(state.hours.items())},
        "tags": {
            name: {"weight": one.weight, "count": one.count, "events": one.events}
            for name, one in sorted(state.tags.items())
        },
        "spending": {name: _written(one) for name, one in sorted(state.spending.items())},
        "interests": [{"weight": one.weight, "events": one.events} for one in state.interests],
    }


def _written(one: Spending) -> dict[str, Any]:
    return {
        "count": one.count,
        "amount": one.amount,
        "days": one.days,
        "first": one.first.isoformat(),
        "last": one.last.isoformat(),
        "repeat_amount": one.repeat_amount,
    }
