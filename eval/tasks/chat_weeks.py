"""Suggestions on chat logs: twenty-two pieces of IRC channels, read as the import reads them, every week that has enough to say.

What a suggestion cites is looked for in the files themselves, not in what the import made of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from assistant.content.flow import Material, suggest, understand
from assistant.content.rank import Ranked, Taste
from assistant.content.topics import Period
from assistant.types.content import Said
from assistant.usecases.content.imports import irc
from eval.bootstrap import rate
from eval.embedders import ours
from eval.flow import Context
from eval.metrics import Flags
from eval.results import Better, Goal, Result, Row, Table

SET: Final = "irc_disentanglement"
_WEEK: Final = timedelta(days=7)
_MONDAY: Final = datetime(2000, 1, 3, tzinfo=UTC)
_ENOUGH: Final = 300
_SHORTEST: Final = 4
"""Characters: what the database leaves out too (``store/content_messages.py``)."""
_COLUMNS: Final = {
    "cited are real": Better.UP,
    "terms of another week": Better.DOWN,
    "suggestions": Better.NEITHER,
    "kinds": Better.NEITHER,
}


@dataclass(frozen=True, slots=True)
class Week:
    """``real`` says of each cited message whether it stands in the logs; ``terms`` name what is suggested."""

    name: str
    real: Flags
    terms: frozenset[str]
    suggestions: int
    kinds: int


def chat_weeks(context: Context) -> Result:
    said, lines = _read(context)
    weeks = [_week(said, until, lines) for until in _busy(said)]
    seen = np.concatenate([week.real for week in weeks])
    others = [_shared(week, weeks) for week in weeks]
    everything = {"cited are real": rate(seen), "terms of another week": rate(np.concatenate(others))}
    rows = [Row("all", everything)] + [
        Row(
            week.name,
            {
                "cited are real": rate(week.real),
                "terms of another week": rate(shared),
                "suggestions": float(week.suggestions),
                "kinds": float(week.kinds),
            },
        )
        for week, shared in zip(weeks, others, strict=True)
    ]
    note = "Of the terms of five suggestions, those that name a suggestion of any other week too."
    table = Table("suggestions, five a week", _COLUMNS, tuple(rows), note)
    goals = (Goal("cited messages that are real", table.estimate("cited are real"), Better.UP, 1.0),)
    return Result("chat_weeks", "Suggestions on chat logs", (table,), goals=goals, cases=len(said))


def _read(context: Context) -> tuple[list[Said], frozenset[str]]:
    """The messages, the oldest first, and every line's words."""
    lines: set[str] = set()
    for path in context.datasets.catalogue[SET].files:
        content = context.datasets.read(SET, path).decode("utf-8", "replace")
        lines |= {line.partition(">")[2].strip() for line in content.splitlines()}
    events = [one for one in irc(context.datasets.data_dir / SET) if len((one.text or "").strip()) >= _SHORTEST]
    said = [Said(one.id, one.member_id, one.at, one.text or "", one.channel) for one in events]
    return sorted(said, key=lambda one: one.at), frozenset(lines)


def _busy(said: Sequence[Said]) -> list[datetime]:
    """The ends of weeks with at least ``_ENOUGH`` messages."""
    numbers, counts = np.unique([(one.at - _MONDAY) // _WEEK for one in said], return_counts=True)
    return [_MONDAY + (int(number) + 1) * _WEEK for number in numbers[counts >= _ENOUGH]]


def _week(said: Sequence[Said], until: datetime, lines: frozenset[str]) -> Week:
    period = Period(until - _WEEK, until)
    own = [one for one in said if period.begins <= one.at < until]
    material = Material(own, (), (), ())
    insight = understand(material, ours().encode([one.text[:1_000] for one in own]), period)
    ranked = suggest(material, insight, ours(), until, Taste(), 5)
    real = [one.text in lines and one.at < until for idea in ranked for one in idea.idea.evidence]
    kinds = len({one.idea.kind for one in ranked})
    return Week(until.date().isoformat(), np.array(real, bool), _terms(ranked), len(ranked), kinds)


def _terms(ranked: Sequence[Ranked]) -> frozenset[str]:
    return frozenset(term.lower() for one in ranked for term in one.idea.terms[:3])


def _shared(week: Week, weeks: Sequence[Week]) -> Flags:
    others = frozenset[str]().union(*(one.terms for one in weeks if one is not week))
    return np.array([term in others for term in sorted(week.terms)], bool)
