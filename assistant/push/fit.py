"""Fitting a community's ranker on its own past: for each touch, what was touched against what could have been.

Needs scikit-learn (the extra ``train``): gradient boosting on histograms (Ke et al., NeurIPS 2017, as scikit-learn implements it).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from assistant.push.candidates import candidates
from assistant.push.features import NAMES, features
from assistant.push.memory import Memory
from assistant.push.rows import F32, F64
from assistant.push.scorer import Trees
from assistant.types.item import Touch

DRAWN, HARD = 25, 10
"""Untouched candidates per lesson: drawn at random, and those that trend most."""
LEAST = 500
_PLACE = NAMES.index("place")
_SEED = 20_260
_THREADS = 1
"""More of them wait for each other where the machine has other work."""


@dataclass
class Lessons:
    """Rows of features and whether each was the touched one, gathered before each touch is folded in."""

    rows: list[F32] = field(default_factory=list)
    right: list[F64] = field(default_factory=list)
    _rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(_SEED))

    def note(self, memory: Memory, touch: Touch) -> None:
        """Has to be called before ``memory.add(touch)``. A touch that no candidate stands for teaches nothing."""
        row = memory.catalogue.rows.get(touch.item)
        seen = memory.seen(touch.member)
        if row is None or row in seen:
            return
        past = memory.past(touch.member)
        found = candidates(memory, past, touch.at, seen)
        place = np.flatnonzero(found == row)
        if not len(place):
            return
        table = features(memory, past, found, touch.at)
        drawn = self._rng.choice(len(found), min(DRAWN, len(found)), replace=False)
        kept = np.unique(np.concatenate([place, drawn, np.argsort(table[:, _PLACE], kind="stable")[:HARD]]))
        self.rows.append(table[kept])
        self.right.append((found[kept] == row).astype(np.float64))

    def __len__(self) -> int:
        return len(self.rows)


def learn(memory: Memory, touches: Iterable[Touch], lessons: Lessons) -> None:
    """Folds ``touches`` in, in time order, noting a lesson before each."""
    for touch in touches:
        lessons.note(memory, touch)
        memory.add(touch)


def fit(lessons: Lessons, version: str, rounds: int = 150) -> Trees:
    """Raises:
    ValueError: fewer than ``LEAST`` lessons: the prior ranks better than what they teach.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415  the extra ``train``
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    if len(lessons) < LEAST:
        raise ValueError(f"{len(lessons)} touches to learn from, at least {LEAST} are needed")
    model = HistGradientBoostingClassifier(
        max_iter=rounds,
        max_leaf_nodes=15,
        learning_rate=0.1,
        min_samples_leaf=100,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=_SEED,
    )
    with threadpool_limits(_THREADS):
        model.fit(np.concatenate(lessons.rows), np.concatenate(lessons.right))
    return exported(model, version)


def exported(model: Any, version: str) -> Trees:
    """A fitted ``HistGradientBoostingClassifier`` of two classes as arrays; a test holds the two to the same scores."""
    trees = [predictors[0].nodes for predictors in model._predictors]  # noqa: SLF001  scikit-learn shows its trees nowhere else
    width = max(len(nodes) for nodes in trees)
    shape = (len(trees), width)
    feature, left, right = (np.zeros(shape, np.int32) for _ in range(3))
    threshold, value = np.zeros(shape), np.zeros(shape)
    for at, nodes in enumerate(trees):
        n, leaf, own = len(nodes), nodes["is_leaf"].astype(bool), np.arange(len(nodes))
        feature[at, :n] = np.where(leaf, 0, nodes["feature_idx"])
        threshold[at, :n] = nodes["num_threshold"]
        left[at, :n] = np.where(leaf, own, nodes["left"])
        right[at, :n] = np.where(leaf, own, nodes["right"])
        value[at, :n] = np.where(leaf, nodes["value"], 0.0)
    depth = int(max(nodes["depth"].max() for nodes in trees))
    bias = float(np.ravel(model._baseline_prediction)[0])  # noqa: SLF001
    return Trees(version, feature, threshold, left, right, value, depth, bias)
