"""Several interests per member, each a direction among the texts' vectors with a weight that fades.

What is close to an interest is drawn into it; what is not begins a new one, and the two closest become one where there would be too many
(after PinnerSage: Pal et al. 2020, which keeps several vectors for that a mean of unlike interests is like none of them).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]

MOST = 3
DIMENSIONS = 128
CLOSE = 0.35
"""The least cosine at which a text belongs to an interest."""
EVIDENCE = 4


@dataclass(frozen=True, slots=True)
class Interest:
    """``vector`` has length 1 and is rounded to half precision, so that a stored one is the same; ``weight`` is forward-decayed;
    ``events`` are the latest that made it, oldest first."""

    vector: F32
    weight: float
    events: tuple[str, ...]


def shorten(vectors: F32) -> F32:
    """The first ``DIMENSIONS`` of each row, at length 1 (rows of 0 stay): how interests and items are compared. Shape (n, 128 or fewer)."""
    short = np.asarray(vectors[:, :DIMENSIONS], np.float32)
    lengths = np.linalg.norm(short, axis=1, keepdims=True)
    return np.asarray(np.divide(short, lengths, out=np.zeros_like(short), where=lengths > 0), np.float32)


def draw(interests: tuple[Interest, ...], vector: F32, weight: float, event: str) -> tuple[Interest, ...]:
    """The interests after a text of this direction (shape (dimensions,), length 1) was met with this forward-decayed weight."""
    new = Interest(_rounded(vector), weight, (event,))
    if not interests:
        return (new,)
    likeness = [float(one.vector.dot(vector)) for one in interests]
    best = max(range(len(interests)), key=likeness.__getitem__)
    if likeness[best] >= CLOSE:
        joined = _join(interests[best], new)
        return (*interests[:best], joined, *interests[best + 1 :])
    return _at_most((*interests, new))


def _at_most(interests: tuple[Interest, ...]) -> tuple[Interest, ...]:
    if len(interests) <= MOST:
        return interests
    pairs = [(i, j) for i in range(len(interests)) for j in range(i + 1, len(interests))]
    first, second = max(pairs, key=lambda pair: float(interests[pair[0]].vector @ interests[pair[1]].vector))
    joined = _join(interests[first], interests[second])
    rest = tuple(one for at, one in enumerate(interests) if at not in {first, second})
    return (*rest, joined)


def _join(one: Interest, other: Interest) -> Interest:
    """Weighed by what each counts; forward-decayed weights of one time base need no fading first."""
    total = one.weight + other.weight
    mean = one.vector * (one.weight / total)
    mean += other.vector * (other.weight / total)
    length = math.sqrt(mean.dot(mean))
    vector = _rounded(mean / length) if length > 0 else one.vector
    return Interest(vector, total, (*one.events, *other.events)[-EVIDENCE:])


def _rounded(vector: F32) -> F32:
    return vector.astype(np.float16).astype(np.float32)
