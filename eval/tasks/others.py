"""Community messages by writers who knew the labels' names and nothing of this project: harm, its innocent look-alikes, ordinary talk.

Beside them what is said all day where a shop talks with its customers, all of it innocent, and what three more writers thought that a
moderator meets in a year.
"""

from __future__ import annotations

import numpy as np

from assistant.types import Action, Label
from eval.bootstrap import rate
from eval.datasets import read_jsonl
from eval.flow import Context
from eval.results import Better, Cell, Kind, Result, Row, Table

_FILES = ("en", "zh_hans", "zh_hant")
_LANGUAGES = ("zh-Hans", "zh-Hant", "zh-Hant-HK", "en")
_SHOPS = {"member": Better.DOWN, "staff": Better.DOWN}
_KINDS = {"harm": Better.UP, "cloaked": Better.UP, "twin": Better.DOWN, "everyday": Better.DOWN}


def others(context: Context) -> Result:
    """What the demo policy acts on, by language and kind; of each label also whether the label itself is named."""
    read = [row for name in _FILES for row in read_jsonl(context.own / "others" / f"{name}.jsonl")]
    cases = context.cases(read)
    screened = context.flow.screen([one["text"] for one in cases])
    acted = screened.reaches(Action.MASK)
    languages, kinds = (np.array([one[name] for one in cases]) for name in ("lang", "kind"))
    about = np.array([one["about"] for one in cases])
    by_language = []
    for language in _LANGUAGES:
        cells: dict[str, Cell] = {}
        for kind in _KINDS:
            inside = (languages == language) & (kinds == kind)
            if inside.any():
                cells[kind] = rate(acted[inside])
        by_language.append(Row(language, {**cells, "texts": float((languages == language).sum())}))
    by_label = []
    for label in Label:
        harm, twin = ((about == label) & np.isin(kinds, kind) for kind in (("harm", "cloaked"), ("twin",)))
        if harm.any() and twin.any():
            cells = {"acted on": rate(acted[harm]), "right label": rate(screened.over([label])[harm])}
            by_label.append(
                Row(str(label), {**cells, "twins acted on": rate(acted[twin]), "harmful": float(harm.sum())})
            )
    trivial = [
        Row(f"flag {what}", dict.fromkeys(_KINDS, value), Kind.TRIVIAL)
        for what, value in (("everything", 1.0), ("nothing", 0.0))
    ]
    columns = {
        "acted on": Better.UP,
        "right label": Better.UP,
        "twins acted on": Better.DOWN,
        "harmful": Better.NEITHER,
    }
    shops, texts = _shops(context)
    year, met = _year(context)
    tables = (
        Table("by language", {**_KINDS, "texts": Better.NEITHER}, (*by_language, *trivial)),
        Table("by label", columns, tuple(by_label)),
        shops,
        *year,
    )
    return Result("others", "Texts by other hands", tables, cases=len(cases) + texts + met)


def _shops(context: Context) -> tuple[Table, int]:
    """How many of the innocent messages of shops' communities are acted on, and of how many."""
    cases = context.cases(read_jsonl(context.own / "others" / "shops.jsonl"))
    acted = context.flow.screen([one["text"] for one in cases]).reaches(Action.MASK)
    languages, kinds = (np.array([one[name] for one in cases]) for name in ("lang", "kind"))
    rows = []
    for language in (*_LANGUAGES, "all"):
        its = (languages == language) | (language == "all")
        cells: dict[str, Cell] = {
            kind: rate(acted[its & (kinds == kind)]) for kind in _SHOPS if (its & (kinds == kind)).any()
        }
        rows.append(Row(language, {**cells, "texts": float(its.sum())}))
    columns = {**_SHOPS, "texts": Better.NEITHER}
    return Table("communities of shops, all innocent: acted on", columns, tuple(rows)), len(cases)


def _year(context: Context) -> tuple[tuple[Table, Table], int]:
    """Harm of every label and as much that is innocent, by language and by label, and of how many texts."""
    cases = context.cases(read_jsonl(context.own / "others" / "year.jsonl"))
    screened = context.flow.screen([one["text"] for one in cases])
    acted = screened.reaches(Action.MASK)
    languages = np.array([one["lang"] for one in cases])
    harmful = np.array([bool(one["labels"]) for one in cases])
    by_language = []
    for language in (*_LANGUAGES, "all"):
        its = (languages == language) | (language == "all")
        cells: dict[str, Cell] = {"texts": float(its.sum())}
        for name, those in (("harm", its & harmful), ("innocent", its & ~harmful)):
            if those.any():
                cells[name] = rate(acted[those])
        by_language.append(Row(language, cells))
    by_label = []
    for label in Label:
        its = np.array([label in one["labels"] for one in cases])
        if its.any():
            cells = {"acted on": rate(acted[its]), "right label": rate(screened.over([label])[its])}
            by_label.append(Row(str(label), {**cells, "texts": float(its.sum())}))
    kinds = {"harm": Better.UP, "innocent": Better.DOWN, "texts": Better.NEITHER}
    labels = {"acted on": Better.UP, "right label": Better.UP, "texts": Better.NEITHER}
    tables = (
        Table("a moderator's year, by language: acted on", kinds, tuple(by_language)),
        Table("a moderator's year, by label", labels, tuple(by_label)),
    )
    return tables, len(cases)
