"""The learned judge of candidates: one number per entry, and one for "none of them"; their softmax is the probability of each.

A linear part and one hidden layer, small enough to read; ``models/faq/train.py`` fits them list by list (Cao et al., ICML 2007), with a
list's loss being the probability that was not given to a right entry, or to none where no entry is right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import ModelError
from assistant.faq.candidates import CONTEXT, FEATURES
from assistant.faq.lexical import Common, Floats


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """``inputs @ linear + tanh(inputs @ into + shift) @ out``, of inputs brought to mean 0 and deviation 1."""

    mean: Floats
    scale: Floats
    linear: Floats
    into: Floats
    shift: Floats
    out: Floats

    def of(self, inputs: Floats) -> Floats:
        scaled = (inputs - self.mean) / self.scale
        bent = np.tanh(scaled @ self.into + self.shift) @ self.out
        found: Floats = (scaled @ self.linear + bent).astype(np.float32)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Reranker:
    """``embedder`` is the id of the one whose vectors it was fitted on, ``common`` how common words were taken to be; ``floor`` and ``gap``
    what was found best for deciding."""

    embedder: str
    entry: Layer
    none: Layer
    bias: float
    temperature: float
    floor: float
    gap: float
    common: Common = field(default_factory=dict)

    def logits(self, features: Floats, context: Floats) -> tuple[Floats, float]:
        """One per entry, and that of "none of them", before calibration."""
        entries = self.entry.of(features)
        return entries, float(self.none.of(context_of(features, entries, context)[None])[0]) + self.bias

    @classmethod
    def read(cls, file: Path) -> Reranker:
        """Raises:
        ModelError: the file is missing, not one, or was made for other features.
        """
        try:
            about: dict[str, Any] = json.loads(file.read_text("utf-8"))
            if tuple(about["features"]) != FEATURES or tuple(about["context"]) != CONTEXT:
                raise ModelError(f"{file} was made for other features: train it anew")
            return cls(
                embedder=str(about["embedder"]),
                entry=_layer(about["entry"]),
                none=_layer(about["none"]),
                bias=float(about["bias"]),
                temperature=float(about["temperature"]),
                floor=float(about["floor"]),
                gap=float(about["gap"]),
                common={str(token): float(share) for token, share in about["common"].items()},
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(f"{file} does not hold a reranker: {error}") from None


def context_of(features: Floats, entries: Floats, context: Floats) -> Floats:
    """What "none of them" is judged by: the question's context, and the features of the best entry."""
    best = features[int(np.argmax(entries))] if len(entries) else np.zeros(len(FEATURES), np.float32)
    return np.concatenate((context, best)).astype(np.float32)


def _layer(about: Mapping[str, Any]) -> Layer:
    return Layer(**{name: np.array(about[name], np.float32) for name in Layer.__slots__})
