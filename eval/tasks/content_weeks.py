"""Rising topics on a real community, beside popular ones: AI Stack Exchange, autumn of 2016.

Each day at midnight topics are found in the messages of the week that ends then and of the four weeks before. The truth is the five
questions of the next week, or of that week, that were voted for most in the end; the method sees no votes. A topic is right if one of
them bears its heading tag: the tag that most of its messages' questions bear.

The site opened in August of 2016: the ends before ``_MEASURED`` still count its first rush among the weeks before. How topics are put in
order was chosen on those (docs/decisions/0005-what-waits.md); the later ones measure it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, Final

import numpy as np
from defusedxml.ElementTree import iterparse
from numpy.typing import NDArray

from assistant.content.flow import Insight, Material, suggest, understand
from assistant.content.rank import Taste
from assistant.content.topics import Period
from assistant.types.content import Said, Topic
from assistant.usecases.content.imports import plain
from eval.bootstrap import Estimate, estimates, rate
from eval.embedders import ours
from eval.flow import Context
from eval.metrics import Flags, ratio
from eval.results import Better, Goal, Kind, Result, Row, Table

SET: Final = "ai_stackexchange"
_FOLDER: Final = "data/stackexchange/ai.stackexchange.com"
_FIRST: Final = datetime(2016, 8, 15, tzinfo=UTC)
_MEASURED: Final = datetime(2016, 10, 10, tzinfo=UTC)
"""The first end whose next week lies after everything that the method was chosen on: ends up to a week before."""
_WEEKS: Final = 17
_TOP: Final = 5
_WEEK: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)
_SHOWN: Final = frozenset(_FIRST + week * _WEEK for week in (8, 10, 12, 14))
_WAYS: Final = ("rising", "most spoken of", "the most usual tags")


@dataclass(frozen=True, slots=True)
class Archive:
    """``tags`` are those of the question that each message belongs to; ``asked`` the questions: when, their votes and tags."""

    said: Sequence[Said]
    tags: Mapping[str, frozenset[str]]
    asked: Sequence[tuple[datetime, int, frozenset[str]]]


def content_weeks(context: Context) -> Result:
    archive = _read(context)
    vectors = ours().encode([one.text[:1_000] for one in archive.said])
    shown: list[tuple[str, Flags, int, int]] = []
    measured, early = Precision(), Precision()
    for until in _ends():
        insight, material = _understood(archive, vectors, until)
        guesses = _guesses(insight, archive, until)
        part = measured if until >= _MEASURED else early
        part.add((until - _FIRST) // _WEEK, guesses, _truth(archive, until - _WEEK), _truth(archive, until))
        if until in _SHOWN:
            shown.append(_week(insight, material, until, archive))
    tables = (
        _precision("the top questions of the next week", measured.following),
        _differences("rising less popular, the next week", measured.following),
        _precision("the top questions of the week", measured.same),
        _precision("the top questions of the next week, at the ends of weeks alone", measured.following, mondays=True),
        _differences("rising less popular, at the ends of weeks alone", measured.following, mondays=True),
        _precision("the top questions of the next week, early days", early.following),
        _suggestions(shown),
    )
    notes = (
        "Precision is judged by tags, which topics do not see.",
        "Intervals draw whole weeks; the days of a week overlap.",
    )
    goals = (Goal("rising before popular topics", tables[1].estimate("difference"), Better.UP, 0.0),)
    return Result(
        "content_weeks", "Rising topics, AI Stack Exchange", tables, goals=goals, cases=len(archive.said), notes=notes
    )


Days = Mapping[str, Mapping[int, list[float]]]
"""By way and week, the share of five topics that are right at the end of each of its days."""


def _ends() -> Iterator[datetime]:
    """The midnights at which a week ends, the last of them on the Monday before the archive does."""
    days = (_WEEKS - 1) * _WEEK // _DAY
    return (_FIRST + day * _DAY for day in range(days + 1))


class Precision:
    """In the week that ends and in the next."""

    def __init__(self) -> None:
        self.same: dict[str, dict[int, list[float]]] = {name: {} for name in _WAYS}
        self.following: dict[str, dict[int, list[float]]] = {name: {} for name in _WAYS}

    def add(
        self, week: int, guesses: Mapping[str, list[str | None]], same: frozenset[str], following: frozenset[str]
    ) -> None:
        for name, tags in guesses.items():
            self.same[name].setdefault(week, []).append(_right(tags, same))
            self.following[name].setdefault(week, []).append(_right(tags, following))


def _right(tags: Sequence[str | None], truth: frozenset[str]) -> float:
    """Where fewer than five topics were found, the missing ones are wrong."""
    return sum(tag in truth for tag in tags) / _TOP


def _guesses(insight: Insight, archive: Archive, until: datetime) -> dict[str, list[str | None]]:
    """The heading tags of five topics each way, and the five most usual tags."""
    popular = sorted(insight.topics, key=lambda topic: -(topic.recent + topic.before))
    usual: list[str | None] = [tag for tag, _ in _usual(archive, until).most_common(_TOP)]
    headings = [[_heading(topic, archive) for topic in topics[:_TOP]] for topics in (insight.topics, popular)]
    return dict(zip(_WAYS, [*headings, usual], strict=True))


def _precision(title: str, days: Days, *, mondays: bool = False) -> Table:
    rows = [
        Row(name, {"precision@5": _mean(_weeks(weeks, mondays))}, Kind.OURS if name == _WAYS[0] else Kind.TRIVIAL)
        for name, weeks in days.items()
    ]
    ends = sum(len(week) for week in _weeks(days[_WAYS[0]], mondays))
    note = f"Of five topics, those that a top question is about; {ends} ends in {len(days[_WAYS[0]])} weeks."
    return Table(title, {"precision@5": Better.UP}, tuple(rows), note)


def _differences(title: str, days: Days, *, mondays: bool = False) -> Table:
    """Rising less each baseline, day by day."""
    ours, *others = (_weeks(days[name], mondays) for name in _WAYS)
    rows = [
        Row(
            f"less {name}",
            {"difference": _mean([np.subtract(*pair) for pair in zip(ours, weeks, strict=True)])},
        )
        for name, weeks in zip(_WAYS[1:], others, strict=True)
    ]
    return Table(title, {"difference": Better.UP}, tuple(rows))


def _weeks(weeks: Mapping[int, list[float]], mondays: bool) -> list[NDArray[np.float64]]:
    """The values of each week's days, or of its first alone."""
    return [np.array(days[:1] if mondays else days) for days in weeks.values()]


def _mean(weeks: Sequence[NDArray[np.float64]]) -> Estimate:
    """Over all days; the bootstrap draws weeks."""
    totals = np.array([week.sum() for week in weeks])
    counts = np.array([len(week) for week in weeks])
    return estimates(len(weeks), {"mean": lambda weights: ratio(weights @ totals, weights @ counts)})["mean"]


def _suggestions(weeks: Sequence[tuple[str, Flags, int, int]]) -> Table:
    rows = [
        Row(name, {"cited are real": rate(real), "topics": float(topics), "kinds": float(kinds)})
        for name, real, topics, kinds in weeks
    ]
    columns = {"cited are real": Better.UP, "topics": Better.NEITHER, "kinds": Better.NEITHER}
    return Table("suggestions for four weeks, five each", columns, tuple(rows))


def _week(insight: Insight, material: Material, until: datetime, archive: Archive) -> tuple[str, Flags, int, int]:
    texts = {one.id: one.text for one in archive.said}
    ranked = suggest(material, insight, ours(), until, Taste(), 5)
    cited = [one for idea in ranked for one in idea.idea.evidence]
    real = np.array([texts.get(one.message_id) == one.text and one.at < until for one in cited], bool)
    sources = len({idea.idea.source for idea in ranked})
    return until.date().isoformat(), real, sources, len({idea.idea.kind for idea in ranked})


def _understood(archive: Archive, vectors: Any, until: datetime) -> tuple[Insight, Material]:
    period = Period(until - _WEEK, until)
    rows = [at for at, one in enumerate(archive.said) if period.begins <= one.at < until]
    material = Material([archive.said[at] for at in rows], (), (), ())
    return understand(material, vectors[rows], period), material


def _heading(topic: Topic, archive: Archive) -> str | None:
    counts = Counter(tag for name in topic.messages for tag in archive.tags.get(name, ()))
    return min(counts, key=lambda tag: (-counts[tag], tag)) if counts else None


def _truth(archive: Archive, since: datetime) -> frozenset[str]:
    week = [one for one in archive.asked if since <= one[0] < since + _WEEK]
    best = sorted(week, key=lambda one: (-one[1], one[0]))[:_TOP]
    return frozenset(tag for _, _, tags in best for tag in tags)


def _usual(archive: Archive, until: datetime) -> Counter[str]:
    return Counter(tag for at, _, tags in archive.asked if at < until for tag in tags)


def _uncommon(tags: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Without tags on over a tenth of all questions: they name no topic."""
    counts = Counter(tag for its in tags.values() for tag in its)
    kept = {tag for tag, count in counts.items() if count <= len(tags) / 10}
    return {name: its & kept for name, its in tags.items()}


def _read(context: Context) -> Archive:
    posts = _rows(context.datasets.read(SET, f"{_FOLDER}/Posts.xml"))
    comments = _rows(context.datasets.read(SET, f"{_FOLDER}/Comments.xml"))
    asked = {row["Id"]: row for row in posts if row["PostTypeId"] == "1"}
    own = _uncommon(
        {name: frozenset(row.get("Tags", "").strip("<>").split("><")) - {""} for name, row in asked.items()}
    )
    parent = {row["Id"]: row.get("ParentId", row["Id"]) for row in posts}
    said, tags = [], {}
    for row in posts:
        if row["PostTypeId"] in {"1", "2"}:
            text = f"{row.get('Title', '')}\n{plain(row['Body'])}".strip()
            said.append(Said(f"post-{row['Id']}", row.get("OwnerUserId", "?"), _moment(row), text))
            tags[f"post-{row['Id']}"] = own.get(parent[row["Id"]], frozenset())
    for row in comments:
        said.append(Said(f"comment-{row['Id']}", row.get("UserId", "?"), _moment(row), row["Text"]))
        tags[f"comment-{row['Id']}"] = own.get(parent.get(row["PostId"], ""), frozenset())
    said.sort(key=lambda one: (one.at, one.id))
    questions = [(_moment(row), int(row["Score"]), own[name]) for name, row in asked.items()]
    return Archive(said, tags, questions)


def _rows(content: bytes) -> list[dict[str, str]]:
    return [dict(element.attrib) for _, element in iterparse(BytesIO(content)) if element.tag == "row"]


def _moment(row: Mapping[str, str]) -> datetime:
    return datetime.fromisoformat(row["CreationDate"]).replace(tzinfo=UTC)
