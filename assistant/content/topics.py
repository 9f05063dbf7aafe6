"""Rising topics: groups of messages, counted in a period and before it (BERTopic's method, Grootendorst 2022, less its weight)."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.content.cluster import LIKENESS, group, mean, members_of
from assistant.content.evidence import samples
from assistant.content.merging import merge
from assistant.content.signs import harmed, troubled, wished
from assistant.content.terms import name_groups, terms_of
from assistant.types.content import Said, Topic

PEOPLE: Final = 5
NAMED: Final = 3
"""Terms in a topic's name."""
_LEAST: Final = 3
_LEAST_RECENT: Final = 2
_LEAST_MEMBERS: Final = 2
_MOST_TOPICS: Final = 60
RISEN: Final = 2.5
"""Standard deviations from which on a rise is one; chosen on the early weeks of ``eval/tasks/content_weeks.py``."""


@dataclass(frozen=True, slots=True)
class Period:
    """From ``since`` until ``until``, compared with the ``before_days`` days ahead of it."""

    since: datetime
    until: datetime
    before_days: float = 28.0

    @property
    def begins(self) -> datetime:
        """Where the time before it begins: messages from then on count."""
        return self.since - timedelta(days=self.before_days)

    @property
    def days(self) -> float:
        return max(1.0, (self.until - self.since).total_seconds() / 86_400)

    def holds(self, moment: datetime) -> bool:
        return self.since <= moment < self.until


def rising_topics(
    said: Sequence[Said], vectors: NDArray[np.float32], period: Period, likeness: float = LIKENESS
) -> list[Topic]:
    """Groups with at least three messages, two of them in the period and of two members. First those that rose, the one that rose most
    first, then the others, the most spoken of first: a rise that chance would bring says less of the days to come than how many speak.
    ``vectors`` has a row per message, of length 1 or 0.

    A topic rose if its weight in the period lies ``RISEN`` standard deviations of a Poisson count above what its share of the talk before
    lets expect of the period's talk, so that a community's busy and quiet weeks compare; ``rising`` is those deviations times the root of
    how many members speak of it. A message counts as many times as it stands for.
    """
    sampled = max((one.stands_for for one in said if one.at < period.since), default=1.0)
    together = merge(members_of(group(vectors, likeness)), [one.text for one in said])
    groups = [rows for rows in together if len(rows) >= _LEAST]
    recent = [[row for row in rows if period.holds(said[row].at)] for rows in groups]
    pairs = [(rows, now) for rows, now in zip(groups, recent, strict=True) if _spoken_of(said, now)]
    pairs = sorted(pairs, key=lambda pair: -len(pair[1]))[:_MOST_TOPICS]
    speakers = frozenset(one.member_id.lower() for one in said)
    names = name_groups([[said[row].text for row in rows] for rows, _ in pairs], leave_out=speakers)
    used = _earlier_terms(said, period)
    talk = _Talk.of(said, period, sampled)
    topics = [
        _topic(said, vectors, period, talk, rows, now, terms, used)
        for (rows, now), terms in zip(pairs, names, strict=True)
        if terms
    ]
    return sorted(topics, key=_place)


def _place(topic: Topic) -> tuple[bool, float, int, str]:
    return not topic.risen, -topic.rising if topic.risen else -(topic.recent + topic.before), -topic.recent, topic.name


@dataclass(frozen=True, slots=True)
class _Talk:
    """The weight of all messages in the period and before it. ``sampled`` is how many messages each of those before the period stands for:
    what one more would have counted."""

    now: float
    before: float
    sampled: float

    @classmethod
    def of(cls, said: Sequence[Said], period: Period, sampled: float) -> _Talk:
        now = sum(one.weight * one.stands_for for one in said if one.at >= period.since)
        before = sum(one.weight * one.stands_for for one in said if one.at < period.since)
        return cls(now, before, sampled)

    def expected(self, before: float) -> float:
        """The weight in the period of a topic that had ``before`` and keeps its share. A community that said less before than in the period
        is too young for shares: as if it had said as much."""
        return (before + 0.5 * self.sampled) * self.now / max(self.before, self.now)


def _spoken_of(said: Sequence[Said], now: Sequence[int]) -> bool:
    return len(now) >= _LEAST_RECENT and len({said[row].member_id for row in now}) >= _LEAST_MEMBERS


def _topic(
    said: Sequence[Said],
    vectors: NDArray[np.float32],
    period: Period,
    talk: _Talk,
    rows: Sequence[int],
    now: Sequence[int],
    terms: tuple[str, ...],
    earlier: frozenset[str],
) -> Topic:
    """``earlier`` are all terms that were used before the period."""
    before = [row for row in rows if said[row].at < period.since]
    each = said[now[0]].stands_for
    count, count_before = (sum(said[row].stands_for for row in part) for part in (now, before))
    weight, weight_before = (sum(said[row].weight * said[row].stands_for for row in part) for part in (now, before))
    expected = talk.expected(weight_before)
    members = Counter(said[row].member_id for row in now)
    deviations = (weight - expected) / math.sqrt((expected + 1.0) * each)
    centre = mean(vectors[list(rows)])
    chosen = [said[row] for row in now]
    return Topic(
        id="top_" + hashlib.sha256("|".join(sorted(terms)).encode()).hexdigest()[:12],
        name=" · ".join(terms[:NAMED]),
        terms=terms,
        recent=round(count),
        before=round(count_before),
        members=len(members),
        trend=round((count + each) / period.days / ((count_before + talk.sampled) / period.before_days), 1),
        rising=round(deviations * math.sqrt(len(members)), 4),
        risen=deviations >= RISEN,
        samples=samples(chosen, vectors[list(now)], centre),
        people=tuple(name for name, _ in members.most_common(PEOPLE)),
        messages=tuple(one.id for one in chosen),
        sampled=max(each, talk.sampled) > 1,
        troubled=round(troubled(one.text for one in chosen), 3),
        harmed=harmed(one.text for one in chosen),
        wished=round(wished(one.text for one in chosen), 3),
        said_before=any(not earlier.isdisjoint(terms_of(term)) for term in terms[:NAMED]),
    )


def _earlier_terms(said: Sequence[Said], period: Period) -> frozenset[str]:
    """The terms of all messages before the period, folded."""
    return frozenset(term for one in said if one.at < period.since for term in terms_of(one.text))
