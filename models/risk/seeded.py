"""Our own examples as rows: those written by hand (``seeds/*.jsonl``) and those drawn from grammars (``seeds/grammars/*.txt``).

A line of the first kind holds ``text``, ``labels``, ``lang`` and ``family``; if need be ``not`` (labels that it surely has not, though they
are relatives of those it has) and ``held``. Held families never train: they measure labels for which no public set may be used.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from models.risk import grammar
from models.risk.disguise import disguise
from models.risk.row import LABELS, Row

FOLDER = Path(__file__).parent / "seeds"
HELD = "held"

RELATED = (
    {"gambling", "illicit", "fraud", "spam", "misleading"},
    {"sexual", "spam", "illicit"},
    {"harassment", "hate", "profanity", "threat"},
    {"threat", "violence"},
    {"sexual", "profanity", "harassment"},
    {"hate", "violence"},
    {"illicit", "privacy"},
    {"harassment", "privacy"},
)
"""A seed written for one of a set says nothing about the others of it, unless it names them."""


def labelled(labels: Iterable[str], absent: Iterable[str] = ()) -> dict[str, float]:
    """One for what is named, zero for the rest; relatives of what is named are unknown unless they are in ``absent``."""
    named = set(labels) & set(LABELS)
    vague = set().union(*(kin for kin in RELATED if named & kin)) - set(absent) if named else set()
    return dict.fromkeys(sorted(set(LABELS) - vague), 0.0) | dict.fromkeys(sorted(named), 1.0)


def written() -> Iterator[Row]:
    """The texts written by hand; held families carry the tag ``held``."""
    for path in sorted(FOLDER.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            if line.strip():
                entry = json.loads(line)
                labels = labelled(entry["labels"], entry.get("not", ()))
                tags = (HELD,) if entry.get(HELD) else ()
                yield Row(entry["text"], labels, "seeds", entry["lang"], f"seed:{entry['family']}", tags=tags)


def drawn(each: int = grammar.EACH) -> Iterator[Row]:
    """The texts of the grammars, ``each`` per template at most; a family is one group, whichever file or language it is in."""
    for path in sorted((FOLDER / "grammars").glob("*.txt")):
        for family in grammar.parse(path):
            labels = labelled(family.labels, family.absent)
            tags = (HELD,) if family.held else ()
            for text in grammar.draw(family, each):
                yield Row(text, labels, "grammar", family.lang, f"seed:{family.name}", tags=tags)


def seeds() -> Iterator[Row]:
    """What was written by hand and may train."""
    return (row for row in written() if HELD not in row.tags)


def generated() -> Iterator[Row]:
    """What the grammars draw and may train."""
    return (row for row in drawn() if HELD not in row.tags)


def disguised(rows: Iterable[Row], every: int = 3) -> Iterator[Row]:
    """Each harmful row once under a disguise, and every so many of the harmless ones; a row stays in its group.

    Rows whose text a disguise leaves as it is are passed over.
    """
    for number, row in enumerate(rows):
        if any(row.labels.values()) or number % every == 0:
            text = disguise(row.text, random.Random(row.text))
            if text != row.text:
                yield replace(row, text=text, source="disguised")


def held_back() -> list[Row]:
    """Every text of the held families, for measuring only."""
    return [row for row in (*written(), *drawn()) if HELD in row.tags]
