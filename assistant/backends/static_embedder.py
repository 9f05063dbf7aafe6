"""The shipped embedder: the sum of its tokens' rows, numpy and ``tokenizers`` alone; the same vectors as sentence-transformers gives.

The tokenizer folds Traditional characters, width and case. The model is read once and never changed, so calls from many threads need no
lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from assistant.backends.shipped import shipped
from assistant.backends.static_weights import F32, StaticWeights
from assistant.errors import ModelError
from assistant.types import ModelRef

NAME = "models/embedder"
_FEW = 4
TEXTS_AT_ONCE = 512
TOKENS_AT_ONCE = 32_768
"""Rows gathered together: at 256 dimensions, 32 MB."""


@cache
def _shipped() -> StaticWeights:
    return StaticWeights.load(shipped(NAME))


class StaticEmbedder:
    """Implements ``assistant.ports.Embedder`` with any sentence-transformers model that is one StaticEmbedding, normalised or not."""

    def __init__(self, weights: StaticWeights, dimensions: int, name: str) -> None:
        self._weights = weights
        self._dimensions = dimensions
        self._ref = ModelRef(name, f"{weights.version}-{dimensions}")

    @classmethod
    def load(cls, path: Path | None = None, truncate: int | None = None) -> StaticEmbedder:
        """The model in ``path``, or the shipped one; ``truncate`` keeps the first so many dimensions, and the length 1.

        Raises:
            ModelError: it is missing, damaged or of another kind, or has fewer dimensions than ``truncate``.
        """
        weights = StaticWeights.load(path) if path is not None else _shipped()
        most = weights.rows.shape[1]
        if truncate is not None and not 1 <= truncate <= most:
            raise ModelError(
                f"embedding.truncate must lie between 1 and {most}, the model's dimensions, not {truncate}"
            )
        return cls(weights, truncate or most, "embedder-static" if path is None else str(path))

    @property
    def ref(self) -> ModelRef:
        return self._ref

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def encode(self, texts: Sequence[str], *, query: bool = False) -> F32:  # noqa: ARG002  questions and passages are read alike
        """Shape (texts, ``dimensions``), each row of length 1, or 0 for a text that holds nothing the model knows."""
        found = np.zeros((len(texts), self._dimensions), np.float32)
        if len(texts) == 1:
            self._sum_one(texts[0], found[0])
        else:
            for start in range(0, len(texts), TEXTS_AT_ONCE):
                part = found[start : start + TEXTS_AT_ONCE]
                self._sum(texts[start : start + TEXTS_AT_ONCE], part)
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        np.divide(found, lengths, out=found, where=lengths > 0)
        return found

    def _sum_one(self, text: str, into: F32) -> None:
        """As ``_sum``, in two thirds of the time."""
        ids = np.array(self._weights.tokenizer.encode(_sound(text), add_special_tokens=False).ids, np.int64)
        for start in range(0, len(ids), TOKENS_AT_ONCE):
            into += self._weights.gather(ids[start : start + TOKENS_AT_ONCE], self._dimensions).sum(axis=0)

    def _sum(self, texts: Sequence[str], into: F32) -> None:
        """Adds each text's rows into its place; a text of many tokens in several turns."""
        tokens = self._tokens([_sound(text) for text in texts])
        ids = np.fromiter((token for one in tokens for token in one), np.int64)
        owners = np.repeat(np.arange(len(tokens)), [len(one) for one in tokens])
        for start in range(0, len(ids), TOKENS_AT_ONCE):
            cut = slice(start, start + TOKENS_AT_ONCE)
            rows = self._weights.gather(ids[cut], self._dimensions)
            first = np.flatnonzero(np.diff(owners[cut], prepend=-1))
            into[owners[cut][first]] += np.add.reduceat(rows, first, axis=0)

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Few are split here: other threads, on a busy machine, take longer to begin than that takes."""
        tokenizer = self._weights.tokenizer
        if len(texts) <= _FEW:
            return [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
        return [one.ids for one in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]


def _sound(text: str) -> str:
    """Half a surrogate pair cannot be written in UTF-8, which the tokenizer reads."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def meaning(text: str) -> F32:
    """What ``text`` means, by the shipped model: shape (``dimensions``,), of length 1. Raises: ModelError."""
    (vector,) = StaticEmbedder.load().encode([text])
    return np.asarray(vector, np.float32)
