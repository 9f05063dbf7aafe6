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
from assistant.push.rows import Ints
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


def recommend(
    memory: Memory,
    past: Past,
    seen: frozenset[int],
    at: float,
    count: int,
    *,
    scorer: Scorer = PRIOR,
    taste: Taste = Taste(),
    seed: str = "",
    similar: Ints | None = None,
) -> Recommendation:
    """``count`` items at most that may be shown ``at`` (seconds since 1970) and are not in ``seen``; without ``past`` nothing of the
    member is used."""
    found = candidates(memory, past, at, seen, similar)
    table = features(memory, past, found, at)
    scores = scorer.score(table)
    pool = np.argsort(-scores, kind="stable")[:POOL]
    rows = found[pool]
    creators = [memory.catalogue.items[row].creator for row in rows]
    chooser = Chooser(scores[pool], memory.catalogue.vectors(rows), creators, taste.share, taste.per_creator)
    items = tuple(
        Recommended(
            item=memory.catalogue.ids[rows[one.place]],
            score=float(scores[pool[one.place]]),
            propensity=one.propensity,
            reason=reason(memory, past, int(rows[one.place]), table[pool[one.place]]),
            features=dict(zip(NAMES, table[pool[one.place]].tolist(), strict=True)),
        )
        for one in arrange(chooser, count, taste.explore, seed)
    )
    ids = tuple(memory.catalogue.ids[row] for row in rows)
    return Recommendation(items, scorer.version, ids, personalised=bool(past))
