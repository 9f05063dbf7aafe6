"""News clicks (Caixin, March 2014): what does a member click next, of all that they have not clicked yet?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from eval.bootstrap import Estimate, estimates
from eval.clicks import DEEP, Test, tested
from eval.flow import Context
from eval.metrics import Floats, Ints, ratio
from eval.results import Better, Cell, Goal, Kind, Result, Row, Table

COLUMNS = {
    "HR@10": Better.UP,
    "MRR@10": Better.UP,
    "HR@10 gained": Better.UP,
    "MRR@10 gained": Better.UP,
}
WIDE = {"HR@10": Better.UP, "items shown": Better.UP, "intra-list diversity": Better.NEITHER, "novelty": Better.NEITHER}
_GAIN, _SLICE_GAIN = 0.15, 0.03


def push_news(context: Context) -> Result:
    """The production ranker, fitted on days 1 to 14, guesses each click of days 15 to 21 from everything before it; exploration is off."""
    test = tested(context.datasets, context.limit)
    members = np.unique([guess.touch.member for guess in test.ours], return_inverse=True)[1].astype(np.int64)
    last = sorted({guess.touch.member: at for at, guess in enumerate(test.ours)}.values())
    slices: Mapping[str, Sequence[int]] = {
        "every click": range(len(test.ours)),
        "each member's last click": last,
        "items under six hours old": [at for at, guess in enumerate(test.ours) if guess.age_s < 6 * 3600],
        "members with under 3 touches": [at for at, guess in enumerate(test.ours) if guess.known < 3],
    }
    tables = {name: _table(name, test, members, list(places)) for name, places in slices.items()}
    goals = [
        Goal(f"{name}: {measure} over decayed popularity", tables[name].estimate(f"{measure} gained"), Better.UP, reach)
        for name, reach in zip(slices, (_GAIN, _GAIN, _SLICE_GAIN, _SLICE_GAIN), strict=True)
        for measure in ("HR@10", "MRR@10")
    ]
    wide, wider = _wide(test)
    goals.append(Goal("items shown, against popularity's", wider, Better.UP, 3.0))
    scale = test.world.popularity.grid_h[test.scale]
    notes = (
        f"Popularity decays with a time constant of {scale:g} hours, the best by MRR@10 on days 12 to 14; gains are relative to it.",
        "Intervals resample whole members. An item's first click is nobody's to guess, and counts as missed for all.",
    )
    title = "News clicks, the next unseen item"
    return Result("push_news", title, (*tables.values(), wide), goals=tuple(goals), notes=notes, cases=len(test.ours))


def _table(name: str, test: Test, members: Ints, places: list[int]) -> Table:
    popular = _reciprocal(test.ours[at].popular[test.scale] for at in places)
    clusters = members[places]
    rows = [Row("ours", _cells(_reciprocal(test.ours[at].place for at in places), popular, clusters))]
    for other, guesses in test.others.items():
        rows.append(
            Row(other, _cells(_reciprocal(guesses[at].place for at in places), popular, clusters), Kind.TRIVIAL)
        )
    day = _reciprocal(test.day_places[at] for at in places)
    rows.append(Row("decayed popularity", _cells(popular, popular, clusters), Kind.TRIVIAL))
    rows.append(Row("most clicked in 24 hours", _cells(day, popular, clusters), Kind.TRIVIAL))
    return Table(name, COLUMNS, tuple(rows), f"{len(places)} clicks.")


def _reciprocal(places: Iterable[int]) -> Floats:
    return np.array([1 / place if place else 0.0 for place in places])


def _cells(own: Floats, base: Floats, clusters: Ints) -> dict[str, Cell]:
    def gained(mine: Floats, other: Floats, w: Floats) -> Floats:
        return np.asarray(ratio(w @ mine, w @ other) - 1)

    hit, other = (own > 0).astype(float), (base > 0).astype(float)
    return {
        **estimates(
            len(own),
            {
                "HR@10": lambda w: ratio(w @ hit, w.sum(axis=1)),
                "MRR@10": lambda w: ratio(w @ own, w.sum(axis=1)),
                "HR@10 gained": lambda w: gained(hit, other, w),
                "MRR@10 gained": lambda w: gained(own, base, w),
            },
            clusters,
        )
    }


def _wide(test: Test) -> tuple[Table, Estimate]:
    """How much of the catalogue members see, how unlike the items of a list are (1 - mean cosine) and how little known (-log2 of the share
    of members who had touched it)."""
    lists = {
        "ours": [guess.shown for guess in test.ours],
        **{name: [guess.shown for guess in guesses] for name, guesses in test.others.items()},
        "decayed popularity": [guess.likely[test.scale] for guess in test.ours],
    }
    hits = {
        "ours": [guess.place > 0 for guess in test.ours],
        **{name: [guess.place > 0 for guess in guesses] for name, guesses in test.others.items()},
        "decayed popularity": [guess.popular[test.scale] > 0 for guess in test.ours],
    }
    rows = []
    for name, shown in lists.items():
        cells: dict[str, Cell] = {
            "HR@10": float(np.mean(hits[name])),
            "items shown": float(len({item for one in shown for item in one})),
            "intra-list diversity": float(np.mean([_unlike(test, one) for one in shown if len(one) > 1])),
            "novelty": _novelty(test, shown),
        }
        rows.append(Row(name, cells, Kind.OURS if name == "ours" else Kind.TRIVIAL))
    share = float(rows[0].cells["items shown"]) / float(rows[-1].cells["items shown"])  # type: ignore[arg-type]
    note = f"Lists of {DEEP}; the catalogue holds {len(test.world.memory.catalogue)} items by the end."
    return Table("what lists are made of", WIDE, tuple(rows), note), Estimate(share, share, share, len(test.ours))


def _unlike(test: Test, items: Sequence[str]) -> float:
    vectors = np.stack([test.world.clicks.vectors[item] for item in items])
    likeness = vectors @ vectors.T
    n = len(items)
    return float(1 - (likeness.sum() - np.trace(likeness)) / (n * (n - 1)))


def _novelty(test: Test, lists: Sequence[Sequence[str]]) -> float:
    members = len({touch.member for touch in test.world.clicks.touches})
    touched = test.world.memory.covisits.touches
    rows = test.world.memory.catalogue.rows
    seen = [touched[rows[item]] for one in lists for item in one]
    return float(np.mean(-np.log2(np.array(seen) / members)))
