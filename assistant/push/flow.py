"""Recommending, stage by stage: candidates → rank → diversify → explore → reasons."""

from __future__ import annotations

import numpy as np

from assistant.push.explore import arrange
from assistant.push.features import NAMES
from assistant.push.memory import Memory, Past
from assistant.push.pool import POOL, SERVED, Taste, chooser, pool_of
from assistant.push.reasons import reasons
from assistant.push.scorer import PRIOR, Scorer
from assistant.types.item import Recommendation, Recommended


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
    member is used. Whoever shows the list says which ``rare`` items were shown (``Memory.showed``)."""
    pool = pool_of(memory, past, seen, at, scorer)
    placed = arrange(chooser(memory, pool, taste), count, taste.explore, seed, taste.rare_every)
    places = np.array([one.place for one in placed], np.int64)
    rows, table = pool.rows[places], pool.table[places]
    whys = reasons(memory, past, rows, table)
    items = tuple(
        Recommended(
            item=memory.catalogue.ids[row],
            score=float(pool.scores[one.place]),
            propensity=one.propensity,
            reason=why,
            features=dict(zip(NAMES, values, strict=True)),
            rare=one.rare,
        )
        for one, row, why, values in zip(placed, rows.tolist(), whys, table.tolist(), strict=True)
    )
    ids = tuple(memory.catalogue.ids[row] for row in pool.rows[:POOL])
    return Recommendation(items, scorer.version, ids, personalised=bool(past))
