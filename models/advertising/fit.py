"""The three models of advertising claims, on n-grams as serving cuts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from assistant.backends.claims import kernel
from assistant.backends.static_embedder import StaticEmbedder
from assistant.moderation.advertising.grams import BUCKETS, features, windows
from assistant.text import Normalised
from models.advertising.texts import NONE

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
STRENGTH = 20.0
GAMMA, SOFTNESS = 1.5, 4.0
"""Of the support vectors' kernel."""
LEAST_ROWS = 2
"""A bucket that fewer rows have gets no weight."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Of n rows: ``grams`` (n, ``BUCKETS``), ``vectors`` (n, dimensions)."""

    grams: sp.csr_matrix
    vectors: F32

    def rows(self, chosen: npt.NDArray[np.int64]) -> Matrix:
        return Matrix(self.grams[chosen], self.vectors[chosen])


@dataclass(frozen=True, slots=True)
class Fitted:
    """``ratio`` (``BUCKETS`` + 1,) says whether there is a claim, the last value being its constant; ``kinds`` names the rows of
    ``weights`` (1 + kinds, ``BUCKETS``), ``dense`` and ``bias`` but the first, which is for none. ``near`` holds the support
    vectors, ``pull`` what each weighs, and the constant."""

    ratio: F64
    kinds: tuple[str, ...]
    weights: F64
    dense: F64
    bias: F64
    near: F32
    pull: F64

    def margins(self, matrix: Matrix) -> tuple[F64, F64, F64]:
        """Shapes (n,), (n, 1 + kinds) and (n,)."""
        one = matrix.grams @ self.ratio[:-1] + self.ratio[-1]
        close = kernel(matrix.vectors, self.near, GAMMA) @ self.pull[:-1] + self.pull[-1]
        return one, matrix.grams @ self.weights.T + matrix.vectors @ self.dense.T + self.bias, close


def folded(texts: Sequence[str]) -> list[str]:
    return [Normalised(text).folded.text for text in texts]


def matrix_of(stretches: Sequence[str]) -> Matrix:
    found = [features(one) for one in stretches]
    starts = np.cumsum([0, *(len(buckets) for buckets, _ in found)])
    buckets, values = (np.concatenate([one[part] for one in found]) for part in (0, 1))
    grams = sp.csr_matrix((values.astype(float), buckets, starts), shape=(len(stretches), BUCKETS))
    return Matrix(grams, StaticEmbedder.load().encode(stretches))


def cut(texts: Sequence[str]) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The windows of folded ``texts``, and whose each is."""
    pairs = [(text[start:end], at) for at, text in enumerate(texts) for start, end in windows(text) or [(0, len(text))]]
    return [stretch for stretch, _ in pairs], np.array([at for _, at in pairs])


def fit(matrix: Matrix, kinds: Sequence[str]) -> Fitted:
    truth = np.array(kinds)
    used = np.flatnonzero(matrix.grams.getnnz(0) >= LEAST_ROWS)
    narrow = matrix.grams[:, used]
    names = tuple(sorted(set(kinds)))
    if names[0] != NONE:
        raise ValueError("there is no text without a claim")
    model = LogisticRegression(C=STRENGTH, max_iter=100, tol=1e-3).fit(
        sp.hstack([narrow, matrix.vectors]).tocsr(), truth
    )
    weights = np.zeros((len(names), BUCKETS))
    weights[:, used] = model.coef_[:, : len(used)]
    machine = SVC(C=SOFTNESS, gamma=GAMMA).fit(matrix.vectors, truth != NONE)
    return Fitted(
        _ratio(narrow, used, truth != NONE),
        names[1:],
        weights,
        model.coef_[:, len(used) :],
        model.intercept_,
        machine.support_vectors_.astype(np.float32),
        np.array([*machine.dual_coef_[0], machine.intercept_[0]]),
    )


def _ratio(narrow: sp.csr_matrix, used: npt.NDArray[np.int64], claims: npt.NDArray[np.bool_]) -> F64:
    """Logistic regression on n-grams scaled by how unevenly they stand in texts that claim and texts that do not (Wang and Manning)."""
    present = (narrow > 0).astype(float)
    inside, outside = 1.0 + present[claims].sum(axis=0).A1, 1.0 + present[~claims].sum(axis=0).A1
    scale = np.abs(np.log(inside / inside.sum()) - np.log(outside / outside.sum()))
    model = LogisticRegression(C=STRENGTH, solver="liblinear").fit(narrow @ sp.diags(scale), claims)
    found = np.zeros(BUCKETS + 1)
    found[used], found[-1] = model.coef_[0] * scale, model.intercept_[0]
    return found
