"""Replaying what happened: before each touch the production ranker is asked what comes next, and so is popularity.

Nothing later than a touch is known when it is guessed: it is folded in afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from assistant.push.flow import recommend
from assistant.push.memory import Memory
from assistant.push.pool import Taste
from assistant.push.popularity import Popularity
from assistant.push.scorer import Scorer
from assistant.types.item import Touch

STEADY = Taste(explore=0.0)
"""As members are served, but for the exploring, which a guess of what comes next can only lose by."""


@dataclass(frozen=True, slots=True)
class Guess:
    """``place`` and ``popular`` count from 1, one for each scale of the grid; 0: not among those shown. ``known`` is how many items the
    member had touched, ``age_s`` how old the item was (infinite where nobody had seen it), ``shown`` what the ranker
    showed, ``likely`` what popularity would have."""

    touch: Touch
    place: int
    popular: tuple[int, ...]
    known: int
    age_s: float
    shown: tuple[str, ...]
    likely: tuple[tuple[str, ...], ...]


def replay(
    memory: Memory, popularity: Popularity, touches: Iterable[Touch], scorer: Scorer, count: int, taste: Taste = STEADY
) -> Iterator[Guess]:
    """A guess for each touch of an item that the member had not touched, in time order; folds every touch in."""
    for touch in touches:
        if not seen_before(memory, touch):
            yield guess(memory, popularity, touch, scorer, count, taste)
        follow(memory, popularity, touch)


def follow(memory: Memory, popularity: Popularity, touch: Touch) -> None:
    memory.add(touch)
    row = memory.catalogue.rows.get(touch.item)
    if row is not None:
        popularity.add(row, touch.at)


def guess(
    memory: Memory, popularity: Popularity, touch: Touch, scorer: Scorer, count: int, taste: Taste = STEADY
) -> Guess:
    row = memory.catalogue.rows.get(touch.item)
    seen = memory.seen(touch.member)
    made = recommend(memory, memory.past(touch.member), seen, touch.at, count, scorer=scorer, taste=taste)
    shown = tuple(one.item for one in made.items)
    memory.showed((memory.catalogue.rows[one.item] for one in made.items if one.rare), touch.at)
    tops = [
        popularity.top(memory.catalogue, scale, touch.at, seen, count).tolist()
        for scale in range(len(popularity.grid_h))
    ]
    born = float(memory.catalogue.published(np.array([row]))[0]) if row is not None else float("inf")
    return Guess(
        touch=touch,
        place=shown.index(touch.item) + 1 if touch.item in shown else 0,
        popular=tuple(top.index(row) + 1 if row in top else 0 for top in tops),
        known=len(seen),
        age_s=touch.at - born if row is not None and born <= touch.at else float("inf"),
        shown=shown,
        likely=tuple(tuple(memory.catalogue.ids[row] for row in top) for top in tops),
    )


def seen_before(memory: Memory, touch: Touch) -> bool:
    row = memory.catalogue.rows.get(touch.item)
    return row is not None and row in memory.seen(touch.member)
