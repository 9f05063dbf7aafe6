"""A month of news clicks as the push tasks use it: the production ranker learns on days 1 to 14 and guesses on days 15 to 21.

An item is known from its first click on, title and all; nobody can guess that one. Everything is chosen on days 1 to 14: the scale of
popularity on days 12 to 14, the ranker's shape and what it gives to the little shown on days 12 to 14 after fitting on days 4 to 11.
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

from assistant.push.candidates import candidates
from assistant.push.features import NAMES, features
from assistant.push.fit import Lessons, fit
from assistant.push.memory import Memory
from assistant.push.pool import RARE_EVERY, Taste, best_of, shown_of
from assistant.push.popularity import Popularity
from assistant.push.replay import STEADY, follow
from assistant.push.rows import F32, F64
from assistant.push.scorer import Scorer
from assistant.types.item import Item, Touch
from eval.datasets import Datasets
from eval.embedders import ours

FILE = "events_2014-03-01_to_21.tsv.gz"
DEEP = 10
DAY_S = 86_400.0
_FROM = datetime(2014, 3, 1, tzinfo=UTC).timestamp()
OURS, PLAIN, CO_VISIT, ALIKE = "ours", "ours, without diversity", "co-visit + popularity", "likeness of titles alone"
POPULAR, DAY = "decayed popularity", "most clicked in 24 hours"
_PURE = Taste(share=1.0, per_creator=10**6, explore=0.0, rare_every=0)


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
class Answer:
    """What each way showed before one click (``shown``, items by the way's name), and at which place the clicked item was, from 1; 0: not
    among them. ``known`` is how many items the member had clicked, ``age_s`` how old the item was."""

    touch: Touch
    shown: Mapping[str, tuple[str, ...]]
    known: int
    age_s: float

    def place(self, way: str) -> int:
        shown = self.shown[way]
        return shown.index(self.touch.item) + 1 if self.touch.item in shown else 0


@dataclass(frozen=True, slots=True)
class Test:
    """Answers on days 15 to 21; ``scale_h`` is popularity's time constant, as chosen."""

    answers: tuple[Answer, ...]
    scale_h: float
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
    answers: list[Answer] = []
    for touch in world.clicks.touches:
        if touch.at >= day(15):
            if fresh(world, touch) and (limit is None or len(answers) < limit):
                answers.append(_answer(world, touch, ranker, scale))
            world.add(touch)
    return Test(tuple(answers), world.popularity.grid_h[scale], world)


def _answer(world: World, touch: Touch, ranker: Scorer, scale: int) -> Answer:
    memory, at = world.memory, touch.at
    past, seen = memory.past(touch.member), memory.seen(touch.member)
    found = candidates(memory, past, at, seen)
    table = features(memory, past, found, at)
    ways = {
        OURS: (ranker, STEADY),
        PLAIN: (ranker, _PURE),
        CO_VISIT: (CoVisitPopularity(), _PURE),
        ALIKE: (Alike(), _PURE),
    }
    shown = {
        name: shown_of(memory, best_of(found, table, scorer), DEEP, taste) for name, (scorer, taste) in ways.items()
    }
    memory.showed(shown[OURS][RARE_EVERY - 1 :: RARE_EVERY].tolist(), at)
    shown[POPULAR] = world.popularity.top(memory.catalogue, scale, at, seen, DEEP)
    shown[DAY] = np.array(world.most_read(at, seen), np.int64)
    row = memory.catalogue.rows.get(touch.item)
    born = float(memory.catalogue.published(np.array([row]))[0]) if row is not None else at
    return Answer(
        touch,
        {name: tuple(memory.catalogue.ids[one] for one in rows) for name, rows in shown.items()},
        known=len(seen),
        age_s=at - born if row is not None else float("inf"),
    )


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
