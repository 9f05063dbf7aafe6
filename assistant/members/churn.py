"""The risk that a member falls silent: a logistic regression on the community's own past, so that its odds are true on the average.

Whoever was active in the 60 days before a day 30 days ago is an example: what was known then, and whether they were active since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from assistant.members.gamma import F64
from assistant.members.lifecycle import Rhythm

AHEAD_DAYS = 30
BEHIND_DAYS = 28
LEAST_EXAMPLES = 200
_RIDGE = 1.0
NAMES = ("silence", "active_days", "age", "rhythm")
"""Days of silence, active days of the last 28, days since the first event, and silence against what is usual for the member."""


@dataclass(frozen=True, slots=True)
class Churn:
    """``weights``: of the constant and of each of ``NAMES``; ``examples`` is how many members it was learned from."""

    weights: tuple[float, ...]
    examples: int


def features(recent: Sequence[date], rhythm: Rhythm, day: date) -> F64 | None:
    """What is known of a member on a day, shape (4,); ``None`` where they had not been active by then."""
    known = [one for one in recent if one <= day]
    if not known:
        return None
    silence = (day - known[-1]).days
    active = sum((day - one).days < BEHIND_DAYS for one in known)
    age = (day - rhythm.first).days
    return np.array([np.log1p(silence), np.log1p(active), np.log1p(age), silence / (rhythm.gap + 7.0)])


def example(recent: Sequence[date], rhythm: Rhythm, today: date) -> tuple[F64, bool] | None:
    """What was known 30 days ago, and whether the member was silent since; ``None`` for whom that day says nothing of."""
    then = today - timedelta(days=AHEAD_DAYS)
    known = features(recent, rhythm, then)
    if known is None or known[0] > np.log1p(60):
        return None
    return known, not any(one > then for one in recent)


def learn(examples: Sequence[tuple[F64, bool]]) -> Churn | None:
    """``None`` for fewer than ``LEAST_EXAMPLES``, or where all ended alike. Newton's method with a small ridge on all but the constant."""
    silent = np.array([gone for _, gone in examples], np.float64)
    if len(examples) < LEAST_EXAMPLES or silent.all() or not silent.any():
        return None
    known = np.column_stack([np.ones(len(examples)), np.stack([one for one, _ in examples])])
    weights = np.zeros(known.shape[1])
    ridge = np.diag([0.0] + [_RIDGE] * (len(weights) - 1))
    for _ in range(50):
        risk = _logistic(known @ weights)
        slope = known.T @ (silent - risk) - ridge @ weights
        curve = (known * (risk * (1 - risk))[:, None]).T @ known + ridge + 1e-9 * np.eye(len(weights))
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-9:
            break
    return Churn(tuple(float(weight) for weight in weights), len(examples))


def risk(model: Churn, known: F64) -> float:
    """The probability of 30 days of silence from here, in [0, 1]. ``known`` is ``features``."""
    return float(_logistic(np.dot([1.0, *known], model.weights)))


def _logistic(values: F64 | float) -> F64:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))
