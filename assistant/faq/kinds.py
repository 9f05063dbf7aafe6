"""A small learned model beside the rules: what kind a question is by its characters and words, for wordings that no rule foresaw.

Logistic regression over hashed n-grams (Weinberger et al., ICML 2009) of the folded text, characters up to three and words up to three, and
over its vector, which knows words that the training texts did not have.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.faq.rulebook import folded

BUCKETS: Final = 1 << 15
_WEIGHTS: Final = Path(__file__).parent / "rules" / "kinds.npz"
_WORD: Final = re.compile("[a-z']+|[0-9]+|[\u3400-\u9fff]")
_LONGEST: Final = 3
_CHARS: Final = 300


@dataclass(frozen=True, slots=True, eq=False)
class KindModel:
    """``weights`` has shape (kinds, ``BUCKETS``) in steps of ``scale``, ``bias`` (kinds,), ``dense`` (kinds, dimensions of the shipped
    embedder). A question counts as one of a kind that is not plain where ``1 - P(plain)`` passes ``threshold``, and may be about the
    member's own things where ``P(account)`` passes ``doubt``; both are set by cross-validation over families of questions."""

    kinds: tuple[str, ...]
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]
    dense: NDArray[np.float32]
    threshold: float
    doubt: float

    def probabilities(self, text: str, vector: NDArray[np.float32]) -> dict[str, float]:
        """By kind; they sum to 1. ``vector`` is the text's, of shape (dimensions,)."""
        buckets, values = features(text)
        logits = (self.weights[:, buckets].astype(np.float32) @ values) * self.scale + self.dense @ vector + self.bias
        exponents = np.exp(logits - logits.max())
        return dict(zip(self.kinds, (exponents / exponents.sum()).tolist(), strict=True))


def features(text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The buckets of a text's n-grams and their values; those of characters have length 1 together, and so have those of words."""
    even = folded(text)[:_CHARS]
    found: dict[int, float] = {}
    for sort, units in (("c", list(even)), ("w", ["^", *_WORD.findall(even), "$"])):
        counts = Counter(_bucket(sort, gram) for gram in _grams(units, "" if sort == "c" else " "))
        length = float(np.sqrt(sum(count * count for count in counts.values()))) or 1.0
        for bucket, count in counts.items():
            found[bucket] = found.get(bucket, 0.0) + count / length
    return np.fromiter(found, np.int64, len(found)), np.fromiter(found.values(), np.float32, len(found))


@cache
def load_kind_model() -> KindModel:
    """The shipped model, read once per process."""
    with np.load(_WEIGHTS, allow_pickle=False) as held:
        return KindModel(
            tuple(held["kinds"].tolist()),
            held["weights"],
            held["scale"],
            held["bias"],
            held["dense"],
            float(held["threshold"]),
            float(held["doubt"]),
        )


def _grams(units: list[str], join: str) -> list[str]:
    return [
        join.join(units[start : start + size])
        for size in range(1, _LONGEST + 1)
        for start in range(len(units) - size + 1)
    ]


def _bucket(sort: str, gram: str) -> int:
    return zlib.crc32(f"{sort}{gram}".encode("utf-8", "replace")) % BUCKETS
