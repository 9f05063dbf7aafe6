"""Texts that speak of the same thing, by their vectors: leaders first, then a few rounds of spherical k-means with a floor."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
LIKENESS: Final = 0.35
"""The least inner product of a text with its group's mean, on the shipped embedder's scale; by how even groups of chat logs are."""
_ENOUGH: Final = 50
"""Texts from which on what all of them share is taken out first."""
MOST_TEXTS: Final = 8_000
MOST_GROUPS: Final = 400
_ROUNDS: Final = 4


def members_of(labels: NDArray[np.int64]) -> list[list[int]]:
    """The places of each group, in the order of its number."""
    return [np.flatnonzero(labels == label).tolist() for label in range(int(labels.max(initial=-1)) + 1)]


def group(vectors: Vectors, likeness: float = LIKENESS) -> NDArray[np.int64]:
    """The group of each row, counted from 0; -1 for a row that is like no group. Rows have length 1 (or 0). ValueError for more than
    ``MOST_TEXTS`` rows."""
    if len(vectors) > MOST_TEXTS:
        raise ValueError(f"{len(vectors)} texts; at most {MOST_TEXTS}")
    vectors = _apart(vectors)
    centres = _leaders(vectors, likeness)
    labels = np.full(len(vectors), -1, np.int64)
    for _ in range(_ROUNDS):
        if not len(centres):
            break
        likenesses = vectors @ centres.T
        best = likenesses.argmax(axis=1)
        kept = np.where(likenesses[np.arange(len(vectors)), best] >= likeness, best, -1)
        labels, centres = _settled(kept, vectors)
    return labels


def mean(rows: Vectors) -> Vectors:
    """The direction of the rows' sum, of length 1, or 0."""
    total = rows.sum(axis=0)
    length = float(np.linalg.norm(total))
    found: Vectors = (total / length).astype(np.float32) if length else total.astype(np.float32)
    return found


def _apart(vectors: Vectors) -> Vectors:
    """Without the direction that all share, which says what the community is about, not what a text is."""
    if len(vectors) < _ENOUGH:
        return vectors
    told = vectors.any(axis=1, keepdims=True)
    return _unit(np.where(told, vectors - vectors.mean(axis=0), 0).astype(np.float32))


def _leaders(vectors: Vectors, likeness: float) -> Vectors:
    """Each row that no earlier one's group is like begins a group of its own."""
    sums = np.zeros((MOST_GROUPS, vectors.shape[1]), np.float32)
    count = 0
    for row in vectors:
        if not row.any():
            continue
        if count:
            lengths = np.maximum(np.linalg.norm(sums[:count], axis=1), 1e-9)
            likenesses = (sums[:count] @ row) / lengths
            best = int(likenesses.argmax())
            if likenesses[best] >= likeness:
                sums[best] += row
                continue
        if count < MOST_GROUPS:
            sums[count] = row
            count += 1
    return _unit(sums[:count])


def _settled(labels: NDArray[np.int64], vectors: Vectors) -> tuple[NDArray[np.int64], Vectors]:
    """Groups of one are none; the others numbered anew by size, with their means."""
    names, counts = np.unique(labels[labels >= 0], return_counts=True)
    kept = [int(name) for name, count in sorted(zip(names, counts, strict=True), key=lambda p: -p[1]) if count > 1]
    number = {name: at for at, name in enumerate(kept)}
    fresh = np.array([number.get(int(label), -1) for label in labels], np.int64)
    centres = np.array([mean(vectors[fresh == at]) for at in range(len(kept))], np.float32)
    return fresh, centres.reshape(len(kept), vectors.shape[1])


def _unit(rows: Vectors) -> Vectors:
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    found: Vectors = (rows / lengths).astype(np.float32)
    return found
