"""The best candidates for a member at a moment, and how a list is made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.push.candidates import candidates
from assistant.push.diversify import Chooser
from assistant.push.explore import arrange
from assistant.push.features import features
from assistant.push.memory import Memory, Past
from assistant.push.rows import F32, F64, Ints
from assistant.push.scorer import Scorer

POOL = 60
"""How many of the best are diversified and explored among."""
RARE_EVERY = 10
"""Every tenth place is for what was shown little."""


@dataclass(frozen=True, slots=True)
class Taste:
    """How lists are made: see ``Chooser`` and ``arrange``."""

    share: float = 0.9
    per_creator: int = 3
    explore: float = 0.05
    rare_every: int = RARE_EVERY


SERVED = Taste()


@dataclass(frozen=True, slots=True)
class Pool:
    """The candidates, best first: rows, features of shape (rows, ``NAMES``), and scores."""

    rows: Ints
    table: F32
    scores: F64


def pool_of(memory: Memory, past: Past, seen: frozenset[int], at: float, scorer: Scorer) -> Pool:
    found = candidates(memory, past, at, seen)
    return best_of(found, features(memory, past, found, at), scorer)


def best_of(found: Ints, table: F32, scorer: Scorer) -> Pool:
    """Candidates and their features, the best first."""
    scores = scorer.score(table)
    best = np.argsort(-scores, kind="stable")
    return Pool(found[best], table[best], scores[best])


def shown_of(memory: Memory, pool: Pool, count: int, taste: Taste, seed: str = "") -> Ints:
    """The rows that are shown, in order."""
    placed = arrange(chooser(memory, pool, taste), count, taste.explore, seed, taste.rare_every)
    return pool.rows[[one.place for one in placed]]


def chooser_of(
    memory: Memory, past: Past, seen: frozenset[int], at: float, scorer: Scorer, taste: Taste
) -> tuple[Chooser, Ints]:
    """What chooses, before its first choice, and the rows that it chooses among."""
    pool = pool_of(memory, past, seen, at, scorer)
    return chooser(memory, pool, taste), pool.rows


def chooser(memory: Memory, pool: Pool, taste: Taste) -> Chooser:
    creators = [memory.catalogue.cards[row].creator for row in pool.rows]
    vectors, shown = memory.catalogue.vectors(pool.rows), memory.rotation.shown(pool.rows)
    return Chooser(pool.scores, vectors, creators, taste.share, taste.per_creator, POOL, shown)
