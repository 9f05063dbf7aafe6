"""Tables that many tasks share: one binary question, ours beside the trivial answers and the published ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from eval.bootstrap import Estimate, estimates, rate
from eval.metrics import (
    Flags,
    Floats,
    Ints,
    accuracy,
    average_precision,
    calibration_error,
    f1,
    length_strata,
    macro_f1,
    matched_auc,
    precision,
    precision_recall_curve,
    reliability,
    roc_auc,
)
from eval.readings import THRESHOLD
from eval.results import Better, Cell, Curve, Curves, Kind, Row, Table

BINARY: Mapping[str, Better] = {
    "accuracy": Better.UP,
    "macro-F1": Better.UP,
    "F1": Better.UP,
    "precision": Better.UP,
    "recall": Better.UP,
    "false positives": Better.DOWN,
    "ROC AUC": Better.UP,
    "average precision": Better.UP,
    "calibration error": Better.DOWN,
}


def binary_cells(
    truth: Flags, scores: Floats, flagged: Flags | None = None, clusters: Ints | None = None
) -> dict[str, Estimate]:
    """Every column of ``BINARY`` but calibration, with intervals. ``flagged`` is by default the rule of ``eval.readings``."""
    flags = scores >= THRESHOLD if flagged is None else flagged
    figures = estimates(
        len(truth),
        {
            "accuracy": lambda w: accuracy(truth, flags, w),
            "macro-F1": lambda w: macro_f1(truth, flags, w),
            "F1": lambda w: f1(truth, flags, w),
            "precision": lambda w: precision(truth, flags, w),
            "ROC AUC": lambda w: roc_auc(truth, scores, w),
            "average precision": lambda w: average_precision(truth, scores, w),
        },
        clusters,
    )
    shares = {
        name: rate(flags[inside], None if clusters is None else clusters[inside])
        for name, inside in (("recall", truth), ("false positives", ~truth))
    }
    return {**figures, **shares}


def trivial_rows(truth: Flags) -> tuple[Row, Row]:
    """Flag everything, flag nothing: a figure that one of them passes proves nothing."""
    rows = []
    for name, answer in (("flag everything", np.ones_like(truth)), ("flag nothing", np.zeros_like(truth))):
        constant = answer.astype(float)
        cells: dict[str, Cell] = {column: cell.value for column, cell in _plain(truth, constant, answer).items()}
        rows.append(Row(name, cells, Kind.TRIVIAL))
    return rows[0], rows[1]


def _plain(truth: Flags, scores: Floats, flags: Flags) -> dict[str, Estimate]:
    one = np.ones((1, len(truth)))
    values = {
        "accuracy": accuracy(truth, flags, one),
        "macro-F1": macro_f1(truth, flags, one),
        "F1": f1(truth, flags, one),
        "precision": precision(truth, flags, one),
        "recall": np.array([flags[truth].mean() if truth.any() else np.nan]),
        "false positives": np.array([flags[~truth].mean() if (~truth).any() else np.nan]),
        "ROC AUC": roc_auc(truth, scores, one),
        "average precision": average_precision(truth, scores, one),
    }
    return {name: Estimate(float(v[0]), np.nan, np.nan, len(truth)) for name, v in values.items()}


def binary_table(
    title: str,
    truth: Flags,
    scores: Mapping[str, Floats],
    published: tuple[Row, ...] = (),
    *,
    note: str = "",
    clusters: Ints | None = None,
) -> Table:
    """One row of ours per entry of ``scores``, the two trivial rows, then the published ones."""
    ours = tuple(
        Row(name, {**binary_cells(truth, s, clusters=clusters), "calibration error": calibration_error(truth, s)})
        for name, s in scores.items()
    )
    return Table(title, BINARY, (*ours, *trivial_rows(truth), *published), note)


def published(name: str, cells: Mapping[str, Cell]) -> Row:
    return Row(name, cells, Kind.PUBLISHED)


def length_table(texts: Sequence[str], truth: Flags, scores: Floats) -> Table:
    """ROC AUC over pairs of texts of like length (ten strata), and what the length alone would reach as a score."""
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    strata = length_strata(lengths)
    cells: dict[str, Cell] = {
        **estimates(len(truth), {"pairs of like length": lambda w: matched_auc(truth, scores, strata, w)}),
        "length alone as the score": float(roc_auc(truth, lengths.astype(float), np.ones((1, len(truth))))[0]),
    }
    columns = {"pairs of like length": Better.UP, "length alone as the score": Better.NEITHER}
    return Table("scores must not follow length", columns, (Row("ROC AUC", cells),))


def curves(truth: Flags, scores: Mapping[str, Floats]) -> tuple[Curves, Curves]:
    """The precision-recall and the reliability plot."""
    pr = tuple(Curve(name, tuple(precision_recall_curve(truth, s))) for name, s in scores.items())
    bins = tuple(Curve(name, tuple((x, y) for x, y, _ in reliability(truth, s))) for name, s in scores.items())
    return (
        Curves("precision and recall", "recall", "precision", pr),
        Curves("reliability", "mean score", "share of positives", bins, diagonal=True),
    )


def flags(values: list[bool]) -> Flags:
    return np.array(values, dtype=bool)
