"""Ideas: what each topic, need and occasion lends itself to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from assistant.content.signs import troubled
from assistant.types.content import Evidence, Goal, Idea, Kind, Need, NeedKind, Occasion, Topic

_TOPIC_KINDS: Final = (Kind.USER_CONTENT, Kind.STORY, Kind.POLL, Kind.QUIZ, Kind.LIVE, Kind.REVIEW, Kind.HOW_TO)
_MADE_KINDS: Final = (Kind.ACTIVITY, Kind.OFFER)
"""What nobody's words ask for: after all others of a topic, and for the goal alone."""
_GOAL_WORTH: Final = 0.1
_CAREFUL_KINDS: Final = (Kind.ANSWERS, Kind.HOW_TO, Kind.SURVEY)
_TROUBLED: Final = 0.3
"""The share of messages that complain, or speak of harm or grief, from which on nothing is celebrated, played or sold by a topic."""
_NEED_KINDS: Final = {
    NeedKind.QUESTION: (Kind.HOW_TO, Kind.ANSWERS, Kind.LIVE),
    NeedKind.COMPLAINT: (Kind.ANSWERS, Kind.HOW_TO, Kind.SURVEY),
    NeedKind.WISH: (Kind.POLL, Kind.ANSWERS, Kind.SURVEY),
}
_OCCASION_KINDS: Final = (Kind.ACTIVITY, Kind.OFFER, Kind.STORY, Kind.USER_CONTENT)
_SOON_DAYS: Final = 21
_FALLS: Final = 0.95
"""Each further kind of one source is worth this much of the one before."""


def ideas_of(
    topics: Sequence[Topic], needs: Sequence[Need], occasions: Sequence[Occasion], goal: Goal | None = None
) -> list[Idea]:
    """Several kinds for each source; what is behind them is a message or a day, and last of all the ``goal``. Members' own sentences stand
    in the evidence alone, which nobody keeps."""
    return [*_of_topics(topics), *_of_needs(needs), *_of_occasions(occasions), *_of_goal(goal)]


def _of_topics(topics: Sequence[Topic]) -> Iterator[Idea]:
    top = max((topic.rising for topic in topics), default=0.0)
    for place, topic in enumerate(topics):
        because = topic.trending
        worth = max(0.05, topic.rising / top) if top > 0 and because != "steady" else 0.05
        values = {"topic": topic.name, "recent": topic.recent, "members": topic.members, "trend": topic.trend}
        kinds = _CAREFUL_KINDS if topic.troubled >= _TROUBLED else (*_turned(_TOPIC_KINDS, place), *_MADE_KINDS)
        for step, kind in enumerate(kinds):
            yield _idea(
                kind,
                topic.name,
                because,
                values,
                worth * _FALLS**step,
                topic.id,
                topic.terms,
                topic.samples,
                topic.people,
            )


def _of_needs(needs: Sequence[Need]) -> Iterator[Idea]:
    top = max((need.weight for need in needs), default=0.0) or 1.0
    for need in needs:
        subject = " · ".join(need.terms[:3]) or need.name
        values = {"need": subject, "count": need.count, "members": need.members}
        reason = need.kind.value if need.common else f"{need.kind.value}_one"
        reason = "unanswered" if need.id.startswith("gap_") else reason
        worth = (1.0 if need.common else 0.5) * need.weight / top
        careful = troubled(one.text for one in need.samples) >= _TROUBLED
        for step, kind in enumerate(_CAREFUL_KINDS if careful else _NEED_KINDS[need.kind]):
            yield _idea(
                kind, subject, reason, values, worth * _FALLS**step, need.id, need.terms, need.samples, need.people
            )


def _of_occasions(occasions: Sequence[Occasion]) -> Iterator[Idea]:
    for place, day in enumerate(one for one in occasions if not one.solemn):
        nearness = max(0.1, 1 - abs(day.days - 5) / _SOON_DAYS)
        worth = nearness * (1.2 if day.own else 0.9)
        values = {"occasion": day.name, "days": day.days, "on": day.on.isoformat()}
        for step, kind in enumerate(_turned(_OCCASION_KINDS, place)):
            found = _idea(kind, day.id, "own_day" if day.own else "festival", values, worth * _FALLS**step, day.id)
            yield Idea(**{name: getattr(found, name) for name in found.__slots__} | {"day": day.on})


def _of_goal(goal: Goal | None) -> Iterator[Idea]:
    """An activity and an offer that nobody spoke of, for a time in which nothing else lends itself to one."""
    for kind in _MADE_KINDS if goal else ():
        yield _idea(kind, f"goal_{goal}", "goal", {"goal": str(goal)}, _GOAL_WORTH, f"goal_{goal}")


def _turned(kinds: tuple[Kind, ...], place: int) -> tuple[Kind, ...]:
    """Beginning with another kind for each source, so that not all begin with the same."""
    at = place % len(kinds)
    return kinds[at:] + kinds[:at]


def _idea(
    kind: Kind,
    subject: str,
    because: str,
    values: Mapping[str, Any],
    weight: float,
    source: str,
    terms: tuple[str, ...] = (),
    evidence: tuple[Evidence, ...] = (),
    people: tuple[str, ...] = (),
) -> Idea:
    return Idea(
        idea_id(kind, source), kind, subject, because, values, round(weight, 5), source, terms, evidence, people
    )


def idea_id(kind: Kind, source: str) -> str:
    """The same for a kind and source at any time."""
    return f"sug_{hashlib.sha256(f'{kind.value}|{source}'.encode()).hexdigest()[:16]}"
