"""Logistic maps from margins to probabilities, fitted on margins that the fitted model had not seen (Platt, 1999)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

F64 = npt.NDArray[np.float64]
LEAST_POSITIVES = 30
PINYIN_HANDICAP = 1.0
"""Taken from the pinyin head's logit before the greater counts: homophones are many, so it must be surer. Chosen on COLD dev."""

NOTHING = (1.0, 0.0)


def platt(margins: F64, truth: F64, weight: F64) -> tuple[float, float]:
    """Slope (never negative) and shift of the logit; ``NOTHING`` where there is too little to fit."""
    if (truth == 1).sum() < LEAST_POSITIVES or (truth == 0).sum() < LEAST_POSITIVES:
        return NOTHING
    model = LogisticRegression(C=1e4).fit(margins[:, None], truth, sample_weight=weight)
    slope = float(model.coef_[0, 0])
    return (slope, float(model.intercept_[0])) if slope > 0 else (1e-3, float(model.intercept_[0]))


def calibrate(
    character: F64, pinyin: F64, truth: F64, weight: F64, script: npt.NDArray[np.int8]
) -> tuple[dict[str, list[float]], F64, list[bool]]:
    """The six values per script (``ngram_weights.Calibration``), the calibrated logits, and which scripts had enough data.

    A script without data takes the other's maps.
    """
    enough = [_enough(truth[script == one]) for one in (0, 1)]
    found: dict[str, list[float]] = {name: [] for name in FIELDS}
    logits = np.zeros(len(truth))
    for one in (0, 1):
        mask = script == one if enough[one] else np.ones(len(truth), np.bool_)
        maps = _maps(character[mask], pinyin[mask], truth[mask], weight[mask])
        for name, value in zip(FIELDS, maps, strict=True):
            found[name].append(value)
        own = script == one
        logits[own] = _apply(maps, character[own], pinyin[own])
    return found, logits, enough


FIELDS = ("char_slope", "char_shift", "pinyin_slope", "pinyin_shift", "slope", "shift")


def _enough(truth: F64) -> bool:
    return bool((truth == 1).sum() >= LEAST_POSITIVES and (truth == 0).sum() >= LEAST_POSITIVES)


def _maps(character: F64, pinyin: F64, truth: F64, weight: F64) -> tuple[float, ...]:
    char_slope, char_shift = platt(character, truth, weight)
    pinyin_slope, pinyin_shift = platt(pinyin, truth, weight)
    pinyin_shift -= PINYIN_HANDICAP
    greater = np.maximum(character * char_slope + char_shift, pinyin * pinyin_slope + pinyin_shift)
    return char_slope, char_shift, pinyin_slope, pinyin_shift, *platt(greater, truth, weight)


def _apply(maps: tuple[float, ...], character: F64, pinyin: F64) -> F64:
    char_slope, char_shift, pinyin_slope, pinyin_shift, slope, shift = maps
    logits: F64 = np.maximum(character * char_slope + char_shift, pinyin * pinyin_slope + pinyin_shift) * slope + shift
    return logits


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
