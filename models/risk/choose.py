"""Which rows train a label, and how much each weighs.

A few seeds among tens of thousands of real rows would make every seeded label predict clean. So rows of sets that never carry the label
are capped near the number of rows of those that do, and in each script neither class outweighs the other more than ``LEAN`` times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from models.risk.row import Row

LEAN = 3.0
BACKGROUND = 42_000
"""Rows of other sets for a label of our own seeds: with 18,000, twice as many ordinary sentences that trained nothing reached one half."""

LEAST_BACKGROUND, MOST_BACKGROUND = 6_000, 18_000
"""The bounds for attacks, of which there are sets enough."""

ORDINARY_SHARE = 0.6
"""Of the background, so much is ordinary sentences: they are what a community's talk is made of."""

SOURCE_WEIGHT = {"everyday": 2.0, "seeds": 6.0, "grammar": 2.0, "disguised": 1.5, "terms": 0.3}
"""Beside a row's own weight: seeds were written for the question, public sets only resemble it; terms are helped by their rules already."""

OFFENCE = {"harassment", "hate"}
OFFENCE_WEIGHT = {
    "seeds": 1.9,
    "grammar": 0.8,
    "disguised": 0.2,
    "terms": 1.0,
    "swsr": 0.5,
    "psyguard": 0.2,
    "everyday": 0.1,
    "clinc150": 0.1,
}
"""Instead, where real rows abound. Chosen on COLD dev and held-back seeds: sets far from the question blur it at full weight. A seed
weighed 3 until there were 20,483 more, and 2.2 until 14,403 more: all together weigh what they did beside the public rows, some 1.3 times
as much."""

_NEAR = {"seeds", "grammar", "disguised", "toxirewritecn", "terms"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Parallel arrays over the chosen rows: index among all rows, truth (0 or 1), what is fitted (that, or a target in [0, 1]), weight,
    fold (-1: never measured), whether it only calibrates, script (1: holds a Han character).
    """

    index: npt.NDArray[np.int64]
    truth: npt.NDArray[np.float64]
    target: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64]
    fold: npt.NDArray[np.int64]
    dev: npt.NDArray[np.bool_]
    script: npt.NDArray[np.int8]

    def only(self, mask: npt.NDArray[np.bool_]) -> Choice:
        """The rows under ``mask``."""
        return Choice(*(getattr(self, field.name)[mask] for field in fields(self)))


def choose(
    rows: Sequence[Row],
    scripts: npt.NDArray[np.int8],
    label: str,
    targets: npt.NDArray[np.float64] | None = None,
    seed: int = 0,
) -> Choice:
    """The rows for ``label``; ``targets`` (one per row, NaN for none) take the place of the truth where n-grams are fitted."""
    known = [number for number, row in enumerate(rows) if label in row.labels]
    carrying = {rows[n].source for n in known if rows[n].labels[label] == 1.0} | _NEAR
    near = [n for n in known if rows[n].source in carrying]
    far = [n for n in known if rows[n].source not in carrying]
    cap = int(np.clip(len(near), LEAST_BACKGROUND, MOST_BACKGROUND)) if label in OFFENCE else BACKGROUND
    far = _sampled(rows, far, cap, seed)
    index = np.array(sorted(near + far))
    special = OFFENCE_WEIGHT if label in OFFENCE else SOURCE_WEIGHT
    truth = np.array([rows[n].labels[label] for n in index])
    weight = np.array([rows[n].weight * special.get(rows[n].source, 1.0) for n in index])
    script = scripts[index]
    return Choice(
        index=index,
        truth=truth,
        target=truth if targets is None else np.where(np.isnan(targets[index]), truth, targets[index]),
        weight=_balanced(truth, weight, script),
        fold=np.array([rows[n].fold for n in index]),
        dev=np.array([rows[n].dev for n in index]),
        script=script,
    )


def _sampled(rows: Sequence[Row], far: list[int], cap: int, seed: int) -> list[int]:
    """At most ``cap`` of the rows ``far``, in order."""
    mixed = np.random.default_rng(seed).permutation(far).tolist()
    ordinary = [n for n in mixed if rows[n].source == "everyday"][: int(cap * ORDINARY_SHARE)]
    others = [n for n in mixed if rows[n].source != "everyday"][: cap - len(ordinary)]
    return sorted(ordinary + others)


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
