"""Puts the fitted labels and both heads into one quantised table, and writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.backends.ngram_weights import slotted
from models.risk.features import Features
from models.risk.fit import Linear
from models.risk.packed import write_arrays

MOST_KEYS = 530_000
LEAST_WEIGHT = 0.004
"""Relative to a label's scale of 127 steps: a weight below half a step is nothing."""


def assemble(heads: tuple[Features, Features], labels: Mapping[str, Sequence[Linear]]) -> dict[str, npt.NDArray[Any]]:
    """``keys``, ``rows``, ``scales`` and ``bias`` as ``Weights.build`` takes them, the weightiest keys first."""
    stacked = [np.stack([pair[head].weights for pair in labels.values()], 1) for head in (0, 1)]
    weights = np.concatenate(stacked)
    keys = np.concatenate([head.keys for head in heads])
    scales = (np.quantile(np.abs(weights), 1 - 2e-5, axis=0) / 127).clip(min=1e-6)
    rows = np.rint(weights / scales).clip(-127, 127).astype(np.int8)
    weight = np.abs(rows.astype(np.int32)).max(axis=1)
    order = np.argsort(-weight, kind="stable")
    order = order[weight[order] > 0]
    order = order[np.sort(np.unique(keys[order], return_index=True)[1])]
    _, placed = slotted(keys[order])
    order = order[placed][:MOST_KEYS]
    return {
        "keys": keys[order],
        "rows": rows[order],
        "scales": scales.astype(np.float32),
        "bias": np.array(
            [[pair[head].bias[script] for pair in labels.values()] for head in (0, 1) for script in (0, 1)], np.float32
        ),
    }


def write(folder: Path, arrays: Mapping[str, npt.NDArray[Any]], about: Mapping[str, Any]) -> None:
    """``weights.npz`` and ``model.json``."""
    folder.mkdir(exist_ok=True)
    write_arrays(folder / "weights.npz", arrays)
    (folder / "model.json").write_text(json.dumps(about, indent=1) + "\n", "utf-8")
