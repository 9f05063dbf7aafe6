"""What training keeps of its held-back scores, for the encoder's joining and the figures."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.risk import data
from models.risk.choose import Choice
from models.risk.row import LABELS, Row

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Kept:
    """A label's held-back rows, parallel: index among the kept rows, truth, weight, script, and the n-grams' logit."""

    index: npt.NDArray[np.int64]
    truth: F64
    weight: F64
    script: npt.NDArray[np.int8]
    logit: F64


_KEPT = tuple(field.name for field in fields(Kept))


def keep(rows: list[Row], scored: dict[str, tuple[Choice, F64]], work: Path) -> None:
    """The used rows and their held-back scores, for ``models.risk.encoder.join``."""
    data.write(rows, work / "used.jsonl")
    arrays = {}
    for label, (chosen, score) in scored.items():
        logit = np.log(score.clip(1e-6, 1 - 1e-6) / (1 - score).clip(1e-6))
        for name, values in zip(_KEPT, (chosen.index, chosen.truth, chosen.weight, chosen.script, logit), strict=True):
            arrays[f"{label}.{name}"] = values
    np.savez(work / "scored.npz", **arrays)


def kept_scores(work: Path) -> tuple[list[Row], dict[str, Kept]]:
    """What ``keep`` wrote."""
    with np.load(work / "scored.npz") as arrays:
        found = {label: Kept(*(arrays[f"{label}.{name}"] for name in _KEPT)) for label in LABELS}
    return data.read(work / "used.jsonl"), found
