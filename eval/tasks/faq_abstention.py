"""Knowing what is not known: intents as entries with their training utterances as ways to ask, asked in and out of scope.

The threshold comes from cross-validation on the training utterances alone (95 % of them answered). Beside it stands the threshold at which
95 % of the measured in-scope questions are answered, as papers compare (Hendrycks and Gimpel 2017), because coverage shifts between the
two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.faq.index import FaqIndex
from assistant.faq.lexical import Floats as Vector
from assistant.faq.tokens import lexical_tokens
from assistant.types.faq import Entry
from eval.bootstrap import Estimate, estimates, rate
from eval.embedders import ours
from eval.flow import Context
from eval.metrics import Flags, Floats, roc_auc
from eval.results import Better, Cell, Goal, Kind, Result, Row, Table
from eval.searching import NOW, build

COVERAGE = 0.95
FOLDS = 3
PER_FOLD = 1_000
_SEED = 5
_OOS = "few_shot_intent"
_B77 = "Datasets/BANKING77-OOS"
_COLUMNS = {
    "in scope answered": Better.NEITHER,
    "answered right": Better.UP,
    "near refused": Better.UP,
    "far refused": Better.UP,
    "AUROC near": Better.UP,
    "AUROC far": Better.UP,
    "risk-coverage area": Better.DOWN,
}
Pair = tuple[str, str]
Best = Callable[[FaqIndex, str, Vector], tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Set:
    train: Sequence[Pair]
    inside: Sequence[Pair]
    outside: dict[str, list[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """``scores`` and ``right`` of the questions in scope; ``outside`` scores by kind."""

    scores: Floats
    right: Flags
    outside: dict[str, Floats]


def by_index(index: FaqIndex, question: str, vector: Vector) -> tuple[str, float]:
    hits = index.search(question, vector, now=NOW, limit=1, language="en")
    return (hits[0].entry.id, hits[0].score) if hits else ("", 0.0)


def by_class(index: FaqIndex, question: str, vector: Vector) -> tuple[str, float]:
    """The classifier's highest logit alone."""
    segment = index.segments[0]
    if segment.intents is None:
        return "", 0.0
    logits = segment.intents.logits(question, vector)
    return segment.entries[segment.intents.entries[int(np.argmax(logits))]].id, float(logits.max())


def by_neighbour(index: FaqIndex, question: str, vector: Vector) -> tuple[str, float]:
    """The nearest utterance alone, by the mean of both cosines, of the vectors and of the weighted words."""
    segment = index.segments[0]
    rows = np.arange(len(segment.asked.owners), dtype=np.int32)
    _, alike = segment.asked.overlaps(segment.asked.lexical.asked(lexical_tokens(question)), rows)
    scores = (alike + segment.asked.vectors.rows @ vector) / 2
    best = int(np.argmax(scores))
    return segment.entries[segment.asked.owners[best]].id, float(scores[best])


WAYS: dict[str, Best] = {
    "the index": by_index,
    "nearest utterance alone": by_neighbour,
    "classes alone (highest logit)": by_class,
}


def faq_abstention_clinc(context: Context) -> Result:
    """CLINC150 val (Larson et al. 2019): 150 intents, 100 utterances each; out-of-scope questions are far from all of them."""
    rows = context.datasets.json("clinc150", "data/data_full.json")
    found = Set(
        [(text, label) for text, label in rows["train"]],
        context.cases([(text, label) for text, label in rows["val"]]),
        {"far": [text for text, _ in rows["oos_val"]]},
    )
    return _result(
        "faq_abstention_clinc", "CLINC150 val", found, {"answered right": 0.95, "far refused": 0.80, "AUROC far": 0.96}
    )


def faq_abstention_banking(context: Context) -> Result:
    """BANKING77-OOS valid (Zhang et al. 2022): 50 of 77 intents; near are the other 27, far are CLINC150's out-of-scope questions."""

    def lines(path: str) -> list[str]:
        return context.datasets.read(_OOS, f"{_B77}/{path}").decode("utf-8").strip().splitlines()

    found = Set(
        list(zip(lines("train/seq.in"), lines("train/label"), strict=True)),
        context.cases(list(zip(lines("valid/seq.in"), lines("valid/label"), strict=True))),
        {"near": lines("id-oos/valid/seq.in"), "far": lines("ood-oos/valid/seq.in")},
    )
    reach = {"answered right": 0.88, "near refused": 0.35, "far refused": 0.85, "AUROC near": 0.84, "AUROC far": 0.96}
    return _result("faq_abstention_banking", "BANKING77-OOS valid", found, reach)


def _result(task: str, title: str, found: Set, reach: dict[str, float]) -> Result:
    index = build(_entries(found.train))
    scored = {name: _scored(index, found, way) for name, way in WAYS.items()}
    thresholds = _cross_validated(found.train)
    at_share = _table(f"{title}: {COVERAGE:.0%} of the questions in scope answered", scored, _own_thresholds(scored))
    transferred = _table(f"{title}: threshold from the training utterances", scored, thresholds)
    goals = [Goal(f"{title}, {column}", at_share.estimate(column), Better.UP, bound) for column, bound in reach.items()]
    cases = len(found.inside) + sum(map(len, found.outside.values()))
    return Result(task, title, (at_share, transferred), goals=tuple(goals), cases=cases)


def _entries(pairs: Sequence[Pair]) -> list[Entry]:
    ways: dict[str, list[str]] = {}
    for text, label in pairs:
        ways.setdefault(label, []).append(text)
    return [
        Entry(id=label, language="en", question=own[0], alternatives=tuple(own[1:]), answer="")
        for label, own in ways.items()
    ]


def _scored(index: FaqIndex, found: Set, way: Best) -> Scored:
    labels = [label for _, label in found.inside]
    best = _ask(index, [text for text, _ in found.inside], way)
    return Scored(
        scores=np.array([score for _, score in best]),
        right=np.array([name == label for (name, _), label in zip(best, labels, strict=True)], bool),
        outside={kind: np.array([s for _, s in _ask(index, texts, way)]) for kind, texts in found.outside.items()},
    )


def _ask(index: FaqIndex, texts: Sequence[str], way: Best) -> list[tuple[str, float]]:
    return [way(index, text, vector) for text, vector in zip(texts, ours().encode(texts), strict=True)]


def _own_thresholds(scored: dict[str, Scored]) -> dict[str, float]:
    return {name: float(np.quantile(own.scores, 1 - COVERAGE)) for name, own in scored.items()}


def _cross_validated(train: Sequence[Pair]) -> dict[str, float]:
    """Each fold's utterances asked of an index of the others."""
    order = np.random.default_rng(_SEED).permutation(len(train))
    scores: dict[str, list[float]] = {name: [] for name in WAYS}
    for fold in range(FOLDS):
        held = {int(i) for i in order[fold::FOLDS]}
        index = build(_entries([pair for i, pair in enumerate(train) if i not in held]))
        texts = [train[i][0] for i in sorted(held)][:: max(1, len(held) // PER_FOLD)]
        for name, way in WAYS.items():
            scores[name] += [score for _, score in _ask(index, texts, way)]
    return {name: float(np.quantile(own, 1 - COVERAGE)) for name, own in scores.items()}


def _table(title: str, scored: dict[str, Scored], thresholds: dict[str, float]) -> Table:
    rows = [Row(name, _cells(own, thresholds[name])) for name, own in scored.items()]
    everything = scored["the index"]
    trivial: dict[str, Cell] = {"in scope answered": 1.0, "answered right": float(everything.right.mean())}
    trivial |= {f"{kind} refused": 0.0 for kind in everything.outside}
    return Table(title, _COLUMNS, (*rows, Row("answer everything", trivial, Kind.TRIVIAL)))


def _cells(own: Scored, threshold: float) -> dict[str, Cell]:
    answered = own.scores >= threshold
    cells: dict[str, Cell] = {"in scope answered": rate(answered), "answered right": rate(own.right[answered])}
    for kind, outside in own.outside.items():
        cells[f"{kind} refused"] = rate(outside < threshold)
        cells[f"AUROC {kind}"] = _auroc(own.scores, outside)
    cells["risk-coverage area"] = _risk_coverage(own)
    return cells


def _auroc(inside: Floats, outside: Floats) -> Estimate:
    truth = np.r_[np.ones(len(inside), bool), np.zeros(len(outside), bool)]
    scores = np.r_[inside, outside]
    return estimates(len(truth), {"auroc": lambda w: roc_auc(truth, scores, w)})["auroc"]


def _risk_coverage(own: Scored) -> Estimate:
    """The mean risk over all coverages (Geifman and El-Yaniv 2017): of the most certain n, in and out of scope, the share not rightly
    answered."""
    scores = np.concatenate([own.scores, *own.outside.values()])
    wrong = np.concatenate([~own.right, *(np.ones(len(o), bool) for o in own.outside.values())]).astype(float)
    order = np.argsort(-scores, kind="stable")

    def area(weights: Floats) -> Floats:
        drawn = weights[:, order]
        covered = np.cumsum(drawn, axis=1)
        risk = np.cumsum(drawn * wrong[order], axis=1) / np.maximum(covered, 1)
        return np.asarray((risk * drawn).sum(axis=1) / drawn.sum(axis=1))

    return estimates(len(scores), {"area": area})["area"]
