"""Showing, now and then, what the ranker would not: so that a later ranker can be judged by what this one logged."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from assistant.push.diversify import Chooser


@dataclass(frozen=True, slots=True)
class Placed:
    """``place`` is the candidate's; ``propensity`` the probability of this choice given the ones above it; ``rare``: it is there because
    it was shown little."""

    place: int
    propensity: float
    rare: bool = False


def arrange(chooser: Chooser, count: int, rate: float, seed: str, rare_every: int = 0) -> list[Placed]:
    """At each position, with probability ``rate`` (in [0, 1)) one of the open candidates at random, else the best; at every
    ``rare_every``-th (0: never) else what is worth most for how little it was shown.

    The same ``seed`` gives the same list: a page asked for twice does not jump.
    """
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big"))
    placed: list[Placed] = []
    while len(placed) < count and len(among := chooser.open()):
        rare = rare_every > 0 and (len(placed) + 1) % rare_every == 0
        best = chooser.rare() if rare else chooser.best(among)
        chosen = int(among[rng.integers(len(among))]) if rng.random() < rate else best
        propensity = rate / len(among) * (chosen in among) + (1 - rate) * (chosen == best)
        placed.append(Placed(chosen, propensity, rare and chosen == best))
        chooser.take(chosen)
    return placed


def probability(chooser: Chooser, place: int, rate: float) -> float:
    """With which probability ``arrange`` puts the candidate first."""
    among = chooser.open()
    return (rate / len(among) + (1 - rate) * (place == chooser.best(among))) if place in among else 0.0
