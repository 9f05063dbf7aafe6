"""Evidence: whether the characters that we show are those that people marked (Pavlopoulos et al. 2021, SemEval-2021 task 5)."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import numpy as np

from eval.bootstrap import estimates
from eval.flow import Context, Screened
from eval.metrics import span_f1
from eval.readings import TOXIC
from eval.results import Better, Cell, Kind, Result, Row, Table
from eval.tables import published


def toxic_spans(context: Context) -> Result:
    """Mean character F1 over 2,000 English comments; what we show is every finding of a label of toxicity from 0.5 on."""
    rows = context.cases(context.datasets.rows("toxic-spans", "SemEval2021/data/tsd_test.csv"))
    gold = [frozenset[int](ast.literal_eval(row["spans"])) for row in rows]
    texts = [row["text"] for row in rows]
    shown = _shown(context.probe.screen(texts))
    answers: dict[str, list[frozenset[int]]] = {
        "ours": shown,
        "mark the whole text": [frozenset(range(len(t))) for t in texts],
        "mark nothing": [frozenset()] * len(texts),
    }
    lines = tuple(
        Row(name, _cells(gold, found), Kind.OURS if name == "ours" else Kind.TRIVIAL) for name, found in answers.items()
    )
    table = Table(
        "characters shown as evidence",
        {"mean F1": Better.UP, "mean F1 where we show some": Better.UP, "texts with evidence": Better.NEITHER},
        (*lines, published("best of 2021 (HITSZ-HLT, an ensemble of transformers)", {"mean F1": 0.7083})),
    )
    return Result("toxic_spans", "Toxic spans", (table,), cases=len(rows))


def _shown(screened: Screened) -> list[frozenset[int]]:
    return [
        frozenset(i for f in findings if f.label in TOXIC and f.field == "text" for i in range(f.start, f.end))
        for findings in screened.findings
    ]


def _cells(gold: Sequence[frozenset[int]], found: Sequence[frozenset[int]]) -> dict[str, Cell]:
    scores = np.array([span_f1(g, f) for g, f in zip(gold, found, strict=True)])
    some = scores[[bool(f) for f in found]]
    mean = estimates(len(scores), {"mean": lambda w: w @ scores / w.sum(axis=1)})["mean"]
    where = estimates(len(some), {"mean": lambda w: w @ some / w.sum(axis=1)})["mean"]
    return {"mean F1": mean, "mean F1 where we show some": where, "texts with evidence": float(len(some))}
