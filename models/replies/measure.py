"""Figures on what was held back, with 95 % intervals by resampling families (pairs of DiaSafety: rows)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from assistant.moderation.stance import Stance, StanceModel
from assistant.settings import Settings
from assistant.types import Action, ContextMessage, Message
from assistant.wiring import build_screener
from models.replies.fit import predict
from models.replies.rows import Row, diasafety, ordinary, parents, seeds

AT = 0.8
"""Where a surely harmful parent (0.9) brings its reply over a threshold of 0.7."""
RESAMPLES = 1_000
Figure = dict[str, float | int | list[float]]


def held_back(fresh: bool) -> list[Row]:
    """Families that never train: those written last (``fresh``), which were measured once, and the first ones, which were measured before
    further seeds were written, and again after it."""
    return [row for row in seeds() if row.held and ("/fresh-" in row.family) is fresh]


def figures(model: StanceModel, held: Sequence[Row]) -> dict[str, Figure]:
    found = {"all": _figure(model, held)}
    for language in ("zh-Hans", "zh-Hant", "zh-Hant-HK", "en"):
        found[language] = _figure(model, [row for row in held if row.language == language])
    for harm in ("attack", "violence", "self_harm", "trade"):
        found[harm] = _figure(model, [row for row in held if row.harm.value == harm])
    return found


def _figure(model: StanceModel, rows: Sequence[Row]) -> Figure:
    scores = predict(model, rows)
    takes = np.array([row.stance is not Stance.OTHER for row in rows])
    figure: Figure = {"taken on": int(takes.sum()), "other": int((~takes).sum())}
    measures: dict[str, Callable[[np.ndarray], float]] = {}
    if takes.any():
        measures |= {
            "recall at .5": lambda at: float((scores[at][takes[at]] >= 0.5).mean()),
            f"recall at {AT:g}": lambda at: float((scores[at][takes[at]] >= AT).mean()),
            "ROC AUC": lambda at: float(roc_auc_score(takes[at], scores[at])),
        }
    measures |= {
        "false positives at .5": lambda at: float((scores[at][~takes[at]] >= 0.5).mean()),
        f"false positives at {AT:g}": lambda at: float((scores[at][~takes[at]] >= AT).mean()),
    }
    everything = np.arange(len(rows))
    samples = list(_resampled(rows, takes))
    for name, measure in measures.items():
        spread = np.percentile([measure(at) for at in samples], [2.5, 97.5])
        figure[name] = [round(value, 3) for value in (measure(everything), *map(float, spread))]
    return figure


def _resampled(rows: Sequence[Row], takes: np.ndarray) -> list[np.ndarray]:
    """Families drawn with replacement, as often as there are; those samples that hold both kinds, where there are both."""
    random = np.random.default_rng(5)
    families = np.unique([row.family for row in rows], return_inverse=True)[1]
    members = [np.flatnonzero(families == one) for one in range(families.max() + 1)]
    found: list[np.ndarray] = []
    while len(found) < RESAMPLES:
        at = np.concatenate([members[one] for one in random.integers(0, len(members), len(members))])
        if (takes[at].any() or not takes.any()) and not takes[at].all():
            found.append(at)
    return found


def elsewhere(model: StanceModel, data: Path) -> dict[str, Figure]:
    """Ordinary talk that was held back, and DiaSafety's test part, of which nothing trains."""
    found = {"ordinary": _figure(model, [row for row in ordinary() if row.held])}
    if (data / "diasafety").is_dir():
        found["DiaSafety test, toxicity agreement"] = _figure(model, diasafety(data, "test"))
    return found


def end_to_end(held: Sequence[Row]) -> dict[str, dict[str, list[float]]]:
    """What the shipped policy makes of held-back replies to harmful messages of their language: the shares reviewed or worse, as they stand
    by themselves and after the message that they answer. Every reply is asked after each of its parents."""
    screener = build_screener(Settings(demo=False))
    before = parents()
    found: dict[str, dict[str, list[float]]] = {}
    for kind, rows in (
        ("taken on", [row for row in held if row.stance is not Stance.OTHER]),
        ("other", [row for row in held if row.stance is Stance.OTHER]),
    ):
        alone, after, families = [], [], []
        for row in rows:
            for parent in before[row.harm, row.language]:
                context = (ContextMessage(parent, "a"),)
                pair = [Message(row.text, "b"), Message(row.text, "b", context=context)]
                for shares, decision in zip((alone, after), screener.screen_batch(pair), strict=True):
                    shares.append(decision.action.severity >= Action.REVIEW.severity)
                families.append(row.family)
        names = {"by itself": np.array(alone, float), "after what it answers": np.array(after, float)}
        found[kind] = {name: _share(values, families) for name, values in names.items()}
    return found


def _share(values: np.ndarray, families: Sequence[str]) -> list[float]:
    """The mean, with its interval by resampling families."""
    random = np.random.default_rng(5)
    index = np.unique(list(families), return_inverse=True)[1]
    members = [np.flatnonzero(index == one) for one in range(index.max() + 1)]
    means = [
        values[np.concatenate([members[one] for one in random.integers(0, len(members), len(members))])].mean()
        for _ in range(RESAMPLES)
    ]
    return [round(float(one), 3) for one in (values.mean(), *np.percentile(means, [2.5, 97.5]))]
