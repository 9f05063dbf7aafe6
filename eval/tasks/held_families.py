"""Our own held-back families: harmful texts and their innocent look-alikes for labels that no public set may train or measure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from assistant.types import Action, Label
from eval.bootstrap import rate
from eval.flow import Context
from eval.results import Better, Cell, Curve, Curves, Kind, Result, Row, Table

_METRICS = Path(__file__).parents[2] / "models/risk/metrics.json"
_LANGUAGES = ("zh-Hans", "zh-Hant", "zh-Hant-HK", "en")


def held_families(context: Context) -> Result:
    """Per label and language: what the demo policy acts on, and what reaches the label itself. No family of these trains the shipped model.

    The reliability plots are of the shipped model's held-back rows, as its training measured them.
    """
    from models.risk.seeded import held_back

    cases = context.cases(held_back())
    screened = context.flow.screen([case.text for case in cases])
    acted = screened.reaches(Action.MASK)
    languages = np.array([case.lang for case in cases])
    harmful = {label: np.array([case.labels.get(label) == 1.0 for case in cases]) for label in Label}
    benign = ~np.any(list(harmful.values()), axis=0)
    rows = []
    for label, inside in harmful.items():
        if inside.any():
            cells: dict[str, Cell] = {
                "acted on": rate(acted[inside]),
                "right label": rate(screened.over([label])[inside]),
            }
            rows.append(Row(str(label), {**cells, "texts": float(inside.sum())}))
    by_language = []
    for language in _LANGUAGES:
        own = languages == language
        if (own & benign).any() and (own & ~benign).any():
            cells = {"acted on": rate(acted[own & ~benign]), "innocent acted on": rate(acted[own & benign])}
            by_language.append(Row(language, {**cells, "texts": float(own.sum())}))
    columns = {"acted on": Better.UP, "innocent acted on": Better.DOWN, "texts": Better.NEITHER}
    trivial = Row("flag everything", {"acted on": 1.0, "innocent acted on": 1.0}, Kind.TRIVIAL)
    tables = (
        Table("by language", columns, (*by_language, trivial)),
        Table("by label", {"acted on": Better.UP, "right label": Better.UP, "texts": Better.NEITHER}, tuple(rows)),
    )
    return Result("held_families", "Held-back families", tables, _reliability(), cases=len(cases))


def _reliability() -> tuple[Curves, ...]:
    measured: dict[str, Any] = json.loads(_METRICS.read_text("utf-8")).get("reliability", {})
    charts = []
    for label, languages in measured.items():
        lines = tuple(
            Curve(f"{label}, {name}", tuple((mean, share) for mean, share, _ in points))
            for name, points in languages.items()
            if points
        )
        charts.append(Curves(f"reliability: {label}", "mean score", "share of harmful", lines, diagonal=True))
    return tuple(charts)
