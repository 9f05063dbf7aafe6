"""HateCheck (Röttger et al. 2021): 29 functional tests of hate detection in English. Never trained on."""

from __future__ import annotations

import numpy as np

from eval.bootstrap import rate
from eval.flow import Context
from eval.metrics import Flags, Ints, Strings
from eval.readings import HATEFUL, OFFENSIVE
from eval.results import Bars, Better, Cell, Goal, Kind, Result, Row, Table
from eval.tables import binary_table, flags, published

_COUNTER = ("counter_quote_nh", "counter_ref_nh")
_PERSPECTIVE = {"counter_quote_nh": 0.156, "counter_ref_nh": 0.184, "slur_reclaimed_nh": 0.284}


def hatecheck(context: Context) -> Result:
    """Hateful or not by the hate score alone; any offence is shown beside it. Intervals draw whole templates, not single cases."""
    rows = context.cases(context.datasets.rows("hatecheck-en", "test_suite_cases.csv"))
    truth = flags([row["label_gold"] == "hateful" for row in rows])
    functions = np.array([row["functionality"] for row in rows])
    templates = np.unique([row["templ_id"] for row in rows], return_inverse=True)[1].astype(np.int64)
    screened = context.flow.screen([row["test_case"] for row in rows])
    scores = {"hate alone": screened.highest(HATEFUL), "any offence": screened.highest(OFFENSIVE)}
    binary = binary_table(
        "hateful or not",
        truth,
        scores,
        (published("Perspective (paper)", {"accuracy": 0.77}),),
        clusters=templates,
    )
    right = {name: (s >= 0.5) == truth for name, s in scores.items()}
    groups = _groups(truth, functions, right, templates)
    table = _by_function(functions, truth, right, templates)
    goals = (
        Goal("HateCheck, macro-F1", binary.estimate("macro-F1"), Better.UP, 0.70),
        Goal("HateCheck, accuracy on the non-hateful", groups.estimate("hate alone"), Better.UP, 0.60),
        Goal("HateCheck, accuracy on counter-speech", groups.estimate("hate alone", 1), Better.UP, 0.50),
    )
    bars = Bars(
        "accuracy by function, hate alone",
        tuple((row.name, table.estimate("hate alone", i)) for i, row in enumerate(table.rows) if row.kind is Kind.OURS),
    )
    return Result("hatecheck", "HateCheck", (binary, groups, table), (bars,), goals, cases=len(rows))


def _groups(truth: Flags, functions: Strings, right: dict[str, Flags], templates: Ints) -> Table:
    counter = np.isin(functions, _COUNTER)
    rows = []
    for name, inside in (("not hateful", ~truth), ("counter-speech", counter), ("hateful", truth)):
        cells: dict[str, Cell] = {k: rate(r[inside], templates[inside]) for k, r in right.items()}
        rows.append(Row(name, cells))
    return Table("accuracy by group", dict.fromkeys(right, Better.UP), tuple(rows))


def _by_function(functions: Strings, truth: Flags, right: dict[str, Flags], templates: Ints) -> Table:
    rows = []
    for function in dict.fromkeys(functions):
        inside = functions == function
        cells: dict[str, Cell] = {name: rate(r[inside], templates[inside]) for name, r in right.items()}
        cells |= {"flag everything": float(truth[inside][0]), "flag nothing": float(~truth[inside][0])}
        cells["Perspective (paper)"] = _PERSPECTIVE.get(function)
        rows.append(Row(str(function), cells))
    columns = dict.fromkeys(right, Better.UP) | dict.fromkeys(
        ("flag everything", "flag nothing", "Perspective (paper)"), Better.NEITHER
    )
    return Table(
        "accuracy by function", columns, tuple(rows), "Names ending in _h are hateful cases, in _nh cases that are not."
    )
