"""The stored n-gram model: one table of keys whose rows hold an int8 weight per label, read without pickle.

``weights.npz`` holds ``keys`` (uint32, K), ``rows`` (int8, K x L), ``scales`` (float32, L) and ``bias`` (float32, 4 x L, rows as those of
``head_slope``); ``model.json`` holds the labels, the version, the calibration and the labels without calibration.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from assistant.backends.ngrams import U32
from assistant.errors import ModelError

F32 = npt.NDArray[np.float32]
SLOT_BITS = 22
"""A key's upper bits name its slot. Of keys that share one, training keeps the weightiest, so that a look-up is one step."""

_SHIFT = np.uint32(32 - SLOT_BITS)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logistic maps. ``head_*`` (4 x L) of each head's margin, rows by head (letters, syllables) and then script (no Han character, some);
    ``slope`` and ``shift`` (2 x L) of the greater of the two logits, by script.
    """

    head_slope: F32
    head_shift: F32
    slope: F32
    shift: F32

    @classmethod
    def read(cls, values: dict[str, Any]) -> Calibration:
        return cls(**{name: np.array(values[name], np.float32) for name in cls.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class Weights:
    """``slots`` leads from a key's upper bits to the row that may hold it; row 0 is all zero and nobody's."""

    labels: tuple[str, ...]
    version: str
    uncalibrated: tuple[str, ...]
    keys: U32
    rows: npt.NDArray[np.int8]
    scales: F32
    bias: F32
    slots: npt.NDArray[np.int32]
    calibration: Calibration

    @classmethod
    def load(cls, folder: Path) -> Weights:
        """The model of ``folder``.

        Raises:
            ModelError: a file is missing or damaged.
        """
        try:
            about = json.loads((folder / "model.json").read_text("utf-8"))
            with (folder / "weights.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in ("keys", "rows", "scales", "bias")}
            return cls.build(about, **arrays)
        except (OSError, KeyError, ValueError, BadZipFile) as reason:
            raise ModelError(f"the risk model in {folder} cannot be read: {reason}") from reason

    @classmethod
    def build(cls, about: dict[str, Any], keys: U32, rows: npt.NDArray[np.int8], scales: F32, bias: F32) -> Weights:
        """From arrays as they are stored."""
        slots, placed = slotted(keys)
        if not placed.all():
            raise ValueError(f"{int((~placed).sum())} keys find no slot")
        return cls(
            labels=tuple(about["labels"]),
            version=about["version"],
            uncalibrated=tuple(about["uncalibrated"]),
            keys=np.concatenate([np.zeros(1, np.uint32), keys]),
            rows=np.concatenate([np.zeros((1, rows.shape[1]), np.int8), rows]),
            scales=scales,
            bias=bias,
            slots=slots,
            calibration=Calibration.read(about["calibration"]),
        )

    def find(self, keys: U32) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        """Which of ``keys`` are known, and their rows."""
        rows = self.slots.take(keys >> _SHIFT)
        at = np.flatnonzero(self.keys.take(rows) == keys)
        return at, rows.take(at)


def slotted(keys: U32) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """The slot table for ``keys`` in order of importance, and which of them found a place."""
    slots = np.zeros(1 << SLOT_BITS, np.int32)
    at, first = np.unique(keys >> _SHIFT, return_index=True)
    slots[at] = first + 1
    placed = np.zeros(len(keys), np.bool_)
    placed[first] = True
    return slots, placed
