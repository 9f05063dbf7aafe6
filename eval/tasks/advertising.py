"""Advertising law: our own marketing texts with hard negatives, a part to work with and a part held back, by rule.

Written by this project (``eval/ads/``, whose README tells how the parts came about); the held-back part is of other template families, was
written after the rules and the learned model, and changed nothing in them. The texts worked with trained the model: what is found of them
says that nothing broke, and no more.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant.moderation.advertising import SOURCE, is_advertising, rule_named
from assistant.types import Advertising, Category, Purpose
from eval.bootstrap import rate
from eval.datasets import Absent
from eval.flow import Context
from eval.metrics import Flags
from eval.results import Better, Goal, Result, Row, Table

_SAME = {"infant_promotion": "infant"}
_COLUMNS = {
    "recall": Better.UP,
    "false positives": Better.DOWN,
    "claims": Better.NEITHER,
    "innocent texts": Better.NEITHER,
}
_GOAL_RECALL, _GOAL_FALSE = 0.95, 0.02


class Text(NamedTuple):
    """``claims`` says whether it makes the claim of ``rule``, or only looks like it."""

    claims: bool
    rule: str
    language: str
    category: str
    family: str
    text: str


def read_texts(path: Path) -> list[Text]:
    if not path.is_file():
        raise Absent(f"absent: {path.name} is not in {path.parent}")
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Text(mark[0] == "+", mark[1:], *rest) for mark, *rest in rows]


def advertising_law(context: Context) -> Result:
    """What the production flow finds in marketing texts; every law counts. A false positive is an innocent text with any finding."""
    held = context.cases(read_texts(context.own / "ads" / "heldback.tsv"))
    before = context.cases(read_texts(context.own / "ads" / "heldback_q.tsv"))
    working = read_texts(context.own / "ads" / "working.tsv")
    table, alone = _measure(context, "held back", held)
    earlier, earlier_alone = _measure(context, "held back before", before)
    seen, _ = _measure(context, "worked with", working)
    goals = (
        Goal("recall of claims held back", table.estimate("recall"), Better.UP, _GOAL_RECALL),
        Goal("false positives held back", table.estimate("false positives"), Better.DOWN, _GOAL_FALSE),
    )
    return Result(
        "advertising_law",
        "Advertising law",
        (table, alone, earlier, earlier_alone, seen),
        goals=goals,
        cases=len(held) + len(before) + len(working),
    )


def _measure(context: Context, title: str, texts: Sequence[Text]) -> tuple[Table, Table]:
    """By rule; and all of them together as the rules alone, without the learned model, find them."""
    where = [Advertising(category=Category(one.category)) for one in texts]
    screened = context.probe.screen([one.text for one in texts], Purpose.MARKETING, where)
    sources = [{f.source for f in its if is_advertising(f.source)} for its in screened.findings]
    ruled = [{source for source in its if source.startswith(SOURCE)} for its in sources]
    claims = np.array([one.claims for one in texts])
    rules = np.array([one.rule for one in texts])
    everything = np.ones(len(texts), bool)
    hit, flagged = _found(texts, sources)
    rows = [_row("all", everything, claims, hit, flagged)]
    rows += [_row(name, rules == name, claims, hit, flagged) for name in sorted(set(rules.tolist()))]
    alone = _row("all", everything, claims, *_found(texts, ruled))
    return Table(title, _COLUMNS, tuple(rows)), Table(f"{title}, rules alone", _COLUMNS, (alone,))


def _found(texts: Sequence[Text], sources: Sequence[set[str]]) -> tuple[Flags, Flags]:
    """Whether each text's own rule is found, and whether any is."""
    named = [{_SAME.get(rule_named(source), rule_named(source)) for source in its} for its in sources]
    hit = np.array([one.rule in its for one, its in zip(texts, named, strict=True)])
    return hit, np.array([bool(its) for its in named])


def _row(name: str, chosen: Flags, claims: Flags, hit: Flags, flagged: Flags) -> Row:
    return Row(
        name,
        {
            "recall": rate(hit[chosen & claims]),
            "false positives": rate(flagged[chosen & ~claims]),
            "claims": float((chosen & claims).sum()),
            "innocent texts": float((chosen & ~claims).sum()),
        },
    )
