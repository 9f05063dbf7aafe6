"""Groups that members fall into by what they like, found without being asked for, with names from what sets them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from assistant.members import decay
from assistant.members.state import State
from assistant.members.topics import Topics

LEAST_MEMBERS = 20
MOST_CLUSTERS = 12
_ROUNDS = 40
_NAMES = 2
F32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Cluster:
    """``tags`` set it apart, most telling first; ``members`` are places in what was clustered."""

    tags: tuple[str, ...]
    members: tuple[int, ...]


def discover(states: Sequence[State], now: datetime) -> list[Cluster]:
    """Members by their tags as they weigh now, the largest group first; none for fewer than ``LEAST_MEMBERS`` with tags."""
    chosen = [at for at, state in enumerate(states) if state.tags]
    if len(chosen) < LEAST_MEMBERS:
        return []
    names = sorted({tag for at in chosen for tag in states[at].tags})
    weights = _matrix([states[at] for at in chosen], names, now)
    spread = np.log(len(chosen) / np.maximum((weights > 0).sum(axis=0), 1)).astype(np.float32) + 1.0
    rows = weights * spread
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    count = int(np.clip(round((len(chosen) / 50) ** 0.5) + 1, 2, MOST_CLUSTERS))
    owner = spherical(rows, count)
    found = []
    for one in range(count):
        inside = owner == one
        if inside.any():
            tags = _telling(rows, inside, names)
            found.append(Cluster(tags, tuple(chosen[at] for at in np.flatnonzero(inside))))
    return sorted(found, key=lambda cluster: (-len(cluster.members), cluster.tags))


def name(cluster: Cluster, topics: Topics, language: str) -> str:
    """What operators call it, in their language."""
    return " · ".join(topics.name(tag, language) for tag in cluster.tags[:_NAMES])


def spherical(rows: F32, count: int) -> NDArray[np.int64]:
    """The group of each row (length 1, shape (n, d)), by k-means on the sphere begun at rows far apart; the same every time."""
    centres = rows[[int(np.argmax(rows.sum(axis=0) @ rows.T))]]
    while len(centres) < count:
        farthest = int(np.argmin((rows @ centres.T).max(axis=1)))
        centres = np.vstack([centres, rows[farthest]])
    owner = np.zeros(len(rows), np.int64)
    for at in range(_ROUNDS):
        before, owner = owner, np.argmax(rows @ centres.T, axis=1)
        if at and (before == owner).all():
            break
        sums = np.zeros_like(centres)
        np.add.at(sums, owner, rows)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-12), centres)
    return owner


def _matrix(states: Sequence[State], names: Sequence[str], now: datetime) -> F32:
    at = {tag: column for column, tag in enumerate(names)}
    found = np.zeros((len(states), len(names)), np.float32)
    for row, state in enumerate(states):
        for tag, kept in state.tags.items():
            found[row, at[tag]] = np.log1p(decay.now(kept.weight, now, decay.INTEREST_DAYS))
    return found


def _telling(rows: F32, inside: NDArray[np.bool_], names: Sequence[str]) -> tuple[str, ...]:
    lift = rows[inside].mean(axis=0) - rows.mean(axis=0)
    order = np.argsort(-lift, kind="stable")[:5]
    return tuple(names[at] for at in order if lift[at] > 0)
