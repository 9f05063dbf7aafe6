"""Ideas: what each topic, need and occasion lends itself to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from assistant.content.signs import harmed, troubled
from assistant.types.content import Evidence, Goal, Idea, Kind, Need, NeedKind, Occasion, Topic

_TOPIC_KINDS: Final = (Kind.USER_CONTENT, Kind.STORY, Kind.POLL, Kind.QUIZ, Kind.LIVE, Kind.REVIEW, Kind.HOW_TO)
_MADE_KINDS: Final = (Kind.ACTIVITY, Kind.OFFER)
"""What nobody's words ask for: after all others of a topic, and for the goal alone."""
_GOAL_WORTH: Final = 0.1
_UNRISEN: Final = 0.4
"""What the topic most spoken of is worth that did not rise, of the one that rose most."""
_CAREFUL_KINDS: Final = (Kind.ANSWERS, Kind.HOW_TO, Kind.SURVEY)
_HARM_KINDS: Final = (Kind.ANSWERS, Kind.HOW_TO)
"""After harm to somebody's health, however few speak of it."""
_WISH_KINDS: Final = (Kind.POLL, Kind.ANSWERS)
"""Of what members wish for, and nobody has: nothing to show, to judge or to sell."""
_WISHED: Final = 0.5
"""The share of messages above which a topic is of wishes."""
_TROUBLED: Final = 0.3
"""The share of messages that complain, or speak of harm or grief, from which on nothing is celebrated, played or sold by a topic."""
_NEED_KINDS: Final = {
    NeedKind.QUESTION: (Kind.HOW_TO, Kind.ANSWERS, Kind.LIVE),
    NeedKind.COMPLAINT: (Kind.ANSWERS, Kind.HOW_TO, Kind.SURVEY),
    NeedKind.WISH: _WISH_KINDS,
}
_OCCASION_KINDS: Final = (Kind.ACTIVITY, Kind.OFFER, Kind.STORY, Kind.USER_CONTENT)
_OWN_DAY_KINDS: Final = (Kind.ACTIVITY, Kind.OFFER, Kind.STORY)
"""Members have nothing to show of a day that is the community's own."""
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
    worths = _worths(topics)
    for place, (topic, worth) in enumerate(zip(topics, worths, strict=True)):
        because = topic.trending
        values = {"topic": topic.name, "recent": topic.recent, "members": topic.members, "trend": topic.trend}
        for step, kind in enumerate(_kinds_of(topic, place)):
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
                soon=topic.harmed,
            )


def _worths(topics: Sequence[Topic]) -> list[float]:
    """Of what rose by how much it did, the most 1; of the rest by how much it is spoken of, less than that."""
    most_risen = max((topic.rising for topic in topics if topic.risen), default=1.0)
    most_said = max((topic.recent + topic.before for topic in topics), default=1)
    return [
        topic.rising / most_risen if topic.risen else _UNRISEN * (topic.recent + topic.before) / most_said
        for topic in topics
    ]


def _kinds_of(topic: Topic, place: int) -> tuple[Kind, ...]:
    if topic.harmed:
        return _HARM_KINDS
    if topic.troubled >= _TROUBLED:
        return _CAREFUL_KINDS
    return _WISH_KINDS if topic.wished > _WISHED else (*_turned(_TOPIC_KINDS, place), *_MADE_KINDS)


def _of_needs(needs: Sequence[Need]) -> Iterator[Idea]:
    top = max((need.weight for need in needs), default=0.0) or 1.0
    for need in needs:
        subject = " · ".join(need.terms[:3])
        if not subject:
            continue
        values = {"need": subject, "count": need.count, "members": need.members}
        reason = need.kind.value if need.common else f"{need.kind.value}_one"
        reason = "unanswered" if need.id.startswith("gap_") else reason
        worth = (1.0 if need.common else 0.5) * need.weight / top
        texts = [one.text for one in need.samples]
        harm = need.harmed or harmed(texts)
        careful = _CAREFUL_KINDS if troubled(texts) >= _TROUBLED else _NEED_KINDS[need.kind]
        for step, kind in enumerate(_HARM_KINDS if harm else careful):
            yield _idea(
                kind,
                subject,
                reason,
                values,
                worth * _FALLS**step,
                need.id,
                need.terms,
                need.samples,
                need.people,
                soon=harm,
            )


def _of_occasions(occasions: Sequence[Occasion]) -> Iterator[Idea]:
    for place, day in enumerate(one for one in occasions if not one.solemn):
        nearness = max(0.1, 1 - abs(day.days - 5) / _SOON_DAYS)
        worth = nearness * (1.2 if day.own else 0.9)
        values = {"occasion": day.name, "days": day.days, "on": day.on.isoformat()}
        kinds = _OWN_DAY_KINDS if day.own else _OCCASION_KINDS
        for step, kind in enumerate(_turned(kinds, place)):
            found = _idea(kind, day.id, "own_day" if day.own else "festival", values, worth * _FALLS**step, day.id)
            yield replace(found, day=day.on)


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
    *,
    soon: bool = False,
) -> Idea:
    found = Idea(
        idea_id(kind, source), kind, subject, because, values, round(weight, 5), source, terms, evidence, people
    )
    return replace(found, soon=soon)


def idea_id(kind: Kind, source: str) -> str:
    """The same for a kind and source at any time."""
    return f"sug_{hashlib.sha256(f'{kind.value}|{source}'.encode()).hexdigest()[:16]}"
