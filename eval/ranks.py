"""Rank correlation under bootstrap weights; see ``eval.metrics`` for the shapes."""

from __future__ import annotations

import numpy as np

from eval.metrics import Floats, ratio


def spearman(one: Floats, other: Floats, weights: Floats) -> Floats:
    """Spearman's rho, ties at their middle rank (the correlation that C-MTEB reports), of n pairs under weights (b, n)."""
    first, second = _middle_ranks(one, weights), _middle_ranks(other, weights)
    total = weights.sum(axis=1, keepdims=True)
    first -= (weights * first).sum(axis=1, keepdims=True) / total
    second -= (weights * second).sum(axis=1, keepdims=True) / total
    covariance = (weights * first * second).sum(axis=1)
    return ratio(covariance, np.sqrt((weights * first**2).sum(axis=1) * (weights * second**2).sum(axis=1)))


def _middle_ranks(values: Floats, weights: Floats) -> Floats:
    """The rank of each value (b, n) where value i is there ``weights[:, i]`` times."""
    distinct, place = np.unique(values, return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(len(distinct)))
    there = np.add.reduceat(weights[:, order], starts, axis=1)
    middle = np.cumsum(there, axis=1) - there / 2
    return np.asarray(middle[:, place])
