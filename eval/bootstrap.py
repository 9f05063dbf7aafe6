"""Intervals by the percentile bootstrap (Efron and Tibshirani 1993), with a fixed seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from eval.metrics import Flags, Floats, Ints, ones, ratio

SEED = 20_260
RESAMPLES = 1_000
LEVEL = 0.95
_CELLS = 4_000_000
"""Weights held at once: resamples times cases."""

Metric = Callable[[Floats], Floats]
"""From weights of shape (b, n) to values of shape (b,); see ``eval.metrics``."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure on ``n`` cases with the bounds of its 95 % interval; all three are ``nan`` where it is not defined."""

    value: float
    low: float
    high: float
    n: int


def resamples(n: int, clusters: Ints | None = None, seed: int = SEED, count: int = RESAMPLES) -> Iterator[Floats]:
    """``count`` rows of weights in blocks of shape (b, n). With ``clusters`` (n,), whole clusters are drawn."""
    names, member = np.unique(clusters, return_inverse=True) if clusters is not None else (np.arange(n), None)
    units = len(names)
    rng = np.random.default_rng(seed)
    block = max(1, _CELLS // max(units, n, 1))
    for start in range(0, count, block):
        rows = min(block, count - start)
        drawn = rng.integers(0, units, size=(rows, units)) + np.arange(rows)[:, None] * units
        weights = np.bincount(drawn.ravel(), minlength=rows * units).reshape(rows, units).astype(float)
        yield weights if member is None else weights[:, member]


def estimates(
    n: int, metrics: Mapping[str, Metric], clusters: Ints | None = None, seed: int = SEED
) -> dict[str, Estimate]:
    """Each metric on all ``n`` cases, with its interval; all metrics see the same resamples."""
    if not n:
        return dict.fromkeys(metrics, Estimate(np.nan, np.nan, np.nan, 0))
    drawn: dict[str, list[Floats]] = {name: [] for name in metrics}
    for weights in resamples(n, clusters, seed):
        for name, metric in metrics.items():
            drawn[name].append(metric(weights))
    return {
        name: Estimate(float(metric(ones(n))[0]), *_bounds(np.concatenate(drawn[name])), n)
        for name, metric in metrics.items()
    }


def _bounds(values: Floats) -> tuple[float, float]:
    values = values[~np.isnan(values)]
    if not len(values):
        return np.nan, np.nan
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def rate(flags: Flags, clusters: Ints | None = None, seed: int = SEED) -> Estimate:
    """The share of true ``flags``: their bootstrap is a binomial draw, or one of whole ``clusters`` (n,), unless all of these have the
    same share. At 0 and at 1, where it has no width, Wilson's bounds (1927), each cluster counting as one case.
    """
    n = len(flags)
    if not n:
        return Estimate(np.nan, np.nan, np.nan, 0)
    share = float(flags.mean())
    units = n if clusters is None else len(np.unique(clusters))
    margin = _Z2 / (units + _Z2)
    if share == 0:
        return Estimate(0.0, 0.0, margin, n)
    if share == 1:
        return Estimate(1.0, 1 - margin, 1.0, n)
    if clusters is not None:
        values = flags.astype(float)
        found = estimates(n, {"rate": lambda w: ratio(w @ values, w.sum(axis=1))}, clusters, seed)["rate"]
        if found.low < found.high:
            return found
    return Estimate(share, *_bounds(np.random.default_rng(seed).binomial(n, share, RESAMPLES) / n), n)


_Z2 = 1.959964**2
