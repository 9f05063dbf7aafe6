"""What the ranker sees of a member and an item at a moment. Names are logged with each decision."""

from __future__ import annotations

from math import exp

import numpy as np

from assistant.push.memory import Memory, Past
from assistant.push.rows import F32, F64, Ints
from assistant.push.trends import SCALES_H

NAMES: tuple[str, ...] = (
    *(f"share_{scale:g}h" for scale in SCALES_H),
    *(f"count_{scale:g}h" for scale in SCALES_H),
    "place",
    "age",
    "quiet",
    "after_last",
    "after",
    "beside",
    "beside_norm",
    "cosine",
    "cosine_last",
    "cosine_best",
    "touches",
    "away",
    "passed",
    "since_last",
)
_OWN = 12
_FADE_S = 2 * 86400.0
_SMOOTH = 3.0


def features(memory: Memory, past: Past, rows: Ints, at: float) -> F32:
    """Shape (rows, ``NAMES``)."""
    counts = memory.trends.counts(rows, at)
    peak = counts.max(axis=0, initial=1e-9)
    last = memory.trends.last(rows)
    published = memory.catalogue.published(rows)
    order = np.argsort(np.argsort(-counts[:, 1], kind="stable"), kind="stable")
    columns = [
        *np.log((counts + 1e-4) / (peak + 1e-4)).T,
        *np.log1p(counts).T,
        np.log1p(order),
        _hours(at - published),
        _hours(at - last),
        *_bonds(memory, past, rows, at),
        *_likeness(memory, past, rows, at),
        *_visits(past, published, at),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _hours(seconds: F64) -> F64:
    return np.log1p(np.clip(seconds, 0.0, 1e9) / 3600.0)


def _bonds(memory: Memory, past: Past, rows: Ints, at: float) -> list[F64]:
    own = past[-_OWN:]
    place = {int(row): i for i, row in enumerate(rows)}
    last, after, beside, normed = (np.zeros(len(rows)) for _ in range(4))
    totals = memory.covisits.touches
    for back, (row, when) in enumerate(reversed(own)):
        fade = exp(-(at - when) / _FADE_S) * 0.85**back
        share = fade / (totals[row] + _SMOOTH)
        for i, bond in _among(memory.covisits.after.get(row, {}), place):
            after[i] += share * bond
            if back == 0:
                last[i] = bond / (totals[row] + _SMOOTH)
        norm = (totals[row] + _SMOOTH) ** 0.5
        for i, bond in _among(memory.covisits.beside.get(row, {}), place):
            beside[i] += share * bond
            normed[i] += fade * bond / norm
    normed /= np.sqrt(np.array([totals[other] for other in place]) + _SMOOTH)
    return [np.log(column + 1e-4) for column in (last, after, beside, normed)]


def _among(bonds: dict[int, float], place: dict[int, int]) -> list[tuple[int, float]]:
    return [(place[other], bond) for other, bond in bonds.items() if other in place]


def _likeness(memory: Memory, past: Past, rows: Ints, at: float) -> list[F64]:
    if not past or not memory.catalogue.dimensions:
        return [np.zeros(len(rows))] * 3
    own = past[-_OWN:]
    mine = memory.catalogue.vectors(np.array([row for row, _ in own], np.int64))
    weights = np.exp(-(at - np.array([when for _, when in own])) / _FADE_S) + 1e-3
    cosines = memory.catalogue.vectors(rows) @ mine.T
    return [cosines @ weights / weights.sum(), cosines[:, -1], cosines.max(axis=1)]


def _visits(past: Past, published: F64, at: float) -> list[F64]:
    times = np.array([when for _, when in past])
    n = len(published)
    if not len(times):
        return [np.zeros(n), np.full(n, 12.0), np.zeros(n), np.full(n, 12.0)]
    known = len(times) - np.searchsorted(times, published)
    return [
        np.full(n, np.log1p(len(times))),
        np.full(n, np.log1p((at - times[-1]) / 60.0)),
        np.log1p(known),
        np.sign(published - times[-1]) * np.log1p(np.abs(published - times[-1]) / 3600.0),
    ]
