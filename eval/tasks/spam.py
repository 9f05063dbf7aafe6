"""Spam in English: YouTube comments by video, and the SMS collection (Almeida et al. 2011)."""

from __future__ import annotations

import csv

import numpy as np

from eval.bootstrap import Estimate
from eval.flow import Context
from eval.metrics import Flags, Floats
from eval.readings import SPAM
from eval.results import Better, Cell, Goal, Result, Row, Table
from eval.tables import binary_cells, binary_table, curves, flags

_VIDEOS = ("Youtube01-Psy", "Youtube02-KatyPerry", "Youtube03-LMFAO", "Youtube04-Eminem", "Youtube05-Shakira")


def youtube_spam(context: Context) -> Result:
    """1,956 comments under five videos; none of it is trained on."""
    read: dict[str, tuple[Flags, Floats]] = {}
    for video in _VIDEOS:
        rows = context.cases(context.datasets.rows("youtube-spam", f"data/{video}.csv"))
        scores = context.flow.screen([row["CONTENT"] for row in rows]).highest(SPAM)
        read[video] = flags([row["CLASS"] == "1" for row in rows]), scores
    truth = np.concatenate([t for t, _ in read.values()])
    scores = np.concatenate([s for _, s in read.values()])
    table = binary_table("spam or not", truth, {"all five": scores})
    columns = {"F1": Better.UP, "precision": Better.UP, "recall": Better.UP, "ROC AUC": Better.UP}
    by_video = Table("by video", columns, tuple(Row(video, _some(t, s, columns)) for video, (t, s) in read.items()))
    goals = (
        Goal("YouTube spam, ROC AUC", table.estimate("ROC AUC"), Better.UP, 0.95),
        Goal("YouTube spam, F1", table.estimate("F1"), Better.UP, 0.85),
    )
    charts = curves(truth, {"all five": scores})
    return Result("youtube_spam", "YouTube spam", (table, by_video), charts, goals, cases=len(truth))


def _some(truth: Flags, scores: Floats, columns: dict[str, Better]) -> dict[str, Cell]:
    cells: dict[str, Estimate] = binary_cells(truth, scores)
    return {name: cells[name] for name in columns}


def sms_spam(context: Context) -> Result:
    """5,574 messages. This set is in the training data: the figure says that nothing broke, not how well new messages fare."""
    content = context.datasets.read("sms-spam-uci", "data/sms.tsv").decode("utf-8")
    rows = context.cases(list(csv.reader(content.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)))
    truth = flags([row[0] == "spam" for row in rows])
    scores = context.flow.screen([row[1] for row in rows]).highest(SPAM)
    table = binary_table("spam or not, seen in training", truth, {"ours": scores})
    notes = ("In the training data: not a figure of quality. The held-back figure stands in models/risk/metrics.json.",)
    return Result("sms_spam", "SMS spam (seen in training)", (table,), notes=notes, cases=len(rows))
