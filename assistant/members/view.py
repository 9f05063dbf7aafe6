"""A profile for people to read: each value with what it rests on. No I/O: the words and the members' own texts are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from assistant.members import churn, decay, lifecycle
from assistant.members.fold import rhythm_of
from assistant.members.lifecycle import Stage
from assistant.members.population import Population, scores, today_of, value_ahead
from assistant.members.state import State
from assistant.members.topics import Topics
from assistant.types.event import Event

AHEAD_DAYS = 365
_LEAST_WEIGHT = 0.01
_SCRIPTS = {"zh-Hans": "Hans", "zh-Hant": "Hant", "zh-Hant-HK": "Hant", "zh-Hant-TW": "Hant", "zh-TW": "Hant"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a profile is read with: the moment, the member's zone, the community's measures, topics, the evidence's events by id, and the
    reader's language."""

    now: datetime
    zone: ZoneInfo
    population: Population
    topics: Topics
    events: Mapping[str, Event] = field(default_factory=dict)
    language: str = "en"


def evidence_of(state: State) -> list[str]:
    """The ids of the events that ``view`` shows."""
    tags = (event for tag in state.tags.values() for event in tag.events)
    return sorted({*tags, *(event for one in state.interests for event in one.events)})


def view(state: State, seen: Seen) -> dict[str, Any]:
    """As JSON."""
    return {
        "events": state.events,
        "counts": dict(state.counts),
        "first_event": {"id": state.first_event, "at": state.first_at.isoformat()},
        "last_event": {"id": state.event_id, "at": state.at.isoformat()},
        "interests": _interests(state, seen),
        "tags": _tags(state, seen),
        "life_cycle": _life_cycle(state, seen),
        "churn": _churn(state, seen),
        "spending": [_spending(state, currency, seen) for currency in sorted(state.spending)],
        "active_hours": _hours(state, seen),
        "language": _languages(state),
    }


def _interests(state: State, seen: Seen) -> list[dict[str, Any]]:
    total = sum(one.weight for one in state.interests) or 1.0
    ordered = sorted(state.interests, key=lambda one: -one.weight)
    return [
        {
            "weight": _rounded(decay.now(one.weight, seen.now, decay.INTEREST_DAYS)),
            "share": round(one.weight / total, 4),
            "tags": _named(one.events, state, seen),
            "because": [_shown(event, seen) for event in one.events],
        }
        for one in ordered
    ]


def _named(events: tuple[str, ...], state: State, seen: Seen) -> list[str]:
    """What an interest is called: the tags that its own events named."""
    names = [name for name, tag in state.tags.items() if set(tag.events) & set(events)]
    return [seen.topics.name(name, seen.language) for name in names]


def _tags(state: State, seen: Seen) -> list[dict[str, Any]]:
    found = []
    for name, tag in sorted(state.tags.items(), key=lambda pair: (-pair[1].weight, pair[0])):
        weight = decay.now(tag.weight, seen.now, decay.INTEREST_DAYS)
        if weight >= _LEAST_WEIGHT:
            found.append(
                {
                    "tag": name,
                    "name": seen.topics.name(name, seen.language),
                    "weight": _rounded(weight),
                    "mentions": tag.count,
                    "because": [_shown(event, seen) for event in tag.events],
                }
            )
    return found


def _shown(event_id: str, seen: Seen) -> dict[str, Any]:
    """The event with its words, where they are still kept."""
    event = seen.events.get(event_id)
    if event is None:
        return {"event_id": event_id}
    return {
        "event_id": event_id,
        "type": event.type.value,
        "at": event.at.isoformat(),
        "text": event.text[:200] if event.text else None,
        "item_id": event.item_id,
    }


def _life_cycle(state: State, seen: Seen) -> dict[str, Any]:
    rhythm, today = rhythm_of(state), max(today_of(seen.now), rhythm_of(state).last)
    stage = lifecycle.stage_on(rhythm, today)
    return {
        "stage": stage.value,
        "odds": {to.value: round(odds, 4) for to, odds in lifecycle.odds(seen.population.steps, stage).items()},
        "days_until_risk": lifecycle.days_until_risk(rhythm, today),
        "next_step": lifecycle.next_step(stage, state.counts),
        "because": {
            "first_active_day": rhythm.first.isoformat(),
            "last_active_day": rhythm.last.isoformat(),
            "active_days": state.active_days,
            "usual_gap_days": round(rhythm.gap, 2),
            "patience_days": lifecycle.patience(rhythm.gap),
            "came_back_on": rhythm.back_on.isoformat() if rhythm.back_on else None,
            "left": rhythm.left,
        },
    }


def _churn(state: State, seen: Seen) -> dict[str, Any] | None:
    """``None`` while the community's past is too short to learn from."""
    model, rhythm = seen.population.churn, rhythm_of(state)
    known = churn.features(state.recent, rhythm, today_of(seen.now))
    if rhythm.left or model is None or known is None:
        return {"risk": 1.0, "days": churn.AHEAD_DAYS, "because": {"left": True}} if rhythm.left else None
    return {
        "risk": round(churn.risk(model, known), 4),
        "days": churn.AHEAD_DAYS,
        "because": {
            "silence_days": round(float(np.expm1(known[0]))),
            "active_days_of_28": round(float(np.expm1(known[1]))),
            "age_days": round(float(np.expm1(known[2]))),
            "usual_gap_days": round(rhythm.gap, 2),
            "learned_from_members": model.examples,
        },
    }


def _spending(state: State, currency: str, seen: Seen) -> dict[str, Any]:
    spent, today = state.spending[currency], today_of(seen.now)
    edges = seen.population.edges.get(currency)
    ahead = value_ahead(seen.population, currency, spent, today, AHEAD_DAYS)
    return {
        "currency": currency or None,
        "recency_days": (today - spent.last).days,
        "frequency": spent.count,
        "monetary": spent.amount,
        "scores": dict(zip(("recency", "frequency", "monetary"), scores(edges, spent, today), strict=True))
        if edges
        else None,
        "lifetime_value": None
        if ahead is None
        else {
            "days": AHEAD_DAYS,
            "value": round(ahead[0] * ahead[1], 2),
            "purchase_days": round(ahead[0], 3),
            "amount_each": round(ahead[1], 2),
            "alive": round(ahead[2], 4),
            "because": "BG/NBD (Fader, Hardie, Lee 2005) and Gamma-Gamma (Fader, Hardie 2013) on this community's buyers",
        },
        "because": {
            "first_day": spent.first.isoformat(),
            "last_day": spent.last.isoformat(),
            "days_with_purchase": spent.days,
        },
    }


def _hours(state: State, seen: Seen) -> dict[str, Any] | None:
    if not state.hours:
        return None
    shares = hours_in(state, seen.zone, seen.now)
    best = sorted(range(24), key=lambda hour: (-shares[hour], hour))[:3]
    return {
        "time_zone": seen.zone.key,
        "shares": [round(float(share), 4) for share in shares],
        "best": best,
        "because": {"events": state.events},
    }


def hours_in(state: State, zone: ZoneInfo, now: datetime) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Shares of activity by hour of the day in a zone, shape (24,), summing to 1 (or 0 for nobody); by its offset at ``now``."""
    offset = (now.astimezone(zone).utcoffset() or timedelta()) / timedelta(hours=1)
    shares = np.zeros(24)
    for hour, weight in state.hours.items():
        shares[int((hour + offset) // 1) % 24] += weight / 2.0 ** (decay.days(now) / decay.HABIT_DAYS)
    total = shares.sum()
    return shares / total if total > 0 else shares


def _languages(state: State) -> dict[str, Any] | None:
    if not state.languages:
        return None
    total = sum(state.languages.values())
    shares = {name: round(weight / total, 4) for name, weight in sorted(state.languages.items())}
    main = max(state.languages, key=lambda name: (state.languages[name], name))
    return {
        "main": main,
        "script": _SCRIPTS.get(main, "Latn" if main == "en" else None),
        "shares": shares,
        "because": {"messages": state.counts.get("message", 0)},
    }


def stage_of(state: State, now: datetime) -> Stage:
    rhythm = rhythm_of(state)
    return lifecycle.stage_on(rhythm, max(now.astimezone(UTC).date(), rhythm.last))


def _rounded(weight: float) -> float:
    return round(weight, 4)
