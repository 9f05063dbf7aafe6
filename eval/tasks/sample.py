"""The small sample that this project wrote: it makes ``make eval`` mean something without any download."""

from __future__ import annotations

import numpy as np

from assistant.types import Action
from eval.bootstrap import rate
from eval.datasets import read_jsonl
from eval.flow import LABELS, Context
from eval.metrics import Floats
from eval.results import Better, Cell, Result, Row, Table
from eval.tables import binary_cells, binary_table, curves


def sample(context: Context) -> Result:
    """Harmful or not, per label and per language; harmful here is any label at all, and so is its score."""
    rows = context.cases(read_jsonl(context.own / "sample" / "moderation.jsonl"))
    screened = context.flow.screen([row["text"] for row in rows])
    truth = np.array([bool(row["labels"]) for row in rows])
    scores = screened.highest(LABELS)
    binary = binary_table("harmful or not", truth, {"ours": scores})
    flagged = screened.reaches(Action.MASK)
    languages = np.array([row["lang"] for row in rows])
    by_language = Table(
        "what the demo policy does, by language",
        {"recall": Better.UP, "false positives": Better.DOWN},
        tuple(
            Row(
                lang,
                {
                    "recall": rate(flagged[truth & (languages == lang)]),
                    "false positives": rate(flagged[~truth & (languages == lang)]),
                },
            )
            for lang in sorted(set(languages))
        ),
    )
    by_label = Table(
        "by label",
        {
            "F1": Better.UP,
            "recall": Better.UP,
            "false positives": Better.DOWN,
            "ROC AUC": Better.UP,
            "texts": Better.NEITHER,
        },
        tuple(
            _label_row(label, rows, screened.highest([label]))
            for label in LABELS
            if any(label in row["labels"] for row in rows)
        ),
    )
    tables = (binary, by_language, by_label)
    return Result("sample", "Our own sample", tables, curves(truth, {"ours": scores}), cases=len(rows))


def _label_row(label: str, rows: list[dict[str, list[str]]], scores: Floats) -> Row:
    truth = np.array([label in row["labels"] for row in rows])
    cells = binary_cells(truth, scores)
    shown: dict[str, Cell] = {name: cells[name] for name in ("F1", "recall", "false positives", "ROC AUC")}
    return Row(label, {**shown, "texts": float(truth.sum())})
