"""Trains the model of ``assistant.faq.kinds``: ``python -m models.faq.kinds [data_dir]``.

Seeds written for this project (``seeds/kinds.jsonl``), and the questions of its topics (``seeds/topics.jsonl``), which are plain; of
CLINC150's training part (CC BY 3.0) the intents that are about one's own things, about anything, or talk; and sentences of the parallel
corpus that speak of nobody, as plain ones, so that what the seeds never spoke of is plain. The threshold is the one that takes ``ALARMS``
of the plain seeds for another kind when their whole family was left out of the training; ``DOUBTS`` of them may be one's own, and are
asked about.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from assistant.backends.static_embedder import StaticEmbedder
from assistant.faq.kinds import BUCKETS, features
from models.faq.parallel import rows_of
from models.faq.shop import LANGUAGES

ALARMS, DOUBTS = 0.1, 0.25
STRENGTH = 30.0
TOPIC_WEIGHT = 0.5
CLINC_WEIGHT = 0.15
OTHER_WEIGHT = 0.15
OTHERS = 300
"""Sentences of each source of the parallel corpus and each language."""
_SOURCES = ("matrix_react_sdk", "tatoeba", "wekan", "tldr", "harbor")
_PERSONAL = re.compile(r"[我俺咱你您妳他她]|\b(?:i|my|me|mine|you|your|he|she|his|her)\b|\bi'", re.IGNORECASE)
FOLDS = 5
SEED = 5
HERE = Path(__file__).parent
OUT = HERE.parents[1] / "assistant" / "faq" / "rules" / "kinds.npz"
PLAIN, ACCOUNT = "plain", "account"
_INTENTS = {
    "account": "order_status balance rewards_balance account_blocked card_declined bill_balance transactions spending_history pto_balance "
    "application_status pto_request_status credit_limit report_lost_card report_fraud freeze_account",
    PLAIN: "exchange_rate vaccines travel_suggestion restaurant_reviews restaurant_suggestion nutrition_info how_busy calories recipe "
    "ingredient_substitution cook_time carry_on plug_type meal_suggestion definition weather distance traffic timezone food_last "
    "measurement_conversion tire_change jump_start improve_credit_score international_fees spelling translate rollover_401k",
    "talk": "thank_you goodbye greeting tell_joke",
    "machine": "are_you_a_bot who_made_you what_is_your_name",
}


def main(data_dir: Path) -> None:
    texts, kinds, families = read_seeds()
    own = len(texts)
    for text, kind in read_clinc(data_dir):
        texts.append(text)
        kinds.append(kind)
        families.append("clinc")
    with_clinc = len(texts)
    for text in read_topics():
        texts.append(text)
        kinds.append(PLAIN)
        families.append("topics")
    with_topics = len(texts)
    for text in read_others(data_dir):
        texts.append(text)
        kinds.append(PLAIN)
        families.append("others")
    matrix, truth = _matrix(texts), np.array(kinds)
    weight = np.full(len(texts), OTHER_WEIGHT)
    weight[:own], weight[own:with_clinc], weight[with_clinc:with_topics] = 1.0, CLINC_WEIGHT, TOPIC_WEIGHT
    threshold, doubt = _thresholds(matrix, truth, weight, families, own)
    fitted = _fit(matrix, truth, weight)
    grams, dense = fitted.coef_[:, :BUCKETS], fitted.coef_[:, BUCKETS:]
    scale = np.abs(grams).max(axis=1) / 127
    np.savez_compressed(
        OUT,
        kinds=fitted.classes_.astype("U16"),
        weights=np.round(grams / scale[:, None]).astype(np.int8),
        scale=scale.astype(np.float32),
        bias=fitted.intercept_.astype(np.float32),
        dense=dense.astype(np.float32),
        threshold=np.float32(threshold),
        doubt=np.float32(doubt),
    )
    print(f"{OUT}: {OUT.stat().st_size} bytes, threshold {threshold:.3f}, doubt {doubt:.3f}")


def read_seeds() -> tuple[list[str], list[str], list[str]]:
    """Texts, kinds and families."""
    lines = (HERE / "seeds" / "kinds.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [row["text"] for row in rows], [row["kind"] for row in rows], [row["family"] for row in rows]


def read_clinc(data_dir: Path) -> list[tuple[str, str]]:
    file = data_dir / "clinc150" / "data" / "data_full.json"
    kind_of = {intent: kind for kind, intents in _INTENTS.items() for intent in intents.split()}
    return [
        (text, kind_of[intent]) for text, intent in json.loads(file.read_text("utf-8"))["train"] if intent in kind_of
    ]


def read_topics() -> list[str]:
    lines = (HERE / "seeds" / "topics.jsonl").read_text("utf-8").splitlines()
    return [text for line in lines for asked in _asked(json.loads(line)) for text in asked]


def _asked(topic: dict[str, list[str]]) -> Iterator[list[str]]:
    """What is asked in each language: all but the answer, which comes second."""
    for language in LANGUAGES:
        yield [topic[language][0], *topic[language][2:]]


def read_others(data_dir: Path) -> list[str]:
    rng = random.Random(SEED)
    found: list[str] = []
    for name in _SOURCES:
        rows = rows_of(data_dir, name)
        for side in ("zh", "en"):
            kept = [row[side] for row in rows if 2 <= len(row[side]) <= 80 and not _PERSONAL.search(row[side])]
            found += rng.sample(kept, min(OTHERS, len(kept)))
    return found


def _matrix(texts: Sequence[str]) -> csr_matrix:
    found = [features(text) for text in texts]
    starts = np.cumsum([0, *(len(buckets) for buckets, _ in found)])
    buckets, values = (np.concatenate([one[part] for one in found]) for part in (0, 1))
    grams = csr_matrix((values, buckets, starts), shape=(len(texts), BUCKETS))
    return hstack([grams, csr_matrix(StaticEmbedder.load().encode(texts))]).tocsr()


def _fit(matrix: csr_matrix, truth: np.ndarray, weight: np.ndarray) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=200).fit(matrix, truth, sample_weight=weight)


def _thresholds(
    matrix: csr_matrix, truth: np.ndarray, weight: np.ndarray, families: Sequence[str], own: int
) -> tuple[float, float]:
    """``KindModel.threshold`` and ``doubt``, told with what they bring: of each kind, the share that would be seen with its family left
    out."""
    found = np.zeros((own, len(set(truth))))
    outside = np.arange(own, len(truth))
    for train, test in GroupKFold(FOLDS).split(np.arange(own), groups=families[:own]):
        rows = np.concatenate([train, outside])
        fitted = _fit(matrix[rows], truth[rows], weight[rows])
        found[test] = fitted.predict_proba(matrix[test])
    classes = list(fitted.classes_)
    kinds, suspicion, account = truth[:own], 1 - found[:, classes.index(PLAIN)], found[:, classes.index(ACCOUNT)]
    plain = kinds == PLAIN
    threshold = float(np.quantile(suspicion[plain], 1 - ALARMS))
    doubt = float(np.quantile(account[plain], 1 - DOUBTS))
    for kind in sorted(set(kinds)):
        seen = (suspicion > threshold)[kinds == kind].mean()
        print(f"{kind}: {seen:.3f} of {(kinds == kind).sum()}, {(account > doubt)[kinds == kind].mean():.3f} doubted")
    return threshold, doubt


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/datasets"))
