"""Logistic maps from margins to probabilities, fitted on margins that the fitted model had not seen (Platt, 1999)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

F64 = npt.NDArray[np.float64]
LEAST_POSITIVES = 30
PINYIN_HANDICAP = 1.0
"""Taken from the pinyin head's logit before the greater counts: homophones are many, so it must be surer. Chosen on COLD dev and its
homophone and spelled-out copies: 1.0 costs nothing on the clean texts (.911 accuracy with the head or without) and lifts the copies from
.75 to .88 and from .77 to .87; 0.5 would cost .0015.
"""

ODDS = 10.0
"""Clean to harmful rows for which the scores of labels with few real rows are calibrated: in a community harm is rare, in the data not."""

NOTHING = 1.0, 0.0


def platt(margins: F64, truth: F64, weight: F64) -> tuple[float, float]:
    """Slope (never negative) and shift of the logit; ``NOTHING`` where there is too little to fit."""
    if (truth == 1).sum() < LEAST_POSITIVES or (truth == 0).sum() < LEAST_POSITIVES:
        return NOTHING
    model = LogisticRegression(C=1e4).fit(margins[:, None], truth, sample_weight=weight)
    slope = float(model.coef_[0, 0])
    return (slope, float(model.intercept_[0])) if slope > 0 else (1e-3, float(model.intercept_[0]))


@dataclass(frozen=True, slots=True)
class Margins:
    """Parallel arrays over a label's rows: what each head gave without having seen the row, and whether the second head hears it at all."""

    letters: F64
    syllables: F64
    heard: npt.NDArray[np.bool_]
    truth: F64
    weight: F64
    script: npt.NDArray[np.int8]


def calibrate(rows: Margins) -> tuple[dict[str, list[float]], F64, list[bool]]:
    """The maps per script (``ngram_weights.Calibration``), the calibrated logits, and which scripts had enough data.

    A script without data takes the maps of both together; the syllables' map is always that of Chinese, which they stand for.
    """
    enough = [_enough(rows.truth[rows.script == one]) for one in (0, 1)]
    chinese = (rows.script == 1) & rows.heard if enough[1] else rows.heard
    syllable_map = platt(rows.syllables[chinese], rows.truth[chinese], rows.weight[chinese])
    syllable_map = syllable_map[0], syllable_map[1] - PINYIN_HANDICAP
    heard = np.where(rows.heard, rows.syllables * syllable_map[0] + syllable_map[1], -np.inf)
    found: dict[str, list[float]] = {name: [] for name in FIELDS}
    logits = np.zeros(len(rows.truth))
    for one in (0, 1):
        mask = rows.script == one if enough[one] else np.ones(len(rows.truth), np.bool_)
        letter_map = platt(rows.letters[mask], rows.truth[mask], rows.weight[mask])
        greater = np.maximum(rows.letters * letter_map[0] + letter_map[1], heard)
        last = platt(greater[mask], rows.truth[mask], rows.weight[mask])
        for name, value in zip(FIELDS, (*letter_map, *syllable_map, *last), strict=True):
            found[name].append(value)
        own = rows.script == one
        logits[own] = greater[own] * last[0] + last[1]
    return found, logits, enough


def at_odds(truth: F64, weight: F64, script: npt.NDArray[np.int8]) -> F64:
    """``weight``, the negatives of each script scaled to ``ODDS`` times its positives."""
    weight = weight.copy()
    for one in (0, 1):
        positive, negative = (script == one) & (truth == 1), (script == one) & (truth == 0)
        if positive.any() and negative.any():
            weight[negative] *= ODDS * weight[positive].sum() / weight[negative].sum()
    return weight


FIELDS = ("char_slope", "char_shift", "pinyin_slope", "pinyin_shift", "slope", "shift")


def _enough(truth: F64) -> bool:
    return bool((truth == 1).sum() >= LEAST_POSITIVES and (truth == 0).sum() >= LEAST_POSITIVES)


def as_arrays(per_label: list[dict[str, list[float]]]) -> dict[str, Any]:
    """As ``Calibration.read`` takes them."""

    def rows(*names: str) -> list[list[float]]:
        return [[one[name][script] for one in per_label] for name in names for script in (0, 1)]

    return {
        "head_slope": rows("char_slope", "pinyin_slope"),
        "head_shift": rows("char_shift", "pinyin_shift"),
        "slope": rows("slope"),
        "shift": rows("shift"),
    }
