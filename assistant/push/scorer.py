"""What turns features into an order: trees fitted by scikit-learn, or weights. Served by numpy alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.push.features import NAMES
from assistant.push.rows import F32, F64

VERSION = 1


class Scorer(Protocol):
    """Higher is better; scores of one call compare with each other, and are log odds of a click for fitted ones."""

    @property
    def version(self) -> str: ...

    def score(self, features: F32) -> F64:
        """From shape (items, ``NAMES``) to (items,)."""
        ...


@dataclass(frozen=True, slots=True)
class Linear:
    """``weights`` by the names of features; absent ones count nothing."""

    version: str
    weights: Mapping[str, float]

    def score(self, features: F32) -> F64:
        column = np.array([self.weights.get(name, 0.0) for name in NAMES])
        return np.asarray(features @ column, np.float64)


@dataclass(frozen=True, slots=True)
class Trees:
    """Boosted trees. Each array has shape (trees, nodes); a leaf's children are itself; ``left`` is taken when the feature is at most
    ``threshold``."""

    version: str
    feature: NDArray[np.int32]
    threshold: F64
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: F64
    depth: int
    bias: float

    def score(self, features: F32) -> F64:
        trees = np.arange(len(self.feature))[None, :]
        rows = np.arange(len(features))[:, None]
        node = np.zeros((len(features), len(self.feature)), np.int32)
        for _ in range(self.depth):
            low = features[rows, self.feature[trees, node]] <= self.threshold[trees, node]
            node = np.where(low, self.left[trees, node], self.right[trees, node])
        return np.asarray(self.bias + self.value[trees, node].sum(axis=1))

    def document(self) -> dict[str, Any]:
        """As JSON; ``read_trees`` reads it."""
        arrays = {name: getattr(self, name).tolist() for name in ("feature", "threshold", "left", "right", "value")}
        return {
            "format": VERSION,
            "version": self.version,
            "names": list(NAMES),
            "depth": self.depth,
            "bias": self.bias,
            **arrays,
        }


def read_trees(document: Mapping[str, Any]) -> Trees | None:
    """None where the document is of other features than today's: the ranker has to be fitted anew."""
    if document.get("format") != VERSION or tuple(document.get("names", ())) != NAMES:
        return None
    return Trees(
        version=str(document["version"]),
        feature=np.array(document["feature"], np.int32),
        threshold=np.array(document["threshold"], np.float64),
        left=np.array(document["left"], np.int32),
        right=np.array(document["right"], np.int32),
        value=np.array(document["value"], np.float64),
        depth=int(document["depth"]),
        bias=float(document["bias"]),
    )


def top(scores: F64, ids: Sequence[str], count: int) -> list[int]:
    """The places of the best, best first; equal ones by id, so that an order never depends on how it came about."""
    return sorted(range(len(scores)), key=lambda i: (-scores[i], ids[i]))[:count]


PRIOR = Linear(
    "prior-1",
    {
        "share_0.5h": 0.15,
        "share_1.5h": 0.35,
        "share_4h": 0.3,
        "share_12h": 0.15,
        "after_last": 0.1,
        "after": 0.3,
        "beside": 0.15,
        "beside_norm": 0.15,
        "cosine": 0.6,
        "cosine_best": 0.6,
        "age": -0.25,
        "passed": -0.3,
    },
)
"""Set by hand, not fitted: what a community is served with until it has clicks of its own to learn from."""
