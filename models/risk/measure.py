"""Figures on held-back rows, with bootstrap intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from rich.table import Table
from sklearn.metrics import roc_auc_score

from models.risk.thresholds import Measured

F64 = npt.NDArray[np.float64]
ROUNDS = 60


def figures(score: F64, chosen: Measured, seed: int = 0) -> dict[str, Any]:
    """Per script: counts, area under the ROC curve, and at one half precision, recall, false-positive rate, each with 95 % interval."""
    found: dict[str, Any] = {}
    for one, name in ((1, "zh"), (0, "en")):
        mask = chosen.script == one
        truth, scores = chosen.truth[mask], score[mask]
        counts = {"positive": int((truth == 1).sum()), "negative": int((truth == 0).sum())}
        found[name] = counts | (_intervals(scores, truth, seed) if min(counts.values()) >= 20 else {})
    return found


def _intervals(score: F64, truth: F64, seed: int) -> dict[str, list[float]]:
    generator = np.random.default_rng(seed)
    rounds = [_point(score, truth)]
    for _ in range(ROUNDS):
        drawn = generator.integers(0, len(truth), len(truth))
        if 0 < truth[drawn].sum() < len(truth):
            rounds.append(_point(score[drawn], truth[drawn]))
    return {
        name: [round(float(v), 4) for v in (values[0], *np.quantile(values[1:], (0.025, 0.975)))]
        for name, values in zip(("auc", "precision", "recall", "fpr"), np.array(rounds).T, strict=True)
    }


def _point(score: F64, truth: F64) -> tuple[float, float, float, float]:
    flagged = score >= 0.5
    precision = float(truth[flagged].mean()) if flagged.any() else 1.0
    return (
        float(roc_auc_score(truth, score)),
        precision,
        float(flagged[truth == 1].mean()),
        float(flagged[truth == 0].mean()),
    )


def reliability(score: F64, truth: F64, weight: F64) -> list[list[float]]:
    """Per tenth of the scores that holds at least 20 rows: mean score, share of harmful rows (weighted), rows."""
    found = []
    for tenth in range(10):
        mask = (score >= tenth / 10) & ((score < (tenth + 1) / 10) | (tenth == 9))
        if mask.sum() >= 20:
            mean, share = (float(np.average(values[mask], weights=weight[mask])) for values in (score, truth))
            found.append([round(mean, 4), round(share, 4), int(mask.sum())])
    return found


def rendered(report: dict[str, Any]) -> Table:
    """The figures as a table for people."""
    shown = Table(
        "label", "script", "positive", "negative", "AUC", "precision", "recall", "FPR", title="held back, at one half"
    )
    for label, scripts in report.items():
        for script, found in scripts.items():
            cells = [_cell(found.get(name)) for name in ("auc", "precision", "recall", "fpr")]
            shown.add_row(label, script, str(found["positive"]), str(found["negative"]), *cells)
    return shown


def _cell(value: list[float] | None) -> str:
    return f"{value[0]:.3f} [{value[1]:.3f}, {value[2]:.3f}]" if value else "-"
