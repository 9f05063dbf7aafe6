"""Fits the stance model: one multinomial logistic regression over n-grams, and over n-grams under each harm."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from assistant.moderation.stance import HARMS, STANCES, Stance, StanceModel, grams_of
from models.replies.rows import Row

LEAST_ROWS = 2
"""Seeds that an n-gram stands in at least."""
MOST_GRAMS = 10_000
"""Those with the largest weights are kept."""
CROSSED = 1.0
"""What an n-gram under one harm counts beside the n-gram itself: the less, the more harms share."""


def fit(rows: Sequence[Row], strength: float) -> StanceModel:
    """``strength`` is scikit-learn's C."""
    cut = [grams_of(row.text) for row in rows]
    families: dict[str, set[str]] = {}
    for row, grams in zip(rows, cut, strict=True):
        for gram in grams:
            families.setdefault(gram, set()).add(row.text.strip())
    names = sorted(gram for gram, texts in families.items() if len(texts) >= LEAST_ROWS)
    index = {gram: at for at, gram in enumerate(names)}
    features = _features(rows, cut, index)
    answers = np.array([STANCES.index(row.stance) for row in rows])
    weights = _balanced(rows)
    model = LogisticRegression(C=strength, max_iter=400, tol=1e-4)
    model.fit(features, answers, sample_weight=weights)
    return _model(model, index)


def predict(model: StanceModel, rows: Sequence[Row]) -> np.ndarray:
    """The probability of each reply that it takes on what it answers."""
    return np.array([1.0 - model.read_reply(row.text).get(row.harm, {Stance.OTHER: 1.0})[Stance.OTHER] for row in rows])


def calibrated(model: StanceModel, probabilities: np.ndarray, rows: Sequence[Row], other: float) -> StanceModel:
    """With the slope and shift that fit out-of-fold ``probabilities`` of ``rows``; what takes nothing on counts ``other`` times as much as
    all that does."""
    answers = np.array([row.stance is not Stance.OTHER for row in rows])
    weights = np.array([row.weight for row in rows])
    weights[~answers] *= other * weights[answers].sum() / weights[~answers].sum()
    clipped = np.clip(probabilities, 1e-6, 1 - 1e-6)
    line = LogisticRegression(C=1e6).fit(np.log(clipped / (1 - clipped))[:, None], answers, sample_weight=weights)
    return replace(model, slope=float(line.coef_[0, 0]), shift=float(line.intercept_[0]))


def write(model: StanceModel, path: Path) -> None:
    """Weights in a signed byte each; n-grams whose weights all round to nothing are left out."""
    scale = float(np.abs(model.weights).max()) / 127
    levels = np.round(model.weights / scale).astype(np.int8)
    kept = [gram for gram, at in model.grams.items() if levels[at].any()]
    packed = b64encode(levels[[model.grams[gram] for gram in kept]].tobytes()).decode()
    calibration = {"slope": round(model.slope, 4), "shift": round(model.shift, 4)}
    bias = [[round(float(one), 4) for one in row] for row in model.bias]
    document = {"grams": kept, "scale": scale, "bias": bias, **calibration, "weights": packed}
    digest = sha256(json.dumps(document, ensure_ascii=False).encode()).hexdigest()[:12]
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"version": digest, **document}, ensure_ascii=False), "utf-8")


def _features(rows: Sequence[Row], cut: Sequence[Sequence[str]], index: dict[str, int]) -> csr_matrix:
    width, columns, starts = len(index), [], [0]
    values: list[float] = []
    for row, grams in zip(rows, cut, strict=True):
        found = [index[gram] for gram in grams if gram in index]
        block = 1 + HARMS.index(row.harm)
        columns += found + [block * width + at for at in found] + [(1 + len(HARMS)) * width + block - 1]
        values += [1.0] * len(found) + [CROSSED] * len(found) + [1.0]
        starts.append(len(columns))
    return csr_matrix((values, columns, starts), shape=(len(rows), (1 + len(HARMS)) * width + len(HARMS)))


def _balanced(rows: Sequence[Row]) -> np.ndarray:
    """Under each harm and language, what takes on and what does not count alike."""
    sums: Counter[tuple[str, str, bool]] = Counter()
    for row in rows:
        sums[row.harm, row.language, row.stance is Stance.OTHER] += row.weight
    mean = sum(sums.values()) / len(sums)
    return np.array([row.weight * mean / sums[row.harm, row.language, row.stance is Stance.OTHER] for row in rows])


def _model(model: LogisticRegression, index: dict[str, int]) -> StanceModel:
    width = len(index)
    blocks = model.coef_.T
    parts = [blocks[:width]] + [blocks[(1 + at) * width : (2 + at) * width] * CROSSED for at in range(len(HARMS))]
    bias = blocks[(1 + len(HARMS)) * width :] + model.intercept_
    weights = np.stack(parts, axis=1).astype(np.float32)
    # One number for all stances of an n-gram changes nothing, since only differences count.
    weights -= weights.mean(axis=2, keepdims=True)
    heaviest = np.sort(np.argsort(-np.abs(weights).max(axis=(1, 2)))[:MOST_GRAMS])
    names = list(index)
    kept = {names[old]: new for new, old in enumerate(heaviest)}
    return StanceModel(kept, weights[heaviest], bias.astype(np.float32))
