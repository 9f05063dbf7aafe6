"""A linear classifier over the ways that entries are asked, learnt when the index is built: what many examples of a question have in common
says more than the nearest one.

One logistic regression per entry against all others (so that a question like none of them scores low everywhere), on words, word pairs and
the dense vector, by AdaGrad (Duchi, Hazan and Singer, JMLR 2011) over the same small batches in each pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.faq.lexical import Floats, Ids
from assistant.faq.tokens import lexical_tokens

LEAST = 3
"""Ways to ask an entry from which it takes part."""

FEWEST_ENTRIES = 10
"""Among fewer, one of them always looks likely: there is too little to be told apart from."""

MOST_ROWS, MOST_ENTRIES = 40_000, 1_000
PASSES = 8
BATCH = 256
RATE = 0.07
_SEED = 11


def grams(text: str) -> list[str]:
    """Tokens, and pairs of neighbouring words; pairs of Han characters are tokens already."""
    tokens = lexical_tokens(text)
    words = ["^", *(token for token in tokens if token.isascii()), "$"]
    pairs = [f"{a} {b}" for a, b in pairwise(words)] if len(words) > 2 else []
    return tokens + pairs


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """``features[i]`` of row ``rows[i]`` weighs ``values[i]``; rows ascend from 0, each has at least one feature."""

    features: NDArray[np.int64]
    values: Floats
    starts: NDArray[np.int64]
    dense: Floats

    def times(self, words: Floats, meaning: Floats) -> Floats:
        """The logits without bias: shape (rows, classes)."""
        weighted = words[self.features] * self.values[:, None]
        summed: Floats = np.add.reduceat(weighted, self.starts, axis=0) + self.dense @ meaning
        return summed


@dataclass(frozen=True, slots=True, eq=False)
class Intents:
    """``entries`` are the entries that take part, as they are numbered in the index; ``words`` has shape (features, entries)."""

    entries: Ids
    features: dict[str, int]
    idf: Floats
    words: Floats
    meaning: Floats
    bias: Floats

    @classmethod
    def fit(cls, texts: Sequence[str], vectors: Floats, owners: Ids, entries: int) -> Intents | None:
        """``owners[i]`` is the entry, below ``entries``, that ``texts[i]`` asks. None where too few or too many ways are known."""
        counts = np.bincount(owners, minlength=entries)
        taking = np.flatnonzero(counts >= LEAST).astype(np.int32)
        rows = np.flatnonzero(counts[owners] >= LEAST)
        if not FEWEST_ENTRIES <= len(taking) <= MOST_ENTRIES or len(rows) > MOST_ROWS:
            return None
        column = np.zeros(entries, np.int64)
        column[taking] = np.arange(len(taking))
        return _fit([texts[i] for i in rows.tolist()], vectors[rows], column[owners[rows]], taking)

    def logits(self, question: str, vector: Floats) -> Floats:
        """Of each of ``entries``."""
        batch = _batch([_weighed(grams(question), self.features, self.idf)], vector[None])
        found: Floats = batch.times(self.words, self.meaning)[0] + self.bias
        return found


Weighed = tuple[list[int], list[float]]


def _weighed(found: Sequence[str], features: dict[str, int], idf: Floats) -> Weighed:
    """Known features with their weights, of length 1 as a vector; feature 0, which weighs nothing, if there is none."""
    counts: dict[int, int] = {}
    for gram in found:
        if (number := features.get(gram)) is not None:
            counts[number] = counts.get(number, 0) + 1
    if not counts:
        return [0], [0.0]
    numbers = list(counts)
    weights = (1 + np.log(list(counts.values()))) * idf[numbers]
    return numbers, (weights / np.linalg.norm(weights)).tolist()


def _batch(weighed: Sequence[Weighed], dense: Floats) -> Batch:
    lengths = [len(numbers) for numbers, _ in weighed]
    return Batch(
        features=np.array([n for numbers, _ in weighed for n in numbers], np.int64),
        values=np.array([v for _, values in weighed for v in values], np.float32),
        starts=np.concatenate(([0], np.cumsum(lengths)[:-1])),
        dense=dense,
    )


def _fit(texts: Sequence[str], vectors: Floats, truth: NDArray[np.int64], taking: Ids) -> Intents:
    found = [grams(text) for text in texts]
    holders: dict[str, int] = {}
    for own in found:
        for gram in set(own):
            holders[gram] = holders.get(gram, 0) + 1
    features = {gram: number for number, gram in enumerate(sorted(holders))}
    idf = np.log((1 + len(texts)) / (1 + np.array([holders[g] for g in features], np.float32))) + 1
    weighed = [_weighed(own, features, idf) for own in found]
    order = np.random.default_rng(_SEED).permutation(len(texts))
    parts = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
    batches = [(_batch([weighed[i] for i in part], vectors[part]), truth[part]) for part in parts]
    learner = _Learner(len(features), vectors.shape[1], len(taking))
    for batch, right in (pair for _ in range(PASSES) for pair in batches):
        learner.step(batch, right)
    return Intents(taking, features, idf.astype(np.float32), learner.words, learner.meaning, learner.bias)


class _Learner:
    """Weights and AdaGrad's sums of squared gradients."""

    def __init__(self, features: int, dimensions: int, classes: int) -> None:
        self.words, self._words = _zeros(features, classes)
        self.meaning, self._meaning = _zeros(dimensions, classes)
        self.bias = np.full(classes, -np.log(max(classes - 1, 1)), np.float32)
        self._bias = np.full(classes, 1e-6, np.float32)

    def step(self, batch: Batch, truth: NDArray[np.int64]) -> None:
        logits = batch.times(self.words, self.meaning) + self.bias
        wrong = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        wrong[np.arange(len(truth)), truth] -= 1
        for places, slope in _slopes(batch, wrong):
            self._words[places] += slope * slope
            self.words[places] -= RATE * slope / np.sqrt(self._words[places])
        _descend(self.meaning, self._meaning, batch.dense.T @ wrong)
        _descend(self.bias, self._bias, wrong.sum(axis=0))


def _slopes(batch: Batch, wrong: Floats) -> Iterator[tuple[NDArray[np.int64], Floats]]:
    """Each feature that the batch holds, and its gradient."""
    order = np.argsort(batch.features, kind="stable")
    places, starts = np.unique(batch.features[order], return_index=True)
    rows = np.repeat(np.arange(len(batch.starts)), np.diff([*batch.starts, len(batch.features)]))[order]
    yield places, np.add.reduceat(wrong[rows] * batch.values[order][:, None], starts, axis=0)


def _zeros(rows: int, columns: int) -> tuple[Floats, Floats]:
    return np.zeros((rows, columns), np.float32), np.full((rows, columns), 1e-6, np.float32)


def _descend(weights: Floats, squares: Floats, slope: Floats) -> None:
    squares += slope * slope
    weights -= RATE * slope / np.sqrt(squares)
