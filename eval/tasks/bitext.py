"""Across languages: which English sentence says what a Chinese one says (Artetxe and Schwenk 2019, the Tatoeba test of LASER)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval.bootstrap import estimates, rate
from eval.embedders import ours
from eval.flow import Context
from eval.metrics import Floats, Ints, ratio
from eval.results import Better, Cell, Goal, Kind, Result, Row, Table
from eval.tables import published

_PATH = "data/tatoeba/v1/tatoeba.cmn-eng"


def tatoeba_zh_en(context: Context) -> Result:
    """Each of 1,000 sentences looks for its nearest among the 1,000 of the other language; F1 as MTEB computes it (the mean over the
    gold sentences of the F1 of answering with that sentence), and the share that is right.
    """
    lines = [
        context.datasets.read("laser_tatoeba_test", f"{_PATH}.{side}").decode().splitlines() for side in ("cmn", "eng")
    ]
    chinese, english = zip(*context.cases(list(zip(*lines, strict=True))), strict=True)
    likeness = (ours().encode(chinese) @ ours().encode(english).T).astype(np.float64)
    rows = [
        _row("ours, Chinese to English", _nearest(likeness)),
        _row("ours, English to Chinese", _nearest(likeness.T)),
        _row("always the same sentence", np.zeros(len(chinese), np.int64), Kind.TRIVIAL),
        *(
            published(f"{name} (MTEB)", {"F1": value})
            for name, value in (
                ("LaBSE", 0.951),
                ("paraphrase-multilingual-MiniLM-L12-v2", 0.949),
                ("multilingual-e5-small", 0.902),
                ("static-similarity-mrl-multilingual", 0.900),
                ("potion-multilingual-128M", 0.617),
            )
        ),
    ]
    table = Table("nearest sentence of the other language", {"F1": Better.UP, "accuracy": Better.UP}, tuple(rows))
    goals = (Goal("Tatoeba zh-en, F1", table.estimate("F1"), Better.UP, 0.90),)
    return Result("tatoeba_zh_en", "Tatoeba, Chinese and English", (table,), goals=goals, cases=len(chinese))


def _nearest(likeness: Floats) -> Ints:
    return np.asarray(likeness.argmax(axis=1), np.int64)


def _row(name: str, answers: Ints, kind: Kind = Kind.OURS) -> Row:
    figures = estimates(len(answers), {"F1": lambda w: answer_f1(answers, w)})
    cells: dict[str, Cell] = {"F1": figures["F1"], "accuracy": rate(answers == np.arange(len(answers)))}
    return Row(name, cells, kind)


def answer_f1(answers: Sequence[int] | Ints, weights: Floats) -> Floats:
    """Question i is answered by ``answers[i]`` and right with i: F1 of every class, weighted by how often it is asked for."""
    found = np.asarray(answers, np.int64)
    n = len(found)
    hits = weights * (found == np.arange(n))
    given = np.stack([np.bincount(found, row, minlength=n) for row in weights])
    return np.asarray((np.nan_to_num(ratio(2 * hits, weights + given)) * weights).sum(axis=1) / weights.sum(axis=1))
