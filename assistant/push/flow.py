"""Recommending, stage by stage: candidates → rank → diversify → explore → reasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.push.candidates import candidates
from assistant.push.diversify import Chooser
from assistant.push.explore import arrange
from assistant.push.features import NAMES, features
from assistant.push.memory import Memory, Past
from assistant.push.reasons import reason
from assistant.push.rows import F32, F64, Ints
from assistant.push.scorer import PRIOR, Scorer
from assistant.types.item import Recommendation, Recommended

POOL = 60
"""How many of the best are diversified and explored among."""


@dataclass(frozen=True, slots=True)
class Taste:
    """How lists are made: see ``Chooser`` and ``arrange``."""

    share: float = 0.9
    per_creator: int = 3
    explore: float = 0.05


SERVED = Taste()


@dataclass(frozen=True, slots=True)
class Pool:
    """The best candidates, best first: rows, features of shape (rows, ``NAMES``), and scores."""

    rows: Ints
    table: F32
    scores: F64


def recommend(
    memory: Memory,
    past: Past,
    seen: frozenset[int],
    at: float,
    count: int,
    *,
    scorer: Scorer = PRIOR,
    taste: Taste = SERVED,
    seed: str = "",
) -> Recommendation:
    """``count`` items at most that may be shown ``at`` (seconds since 1970) and are not in ``seen``; without ``past`` nothing of the
    member is used."""
    pool = pool_of(memory, past, seen, at, scorer)
    placed = arrange(_chooser(memory, pool, taste), count, taste.explore, seed)
    items = tuple(
        Recommended(
            item=memory.catalogue.ids[pool.rows[one.place]],
            score=float(pool.scores[one.place]),
            propensity=one.propensity,
            reason=reason(memory, past, int(pool.rows[one.place]), pool.table[one.place]),
            features=dict(zip(NAMES, pool.table[one.place].tolist(), strict=True)),
        )
        for one in placed
    )
    ids = tuple(memory.catalogue.ids[row] for row in pool.rows)
    return Recommendation(items, scorer.version, ids, personalised=bool(past))


def pool_of(memory: Memory, past: Past, seen: frozenset[int], at: float, scorer: Scorer) -> Pool:
    found = candidates(memory, past, at, seen)
    return best_of(found, features(memory, past, found, at), scorer)


def best_of(found: Ints, table: F32, scorer: Scorer) -> Pool:
    """Of candidates and their features, what is diversified and explored among."""
    scores = scorer.score(table)
    best = np.argsort(-scores, kind="stable")[:POOL]
    return Pool(found[best], table[best], scores[best])


def shown_of(memory: Memory, pool: Pool, count: int, taste: Taste, seed: str = "") -> Ints:
    """The rows that are shown, in order."""
    placed = arrange(_chooser(memory, pool, taste), count, taste.explore, seed)
    return pool.rows[[one.place for one in placed]]


def chooser_of(
    memory: Memory, past: Past, seen: frozenset[int], at: float, scorer: Scorer, taste: Taste
) -> tuple[Chooser, Ints]:
    """What chooses, before its first choice, and the rows that it chooses among."""
    pool = pool_of(memory, past, seen, at, scorer)
    return _chooser(memory, pool, taste), pool.rows


def _chooser(memory: Memory, pool: Pool, taste: Taste) -> Chooser:
    creators = [memory.catalogue.items[row].creator for row in pool.rows]
    return Chooser(pool.scores, memory.catalogue.vectors(pool.rows), creators, taste.share, taste.per_creator)
