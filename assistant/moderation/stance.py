"""How a reply stands to the message that it answers: a small log-linear model over the reply's words and characters.

``models/replies/README.md`` is its card. The words of the message answered do not count, only what kind of harm was found in it.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.text import Normalised

MOST_CHARS: Final = 200
"""A longer reply stands for itself."""
LONGEST_GRAM: Final = 3
_TOKEN: Final = re.compile(r"[a-z0-9']+|[^\sa-z0-9']")
_TINY: Final = np.float32(1e-12)
_NUMBER: Final = re.compile(r"\d+")


class Stance(StrEnum):
    """``endorse``: it agrees or praises; ``urge``: it calls for more, or for others to do it; ``join``: its author takes part, accepts or
    asks how to; ``other``: it refutes, comforts, asks, reports, warns, or has nothing to do with it."""

    ENDORSE = "endorse"
    URGE = "urge"
    JOIN = "join"
    OTHER = "other"


class Harm(StrEnum):
    """The kinds of harm that a stance is read under: 加油 comforts one who wants to die and urges on one who wants to kill."""

    ATTACK = "attack"
    VIOLENCE = "violence"
    SELF_HARM = "self_harm"
    TRADE = "trade"


STANCES: Final = tuple(Stance)
HARMS: Final = tuple(Harm)


@dataclass(frozen=True, slots=True)
class StanceModel:
    """``weights`` has shape (n-grams, 1 + harms, stances), float32: an n-gram's weight under any harm, and what each harm adds; ``bias``
    has shape (harms, stances). ``slope`` and ``shift`` calibrate the logit of its being other than ``OTHER``."""

    grams: Mapping[str, int]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    slope: float = 1.0
    shift: float = 0.0
    version: str = ""

    @classmethod
    def read(cls, path: Path) -> StanceModel:
        """From the file that ``models/replies`` writes: weights as signed bytes in base64, times ``scale``."""
        stored = json.loads(path.read_text("utf-8"))
        shape = (len(stored["grams"]), 1 + len(HARMS), len(STANCES))
        levels = np.frombuffer(b64decode(stored["weights"]), np.int8).reshape(shape)
        return cls(
            {gram: at for at, gram in enumerate(stored["grams"])},
            levels.astype(np.float32) * np.float32(stored["scale"]),
            np.array(stored["bias"], np.float32),
            stored["slope"],
            stored["shift"],
            stored["version"],
        )

    def read_reply(self, text: str) -> Mapping[Harm, Mapping[Stance, float]]:
        """The probability of each stance under each kind of harm; they sum to 1. Empty for a text over ``MOST_CHARS``, or of nothing."""
        if len(text) > MOST_CHARS or not text.strip():
            return {}
        found = [at for gram in grams_of(text) if (at := self.grams.get(gram)) is not None]
        summed = self.weights[found].sum(axis=0)
        logits = self.bias + summed[0] + summed[1:]
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        taken = odds[:, :-1].sum(axis=1)
        raw = np.log(np.maximum(taken, _TINY) / np.maximum(odds[:, -1], _TINY))
        sure = 1.0 / (1.0 + np.exp(-(self.slope * raw + self.shift)))
        shares = odds[:, :-1] / np.maximum(taken, _TINY)[:, None] * sure[:, None]
        return {
            harm: dict(zip(STANCES, (*map(float, row), 1.0 - float(sure[at])), strict=True))
            for at, (harm, row) in enumerate(zip(HARMS, shares, strict=True))
        }


def grams_of(text: str) -> Sequence[str]:
    """The distinct n-grams, 1 to ``LONGEST_GRAM`` tokens long, between marks of its beginning and end. A token is a Latin word, or any
    other character that is no space; Traditional is read as Simplified, numbers as 0."""
    tokens = ["^", *_TOKEN.findall(_NUMBER.sub("0", Normalised(text).folded.text.lower())), "$"]
    found = dict.fromkeys(
        " ".join(tokens[at : at + length])
        for length in range(1, LONGEST_GRAM + 1)
        for at in range(len(tokens) - length + 1)
    )
    for mark in "^$":
        found.pop(mark, None)
    return list(found)
