"""One label's weights: log-count-ratio scaled binary features under logistic regression (Wang and Manning, 2012)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

F64 = npt.NDArray[np.float64]
Scripts = npt.NDArray[np.int8]
SMOOTHING = 1.0
STRENGTH = 0.1
LEAST_WEIGHT = 1e-4
UNKNOWN = -4.0
"""The intercept of a script without examples of both classes."""


@dataclass(frozen=True, slots=True)
class Linear:
    """``weights`` has one value per feature of the matrix it was fitted on; ``bias`` one per script (no Han character, some)."""

    weights: F64
    bias: F64

    def margins(self, features: sp.csr_matrix, script: Scripts) -> F64:
        found: F64 = features @ self.weights + self.bias[script]
        return found


def ratio(features: sp.csr_matrix, truth: F64, weight: F64) -> F64:
    """The log of how much more often each feature stands in positive texts, smoothed."""
    positive = SMOOTHING + features.T @ (weight * (truth == 1))
    negative = SMOOTHING + features.T @ (weight * (truth == 0))
    return np.log(positive / positive.sum()) - np.log(negative / negative.sum())


def fit(features: sp.csr_matrix, truth: F64, weight: F64, script: Scripts) -> Linear:
    """One label, each script by itself: a key takes the weight of the script in whose rows it stands more often. ``truth`` may be anything
    in [0, 1]: a row then counts in part as harmful and in part as not.

    Fitted together, the larger script would set the intercept and the ratios' scale for both.
    """
    counts = [np.bincount(features[script == one].indices, minlength=features.shape[1]) for one in (0, 1)]
    found = [_fit(features[script == one], truth[script == one], weight[script == one]) for one in (0, 1)]
    weights = np.where(counts[1] >= counts[0], found[1][0], found[0][0])
    return Linear(weights, np.array([bias for _, bias in found]))


def _halves(features: sp.csr_matrix, truth: F64, weight: F64) -> tuple[sp.csr_matrix, F64, F64]:
    """Rows whose truth is neither 0 nor 1 stand twice, as harmful and as not, and share out their weight."""
    if np.isin(truth, (0.0, 1.0)).all():
        return features, truth, weight
    both = np.concatenate([weight * truth, weight * (1 - truth)])
    kept = np.flatnonzero(both > LEAST_WEIGHT)
    one_and_none = np.concatenate([np.ones(len(truth)), np.zeros(len(truth))])
    return sp.vstack([features, features]).tocsr()[kept], one_and_none[kept], both[kept]


def _fit(features: sp.csr_matrix, truth: F64, weight: F64) -> tuple[F64, float]:
    weights = np.zeros(features.shape[1])
    used = np.flatnonzero(np.bincount(features.indices, minlength=features.shape[1]) >= 2)
    if len(set(truth.tolist())) < 2 or not len(used):
        return weights, UNKNOWN
    narrow, truth, weight = _halves(features[:, used], truth, weight)
    scale = ratio(narrow, truth, weight)
    model = LogisticRegression(C=STRENGTH, solver="liblinear", dual=True, tol=0.01, max_iter=300, random_state=0)
    model.fit(narrow @ sp.diags(scale), truth, sample_weight=weight)
    weights[used] = model.coef_[0] * scale
    return weights, float(model.intercept_[0])
