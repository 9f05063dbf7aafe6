"""What a fitted reranker reaches on lists that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.faq.calibrate import probabilities
from assistant.faq.rerank import Reranker
from models.faq.lists import Listed


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Per list: the first's probability and whether it is right, then the second's."""

    first: npt.NDArray[np.float64]
    right: npt.NDArray[np.bool_]
    second: npt.NDArray[np.float64]
    second_right: npt.NDArray[np.bool_]
    answerable: npt.NDArray[np.bool_]


def judged(reranker: Reranker, lists: Sequence[Listed], temperature: float | None = None) -> Judged:
    rows = [_two(reranker, one, temperature or reranker.temperature) for one in lists]
    first, right, second, second_right = (np.array(column) for column in zip(*rows, strict=True))
    return Judged(first, right, second, second_right, np.array([one.answerable for one in lists]))


def _two(reranker: Reranker, one: Listed, temperature: float) -> tuple[float, bool, float, bool]:
    logits, none = reranker.logits(one.features, one.context)
    shares = probabilities(logits, none, temperature)
    best = [(float(shares[i]), bool(one.right[i])) for i in np.argsort(-shares, kind="stable")[:2]]
    (first, right), (second, second_right) = [*best, (0.0, False), (0.0, False)][:2]
    return first, right, second, second_right


def figures(found: Judged) -> dict[str, float]:
    """``first right``: of the answerable; at the threshold that answers 95 % of them: how many of those are right, how many others are
    refused; ``calibration error`` over ten bins."""
    known = found.first[found.answerable]
    threshold = float(np.quantile(known, 0.05)) if len(known) else 0.0
    answered = found.answerable & (found.first >= threshold)
    unknown = found.first[~found.answerable]
    return {
        "questions": len(found.first),
        "first right": _mean(found.right[found.answerable]),
        "answered right": _mean(found.right[answered]),
        "unknown refused": _mean(unknown < threshold),
        "AUROC": _auroc(known, unknown),
        "calibration error": calibration_error(found),
    }


def calibration_error(found: Judged, bins: int = 10) -> float:
    which = np.minimum((found.first * bins).astype(int), bins - 1)
    errors = [
        abs(found.first[which == b].mean() - found.right[which == b].mean()) * (which == b).sum()
        for b in np.unique(which)
    ]
    return float(sum(errors) / max(len(found.first), 1))


def _mean(values: npt.NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _auroc(positives: npt.NDArray[np.float64], negatives: npt.NDArray[np.float64]) -> float:
    if not len(positives) or not len(negatives):
        return float("nan")
    ordered = np.sort(negatives)
    below = np.searchsorted(ordered, positives, "left") + np.searchsorted(ordered, positives, "right")
    return float(below.mean() / 2 / len(negatives))
