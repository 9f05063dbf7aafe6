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

from assistant.backends.encoder_weights import EncoderWeights
from models.risk.encoder.fit import padded
from models.risk.encoder.stored import StoredEncoder, tokenised
from models.risk.row import LABELS, Row

F64 = npt.NDArray[np.float64]
DISTILLED = ("harassment", "hate")
"""The labels with rows enough; of the others most rows are our own, whose truth is sure."""

SHARE = 0.9
"""The teacher's part in a target; the rest is the truth."""

AT_ONCE = 64


def targets(rows: Sequence[Row], encoder: Path, work: Path) -> dict[str, F64]:
    """Label -> a target in [0, 1] per row by the stored ``encoder``; NaN where the truth stays the target (rows of other languages, or
    without the label).
    """
    wanted = [n for n, row in enumerate(rows) if row.lang == "en" and any(label in row.labels for label in DISTILLED)]
    said = _said([rows[n] for n in wanted], encoder, work)
    found = {}
    for label in DISTILLED:
        target = np.full(len(rows), np.nan)
        for n, probability in zip(wanted, said[:, LABELS.index(label)].tolist(), strict=True):
            if label in rows[n].labels:
                target[n] = SHARE * probability + (1 - SHARE) * rows[n].labels[label]
        found[label] = target
    return found


def _said(rows: list[Row], encoder: Path, work: Path) -> F64:
    """Rows x labels, kept in ``work``."""
    digest = hashlib.blake2b((encoder / "body.npz").read_bytes(), digest_size=6)
    digest.update("\0".join(row.text for row in rows).encode())
    kept = work / f"said-{digest.hexdigest()}.npy"
    if not kept.is_file():
        weights = EncoderWeights.load(encoder)
        np.save(kept, _read(StoredEncoder(weights).eval(), tokenised(weights, [row.text for row in rows])))
    found: F64 = np.load(kept)
    return found


def _read(model: StoredEncoder, ids: list[list[int]]) -> F64:
    found = np.zeros((len(ids), len(LABELS)))
    order = np.argsort([len(one) for one in ids], kind="stable")
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for at in range(0, len(order), AT_ONCE):
            block = order[at : at + AT_ONCE]
            logits = model(*padded([ids[n] for n in block.tolist()]))
            found[block] = torch.sigmoid(logits.float()).numpy()
    return found
