"""Fits how the n-grams' and the encoders' logits are joined, and from which scores on an encoder reads a text; measures both.

``python -m models.risk.encoder.join``, after ``models.risk.train`` and the encoder. Fitted on rows that neither model has seen: the fold
``ASIDE``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import track
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant.backends.cascade import ABOUT, LANGUAGES
from assistant.backends.encoder import Encoder
from assistant.backends.ngram import NgramClassifier
from assistant.text import Normalised
from models.risk import choose, data, measure, thresholds
from models.risk.calibrate import LEAST_POSITIVES, at_odds
from models.risk.encoder.rows import ASIDE
from models.risk.row import LABELS, Row
from models.risk.train import Kept, kept_scores

F64 = npt.NDArray[np.float64]
ORDINARY = 6_000
"""Sentences of ordinary talk per language that set the gates; none of them is in the training."""

READ = 0.02
"""The share of ordinary sentences that an encoder may read; they are Tatoeba's for the greater part, some of which are unkind."""

READ_LABELS = ("harassment", "hate")
"""The labels that an encoder may change: the others have too few real rows for it to have learned, or to fit how far to follow it."""

ALONE = 1.0, 0.0, 0.0
NEVER = 2.0
LOWEST = 0.05


def gates(scores: F64) -> F64:
    """The lowest scores per label that at most ``READ`` of the texts reach, any label counting."""
    columns = [LABELS.index(label) for label in READ_LABELS]

    def at(share: float) -> F64:
        found = np.full(len(LABELS), NEVER)
        found[columns] = (np.quantile(scores[:, columns], 1 - share, axis=0) + 1e-9).clip(LOWEST)
        return found

    low, high = 0.0, READ
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if (scores >= at(middle)).any(axis=1).mean() <= READ else (low, middle)
    return at(low)


@dataclass(frozen=True, slots=True)
class Read:
    """What an encoder said: ``place`` leads from a row to its place in ``logits``; ``aside`` are all rows that it might have read."""

    place: dict[int, int]
    logits: F64
    aside: frozenset[int]


def ordinary(rows: list[Row], used: set[str], language: str) -> list[str]:
    texts = [row.text for row in rows if row.source == "everyday" and row.lang[:2] == language and row.text not in used]
    return texts[:: max(1, len(texts) // ORDINARY)]


def scored(model: NgramClassifier, texts: list[str], step: int = 256) -> F64:
    blocks = [
        model.judged([Normalised(t).readings for t in texts[a : a + step]]).scores for a in range(0, len(texts), step)
    ]
    return np.concatenate(blocks)


def grey_rows(kept: dict[str, Kept], gate: F64) -> set[int]:
    """The rows that reach a gate by the score of a model that had not seen them; the served one has, and lets few clean ones by."""
    found: set[int] = set()
    for label in READ_LABELS:
        edge = np.log(gate[LABELS.index(label)] / (1 - gate[LABELS.index(label)]))
        found.update(kept[label].index[kept[label].logit >= edge].tolist())
    return found


def fitted(own: F64, read: F64, truth: F64, weight: F64) -> tuple[float, float, float]:
    """The factors of both logits and the shift."""
    if min((truth == 1).sum(), (truth == 0).sum()) < LEAST_POSITIVES:
        return ALONE
    model = LogisticRegression(C=1.0).fit(np.stack([own, read], 1), truth, sample_weight=weight)
    first, second = np.maximum(model.coef_[0], 0.0)
    return float(first), float(second), float(model.intercept_[0])


def join(
    kept: dict[str, Kept], read: dict[int, int], logits: F64, script: int
) -> tuple[dict[str, list[float]], dict[str, Any]]:
    """The maps of one language and what they do to held-back grey rows; ``read`` leads from a row to its place in ``logits``."""
    maps: dict[str, list[float]] = {"own": [], "read": [], "shift": []}
    report: dict[str, Any] = {}
    for column, label in enumerate(LABELS):
        one = kept[label]
        at = np.array([n for n, row in enumerate(one.index) if one.script[n] == script and int(row) in read], np.int64)
        truth, own = one.truth[at], one.logit[at]
        seen = logits[[read[int(row)] for row in one.index[at]], column] if len(at) else np.zeros(0)
        weight = one.weight[at] if label in choose.OFFENCE else at_odds(truth, one.weight[at], one.script[at])
        found = fitted(own, seen, truth, weight) if label in READ_LABELS else ALONE
        for name, value in zip(maps, found, strict=True):
            maps[name].append(round(value, 5))
        if 0 < truth.sum() < len(truth):
            both = own * found[0] + seen * found[1] + found[2]
            report[label] = {"rows": len(truth), "harmful": int(truth.sum())} | {
                name: round(float(roc_auc_score(truth, value)), 4)
                for name, value in (("n-grams", own), ("encoder", seen), ("both", both))
            }
    return maps, report


def final(kept: Kept, column: int, read: dict[str, Read], about: dict[str, Any]) -> tuple[Kept, F64]:
    """The rows of a label whose score in the whole cascade is known to be unseen, and that score."""
    logit, whole = kept.logit.copy(), np.ones(len(kept.index), np.bool_)
    for script, language in enumerate(LANGUAGES):
        if language not in read:
            continue
        its, maps = read[language], about[language]
        for n in np.flatnonzero(kept.script == script):
            at = its.place.get(int(kept.index[n]))
            whole[n] = int(kept.index[n]) in its.aside
            if at is not None:
                joined = logit[n] * maps["own"][column] + its.logits[at, column] * maps["read"][column]
                logit[n] = joined + maps["shift"][column]
    rows = Kept(*(getattr(kept, field.name)[whole] for field in fields(Kept)))
    return rows, 1 / (1 + np.exp(-logit[whole]))


def report_on(rows: list[Row], kept: dict[str, Kept], read: dict[str, Read], about: dict[str, Any], out: Path) -> None:
    """``metrics.json`` and ``thresholds.json`` of the whole."""
    figures, proposed = json.loads((out / "metrics.json").read_text("utf-8")), {}
    figures["held_back"], figures["reliability"] = {}, {}
    for column, label in enumerate(LABELS):
        one, score = final(kept[label], column, read, about)
        figures["held_back"][label] = measure.figures(score, one)
        proposed[label] = thresholds.propose(rows, label, one, score)
        weight = one.weight if label in choose.OFFENCE else at_odds(one.truth, one.weight, one.script)
        figures["reliability"][label] = {
            language: measure.reliability(*(values[one.script == script] for values in (score, one.truth, weight)))
            for script, language in enumerate(LANGUAGES)
        }
    (out / "metrics.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    (out / "thresholds.json").write_text(json.dumps(proposed, indent=1) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=data.HERE)
    parser.add_argument("--most", type=int, default=5_000, help="rows per language that an encoder reads")
    arguments = parser.parse_args()
    console, weights = Console(), arguments.out / "weights"
    rows, kept = kept_scores(arguments.out / "work")
    everything = data.read(arguments.out / "work/rows.jsonl")
    model, used = NgramClassifier.load(weights), {row.text for row in rows}
    about: dict[str, Any] = {"labels": list(LABELS)}
    report: dict[str, Any] = {}
    read: dict[str, Read] = {}
    for script, language in enumerate(LANGUAGES):
        if not (weights / f"encoder_{language}").is_dir():
            continue
        gate = gates(scored(model, ordinary(everything, used, language)))
        aside = [n for n, row in enumerate(rows) if (row.dev or row.fold == ASIDE) and row.lang[:2] == language]
        aside = np.random.default_rng(0).permutation(aside)[: arguments.most].tolist()
        grey = grey_rows(kept, gate)
        texts = [(n, Normalised(rows[n].text).leet.text) for n in aside if n in grey]
        texts.sort(key=lambda pair: len(pair[1]))
        encoder = Encoder.load(weights / f"encoder_{language}")
        blocks = [texts[a : a + 32] for a in range(0, len(texts), 32)]
        logits = np.concatenate(
            [encoder.logits([t for _, t in block]) for block in track(blocks, language, console=console)]
        )
        place = {n: at for at, (n, _) in enumerate(texts)}
        read[language] = Read(place, logits.astype(np.float64), frozenset(aside))
        maps, report[language] = join(kept, place, logits.astype(np.float64), script)
        about[language] = {"gate": [round(float(value), 5) for value in gate], **maps}
    about["version"] = hashlib.blake2b(json.dumps(about).encode(), digest_size=4).hexdigest()
    (weights / ABOUT).write_text(json.dumps(about, indent=1) + "\n", "utf-8")
    figures = json.loads((arguments.out / "metrics.json").read_text("utf-8")) | {"cascade": report}
    (arguments.out / "metrics.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    report_on(rows, kept, read, about, arguments.out)
    console.print(report)


if __name__ == "__main__":
    main()
