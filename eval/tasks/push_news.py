"""News clicks (Caixin, March 2014): what does a member click next, of all that they have not clicked yet?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from eval.bootstrap import Estimate, estimates
from eval.clicks import ALIKE, CO_VISIT, DAY, DEEP, OURS, PLAIN, POPULAR, Test, tested
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
_NEW_S = 6 * 3_600.0


def push_news(context: Context) -> Result:
    """The production ranker, fitted on days 1 to 14, guesses each click of days 15 to 21 from everything before it; exploration is off."""
    test = tested(context.datasets, context.limit)
    answers = test.answers
    members = np.unique([one.touch.member for one in answers], return_inverse=True)[1].astype(np.int64)
    slices: Mapping[str, Sequence[int]] = {
        "every click": range(len(answers)),
        "each member's last click": sorted({one.touch.member: at for at, one in enumerate(answers)}.values()),
        "items under six hours old": [at for at, one in enumerate(answers) if one.age_s < _NEW_S],
        "members with under 3 clicks": [at for at, one in enumerate(answers) if one.known < 3],
    }
    tables = {name: _table(name, test, members, list(places)) for name, places in slices.items()}
    goals = [
        Goal(f"{name}: {measure} over decayed popularity", tables[name].estimate(f"{measure} gained"), Better.UP, reach)
        for name, reach in zip(slices, (_GAIN, _GAIN, _SLICE_GAIN, _SLICE_GAIN), strict=True)
        for measure in ("HR@10", "MRR@10")
    ]
    wide, wider = _wide(test)
    goals.append(Goal("items shown, against popularity's", wider, Better.UP, 3.0))
    notes = (
        f"Popularity decays with a time constant of {test.scale_h:g} hours, the best by MRR@10 on days 12 to 14; gains are relative to it.",
        "Intervals resample whole members. An item's first click is nobody's to guess, and counts as missed for all.",
    )
    title = "News clicks, the next unseen item"
    return Result("push_news", title, (*tables.values(), wide), goals=tuple(goals), notes=notes, cases=len(answers))


def _table(name: str, test: Test, members: Ints, places: list[int]) -> Table:
    popular = _reciprocal(test, POPULAR, places)
    rows = [
        Row(way, _cells(_reciprocal(test, way, places), popular, members[places]), _kind(way))
        for way in (OURS, PLAIN, CO_VISIT, ALIKE, POPULAR, DAY)
    ]
    return Table(name, COLUMNS, tuple(rows), f"{len(places)} clicks.")


def _kind(way: str) -> Kind:
    return Kind.OURS if way == OURS else Kind.TRIVIAL


def _reciprocal(test: Test, way: str, places: Sequence[int]) -> Floats:
    found = [test.answers[at].place(way) for at in places]
    return np.array([1 / place if place else 0.0 for place in found])


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
    rows = []
    for way in (OURS, PLAIN, CO_VISIT, ALIKE, POPULAR):
        lists = [one.shown[way] for one in test.answers]
        cells: dict[str, Cell] = {
            "HR@10": float(np.mean([one.place(way) > 0 for one in test.answers])),
            "items shown": float(len({item for one in lists for item in one})),
            "intra-list diversity": float(np.mean([_unlike(test, one) for one in lists if len(one) > 1])),
            "novelty": _novelty(test, lists),
        }
        rows.append(Row(way, cells, _kind(way)))
    share = float(rows[0].cells["items shown"]) / float(rows[-1].cells["items shown"])  # type: ignore[arg-type]
    note = f"Lists of {DEEP}; the catalogue holds {len(test.world.memory.catalogue)} items by the end."
    return Table("what lists are made of", WIDE, tuple(rows), note), Estimate(share, share, share, len(test.answers))


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
