"""A month of news clicks as the push tasks use it: the production ranker learns on days 1 to 14 and guesses on days 15 to 21.

An item is known from its first click on, title and all; nobody can guess that one. Everything is chosen on days 1 to 14: the scale of
popularity on days 12 to 14, the ranker's shape on days 12 to 14 after fitting on days 4 to 11.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

import numpy as np

from assistant.push.features import NAMES
from assistant.push.fit import Lessons, fit
from assistant.push.flow import Taste
from assistant.push.memory import Memory
from assistant.push.popularity import Popularity
from assistant.push.replay import Guess, follow, guess
from assistant.push.rows import F32, F64
from assistant.push.scorer import Scorer
from assistant.types.item import Item, Touch
from eval.datasets import Datasets
from eval.embedders import ours

FILE = "events_2014-03-01_to_21.tsv.gz"
DEEP = 10
DAY_S = 86_400.0
_FROM = datetime(2014, 3, 1, tzinfo=UTC).timestamp()
_PURE = Taste(share=1.0, per_creator=10**6, explore=0.0)


def day(number: int) -> float:
    """When a day of March 2014 begins, in UTC."""
    return _FROM + (number - 1) * DAY_S


@dataclass(frozen=True, slots=True)
class Clicks:
    """In time order; ``vectors`` of the titles by item."""

    touches: tuple[Touch, ...]
    titles: Mapping[str, str]
    vectors: Mapping[str, F32]


def read_clicks(datasets: Datasets) -> Clicks:
    text = gzip.decompress(datasets.read("caixin_news_clicks", FILE)).decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE))
    rows.sort(key=lambda row: int(row["timestamp"]))
    titles: dict[str, str] = {}
    for row in rows:
        titles.setdefault(row["news_id"], row["title"])
    vectors = dict(zip(titles, ours().encode(list(titles.values())), strict=True))
    touches = tuple(Touch(row["user_id"], row["news_id"], float(row["timestamp"])) for row in rows)
    return Clicks(touches, titles, vectors)


@dataclass
class World:
    """What is known at a moment: the ranker's memory, and the baselines'."""

    clicks: Clicks
    memory: Memory = field(init=False)
    popularity: Popularity = field(default_factory=Popularity)
    _window: deque[tuple[float, int]] = field(default_factory=deque)
    _counts: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.memory = Memory(ours().dimensions)

    def add(self, touch: Touch) -> None:
        if touch.item not in self.memory.catalogue.rows:
            born = datetime.fromtimestamp(touch.at, UTC)
            item = Item(id=touch.item, title=self.clicks.titles[touch.item], published_at=born)
            self.memory.put(item, self.clicks.vectors[touch.item])
        follow(self.memory, self.popularity, touch)
        row = self.memory.catalogue.rows[touch.item]
        self._window.append((touch.at, row))
        self._counts[row] = self._counts.get(row, 0) + 1

    def most_read(self, at: float, seen: frozenset[int]) -> list[int]:
        """The ten most clicked in the 24 hours before, unseen by the member."""
        while self._window and self._window[0][0] < at - DAY_S:
            _, row = self._window.popleft()
            self._counts[row] -= 1
        read = [(-count, row) for row, count in self._counts.items() if count and row not in seen]
        return [row for _, row in sorted(read)[:DEEP]]


class CoVisitPopularity:
    """The untuned mixture: share of decayed clicks, and what followed the member's own."""

    version = "covisit-popularity"
    _share, _after, _beside = (NAMES.index(name) for name in ("share_4h", "after", "beside"))

    def score(self, features: F32) -> F64:
        table = np.exp(features.astype(np.float64))
        return np.asarray(table[:, self._share] + table[:, self._after] + table[:, self._beside])


class Alike:
    """Likeness of titles alone."""

    version = "alike"
    _cosine = NAMES.index("cosine")

    def score(self, features: F32) -> F64:
        return np.asarray(features[:, self._cosine], np.float64)


@dataclass(frozen=True, slots=True)
class Test:
    """Guesses on days 15 to 21, a list for each way: ``ours`` with what the others did in ``popular``."""

    ours: tuple[Guess, ...]
    others: Mapping[str, tuple[Guess, ...]]
    day_places: tuple[int, ...]
    scale: int
    world: World


@cache
def tested(datasets: Datasets, limit: int | None) -> Test:
    """Learn, choose, guess. Minutes."""
    world = World(read_clicks(datasets))
    lessons, chosen = Lessons(), []
    for touch in before(world.clicks.touches, day(15)):
        if touch.at >= day(4):
            lessons.note(world.memory, touch)
        if touch.at >= day(12) and fresh(world, touch):
            chosen.append(_tops(world, touch))
        world.add(touch)
    ranker = fit(lessons, "caixin-14")
    scale = int(np.argmax([_mrr([tops[i] for tops in chosen]) for i in range(len(chosen[0]))]))
    rest = [touch for touch in world.clicks.touches if touch.at >= day(15)]
    return _guessed(world, rest, ranker, scale, limit)


def _guessed(world: World, rest: Sequence[Touch], ranker: Scorer, scale: int, limit: int | None) -> Test:
    others: dict[str, Scorer] = {"co-visit + popularity": CoVisitPopularity(), "likeness of titles alone": Alike()}
    ours_made: list[Guess] = []
    made: dict[str, list[Guess]] = {name: [] for name in ("without diversity", *others)}
    days: list[int] = []
    asked = 0
    for touch in rest:
        if fresh(world, touch) and (limit is None or asked < limit):
            asked += 1
            ours_made.append(guess(world.memory, world.popularity, touch, ranker, DEEP))
            made["without diversity"].append(guess(world.memory, world.popularity, touch, ranker, DEEP, _PURE))
            for name, scorer in others.items():
                made[name].append(guess(world.memory, world.popularity, touch, scorer, DEEP, _PURE))
            top = world.most_read(touch.at, world.memory.seen(touch.member))
            row = world.memory.catalogue.rows.get(touch.item)
            days.append(top.index(row) + 1 if row in top else 0)
        world.add(touch)
    return Test(tuple(ours_made), {name: tuple(rows) for name, rows in made.items()}, tuple(days), scale, world)


def before(touches: Iterable[Touch], end: float) -> Iterator[Touch]:
    return (touch for touch in touches if touch.at < end)


def fresh(world: World, touch: Touch) -> bool:
    """Whether the member had not clicked the item yet."""
    row = world.memory.catalogue.rows.get(touch.item)
    return row is None or row not in world.memory.seen(touch.member)


def _tops(world: World, touch: Touch) -> list[int]:
    """The place of the clicked item among the popular, on each scale."""
    seen, row = world.memory.seen(touch.member), world.memory.catalogue.rows.get(touch.item)
    catalogue = world.memory.catalogue
    tops = [
        world.popularity.top(catalogue, scale, touch.at, seen, DEEP).tolist()
        for scale in range(len(world.popularity.grid_h))
    ]
    return [top.index(row) + 1 if row in top else 0 for top in tops]


def _mrr(places: Sequence[int]) -> float:
    return float(np.mean([1 / place if place else 0.0 for place in places]))
