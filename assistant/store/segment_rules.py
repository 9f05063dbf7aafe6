"""Rules as a condition on members, for one query over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import orjson

from assistant.members import decay
from assistant.members.attributes import StageKind
from assistant.members.lifecycle import DORMANT_DAYS, LEAST_PATIENCE, MOST_PATIENCE, NEW_DAYS, RETURNING_DAYS
from assistant.members.rules import (
    Consents,
    Declared,
    Did,
    InLifeCycle,
    InSegment,
    InStage,
    Joined,
    Likes,
    Measure,
    Near,
    Range,
    Rule,
)

_WEEKS = 40
_LAST_DAY = "(DATE '0001-01-01' + (p.state -> 'recent' ->> -1)::int - 1)"
_FIRST_DAY = "(p.first_at AT TIME ZONE 'UTC')::date"
_PATIENCE = f"least({MOST_PATIENCE}, greatest({LEAST_PATIENCE}, floor(3 * (p.state ->> 'gap')::float8)))"
_LIFE_CYCLE = f"""
    CASE WHEN p.state ->> 'left_at' IS NOT NULL OR :today - coalesce({_LAST_DAY}, {_FIRST_DAY}) > {DORMANT_DAYS} THEN 'dormant'
        WHEN :today - coalesce({_LAST_DAY}, {_FIRST_DAY}) > {_PATIENCE} THEN 'at_risk'
        WHEN :today - (p.state ->> 'back_on')::date < {RETURNING_DAYS} THEN 'returning'
        WHEN :today - {_FIRST_DAY} < {NEW_DAYS} THEN 'new' ELSE 'active' END
"""
"""``assistant.members.lifecycle.stage_on`` again, of the row ``p`` of profiles; a test compares the two."""
_MEASURES = {
    "events": "p.events",
    "active_days": "p.active_days",
    "purchases": "p.purchases",
    "spent": "p.spent",
    "silent_days": "EXTRACT(epoch FROM CAST(:now AS timestamptz) - p.at) / 86400",
    "known_days": "EXTRACT(epoch FROM CAST(:now AS timestamptz) - p.first_at) / 86400",
}


@dataclass
class Compiled:
    """A condition on ``m``, the row of members, with its values. ``definitions`` name the attribute of each stage."""

    community: str
    now: datetime
    stages: Mapping[StageKind, Sequence[str]]
    near: Mapping[Near, Sequence[str]]
    values: dict[str, Any] = field(default_factory=dict)

    def where(self, rule: Rule) -> str:
        self.values |= {"community": self.community, "now": self.now, "today": self.now.astimezone(UTC).date()}
        return self._rule(rule)

    def _rule(self, rule: Rule) -> str:
        if isinstance(rule, Joined):
            parts = [self._rule(part) for part in rule.parts]
            if rule.how == "not":
                return f"NOT ({' OR '.join(parts)})"
            return f"({(' AND ' if rule.how == 'all' else ' OR ').join(parts)})"
        return _CONDITIONS[type(rule)](self, rule)  # type: ignore[no-any-return]

    def bind(self, value: Any) -> str:
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def within(self, expression: str, within: Range) -> str:
        parts = [f"{expression} >= {self.bind(within.least)}"] if within.least is not None else []
        parts += [f"{expression} <= {self.bind(within.most)}"] if within.most is not None else []
        return " AND ".join(parts) or "true"

    def profile(self, condition: str) -> str:
        return f"EXISTS (SELECT FROM profiles p WHERE p.community = :community AND p.member_id = m.id AND {condition})"


def _declared(of: Compiled, rule: Declared) -> str:
    mine = f"a.community = :community AND a.member_id = m.id AND a.name = {of.bind(rule.name)}"
    if rule.values:
        written = [orjson.dumps(_stored(one)).decode() for one in rule.values]
        condition = f"a.value = ANY (CAST({of.bind(written)} AS jsonb[]))"
    else:
        number = "CASE WHEN jsonb_typeof(a.value) = 'number' THEN (a.value #>> '{}')::float8 END"
        condition = of.within(number, rule.within)
    return f"EXISTS (SELECT FROM member_attributes a WHERE {mine} AND {condition})"


def _stored(value: str | float | bool) -> str | float | bool:
    return value if isinstance(value, str | bool) else float(value)


def _stage(of: Compiled, rule: InStage) -> str:
    names = list(of.stages.get(rule.stage, ()))
    first, last = days_of(rule, of.now.astimezone(UTC).date())
    return (
        "EXISTS (SELECT FROM member_attributes a WHERE a.community = :community AND a.member_id = m.id "  # noqa: S608
        f"AND a.name = ANY ({of.bind(names)}) AND a.value #>> '{{}}' BETWEEN {of.bind(first.isoformat())} AND {of.bind(last.isoformat())}) "
        f"AND NOT EXISTS (SELECT FROM member_stops s WHERE s.community = :community AND s.member_id = m.id "
        f"AND s.topic = {of.bind(f'stage:{rule.stage.value}')})"
    )


def days_of(rule: InStage, today: date) -> tuple[date, date]:
    """The first and the last day that puts a member into the stage today."""
    if rule.stage is StageKind.PREGNANCY:
        least = int(max(1, rule.within.least or 1))
        most = int(min(_WEEKS + 2, rule.within.most if rule.within.most is not None else _WEEKS + 2))
        return _plus_days(today, 7 * (_WEEKS - 1 - most) + 1), _plus_days(today, 7 * (_WEEKS - least))
    least = int(max(0, rule.within.least or 0))
    most = int(min(1_200, rule.within.most if rule.within.most is not None else 1_200))
    return _plus_days(_minus_months(today, most + 1), 1), _minus_months(today, least)


def _plus_days(day: date, days: int) -> date:
    return date.fromordinal(max(1, day.toordinal() + days))


def _minus_months(day: date, months: int) -> date:
    """The latest day that is so many whole months before, by its number in the month."""
    total = day.year * 12 + day.month - 1 - months
    year, month = divmod(total, 12)
    following = date(year + (month == 11), month % 12 + 2 if month < 11 else 1, 1)
    return date(year, month + 1, min(day.day, (following - date(year, month + 1, 1)).days))


def _did(of: Compiled, rule: Did) -> str:
    item = f"AND e.item_id = {of.bind(rule.item_id)}" if rule.item_id is not None else ""
    counted = (
        "(SELECT count(*) FROM events e WHERE e.community = :community AND e.member_id = m.id "  # noqa: S608
        f"AND e.type = {of.bind(rule.type.value)} AND NOT e.flagged AND e.at <= :now "
        f"AND e.at > CAST(:now AS timestamptz) - make_interval(days => {of.bind(rule.days)}) {item})"
    )
    return of.within(counted, rule.within)


def _measure(of: Compiled, rule: Measure) -> str:
    if rule.name == "language":
        return of.profile(f"p.language = ANY ({of.bind(list(rule.values))})")
    return of.profile(of.within(_MEASURES[rule.name], rule.within))


def _cycle(of: Compiled, rule: InLifeCycle) -> str:
    return of.profile(f"({_LIFE_CYCLE}) = ANY ({of.bind([one.value for one in rule.stages])})")


def _likes(of: Compiled, rule: Likes) -> str:
    least = rule.least * decay.forward(of.now, decay.INTEREST_DAYS)
    tag = of.bind(rule.tag)
    weight = f"coalesce(p.state #>> ARRAY['tags', {tag}, 'weight'], p.state #>> ARRAY['tags', {tag}])"
    return of.profile(f"({weight})::float8 >= {of.bind(least)}")


def _near(of: Compiled, rule: Near) -> str:
    return f"m.id = ANY ({of.bind(list(of.near.get(rule, ())))})"


def _consents(of: Compiled, rule: Consents) -> str:
    return (
        "EXISTS (SELECT FROM consents c WHERE c.community = :community AND c.member_id = m.id "
        f"AND c.purpose = {of.bind(rule.purpose.value)} AND c.granted)"
    )


def _segment(of: Compiled, rule: InSegment) -> str:
    return (
        "EXISTS (SELECT FROM segment_members s WHERE s.community = :community "
        f"AND s.segment_id = {of.bind(rule.segment_id)} AND s.member_id = m.id)"
    )


_CONDITIONS: Mapping[type, Any] = {
    Declared: _declared,
    InStage: _stage,
    Did: _did,
    Measure: _measure,
    InLifeCycle: _cycle,
    Likes: _likes,
    Near: _near,
    Consents: _consents,
    InSegment: _segment,
}
