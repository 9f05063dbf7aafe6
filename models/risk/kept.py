"""What training keeps of its held-back scores, for what is joined to the n-grams and for the figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.risk import data
from models.risk.choose import Choice
from models.risk.row import LABELS, Row

F64 = npt.NDArray[np.float64]
NGRAMS, SCORED = "ngrams.npz", "scored.npz"


@dataclass(frozen=True, slots=True)
class Kept:
    """A label's held-back rows, parallel: index among the kept rows, truth, weight, script, and the logit."""

    index: npt.NDArray[np.int64]
    truth: F64
    weight: F64
    script: npt.NDArray[np.int8]
    logit: F64


_KEPT = tuple(field.name for field in fields(Kept))


def keep(rows: list[Row], scored: dict[str, tuple[Choice, F64]], work: Path) -> None:
    """The used rows and the n-grams' held-back scores."""
    data.write(rows, work / "used.jsonl")
    found = {}
    for label, (chosen, score) in scored.items():
        logit = np.log(score.clip(1e-6, 1 - 1e-6) / (1 - score).clip(1e-6))
        found[label] = Kept(chosen.index, chosen.truth, chosen.weight, chosen.script, logit)
    save_scores(found, work, NGRAMS)
    save_scores(found, work)


def save_scores(found: Mapping[str, Kept], work: Path, name: str = SCORED) -> None:
    arrays = {f"{label}.{part}": getattr(one, part) for label, one in found.items() for part in _KEPT}
    np.savez(work / name, **arrays)


def kept_scores(work: Path, name: str = SCORED) -> tuple[list[Row], dict[str, Kept]]:
    """What ``keep`` wrote, or in ``SCORED`` whoever joined something to the n-grams since."""
    with np.load(work / name) as arrays:
        found = {label: Kept(*(arrays[f"{label}.{part}"] for part in _KEPT)) for label in LABELS}
    return data.read(work / "used.jsonl"), found
