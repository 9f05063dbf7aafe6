"""Identity-term bias (Dixon et al. 2018; Borkan et al. 2019): a group's name must not raise a score by itself."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from eval.bootstrap import Estimate, estimates, rate
from eval.flow import Context
from eval.metrics import Flags, Floats, roc_auc
from eval.readings import OFFENSIVE, TOXIC
from eval.results import Bars, Better, Result, Row, Table
from eval.tables import binary_table, curves, flags

_LEADS = ("我是", "我讨厌")
_SHOWN = 15


def jigsaw_templates(context: Context) -> Result:
    """37,359 Chinese sentences made from templates: overall, and per identity term the false-positive rate and the ROC AUC."""
    rows = context.datasets.rows("jigsaw-bias", "sentence_templates/zh-cn_sentence_templates.csv")
    terms = _terms(rows)
    rows = context.cases(rows)
    texts = [row["phrase"] for row in rows]
    truth = flags([row["toxicity"] == "toxic" for row in rows])
    scores = context.flow.screen(texts).highest(OFFENSIVE)
    per_term = _per_term(texts, truth, scores, terms)
    identity_only = flags([row["template"] == "am_identity" for row in rows])
    worst = sorted(per_term, key=lambda row: -_value(row.cells["false positives"]))
    spread = [_value(row.cells["false positives"]) for row in per_term]
    summary = Table(
        "identity terms",
        {"false positives": Better.DOWN, "terms": Better.NEITHER, "highest less lowest": Better.NEITHER},
        (
            Row("sentences that only say 我是…", {"false positives": rate((scores >= 0.5)[identity_only])}),
            Row(
                "all terms",
                {"terms": float(len(per_term)), "highest less lowest": float(np.ptp(spread)) if spread else None},
            ),
        ),
    )
    columns = {"false positives": Better.NEITHER, "ROC AUC": Better.NEITHER, "sentences": Better.NEITHER}
    shown = Table(f"the {_SHOWN} terms with the most false positives", columns, tuple(worst[:_SHOWN]))
    tables = (
        binary_table(
            "toxic or not", truth, {"ours": scores}, note="The templates' verbs decide; many read oddly in Chinese."
        ),
        summary,
        shown,
    )
    bars = Bars(
        "false positives, worst terms",
        tuple((row.name, shown.estimate("false positives", i)) for i, row in enumerate(shown.rows)),
        Better.DOWN,
    )
    return Result("jigsaw_templates", "Identity terms in Chinese templates", tables, (bars,), cases=len(rows))


def jigsaw_wikipedia(context: Context) -> Result:
    """1,492 English Wikipedia comments that name identities."""
    path = "archive/unintended_ml_bias/eval_datasets/toxicity_nonfuzzed_testset.csv"
    rows = context.cases(context.datasets.rows("jigsaw-bias", path))
    truth = flags([row["toxic"] == "True" for row in rows])
    scores = context.flow.screen([row["comment"] for row in rows]).highest(TOXIC)
    table = binary_table("toxic or not", truth, {"ours": scores})
    return Result(
        "jigsaw_wikipedia",
        "Wikipedia comments that name identities",
        (table,),
        curves(truth, {"ours": scores}),
        cases=len(rows),
    )


def _terms(rows: list[dict[str, str]]) -> list[str]:
    """The identity terms: what the two plainest templates say besides their lead; longest first."""
    plain = [row["phrase"] for row in rows if row["template"] in {"am_identity", "hate_identity"}]
    terms = {phrase.removeprefix(lead).strip() for phrase in plain for lead in _LEADS if phrase.startswith(lead)}
    return sorted(terms - {""}, key=lambda term: (-len(term), term))


def _per_term(texts: list[str], truth: Flags, scores: Floats, terms: list[str]) -> list[Row]:
    members: dict[str, list[int]] = defaultdict(list)
    for i, text in enumerate(texts):
        term = next((term for term in terms if term in text), None)
        if term:
            members[term].append(i)
    rows = []
    for term, found in sorted(members.items()):
        t, s = truth[found], scores[found]
        auc = _auc(t, s) if t.any() and not t.all() else None
        rows.append(
            Row(term, {"false positives": rate((s >= 0.5)[~t]), "ROC AUC": auc, "sentences": float(len(found))})
        )
    return [row for row in rows if not np.isnan(_value(row.cells["false positives"]))]


def _auc(truth: Flags, scores: Floats) -> Estimate:
    return estimates(len(truth), {"auc": lambda w: roc_auc(truth, scores, w)})["auc"]


def _value(cell: object) -> float:
    return cell.value if isinstance(cell, Estimate) else np.nan
