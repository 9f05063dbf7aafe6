"""Proposes each label's default thresholds from held-back rows; the shipped policy is made from ``thresholds.json``.

A threshold for review is the lowest at which, in each script, at most ``REVIEW_SEEDS`` of the benign seeds (hard negatives by design) and
``REVIEW_CLEAN`` of the other clean rows reach it. One for a severer action demands ``SEVERE`` of both and a precision of ``PRECISION``;
without enough positives above it there is none. In a group so small that one row is more than that share, one row may reach a
threshold; that for review only if ``PRECISE`` of all that reach it are harmful.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from models.risk.choose import OFFENCE
from models.risk.row import LABELS, Row

F64 = npt.NDArray[np.float64]
REVIEW_SEEDS = 0.003
REVIEW_CLEAN = 0.002
SEVERE = 0.002
PRECISE = 0.9
PRECISION = 0.97
OURS = {"seeds", "grammar", "disguised"}
HIGHEST_OFFENCE = 0.8
"""For attacks: their hard negatives are counter-speech and quotations, which no threshold parts from them, so a higher one loses more than
it spares."""

HIGHEST = 0.9
"""For the first action: hard negatives alone may not push it out of the reach of what rules find."""

STEPS = np.round(np.arange(0.5, 0.995, 0.01), 2)
SEVERER = {
    "threat": "block",
    "hate": "block",
    "sexual": "block",
    "gambling": "block",
    "illicit": "block",
    "fraud": "block",
    "spam": "hide",
}
MASKED = {"profanity", "privacy"}
"""Their first action masks the span instead of asking a person."""


class Measured(Protocol):
    """Parallel arrays over rows that were held back: index among all rows, truth, script."""

    @property
    def index(self) -> npt.NDArray[np.int64]: ...

    @property
    def truth(self) -> F64: ...

    @property
    def script(self) -> npt.NDArray[np.int8]: ...


def propose(rows: Sequence[Row], label: str, chosen: Measured, score: F64) -> dict[str, Any]:
    """The thresholds of one label, with what held-back rows say of each."""
    clean = np.array([is_clean(rows[n]) for n in chosen.index])
    seeds = np.array([rows[n].source in OURS for n in chosen.index])
    groups = [
        (mask & clean & (chosen.script == one), most)
        for one in (0, 1)
        for mask, most in ((seeds, REVIEW_SEEDS), (~seeds, REVIEW_CLEAN))
    ]
    fitting = (t for t in STEPS if _fits(t, chosen, score, groups))
    highest = HIGHEST_OFFENCE if label in OFFENCE else HIGHEST
    first = min(float(next(fitting, highest)), highest)
    found = {"mask" if label in MASKED else "review": _stated(first, chosen, score, clean)}
    if label in SEVERER:
        strict = [
            t
            for t in STEPS
            if t > first
            and all(_share(score[g], t) <= max(SEVERE, _one_of(g)) for g, _ in groups)
            and _precision(chosen, score, t) >= PRECISION
        ]
        if strict and (score[chosen.truth == 1] >= strict[0]).sum() >= 20:
            found[SEVERER[label]] = _stated(float(strict[0]), chosen, score, clean)
    return found


def is_clean(row: Row) -> bool:
    """Whether a row is known to carry no label at all."""
    return len(row.labels) == len(LABELS) and not any(row.labels.values())


def _fits(
    threshold: float, chosen: Measured, score: F64, groups: Sequence[tuple[npt.NDArray[np.bool_], float]]
) -> bool:
    """Whether few enough of each group reach it; where it is precise, a single row decides nothing."""
    if all(_share(score[g], threshold) <= most for g, most in groups):
        return True
    spared = all(_share(score[g], threshold) <= max(most, _one_of(g)) for g, most in groups)
    return spared and _precision(chosen, score, threshold) >= PRECISE


def _one_of(group: npt.NDArray[np.bool_]) -> float:
    """The share of a single row."""
    return 1 / max(int(group.sum()), 1)


def _share(score: F64, threshold: float) -> float:
    return float((score >= threshold).mean()) if len(score) else 0.0


def _precision(chosen: Measured, score: F64, threshold: float) -> float:
    flagged = score >= threshold
    return float(chosen.truth[flagged].mean()) if flagged.any() else 0.0


def _stated(threshold: float, chosen: Measured, score: F64, clean: npt.NDArray[np.bool_]) -> dict[str, float]:
    return {
        "threshold": threshold,
        "precision": round(_precision(chosen, score, threshold), 4),
        "recall": round(_share(score[chosen.truth == 1], threshold), 4),
        "clean_flagged": round(_share(score[clean], threshold), 5),
    }
