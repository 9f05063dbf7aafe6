"""Profanity by the word: sets that judge offence say nothing of swearing, so their rows are labelled by our own and Surge's word lists.

A strong term makes a row profane; a mild one leaves it unknown; without either a row is not profane, unless it was judged offensive
(no list is complete).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from assistant.moderation.starter import starter_lists
from assistant.types import TermScript
from models.risk.row import LABELS, Row

_STRONG = 0.7
_SEVERE = 1.8
_SOURCES = {"cold", "toxirewritecn", "swsr", "olid", "edos", "hatemoji", "toxic-spans", "diasafety"}


def _pattern(terms: Iterable[str]) -> re.Pattern[str]:
    """Any of the terms; Latin ones as whole words."""
    parts = [
        rf"\b{re.escape(t)}\b" if t[0].isascii() else re.escape(t) for t in sorted(set(terms), key=len, reverse=True)
    ]
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


def terms() -> Iterator[Row]:
    """Each strong term of our starter lists as a text of its label, and each innocent phrase around one as a text without it."""
    for one in starter_lists():
        if one.score < _STRONG or one.label not in LABELS:
            continue
        for text, value in [*((term, 1.0) for term in one.terms), *((phrase, 0.0) for phrase in one.unless)]:
            lang = "en" if text.isascii() else "zh-Hant" if one.script == TermScript.HANT else "zh-Hans"
            yield Row(text, {one.label: value}, "terms", lang, tags=("term",))


def with_profanity(rows: Iterable[Row], root: Path) -> Iterator[Row]:
    """The rows, those of offence sets labelled for profanity where they were not."""
    lists = [one for one in starter_lists() if one.label == "profanity"]
    strong = {term for one in lists if one.score >= _STRONG for term in one.terms} | _surge(root)
    mild = {term for one in lists if one.score < _STRONG for term in one.terms}
    innocent = _pattern(phrase for one in lists for phrase in one.unless)
    strong_pattern, mild_pattern = _pattern(strong), _pattern(mild)
    for row in rows:
        if row.source not in _SOURCES or "profanity" in row.labels:
            yield row
            continue
        text = innocent.sub(" ", row.text)
        if strong_pattern.search(text):
            yield replace(row, labels={**row.labels, "profanity": 1.0})
        elif mild_pattern.search(text) or 1.0 in row.labels.values():
            yield row
        else:
            yield replace(row, labels={**row.labels, "profanity": 0.0})


def _surge(root: Path) -> set[str]:
    path = root / "surge-profanity/profanity_en.csv"
    if not path.is_file():
        return set()
    with path.open(encoding="utf-8", newline="") as lines:
        return {
            row["text"]
            for row in csv.DictReader(lines)
            if float(row["severity_rating"]) >= _SEVERE and len(row["text"]) > 2
        }
