"""Pure metrics on numpy arrays.

``truth`` and ``flagged`` are boolean, ``scores`` are floats, all of shape (n,). ``weights`` has shape (b, n): each row counts how often
each case was drawn, so that one call gives the metric on b bootstrap resamples; a row of ones gives the plain metric. Results have shape
(b,), ``nan`` where the metric is not defined (no positives, for instance).
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Strings = npt.NDArray[np.str_]


def ratio(above: Floats, below: Floats) -> Floats:
    """``above / below``, ``nan`` where ``below`` is 0."""
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def ones(n: int) -> Floats:
    return np.ones((1, n))


def accuracy(truth: Flags, flagged: Flags, weights: Floats) -> Floats:
    return ratio(weights @ (truth == flagged).astype(float), weights.sum(axis=1))


def precision(truth: Flags, flagged: Flags, weights: Floats) -> Floats:
    return ratio(weights @ (truth & flagged).astype(float), weights @ flagged.astype(float))


def f1(truth: Flags, flagged: Flags, weights: Floats) -> Floats:
    """F1 of the positive class; 0 when it is neither present nor predicted, as scikit-learn with ``zero_division=0``."""
    hits = weights @ (truth & flagged).astype(float)
    sizes = weights @ truth.astype(float) + weights @ flagged.astype(float)
    return np.nan_to_num(ratio(2 * hits, sizes))


def macro_f1(truth: Flags, flagged: Flags, weights: Floats) -> Floats:
    """The mean of F1 over both classes."""
    return (f1(truth, flagged, weights) + f1(~truth, ~flagged, weights)) / 2


def _ties(truth: Flags, scores: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Weights of positives and of negatives per distinct score, ascending: two arrays of shape (b, distinct)."""
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) > 0])
    drawn = weights[:, order]
    positives = np.add.reduceat(drawn * truth[order], starts, axis=1)
    return positives, np.add.reduceat(drawn, starts, axis=1) - positives


def roc_auc(truth: Flags, scores: Floats, weights: Floats) -> Floats:
    """The probability that a positive scores above a negative, ties counting half (Hanley and McNeil 1982)."""
    if not len(scores):
        return np.full(len(weights), np.nan)
    positives, negatives = _ties(truth, scores, weights)
    below = np.cumsum(negatives, axis=1) - negatives
    wins = (positives * (below + negatives / 2)).sum(axis=1)
    return ratio(wins, positives.sum(axis=1) * negatives.sum(axis=1))


def average_precision(truth: Flags, scores: Floats, weights: Floats) -> Floats:
    """The step-wise area under the precision-recall curve."""
    if not len(scores):
        return np.full(len(weights), np.nan)
    positives, negatives = (side[:, ::-1] for side in _ties(truth, scores, weights))
    found = np.cumsum(positives, axis=1)
    precisions = ratio(found, found + np.cumsum(negatives, axis=1))
    return ratio(np.nansum(positives * precisions, axis=1), positives.sum(axis=1))


def matched_auc(truth: Flags, scores: Floats, strata: Ints, weights: Floats) -> Floats:
    """ROC AUC over pairs of one stratum only (texts of like length): strata are weighted by their number of pairs."""
    wins = np.zeros(len(weights))
    pairs = np.zeros(len(weights))
    for stratum in np.unique(strata):
        inside = strata == stratum
        drawn = weights[:, inside]
        count = (drawn @ truth[inside].astype(float)) * (drawn @ (~truth[inside]).astype(float))
        wins += np.nan_to_num(roc_auc(truth[inside], scores[inside], drawn)) * count
        pairs += count
    return ratio(wins, pairs)


def length_strata(lengths: Ints, count: int = 10) -> Ints:
    """``count`` strata of like length, about equally full."""
    edges = np.unique(np.quantile(lengths, np.linspace(0, 1, count + 1)[1:-1]))
    return np.searchsorted(edges, lengths, side="right").astype(np.int64)


def threshold_at(negatives: Floats, rate: float) -> float:
    """The lowest threshold at which at most ``rate`` of ``negatives`` is flagged (score at or above it)."""
    highest = np.sort(negatives)[::-1]
    allowed = int(np.floor(rate * len(highest) + 1e-9))
    if allowed >= len(highest):
        return 0.0
    return float(np.nextafter(highest[allowed], np.inf))


def precision_recall_curve(truth: Flags, scores: Floats, points: int = 100) -> list[tuple[float, float]]:
    """(recall, precision) from the strictest threshold to the loosest, thinned to about ``points``."""
    if not truth.any():
        return []
    positives, negatives = (side[0, ::-1] for side in _ties(truth, scores, ones(len(scores))))
    found, drawn = np.cumsum(positives), np.cumsum(positives + negatives)
    keep = np.unique(np.linspace(0, len(found) - 1, min(points, len(found))).astype(int))
    return [(float(found[i] / found[-1]), float(found[i] / drawn[i])) for i in keep]


def reliability(truth: Flags, scores: Floats, bins: int = 10) -> list[tuple[float, float, int]]:
    """(mean score, share of positives, cases) of each non-empty bin of equal width."""
    which = np.minimum((scores * bins).astype(int), bins - 1)
    filled = [which == b for b in range(bins) if (which == b).any()]
    return [(float(scores[b].mean()), float(truth[b].mean()), int(b.sum())) for b in filled]


def calibration_error(truth: Flags, scores: Floats, bins: int = 10) -> float:
    """Expected calibration error: the mean distance between score and share of positives, bins weighted by cases."""
    return sum(abs(score - share) * n for score, share, n in reliability(truth, scores, bins)) / max(1, len(scores))


def span_f1(gold: AbstractSet[int], found: AbstractSet[int]) -> float:
    """F1 over characters of one text, 1 when both are empty (Pavlopoulos et al. 2021, SemEval-2021 task 5)."""
    if not gold or not found:
        return float(not gold and not found)
    return 2 * len(gold & found) / (len(gold) + len(found))
