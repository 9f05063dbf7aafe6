"""The production index as the tasks use it: entries and questions in, the places of the right entries out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import numpy as np

from assistant.backends.shipped_reranker import shipped_reranker
from assistant.faq.index import FaqIndex
from assistant.faq.lexical import Floats as Vector
from assistant.faq.lexical import highest
from assistant.faq.rerank import Reranker
from assistant.faq.texts import entry_texts
from assistant.faq.tokens import lexical_tokens
from assistant.types.faq import Entry
from eval.bootstrap import Estimate, estimates
from eval.embedders import ours
from eval.metrics import Floats, Ints, ratio
from eval.results import Better, Row, Table

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DEEP = 10
COLUMNS = {"R@1": Better.UP, "R@5": Better.UP, "MRR@10": Better.UP}
TOGETHER, WORDS, MEANING = "the index", "words alone (BM25)", "meaning alone (vectors)"


@cache
def reranker() -> Reranker:
    return shipped_reranker()


def build(entries: Sequence[Entry]) -> FaqIndex:
    vectors = ours().encode([text for entry in entries for text in entry_texts(entry)])
    return FaqIndex.build(entries, vectors, ours().ref, reranker())


@dataclass(frozen=True, slots=True)
class Question:
    """``language`` is what a caller would tell; None to have it detected."""

    text: str
    right: str
    language: str | None = None


def searched(index: FaqIndex, question: Question, vector: Vector) -> list[str]:
    hits = index.search(question.text, vector, now=NOW, limit=DEEP, language=question.language)
    return [hit.entry.id for hit in hits]


def by_words(index: FaqIndex, question: Question, vector: Vector) -> list[str]:  # noqa: ARG001
    """BM25 over each entry as one text."""
    segment = index.segments[0]
    scores = segment.told.lexical.all_scores(segment.told.lexical.asked(lexical_tokens(question.text)))
    return [segment.entries[i].id for i in highest(scores, DEEP) if scores[i] > 0]


def by_meaning(index: FaqIndex, question: Question, vector: Vector) -> list[str]:  # noqa: ARG001
    """An entry is as near as its nearest text."""
    segment = index.segments[0]
    best = segment.told.vectors.rows @ vector
    np.maximum.at(best, segment.asked.owners, segment.asked.vectors.rows @ vector)
    return [segment.entries[i].id for i in highest(best, DEEP)]


WAYS: dict[str, Callable[[FaqIndex, Question, Vector], list[str]]] = {
    TOGETHER: searched,
    WORDS: by_words,
    MEANING: by_meaning,
}


def ranks(index: FaqIndex, questions: Sequence[Question], way: str) -> Ints:
    """The place of each question's right entry, from 0; ``DEEP`` where it is not among the first ten."""
    vectors = ours().encode([question.text for question in questions])
    found = np.full(len(questions), DEEP, np.int64)
    for i, (question, vector) in enumerate(zip(questions, vectors, strict=True)):
        ids = WAYS[way](index, question, vector)
        if question.right in ids:
            found[i] = ids.index(question.right)
    return found


def cells(found: Ints) -> dict[str, Estimate]:
    def mean(values: Floats) -> Callable[[Floats], Floats]:
        return lambda weights: ratio(weights @ values, weights.sum(axis=1))

    return estimates(
        len(found),
        {
            "R@1": mean((found < 1).astype(float)),
            "R@5": mean((found < 5).astype(float)),
            "MRR@10": mean(np.where(found < DEEP, 1 / (1 + found), 0.0)),
        },
    )


def table(
    title: str, index: FaqIndex, questions: Sequence[Question], published: Sequence[Row] = (), note: str = ""
) -> Table:
    rows = [Row(name, cells(ranks(index, questions, name))) for name in WAYS]
    return Table(title, COLUMNS, (*rows, *published), note)
