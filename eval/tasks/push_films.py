"""Films of MovieLens-100k by the split of the recommenders team's benchmark: 75 % of the ratings at random are known."""

from __future__ import annotations

import numpy as np

from assistant.push.likeness import item_weights
from eval.bootstrap import estimates
from eval.flow import Context
from eval.metrics import Flags, Floats, Ints, ratio
from eval.results import Better, Cell, Goal, Kind, Result, Row, Table
from eval.tables import published

_FILE = "dataset/ml-100k/ml-100k.inter"
SEED, SHARE, DEEP = 42, 0.75, 10
RIDGES = (50.0, 100.0, 200.0, 400.0, 800.0, 1600.0)
COLUMNS = {"nDCG@10": Better.UP, "coverage": Better.NEITHER}


def push_films(context: Context) -> Result:
    """nDCG@10, every rating counting as a hit, of items that go together in closed form; the ridge is chosen on a quarter of the known."""
    members, items = _ratings(context)
    rng = np.random.default_rng(SEED)
    known, hidden = _split(np.arange(len(members)), rng)
    first, second = _split(known, rng)
    shape = (int(members.max()) + 1, int(items.max()) + 1)
    ridge = max(RIDGES, key=lambda one: float(_ndcg(*_sides(members, items, first, second, shape), one)[0].mean()))
    given, wanted = _sides(members, items, known, hidden, shape)
    ours, shown = _ndcg(given, wanted, ridge)
    popular, most = _ndcg(given, wanted, None)
    rows = [
        Row("items that go together (EASE)", _cells(ours, shown, shape[1])),
        Row("most rated", _cells(popular, most, shape[1]), Kind.TRIVIAL),
        published("SAR (recommenders team)", {"nDCG@10": 0.382}),
        published("BPR (recommenders team)", {"nDCG@10": 0.442}),
        published("BiVAE (recommenders team)", {"nDCG@10": 0.475}),
    ]
    note = f"Ridge {ridge:g}; intervals over members. Published figures are of the same recipe and another draw."
    table = Table("MovieLens-100k", COLUMNS, tuple(rows), note)
    goal = Goal("MovieLens-100k, nDCG@10", table.estimate("nDCG@10"), Better.UP, 0.44)
    return Result("push_films", "Films of MovieLens-100k", (table,), goals=(goal,), cases=len(hidden))


def _ratings(context: Context) -> tuple[Ints, Ints]:
    rows = context.datasets.rows("ml_100k_recbole", _FILE, "\t")
    _, members = np.unique([row["user_id:token"] for row in rows], return_inverse=True)
    _, items = np.unique([row["item_id:token"] for row in rows], return_inverse=True)
    return members.astype(np.int64), items.astype(np.int64)


def _split(rows: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    mixed = rng.permutation(rows)
    cut = round(SHARE * len(mixed))
    return mixed[:cut], mixed[cut:]


def _sides(members: Ints, items: Ints, known: Ints, hidden: Ints, shape: tuple[int, int]) -> tuple[Floats, Flags]:
    given, wanted = np.zeros(shape), np.zeros(shape, bool)
    given[members[known], items[known]] = 1.0
    wanted[members[hidden], items[hidden]] = True
    return given, wanted


def _ndcg(given: Floats, wanted: Flags, ridge: float | None) -> tuple[Floats, Ints]:
    """Of each member with something to find, and the items shown to them; without ``ridge`` the most rated ones."""
    scores = given @ item_weights(given, ridge) if ridge else np.tile(given.sum(axis=0), (len(given), 1))
    there = wanted.any(axis=1)
    shown = np.argsort(np.where(given > 0, np.inf, -scores), axis=1, kind="stable")[there, :DEEP]
    gains = 1 / np.log2(np.arange(2, DEEP + 2))
    best = np.cumsum(gains)[np.minimum(wanted[there].sum(axis=1), DEEP) - 1]
    return np.asarray((np.take_along_axis(wanted[there], shown, axis=1) * gains).sum(axis=1) / best), shown


def _cells(found: Floats, shown: Ints, items: int) -> dict[str, Cell]:
    figures = estimates(len(found), {"nDCG@10": lambda w: ratio(w @ found, w.sum(axis=1))})
    return {**figures, "coverage": len(np.unique(shown)) / items}
