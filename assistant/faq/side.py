"""One side of the entries: the ways to ask them, or their passages; each row belongs to one entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.faq.dense import Mask, Vectors, VectorsBuilder
from assistant.faq.lexical import Asked, Common, Floats, Ids, LexicalIndex, Statistics, highest


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """Rows ``starts[e] : starts[e + 1]`` are entry ``e``'s; ``owners`` is the way back."""

    lexical: LexicalIndex
    vectors: Vectors
    owners: Ids
    starts: NDArray[np.int64]

    @classmethod
    def build(
        cls,
        texts: Sequence[Sequence[str]],
        rows: Floats,
        make: VectorsBuilder,
        statistics: Statistics | None,
        common: Common,
    ) -> Side:
        counts = np.array([len(own) for own in texts], np.int64)
        return cls(
            lexical=LexicalIndex.build([text for own in texts for text in own], statistics, common),
            vectors=make(rows),
            owners=np.repeat(np.arange(len(texts), dtype=np.int32), counts),
            starts=np.concatenate(([0], np.cumsum(counts))),
        )

    def best(self, bm25: Floats, vector: Floats, k: int, allowed: Mask | None) -> tuple[Ids, Ids]:
        """Entries by words and entries by meaning, each best first and named once; ``allowed`` masks entries."""
        mask = None if allowed is None else allowed[self.owners]
        if mask is not None:
            bm25 = np.where(mask, bm25, np.float32(0))
        by_words = highest(bm25, k)
        by_words = by_words[bm25[by_words] > 0]
        by_meaning, _ = self.vectors.nearest(vector, k, mask)
        return _once(self.owners[by_words]), _once(self.owners[by_meaning])

    def rows_of(self, entries: Ids) -> tuple[Ids, NDArray[np.int64]]:
        """The rows of ``entries``, entry after entry, and how many each has."""
        counts = self.starts[entries + 1] - self.starts[entries]
        ends = np.cumsum(counts)
        rows = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(self.starts[entries] - (ends - counts), counts)
        return rows.astype(np.int32), counts

    def overlaps(self, asked: Asked, rows: Ids) -> tuple[Floats, Floats]:
        """How much of the question each row holds, and how alike the two are (cosine of their weighted token sets), both in [0, 1]."""
        shared = self.lexical.overlaps(asked, rows)
        held = shared / max(asked.mass, 1e-6)
        alike = shared / np.sqrt(np.maximum(self.lexical.masses[rows] * asked.mass, 1e-6))
        return held.astype(np.float32), np.minimum(alike, 1).astype(np.float32)


def _once(numbers: Ids) -> Ids:
    _, first = np.unique(numbers, return_index=True)
    return numbers[np.sort(first)]
