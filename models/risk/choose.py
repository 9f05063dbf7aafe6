"""Which rows train a label, and how much each weighs.

A few seeds among tens of thousands of real rows would make every seeded label predict clean. So rows of sets that never carry the label
are capped near the number of rows of those that do, and in each script neither class outweighs the other more than ``LEAN`` times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.risk.row import Row

LEAN = 3.0
LEAST_BACKGROUND = 3_000
MOST_BACKGROUND = 12_000
SEED_WEIGHT = 3.0
"""Seeds were written for this product; rows of public sets only resemble its texts."""

_NEAR = {"seeds", "toxirewritecn"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Parallel arrays over the chosen rows: index among all rows, truth (0 or 1), weight, fold, whether it only calibrates."""

    index: npt.NDArray[np.int64]
    truth: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64]
    fold: npt.NDArray[np.int64]
    dev: npt.NDArray[np.bool_]
    script: npt.NDArray[np.int8]


def choose(rows: Sequence[Row], scripts: npt.NDArray[np.int8], label: str, seed: int = 0) -> Choice:
    """The rows for ``label``."""
    known = [number for number, row in enumerate(rows) if label in row.labels]
    carrying = {rows[n].source for n in known if rows[n].labels[label] == 1.0} | _NEAR
    near = [n for n in known if rows[n].source in carrying]
    far = [n for n in known if rows[n].source not in carrying]
    cap = int(np.clip(len(near), LEAST_BACKGROUND, MOST_BACKGROUND))
    far = sorted(np.random.default_rng(seed).permutation(far)[:cap].tolist())
    index = np.array(sorted(near + far))
    truth = np.array([rows[n].labels[label] for n in index])
    weight = np.array([rows[n].weight * (SEED_WEIGHT if rows[n].source == "seeds" else 1.0) for n in index])
    script = scripts[index]
    return Choice(
        index=index,
        truth=truth,
        weight=_balanced(truth, weight, script),
        fold=np.array([rows[n].fold for n in index]),
        dev=np.array([rows[n].dev for n in index]),
        script=script,
    )


def _balanced(
    truth: npt.NDArray[np.float64], weight: npt.NDArray[np.float64], script: npt.NDArray[np.int8]
) -> npt.NDArray[np.float64]:
    weight = weight.copy()
    for one in (0, 1):
        positive, negative = (script == one) & (truth == 1), (script == one) & (truth == 0)
        light, heavy = sorted((positive, negative), key=lambda mask: float(weight[mask].sum()))
        if light.any() and weight[heavy].sum() > LEAN * weight[light].sum():
            weight[heavy] *= LEAN * weight[light].sum() / weight[heavy].sum()
    return weight
