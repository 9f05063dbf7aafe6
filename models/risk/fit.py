"""One label's weights: log-count-ratio scaled binary features under logistic regression (Wang and Manning, 2012)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

F64 = npt.NDArray[np.float64]
SMOOTHING = 1.0
STRENGTH = 0.1


@dataclass(frozen=True, slots=True)
class Linear:
    """``weights`` has one value per feature of the matrix it was fitted on."""

    weights: F64
    bias: float

    def margins(self, features: sp.csr_matrix) -> F64:
        found: F64 = features @ self.weights + self.bias
        return found


def ratio(features: sp.csr_matrix, truth: F64, weight: F64) -> F64:
    """The log of how much more often each feature stands in positive texts, smoothed."""
    positive = SMOOTHING + features.T @ (weight * (truth == 1))
    negative = SMOOTHING + features.T @ (weight * (truth == 0))
    return np.log(positive / positive.sum()) - np.log(negative / negative.sum())


def fit(features: sp.csr_matrix, truth: F64, weight: F64, seed: int = 0) -> Linear:
    """Fits one label; ``weight`` is each row's weight."""
    used = np.flatnonzero(np.bincount(features.indices, minlength=features.shape[1]) >= 2)
    narrow = features[:, used]
    scale = ratio(narrow, truth, weight)
    model = LogisticRegression(C=STRENGTH, solver="liblinear", dual=True, tol=0.01, max_iter=300, random_state=seed)
    model.fit(narrow @ sp.diags(scale), truth, sample_weight=weight)
    weights = np.zeros(features.shape[1])
    weights[used] = model.coef_[0] * scale
    return Linear(weights, float(model.intercept_[0]))
