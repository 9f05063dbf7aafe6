"""Traditional Chinese as written in Taiwan and Hong Kong: benign and harmful texts that share words. Written by us, never trained on."""

from __future__ import annotations

import numpy as np

from assistant.types import Action
from eval.bootstrap import rate
from eval.datasets import read_jsonl
from eval.flow import Context, Screened
from eval.metrics import Flags, Strings
from eval.results import Better, Cell, Goal, Kind, Result, Row, Table

_REGIONS = {"tw": "Taiwan", "hk": "Hong Kong"}


def traditional_twins(context: Context) -> Result:
    """Per region: the recall of the harmful, the share of the benign that the demo policy does not allow."""
    rows = context.cases(read_jsonl(context.own / "twins" / "traditional.jsonl"))
    screened = context.flow.screen([row["text"] for row in rows])
    labels = np.array([row["label"] or "" for row in rows])
    regions = np.array([row["region"] for row in rows])
    named = _named(screened, list(labels))
    per_region = tuple(Row(name, _cells(screened, labels, named, regions == key)) for key, name in _REGIONS.items())
    table = Table(
        "by region",
        {
            "recall": Better.UP,
            "recall, right label": Better.UP,
            "false positives": Better.DOWN,
            "reach review or worse": Better.DOWN,
        },
        (
            *per_region,
            Row("flag everything", {"recall": 1.0, "false positives": 1.0, "reach review or worse": 1.0}, Kind.TRIVIAL),
            Row("flag nothing", {"recall": 0.0, "false positives": 0.0, "reach review or worse": 0.0}, Kind.TRIVIAL),
        ),
        "Recall and false positives: whatever the demo policy does not allow. The last column: benign texts.",
    )
    flagged = screened.reaches(Action.MASK)
    by_label = Table(
        "harmful texts by label",
        {"recall": Better.UP, "recall, right label": Better.UP, "texts": Better.NEITHER},
        tuple(
            Row(
                label,
                {
                    "recall": rate(flagged[labels == label]),
                    "recall, right label": rate(named[labels == label]),
                    "texts": float((labels == label).sum()),
                },
            )
            for label in sorted(set(labels) - {""})
        ),
    )
    goals = tuple(
        Goal(f"{row.name}, benign twins flagged", table.estimate("false positives", i), Better.DOWN, 0.01)
        for i, row in enumerate(per_region)
    )
    return Result(
        "traditional_twins", "Traditional Chinese, by region", (table, by_label), goals=goals, cases=len(rows)
    )


def _named(screened: Screened, labels: list[str]) -> Flags:
    """Whether each harmful text's own label reaches the threshold."""
    flags = np.zeros(len(labels), dtype=bool)
    for label in set(labels) - {""}:
        inside = np.array(labels) == label
        flags[inside] = screened.over([label])[inside]
    return flags


def _cells(screened: Screened, labels: Strings, named: Flags, inside: Flags) -> dict[str, Cell]:
    harmful, benign = inside & (labels != ""), inside & (labels == "")
    flagged = screened.reaches(Action.MASK)
    return {
        "recall": rate(flagged[harmful]),
        "recall, right label": rate(named[harmful]),
        "false positives": rate(flagged[benign]),
        "reach review or worse": rate(screened.reaches(Action.REVIEW)[benign]),
    }
