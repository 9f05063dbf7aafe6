"""Whether a newly fitted ranker takes the place of the one in force: only where neither replay nor logged lists speak against it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.push.rows import F64

LEAST_GUESSES = 100
LEAST_LISTS = 100.0
"""Fewer effective lists say nothing of how much a ranker would have earned."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``because``: ``not_worse``, ``worse_on_replay``, ``worse_on_lists`` or ``too_little``."""

    taken: bool
    because: str


def compare(new: F64, old: F64, lists: tuple[float, float, float] | None) -> Verdict:
    """``new`` and ``old`` are reciprocal places of the same touches, shape (guesses,); ``lists`` what the first place would have earned
    with the new and with the old ranker, and how many effective lists that rests on (the fewer of the two)."""
    if len(new) < LEAST_GUESSES:
        return Verdict(False, "too_little")
    if float(np.mean(new - old)) < 0:
        return Verdict(False, "worse_on_replay")
    if lists is not None and lists[2] >= LEAST_LISTS and lists[0] < lists[1]:
        return Verdict(False, "worse_on_lists")
    return Verdict(True, "not_worse")
