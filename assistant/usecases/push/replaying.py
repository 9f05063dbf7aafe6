"""Replaying a file of events over a file of items: how often the production ranker shows the next item, beside popularity. No database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from assistant.ports import Embedder
from assistant.push.fit import LEAST, Lessons, fit
from assistant.push.memory import Memory
from assistant.push.popularity import Popularity
from assistant.push.replay import STEADY, Guess, follow, guess, seen_before
from assistant.push.scorer import PRIOR, Scorer
from assistant.store.touches import WEIGHTS
from assistant.types.item import Item, Touch
from assistant.usecases.members.event_shapes import Bounds, read_event
from assistant.usecases.push.items import read_item, words_of

_CHOSEN_ON = 0.8
"""The scale of popularity is chosen on the last fifth of what comes before."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares in [0, 1] of ``guesses`` and the mean reciprocal place."""

    guesses: int
    hits: float
    reciprocal: float
    popular_hits: float
    popular_reciprocal: float
    scale_h: float
    policy_version: str


def read_items(records: Iterable[Mapping[str, Any]], now: datetime) -> list[Item]:
    """Records of the shape of ``PUT /v1/items``. Raises: InvalidInput, TooLarge."""
    return [read_item(record, now, f"items[{at}]") for at, record in enumerate(records)]


def read_touches(records: Iterable[Mapping[str, Any]], bounds: Bounds) -> list[Touch]:
    """Records of the shape of ``POST /v1/events``, those of deeds with items, in time order. Raises: InvalidInput, TooLarge."""
    events = [read_event(record, bounds, f"events[{at}]", "import") for at, record in enumerate(records)]
    found = [event for event in events if event.item_id and event.type.value in WEIGHTS and not event.flagged]
    found.sort(key=lambda event: event.order)
    return [Touch(one.member_id, one.item_id or "", one.at.timestamp(), WEIGHTS[one.type.value]) for one in found]


def replay_files(
    items: Sequence[Item],
    touches: Sequence[Touch],
    embedder: Embedder | None,
    since: datetime | None,
    until: datetime | None,
    count: int,
) -> Figures:
    """Learns from everything before ``since`` (where that is enough, else it ranks by the prior), then guesses until ``until``."""
    memory, popularity, lessons = _known(items, embedder), Popularity(), Lessons()
    begin = since.timestamp() if since else (touches[0].at if touches else 0.0)
    end = until.timestamp() if until else float("inf")
    before = [touch for touch in touches if touch.at < begin]
    chosen: list[Guess] = []
    for at, touch in enumerate(before):
        lessons.note(memory, touch)
        if at >= _CHOSEN_ON * len(before) and not seen_before(memory, touch):
            chosen.append(guess(memory, popularity, touch, PRIOR, count))
        follow(memory, popularity, touch)
    scorer: Scorer = fit(lessons, f"replay-{len(lessons)}") if len(lessons) >= LEAST else PRIOR
    found: list[Guess] = []
    for touch in touches:
        if begin <= touch.at < end:
            if not seen_before(memory, touch):
                found.append(guess(memory, popularity, touch, scorer, count, STEADY))
            follow(memory, popularity, touch)
    return _figures(found, _scale(chosen or found, popularity), popularity, scorer)


def _known(items: Sequence[Item], embedder: Embedder | None) -> Memory:
    memory = Memory(embedder.dimensions if embedder is not None else 0)
    vectors = embedder.encode([words_of(item) for item in items]) if embedder is not None and items else None
    for at, item in enumerate(items):
        memory.put(item, vectors[at] if vectors is not None else None)
    return memory


def _scale(chosen: Sequence[Guess], popularity: Popularity) -> int:
    if not chosen:
        return 0
    return int(np.argmax([_reciprocal([one.popular[at] for one in chosen]) for at in range(len(popularity.grid_h))]))


def _figures(found: Sequence[Guess], scale: int, popularity: Popularity, scorer: Scorer) -> Figures:
    own, popular = [one.place for one in found], [one.popular[scale] for one in found]
    return Figures(
        guesses=len(found),
        hits=_share(own),
        reciprocal=_reciprocal(own),
        popular_hits=_share(popular),
        popular_reciprocal=_reciprocal(popular),
        scale_h=popularity.grid_h[scale],
        policy_version=scorer.version,
    )


def _share(places: Sequence[int]) -> float:
    return float(np.mean([place > 0 for place in places])) if places else 0.0


def _reciprocal(places: Sequence[int]) -> float:
    return float(np.mean([1 / place if place else 0.0 for place in places])) if places else 0.0
