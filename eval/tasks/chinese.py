"""Chinese offensive language: COLD (Deng et al. 2022) and ToxiCN (Lu et al. 2023)."""

from __future__ import annotations

import numpy as np

from assistant.types import Action
from eval.bootstrap import rate
from eval.flow import Context
from eval.metrics import Flags
from eval.readings import ATTACKING, OFFENSIVE
from eval.results import Bars, Better, Cell, Goal, Result, Row, Table
from eval.tables import binary_table, curves, flags, length_table, published

_FINE = {"1": "attacks a person", "2": "attacks a group", "3": "anti-bias", "0": "other, not offensive"}


def cold_test(context: Context) -> Result:
    """5,323 comments on race, region and gender, with fine labels; nothing is chosen on them."""
    rows = context.cases(context.datasets.rows("cold", "COLDataset/test.csv"))
    texts = [row["TEXT"] for row in rows]
    truth = flags([row["label"] == "1" for row in rows])
    screened = context.flow.screen(texts)
    scores = screened.highest(ATTACKING)
    binary = binary_table(
        "offensive or not",
        truth,
        {"ours": scores, "ours, any offence": screened.highest(OFFENSIVE)},
        (
            published("COLDetector, 102 M parameters (paper)", {"accuracy": 0.81}),
            published("characters 1-2, logistic regression", {"accuracy": 0.8005, "macro-F1": 0.796}),
        ),
        note="The whole test file, as published scores have it. Texts that it shares with the training file are for training to drop.",
    )
    fine = _by_fine_label([row["fine-grained-label"] for row in rows], truth, scores >= 0.5)
    goals = (
        Goal("COLD test, accuracy", binary.estimate("accuracy"), Better.UP, 0.81),
        Goal("COLD test, accuracy on anti-bias texts", fine.estimate("accuracy", 2), Better.UP, 0.50),
        Goal("COLD test, recall beside it", binary.estimate("recall"), Better.UP, 0.82),
    )
    charts = (
        *curves(truth, {"ours": scores}),
        Bars(
            "accuracy by fine label", tuple((row.name, fine.estimate("accuracy", i)) for i, row in enumerate(fine.rows))
        ),
    )
    tables = (binary, fine, length_table(texts, truth, scores))
    return Result("cold_test", "COLD test", tables, charts, goals, cases=len(rows))


def _by_fine_label(labels: list[str], truth: Flags, flagged: Flags) -> Table:
    fine = np.array(labels)
    rows = []
    for key, name in _FINE.items():
        inside = fine == key
        cells: dict[str, Cell] = {
            "accuracy": rate((truth == flagged)[inside]),
            "flag everything": float(key in "12"),
            "flag nothing": float(key not in "12"),
        }
        rows.append(Row(name, cells))
    columns = {"accuracy": Better.UP, "flag everything": Better.NEITHER, "flag nothing": Better.NEITHER}
    return Table("by fine label", columns, tuple(rows))


def cold_dev(context: Context) -> Result:
    """The recall that stands beside the false positives on reviews: what the demo policy sends to people, at the same thresholds."""
    rows = context.cases(context.datasets.rows("cold", "COLDataset/dev.csv"))
    truth = flags([row["label"] == "1" for row in rows])
    screened = context.flow.screen([row["TEXT"] for row in rows])
    table = Table(
        "what the demo policy does",
        {"recall": Better.UP, "false positives": Better.DOWN},
        tuple(
            Row(name, {"recall": rate(reached[truth]), "false positives": rate(reached[~truth])})
            for name, reached in (
                ("review or worse", screened.reaches(Action.REVIEW)),
                ("mask or worse", screened.reaches(Action.MASK)),
                ("score of 0.5 or more", screened.over(ATTACKING)),
            )
        ),
        "Dev rows calibrate the shipped model and are never fitted. Their labels are closer to the training file's than the "
        "test file's are: dev overstates the test figures by about ten points.",
    )
    return Result("cold_dev", "COLD dev under the demo policy", (table,), cases=len(rows))


def toxicn_test(context: Context) -> Result:
    """Toxic or not, on forum posts about gender, race, region and LGBTQ; never trained on."""
    rows = context.cases(context.datasets.json("toxicn", "ToxiCN_ex/ToxiCN/data/test.json"))
    texts = [row["content"] for row in rows]
    truth = flags([row["toxic"] == 1 for row in rows])
    scores = context.flow.screen(texts).highest(OFFENSIVE)
    topics = np.array([row["topic"] for row in rows])
    by_topic = Table(
        "by topic",
        {"recall": Better.UP, "false positives": Better.DOWN},
        tuple(
            Row(
                topic,
                {
                    "recall": rate((scores >= 0.5)[truth & (topics == topic)]),
                    "false positives": rate((scores >= 0.5)[~truth & (topics == topic)]),
                },
            )
            for topic in sorted(set(topics))
        ),
    )
    binary = binary_table("toxic or not", truth, {"ours": scores})
    tables = (binary, by_topic, length_table(texts, truth, scores))
    return Result("toxicn_test", "ToxiCN test", tables, curves(truth, {"ours": scores}), cases=len(rows))
