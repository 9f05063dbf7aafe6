"""Nearest vectors by inner product: the protocol, and the exact search that needs numpy alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.faq.lexical import Floats, Ids, highest

Mask = NDArray[np.bool_]

PREFIX = 64
"""Dimensions that the first pass over many vectors reads; Matryoshka training puts the most in front."""

PREFIX_FROM = 30_000
"""Vectors from which there is a first pass."""

SHORTLIST = 3_000
"""Vectors that the second pass reads whole."""


class Vectors(Protocol):
    """Immutable; thread-safe. Rows are numbered from 0 in the order given."""

    @property
    def rows(self) -> Floats:
        """Shape (size, dimensions)."""
        ...

    def nearest(self, vector: Floats, k: int, allowed: Mask | None = None) -> tuple[Ids, Floats]:
        """The ``k`` rows of highest inner product, best first, with it; only rows that are ``allowed``, if that is given."""
        ...


class VectorsBuilder(Protocol):
    def __call__(self, rows: Floats) -> Vectors: ...


@dataclass(frozen=True, slots=True, eq=False)
class FlatVectors:
    """Every row is looked at. Of many rows the first ``PREFIX`` dimensions are read first, then the best ``SHORTLIST`` whole; this is exact
    where the prefix keeps the true neighbours among them."""

    rows: Floats
    prefix: Floats | None

    @classmethod
    def build(cls, rows: Floats) -> FlatVectors:
        rows = np.ascontiguousarray(rows, np.float32)
        many = len(rows) >= PREFIX_FROM and rows.shape[1] >= 2 * PREFIX
        return cls(rows, np.ascontiguousarray(rows[:, :PREFIX]) if many else None)

    def nearest(self, vector: Floats, k: int, allowed: Mask | None = None) -> tuple[Ids, Floats]:
        if self.prefix is None:
            return _best(products(self.rows, vector), k, allowed)
        shortlist, _ = _best(products(self.prefix, vector[:PREFIX]), max(SHORTLIST, 4 * k), allowed)
        best, found = _best(products(self.rows[shortlist], vector), k, None)
        return shortlist[best], found


def products(rows: Floats, vector: Floats) -> Floats:
    """Without BLAS: for one vector its threads cost more than they bring, most of all on a busy machine."""
    found: Floats = np.einsum("ij,j->i", rows, vector)
    return found


def _best(found: Floats, k: int, allowed: Mask | None) -> tuple[Ids, Floats]:
    if allowed is not None:
        found = np.where(allowed, found, np.float32(-np.inf))
    best = highest(found, k)
    best = best[found[best] > -np.inf]
    return best, found[best]
