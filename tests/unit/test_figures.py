"""Figures in prose are those of the reports and of the code. The risk model's own are its card's, which is made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import floor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.moderation.advertising.learned import DOUBT

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")

# The row of the README's table by its beginning; then the report, and of its tables each figure in the order in which the row names them:
# table, row, column, how it is written.
FIGURES: dict[str, tuple[str, list[tuple[str, str, str, str]]]] = {
    "FAQ: DRCD and CMRC": (
        "faq",
        [
            ("DRCD dev, in the pool of both", "the index", "R@1", ".3"),
            ("CMRC 2018 dev, in the pool of both", "the index", "R@1", ".3"),
            ("DRCD dev, in the pool of both", "words alone (BM25)", "R@1", ".3"),
            ("CMRC 2018 dev, in the pool of both", "words alone (BM25)", "R@1", ".3"),
        ],
    ),
    "FAQ: of 95 %": (
        "faq",
        [
            ("BANKING77-OOS valid: 95% of the questions in scope answered", "the index", "answered right", ".3"),
            ("BANKING77-OOS valid: 95% of the questions in scope answered", "the index", "near refused", ".3"),
            ("BANKING77-OOS valid: 95% of the questions in scope answered", "the index", "far refused", ".3"),
        ],
    ),
    "FAQ: the same, CLINC150": (
        "faq",
        [
            ("CLINC150 val: 95% of the questions in scope answered", "the index", "answered right", ".3"),
            ("CLINC150 val: 95% of the questions in scope answered", "the index", "far refused", ".3"),
        ],
    ),
    "FAQ: 276 unseen questions": (
        "faq",
        [("one's own order, refund, points or account", "held back", "answered as general", "%")],
    ),
    "FAQ: DataTalksClub": (
        "faq",
        [
            ("DTC FAQ, no course filter", "the index", "R@1", ".3"),
            ("DTC FAQ, no course filter", "words alone (BM25)", "R@1", ".3"),
        ],
    ),
    "FAQ: a question over": ("faq", [("one question over 100000 passages", "the index", "p99, ms", "1")]),
    "embedder: STS-B": (
        "faq",
        [
            ("STS-B in Chinese, test", "ours", "Spearman", "%"),
            ("LCQMC, test", "ours", "Spearman", "%"),
            ("BQ, test", "ours", "Spearman", "%"),
            ("nearest sentence of the other language", "ours, Chinese to English", "F1", ".3"),
        ],
    ),
    "news clicks": (
        "push",
        [
            ("every click", "ours", "HR@10", ".3"),
            ("every click", "ours", "MRR@10", ".3"),
            ("every click", "decayed popularity", "HR@10", ".3"),
            ("every click", "decayed popularity", "MRR@10", ".3"),
            ("every click", "ours", "HR@10 gained", "%"),
            ("each member's last click", "ours", "HR@10 gained", "%"),
        ],
    ),
    "MovieLens": ("push", [("MovieLens-100k", "items that go together (EASE)", "nDCG@10", ".3")]),
    "claims that advertising law": (
        "ads",
        [
            ("held back", "all", "recall", ".3"),
            ("held back", "all", "false positives", ".3"),
            ("held back before", "all", "recall", ".3"),
            ("held back before", "all", "false positives", ".3"),
            ("held back, rules alone", "all", "recall", ".2"),
        ],
    ),
    "rising topics": (
        "content",
        [
            ("the top questions of the next week", "rising", "precision@5", ".3"),
            ("the top questions of the next week", "most spoken of", "precision@5", ".3"),
            ("rising less popular, the next week", "less most spoken of", "difference", ".3"),
        ],
    ),
}


def _tables(report: str) -> Iterator[dict[str, Any]]:
    for result in json.loads((ROOT / "eval" / "results" / report / "report.json").read_text("utf-8"))["results"]:
        yield from result["tables"]


def _figure(report: str, table: str, row: str, column: str) -> float:
    (found,) = [
        one["cells"][column]
        for its in _tables(report)
        if its["title"] == table
        for one in its["rows"]
        if one["name"] == row
    ]
    return float(found["value"] if isinstance(found, dict) else found)


def _written(value: float, how: str) -> str:
    if how == "%":
        return f"{100 * value:.1f}"
    return f"{value:.1f}" if how == "1" else f"{value:{how}f}".removeprefix("0")


@pytest.mark.parametrize("beginning", FIGURES)
def test_a_row_of_the_readme_has_its_reports_figures_in_their_order(beginning: str) -> None:
    (row,) = [line for line in README.splitlines() if line.startswith(f"| {beginning}")]
    report, figures = FIGURES[beginning]
    at = 0
    for table, of, column, how in figures:
        written = _written(_figure(report, table, of, column), how)
        found = row.find(written, at)
        assert found >= 0, f"{table}, {of}, {column}: {written} is not in {row[at:]}"
        at = found + len(written)


def test_the_claims_models_threshold_and_doubt_are_as_told() -> None:
    with np.load(ROOT / "models" / "advertising" / "weights" / "claims.npz", allow_pickle=False) as held:
        threshold = float(held["threshold"])
    page = (ROOT / "docs" / "content.md").read_text("utf-8")
    assert f"({floor(100 * threshold) / 100:.2f} at least)" in page
    assert f"(below {DOUBT} in every sentence" in page
    assert f"reaches {DOUBT}".replace("0.", ".") in (ROOT / "models" / "advertising" / "README.md").read_text("utf-8")
