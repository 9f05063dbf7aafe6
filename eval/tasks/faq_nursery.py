"""Our own FAQ of a nursery shop: entries in one language each, asked in all three, and questions that it does not know.

Written by this project (``eval/faq/nursery.jsonl``), never trained on; its topics are not those of the training seeds, its writer is the
same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from assistant.faq.decide import Verdict, decide
from assistant.faq.index import FaqIndex
from assistant.types.faq import Entry, Hit
from eval.bootstrap import rate
from eval.datasets import read_jsonl
from eval.embedders import ours
from eval.flow import Context
from eval.results import Better, Cell, Kind, Result, Row, Table
from eval.searching import NOW, Question, build, reranker, table

LANGUAGES = ("zh-Hant", "zh-Hans", "en")
_Rows = Sequence[Mapping[str, Any]]


def faq_nursery(context: Context) -> Result:
    """What is found, and what production would do by its default floor and gap: answer, ask which was meant, or hand over."""
    rows = read_jsonl(context.own / "faq" / "nursery.jsonl")
    unknown = read_jsonl(context.own / "faq" / "nursery_unknown.jsonl")
    index = build([Entry(**{k: v for k, v in row.items() if k != "ask"}) for row in rows])
    asked = {
        name: [
            Question(row["ask"][ask], row["id"], ask) for row in rows for ask in LANGUAGES if _same(row, ask) is same
        ]
        for name, same in (("in its own language", True), ("in another language", False))
    }
    tables = [table(f"asked {name}", index, questions) for name, questions in asked.items()]
    tables.append(_decided(index, asked, unknown))
    return Result("faq_nursery", "Our own FAQ, a nursery shop", tuple(tables), cases=3 * len(rows) + len(unknown))


def _same(row: Mapping[str, Any], asker: str) -> bool:
    """Traditional and Simplified are one language."""
    return str(row["language"])[:2] == asker[:2]


def _decided(index: FaqIndex, asked: Mapping[str, Sequence[Question]], unknown: _Rows) -> Table:
    groups = dict(asked)
    for kind in ("near", "far"):
        groups[f"not known, {kind}"] = [Question(r["text"], "", r["language"]) for r in unknown if r["kind"] == kind]
    rows = [Row(name, _cells(index, questions)) for name, questions in groups.items()]
    everything: dict[str, Cell] = {"answered": 1.0, "asked which": 0.0, "handed over": 0.0}
    columns = dict.fromkeys(("answered", "right of the answered", "asked which", "handed over"), Better.NEITHER)
    return Table(
        f"what is done at floor {reranker().floor:g}, gap {reranker().gap:g}",
        columns,
        (*rows, Row("answer everything", everything, Kind.TRIVIAL)),
    )


def _cells(index: FaqIndex, questions: Sequence[Question]) -> dict[str, Cell]:
    found = [_search(index, question) for question in questions]
    verdicts = np.array([decide(hits, reranker().floor, reranker().gap).verdict for hits in found])
    right = np.array([bool(h) and h[0].entry.id == q.right for h, q in zip(found, questions, strict=True)])
    answered = verdicts == Verdict.ANSWER
    return {
        "answered": rate(answered),
        "right of the answered": rate(right[answered]),
        "asked which": rate(verdicts == Verdict.CLARIFY),
        "handed over": rate(verdicts == Verdict.NOTHING),
    }


def _search(index: FaqIndex, question: Question) -> list[Hit]:
    vector = ours().encode([question.text])[0]
    return index.search(question.text, vector, now=NOW, limit=2, language=question.language)
