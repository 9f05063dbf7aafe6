"""BM25 (Robertson and Zaragoza 2009) over an inverted index in numpy arrays.

How rare a token is in a handful of texts says little. So ``BACKGROUND`` texts as people write them in general count beside a
collection's own: 怎麼 and "how" weigh little in the smallest of them, and hardly anything changes in a large one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.faq.tokens import lexical_tokens

K1 = 1.2
B = 0.75
BACKGROUND = 200
Common = Mapping[str, float]
"""The share of texts in general that hold a token; tokens that hardly any holds are absent."""

Ids = NDArray[np.int32]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """What a collection says of its tokens: how rare each is, and how long a text is on average. Small additions to a collection are
    weighed by it, so that their scores compare. ``common`` weighs those that it does not hold."""

    idf: dict[str, float]
    size: int
    length: float
    common: Common

    def weight(self, token: str) -> float:
        found = self.idf.get(token)
        return found if found is not None else _weight(self.size, 0, self.common.get(token, 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question's known tokens, each once: their numbers, and the weight of all its tokens, and of those that the collection knows."""

    numbers: tuple[int, ...]
    mass: float
    known: float


@dataclass(frozen=True, slots=True, eq=False)
class LexicalIndex:
    """``documents[starts[t] : starts[t + 1]]`` are the texts that hold token ``t``, ascending, and ``impacts`` what it adds to their
    scores. ``masses`` is each text's sum of ``idf`` over its distinct tokens."""

    size: int
    tokens: dict[str, int]
    starts: NDArray[np.int64]
    documents: Ids
    impacts: Floats
    idf: Floats
    masses: Floats
    statistics: Statistics

    @classmethod
    def build(
        cls, texts: Sequence[str], statistics: Statistics | None = None, common: Common | None = None
    ) -> LexicalIndex:
        """``statistics`` of the collection that the texts are added to; their own, and ``common``, by default."""
        vocabulary: dict[str, int] = {}
        flat: list[int] = []
        lengths = np.zeros(len(texts), np.int64)
        for number, text in enumerate(texts):
            tokens = lexical_tokens(text)
            flat.extend([vocabulary.setdefault(token, len(vocabulary)) for token in tokens])
            lengths[number] = len(tokens)
        return cls._inverted(vocabulary, np.array(flat, np.int64), lengths, statistics, common or {})

    @classmethod
    def _inverted(
        cls,
        vocabulary: dict[str, int],
        flat: NDArray[np.int64],
        lengths: NDArray[np.int64],
        given: Statistics | None,
        common: Common,
    ) -> LexicalIndex:
        size = len(lengths)
        owners = np.repeat(np.arange(size), lengths)
        pairs, counts = np.unique(flat * max(size, 1) + owners, return_counts=True)
        token, document = np.divmod(pairs, max(size, 1))
        frequency = np.bincount(token, minlength=len(vocabulary))
        statistics = given or _statistics(vocabulary, frequency, lengths, common)
        idf = np.array([statistics.weight(token) for token in vocabulary], np.float32)
        norm = K1 * (1 - B + B * lengths / statistics.length)
        impacts = idf[token] * (counts * (K1 + 1) / (counts + norm[document]))
        return cls(
            size=size,
            tokens=vocabulary,
            starts=np.concatenate(([0], np.cumsum(frequency))),
            documents=document.astype(np.int32),
            impacts=impacts.astype(np.float32),
            idf=idf,
            masses=np.bincount(document, idf[token], minlength=size).astype(np.float32),
            statistics=statistics,
        )

    def asked(self, tokens: Sequence[str]) -> Asked:
        distinct = dict.fromkeys(tokens)
        weights = [self.statistics.weight(token) for token in distinct]
        known = sum(w for token, w in zip(distinct, weights, strict=True) if token in self.statistics.idf)
        return Asked(tuple(n for t in distinct if (n := self.tokens.get(t)) is not None), sum(weights), known)

    def all_scores(self, asked: Asked) -> Floats:
        """Shape (size,)."""
        scores = np.zeros(self.size, np.float32)
        for number in asked.numbers:
            inside = slice(self.starts[number], self.starts[number + 1])
            scores[self.documents[inside]] += self.impacts[inside]
        return scores

    def overlaps(self, asked: Asked, rows: Ids) -> Floats:
        """The summed ``idf`` of the tokens that each of ``rows`` (ascending) shares with the question."""
        found = np.zeros(len(rows), np.float32)
        for number in asked.numbers:
            holders = self.documents[self.starts[number] : self.starts[number + 1]]
            places = np.searchsorted(holders, rows)
            inside = places < len(holders)
            inside[inside] = holders[places[inside]] == rows[inside]
            found[inside] += self.idf[number]
        return found

    def scores(self, question: str, k: int) -> tuple[Ids, Floats]:
        """The ``k`` best texts that share a token with the question, best first, with their scores."""
        scores = self.all_scores(self.asked(lexical_tokens(question)))
        best = highest(scores, k)
        best = best[scores[best] > 0]
        return best, scores[best]


def _statistics(
    vocabulary: dict[str, int], frequency: NDArray[np.int64], lengths: NDArray[np.int64], common: Common
) -> Statistics:
    size = len(lengths)
    return Statistics(
        idf={
            token: _weight(size, held, common.get(token, 0.0))
            for token, held in zip(vocabulary, frequency.tolist(), strict=True)
        },
        size=size,
        length=max(float(lengths.mean()) if size else 0.0, 1.0),
        common=common,
    )


def _weight(size: int, held: int, share: float) -> float:
    """The inverse frequency of a token that ``held`` of ``size`` texts hold, and ``share`` of texts in general."""
    holders = held + BACKGROUND * share
    return math.log1p((size + BACKGROUND - holders + 0.5) / (holders + 0.5))


def highest(scores: Floats, k: int) -> Ids:
    """The places of the ``k`` highest, best first; of equals the first.

    Those at the lowest score are set aside: most texts share nothing with a question, and to part many equals takes long.
    """
    above = np.flatnonzero(scores > scores.min()) if len(scores) else np.zeros(0, np.int64)
    if len(above) < k:
        lowest = np.flatnonzero(scores <= scores.min())[: k - len(above)] if len(scores) else above
        return np.concatenate((_sorted(scores, above), lowest)).astype(np.int32)
    found = scores[above]
    if k < len(above):
        least = np.partition(found, len(found) - k)[len(found) - k] if k else np.inf
        above = above[found >= least]
    return _sorted(scores, above)[:k].astype(np.int32)


def _sorted(scores: Floats, places: NDArray[np.int64]) -> NDArray[np.int64]:
    return places[np.lexsort((places, -scores[places]))]
