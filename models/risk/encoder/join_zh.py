"""Writes ``encoder_zh/joint.json``: how the Chinese encoder's logits are joined to the n-grams', with nothing else fitted anew.

``python -m models.risk.encoder.join_zh``, after ``models.risk.train`` and ``build_zh``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from sklearn.linear_model import LogisticRegression

from assistant.backends.cascade import JOINT, LANGUAGES
from assistant.backends.encoder import Encoder
from assistant.backends.light import LightClassifier
from models.risk import data
from models.risk.encoder.join import MOST, aside_rows, grey_rows, join, ordinary, reading, scored
from models.risk.encoder.rows import ASIDE
from models.risk.kept import Kept, kept_scores
from models.risk.row import LABELS, Row

F64 = npt.NDArray[np.float64]
ZH = "zh"
FOLLOWED = ("harassment", "hate")
"""The labels that have many real rows. The others follow where that lowers the loss on held-back rows, as English ones do."""

READ, READ_OTHERS = 0.02, 0.001
"""The share of ordinary sentences that may be read for the followed labels, and for each of the others."""

CAUTION = 0.6
"""Taken from the joined logit. Of the held-back rows that reach a gate four in five are harmful, of a community's texts few. It is the
least tenth at which neither ordinary sentences nor held-back innocent seeds reach 0.8 more often than by n-grams alone (of 3,000, .0007 and
.0010; .0017 and .0034), and COLD dev's recall there is what it was (.777 and .778), with fewer innocent ones (.036 and .043).
"""

NEVER, LOWEST = 2.0, 0.05
ENOUGH = 80
"""Harmful rows among those that reach a gate from which on a label's map is fitted on those alone."""


def gates(scores: F64) -> F64:
    """The lowest scores of the followed labels that at most ``READ`` of the texts reach, either label counting, and of the others those
    that ``READ_OTHERS`` reach."""
    columns = [LABELS.index(label) for label in FOLLOWED]
    found = (np.quantile(scores, 1 - READ_OTHERS, axis=0) + 1e-9).clip(LOWEST)
    for share in np.linspace(READ, READ / 2, 21):
        found[columns] = (np.quantile(scores[:, columns], 1 - share, axis=0) + 1e-9).clip(LOWEST)
        if (scores[:, columns] >= found[columns]).any(axis=1).mean() <= READ:
            break
    return found


def grey(kept: dict[str, Kept], gate: F64) -> set[int]:
    """The rows that reach a gate by the score of a model that had not seen them."""
    found: set[int] = set()
    for label in FOLLOWED:
        least = gate[LABELS.index(label)]
        found.update(kept[label].index[kept[label].logit >= np.log(least / (1 - least))].tolist())
    return found


def follow(found: dict[str, list[float]], kept: dict[str, Kept], place: dict[int, int], logits: F64) -> None:
    """Puts the followed labels' factors and shifts into ``found``; ``place`` leads from a row to its place in ``logits``."""
    for label in FOLLOWED:
        column, its = LABELS.index(label), kept[label]
        at = np.array([n for n, row in enumerate(its.index) if int(row) in place])
        seen = logits[[place[int(row)] for row in its.index[at]], column]
        model = LogisticRegression(C=1.0)
        model.fit(np.stack([its.logit[at], seen], 1), its.truth[at], sample_weight=its.weight[at])
        values = (*np.maximum(model.coef_[0], 0.0).tolist(), float(model.intercept_[0]) - CAUTION)
        for name, value in zip(found, values, strict=True):
            found[name][column] = round(value, 5)


def joint(rows: list[Row], kept: dict[str, Kept], calm: list[str], weights: Path, most: int) -> dict[str, Any]:
    """What ``joint.json`` holds; ``calm`` are ordinary sentences that trained nothing, ``most`` rows at most are read for the followed
    labels."""
    console, encoder = Console(), Encoder.load(weights / f"encoder_{ZH}")
    gate = gates(scored(LightClassifier.load(weights), calm))
    grey_ = grey(kept, gate)
    aside = [n for n, row in enumerate(rows) if (row.dev or row.fold == ASIDE) and row.lang[:2] == ZH]
    wanted = [n for n in np.random.default_rng(0).permutation(aside)[:most].tolist() if n in grey_]
    followed = reading(encoder, rows, dict.fromkeys(wanted, 1.0), grey_, console)
    others = reading(encoder, rows, aside_rows(rows, ZH, MOST), grey_rows(kept, gate), console)
    found, _ = join(kept, others, LANGUAGES.index(ZH), ENOUGH)
    found["shift"] = [shift - CAUTION * (its > 0) for shift, its in zip(found["shift"], found["read"], strict=True)]
    follow(found, {label: _only_chinese(kept[label]) for label in FOLLOWED}, followed.place, followed.logits)
    about: dict[str, Any] = {"labels": list(LABELS), "gate": _gates_of(gate, found["read"])} | found
    return about | {"version": hashlib.blake2b(json.dumps(about).encode(), digest_size=4).hexdigest()}


def _gates_of(gate: F64, read: list[float]) -> list[float]:
    """None is read for the sake of a label that does not follow."""
    return [round(float(least), 5) if factor > 0 else NEVER for least, factor in zip(gate, read, strict=True)]


def _only_chinese(rows: Kept) -> Kept:
    mask = rows.script == LANGUAGES.index(ZH)
    return Kept(rows.index[mask], rows.truth[mask], rows.weight[mask], rows.script[mask], rows.logit[mask])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=data.HERE)
    parser.add_argument("--most", type=int, default=12_000)
    given = parser.parse_args()
    rows, kept = kept_scores(given.out / "work")
    calm = ordinary(data.read(given.out / "work/rows.jsonl"), {row.text for row in rows}, ZH)
    about = joint(rows, kept, calm, given.out / "weights", given.most)
    (given.out / f"weights/encoder_{ZH}" / JOINT).write_text(json.dumps(about, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
