"""ToxiCloakCN (Xiao et al. 2024): 4,586 texts as written, cloaked by homophones, and cloaked by emoji."""

from __future__ import annotations

import csv
import io

import numpy as np

from eval.bootstrap import rate
from eval.flow import Context
from eval.metrics import Flags, Floats, threshold_at
from eval.readings import OFFENSIVE
from eval.results import Better, Result, Row, Table
from eval.tables import BINARY, binary_cells, curves, flags, trivial_rows

_FILES = {
    "base": "base_data.tsv",
    "homophones, whole text": "Full_Perturbation/homo_full.tsv",
    "homophones, keywords": "Only_Keywords/homo_keyword.csv",
    "emoji, whole text": "Full_Perturbation/emoji_full.tsv",
    "emoji, keywords": "Only_Keywords/emoji_keyword.csv",
}


def toxicloakcn(context: Context) -> Result:
    """The base against its cloaks: at our threshold, and at the one that flags 10 % of the base's non-toxic texts."""
    read = {name: _screen(context, path) for name, path in _FILES.items()}
    truth, base = read["base"]
    ten = threshold_at(base[~truth], 0.10)
    rows = tuple(Row(name, {**binary_cells(t, s)}) for name, (t, s) in read.items())
    budget = tuple(
        Row(name, {"recall": rate((s >= ten)[t]), "false positives": rate((s >= ten)[~t])})
        for name, (t, s) in read.items()
    )
    columns = {name: better for name, better in BINARY.items() if name != "calibration error"}
    tables = (
        Table("toxic or not", columns, (*rows, *trivial_rows(truth))),
        Table(
            "threshold that flags 10 % of the base's non-toxic texts",
            {"recall": Better.UP, "false positives": Better.DOWN},
            budget,
        ),
    )
    return Result(
        "toxicloakcn",
        "ToxiCloakCN",
        tables,
        curves(truth, {"base": base})[:1],
        cases=sum(len(t) for t, _ in read.values()),
    )


def _screen(context: Context, path: str) -> tuple[Flags, Floats]:
    content = context.datasets.read("toxicloakcn", f"Datasets/{path}").decode("utf-8-sig")
    tabs = path.endswith(".tsv")
    lines = csv.reader(io.StringIO(content, newline=""), delimiter="\t" if tabs else ",")
    rows = context.cases([(row[0], row[-1]) for row in list(lines)[1:]])
    scores = context.flow.screen([text for text, _ in rows]).highest(OFFENSIVE)
    return flags([label == "1" for _, label in rows]), np.asarray(scores)
