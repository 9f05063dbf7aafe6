"""The encoder's probabilities of the rows that n-grams are fitted to (Hinton, Vinyals and Dean, 2015): they say more than a yes or a no.

On English rows that neither had seen, n-grams fitted to them instead of the truth rank attacks better: ROC AUC .855 to .879 (harassment)
and .812 to .836 (hate), letters alone, fitted to four fifths of 9,000 rows each; the encoder has .924 and .893. Mixtures lie between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from models.risk.encoder.fit import Encoder, padded, tokenised
from models.risk.row import LABELS, Row

F64 = npt.NDArray[np.float64]
DISTILLED = ("harassment", "hate")
"""The labels with rows enough; of the others most rows are our own, whose truth is sure."""

SHARE = 0.9
"""The teacher's part in a target; the rest is the truth."""

AT_ONCE = 64


def targets(rows: Sequence[Row], weights: Path, start: Path, work: Path) -> dict[str, F64]:
    """Label -> a target in [0, 1] per row; NaN where the truth stays the target (rows of other languages, or without the label)."""
    wanted = [n for n, row in enumerate(rows) if row.lang == "en" and any(label in row.labels for label in DISTILLED)]
    said = _said([rows[n] for n in wanted], weights, start, work)
    found = {}
    for label in DISTILLED:
        target = np.full(len(rows), np.nan)
        for n, probability in zip(wanted, said[:, LABELS.index(label)].tolist(), strict=True):
            if label in rows[n].labels:
                target[n] = SHARE * probability + (1 - SHARE) * rows[n].labels[label]
        found[label] = target
    return found


def _said(rows: list[Row], weights: Path, start: Path, work: Path) -> F64:
    """Rows x labels, kept in ``work``."""
    digest = hashlib.blake2b("\0".join([weights.name, *(row.text for row in rows)]).encode(), digest_size=6).hexdigest()
    kept = work / f"said-{digest}.npy"
    if not kept.is_file():
        model = Encoder(start)
        model.load_state_dict(torch.load(weights, weights_only=True))
        np.save(kept, _read(model.eval(), tokenised(rows, start)))
    found: F64 = np.load(kept)
    return found


def _read(model: Encoder, ids: list[list[int]]) -> F64:
    found = np.zeros((len(ids), len(LABELS)))
    order = np.argsort([len(one) for one in ids], kind="stable")
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for at in range(0, len(order), AT_ONCE):
            block = order[at : at + AT_ONCE]
            logits = model(*padded([ids[n] for n in block.tolist()]))
            found[block] = torch.sigmoid(logits.float()).numpy()
    return found
