"""Likeness in meaning: Spearman's correlation of our cosine and what people said, as C-MTEB measures it (Xiao et al. 2023).

Nothing is tuned on a test split; the embedder is chosen on the dev splits. Figures published by C-MTEB stand beside ours.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.bootstrap import estimates
from eval.embedders import MINILM, characters, cosines, minilm, ours
from eval.flow import Context
from eval.metrics import Floats
from eval.ranks import spearman
from eval.results import Better, Cell, Goal, Kind, Result, Row, Table
from eval.tables import published

COLUMN = "Spearman"
STATIC, POTION, SMALL_ZH = "static-similarity-mrl-multilingual", "potion-multilingual-128M", "bge-small-zh-v1.5"


@dataclass(frozen=True, slots=True)
class Pairs:
    left: list[str]
    right: list[str]
    likeness: Floats


def stsb_zh(context: Context) -> Result:
    """Translated STS-B, test split; in both translations that are about, the first of which C-MTEB uses."""
    rows = _csts(context, "Chinese-STS-B/sts-b-test.txt")
    known = {SMALL_ZH: 0.765, STATIC: 0.697, POTION: 0.682}
    table = _table("STS-B in Chinese, test", rows, known)
    other = _table("STS-B in Chinese, test, the translation of stsb-multi-mt", _multi(context, "stsb-zh-test.csv"))
    goals = (Goal("STS-B zh test, Spearman", table.estimate(COLUMN), Better.UP, 0.72),)
    return Result("stsb_zh", "STS-B in Chinese", (table, other), goals=goals, cases=2 * len(rows.likeness))


def stsb_en(context: Context) -> Result:
    """STS-B, test split, in English."""
    rows = _multi(context, "stsb-en-test.csv")
    return Result(
        "stsb_en",
        "STS-B in English",
        (_table("STS-B in English, test", rows, english=True),),
        cases=len(rows.likeness),
    )


def lcqmc(context: Context) -> Result:
    """Everyday questions, test split: the same question or not (Liu et al. 2018)."""
    rows = _csts(context, "LCQMC/test.txt")
    table = _table("LCQMC, test", rows, {SMALL_ZH: 0.726, STATIC: 0.596, POTION: 0.623})
    goals = (Goal("LCQMC test, Spearman", table.estimate(COLUMN), Better.UP, 0.64),)
    return Result("lcqmc", "LCQMC", (table,), goals=goals, cases=len(rows.likeness))


def bq(context: Context) -> Result:
    """Questions to a bank's chat, test split: the same question or not (Chen et al. 2018)."""
    content = context.datasets.rows("nlp_datasets_zh_match", "BQ_corpus/test.csv")
    rows = _pairs(context, [(row["sentence1"], row["sentence2"], row["label"]) for row in content])
    table = _table("BQ, test", rows, {SMALL_ZH: 0.555, STATIC: 0.406, POTION: 0.411})
    goals = (Goal("BQ test, Spearman", table.estimate(COLUMN), Better.UP, 0.42),)
    return Result("bq", "BQ", (table,), goals=goals, cases=len(rows.likeness))


def afqmc(context: Context) -> Result:
    """Questions to a payment service's help desk, dev split, there being no labelled test split: the same question or not."""
    rows = _csts(context, "AFQMC/dev.txt")
    table = _table("AFQMC, dev", rows, {SMALL_ZH: 0.339, STATIC: 0.166, POTION: 0.136})
    return Result("afqmc", "AFQMC", (table,), cases=len(rows.likeness))


def _csts(context: Context, path: str) -> Pairs:
    lines = context.datasets.read("csts_zh", path).decode("utf-8").splitlines()
    return _pairs(context, [line.split("\t") for line in lines if line])


def _multi(context: Context, path: str) -> Pairs:
    text = context.datasets.read("stsb_multi_mt", f"data/{path}").decode("utf-8-sig")
    return _pairs(context, list(csv.reader(io.StringIO(text, newline=""))))


def _pairs(context: Context, rows: Sequence[Sequence[str]]) -> Pairs:
    left, right, likeness = zip(*context.cases(rows), strict=True)
    return Pairs(list(left), list(right), np.array(likeness, np.float64))


def _table(title: str, rows: Pairs, known: Mapping[str, float] | None = None, english: bool = False) -> Table:
    """Ours, then what it has to beat; the teacher's line is there for English alone, and where its package is."""
    teacher = minilm() if english else None
    lines = [
        _row("ours", Kind.OURS, rows, lambda left, right: cosines(ours(), left, right)),
        _row("characters 1-2, TF-IDF", Kind.TRIVIAL, rows, characters),
    ]
    if teacher is not None:
        lines.append(_row(MINILM, Kind.TRIVIAL, rows, lambda left, right: cosines(teacher, left, right)))
    lines += [published(f"{name} (C-MTEB)", {COLUMN: value}) for name, value in (known or {}).items()]
    return Table(
        title, {COLUMN: Better.UP}, tuple(lines), "Of the cosine of both texts with the likeness that people gave."
    )


def _row(name: str, kind: Kind, rows: Pairs, score: Callable[[Sequence[str], Sequence[str]], Floats]) -> Row:
    found = score(rows.left, rows.right)
    figures = estimates(len(found), {COLUMN: lambda w: spearman(found, rows.likeness, w)})
    cells: dict[str, Cell] = dict(figures)
    return Row(name, cells, kind)
