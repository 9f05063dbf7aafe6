"""Texts from templates with slots: small grammars in ``seeds/grammars/*.txt`` that multiply what was written by hand.

A grammar file has three kinds of lines, and comments after ``#``::

    = who: my boss | the landlord |        a slot; an empty alternative leaves it out
    @@ en fraud+spam g-loan !hate held     a family: language, labels (or ``-``), name, labels it surely has not, held back
    {who} says {what}                      a template of the family above it; ``\\n`` is a line break

Slots before the first family belong to the whole file, slots after one to that family alone. Alternatives may hold slots.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

LANGS = {"s": "zh-Hans", "t": "zh-Hant", "h": "zh-Hant-HK", "e": "en"}
EACH = 24
"""Texts drawn per template, if it has as many."""
DEPTH = 6
_SLOT = re.compile(r"\{(\w+)\}")
_ARTICLE = re.compile(r"\ba (?=[aeio])")
_DOUBLED = re.compile(r" +(?=[ ,.!?])|[，：](?=[，。！])")
_MARKS = re.compile(r"[，。！、；]")

Slots = Mapping[str, tuple[str, ...]]


class GrammarError(ValueError):
    """A grammar file that cannot be read; says file and line."""


@dataclass(slots=True)
class Family:
    """Templates that are kept or held back together."""

    name: str
    lang: str
    labels: tuple[str, ...]
    absent: tuple[str, ...]
    held: bool
    slots: dict[str, tuple[str, ...]] = field(default_factory=dict)
    templates: list[str] = field(default_factory=list)


def parse(path: Path) -> list[Family]:
    """The families of a file. Raises ``GrammarError`` for a bad line, an unknown slot or slots that hold themselves."""
    shared: dict[str, tuple[str, ...]] = {}
    families: list[Family] = []
    for number, line in enumerate(map(str.strip, path.read_text("utf-8").splitlines()), 1):
        if not line or line.startswith("#"):
            continue
        if line.startswith("@@"):
            families.append(_family(line, f"{path.name}:{number}"))
        elif line.startswith("= "):
            name, _, alternatives = line[2:].partition(":")
            slots = families[-1].slots if families else shared
            slots[name.strip()] = tuple(one.strip().replace("\\n", "\n") for one in alternatives.split("|"))
        elif not families:
            raise GrammarError(f"{path.name}:{number}: a template before the first family")
        else:
            families[-1].templates.append(line.replace("\\n", "\n"))
    for family in families:
        family.slots = {**shared, **family.slots}
        for template in family.templates:
            _check(template, family.slots, 0, f"{path.name}: {family.name}")
    return families


def _family(line: str, where: str) -> Family:
    parts = line[2:].split()
    if len(parts) < 3 or parts[0] not in LANGS:
        raise GrammarError(f"{where}: a family is '@@ language labels name', the language one of {', '.join(LANGS)}")
    labels = () if parts[1] == "-" else tuple(parts[1].split("+"))
    absent = tuple(part[1:] for part in parts[3:] if part.startswith("!"))
    return Family(parts[2], LANGS[parts[0]], labels, absent, "held" in parts[3:])


def _check(text: str, slots: Slots, depth: int, where: str) -> None:
    for name in _SLOT.findall(text):
        if name not in slots:
            raise GrammarError(f"{where}: no slot {name!r}")
        if depth > DEPTH:
            raise GrammarError(f"{where}: slot {name!r} nests deeper than {DEPTH}")
        for alternative in slots[name]:
            _check(alternative, slots, depth + 1, where)


def fill(template: str, slots: Slots, rng: random.Random) -> str:
    """The template with each slot replaced by one of its alternatives, and English articles that fit."""
    while _SLOT.search(template):
        template = _SLOT.sub(lambda found: rng.choice(slots[found[1]]), template)
    text = _DOUBLED.sub("", template).strip(" ，,：:")
    return _ARTICLE.sub("an ", text)


def roughen(text: str, lang: str, rng: random.Random) -> str:
    """The text as people type it: about half the time without capitals, or with spaces or nothing for punctuation."""
    chance = rng.random()
    if lang == "en":
        if chance < 0.3:
            text = text.lower()
        return text.rstrip(".") if chance < 0.45 else text
    if chance < 0.2:
        return _MARKS.sub(" ", text).strip()
    if chance < 0.3:
        return _MARKS.sub("", text)
    return text


def draw(family: Family, each: int = EACH) -> Iterator[str]:
    """Distinct texts of a family, the same ones every time: up to ``each`` per template."""
    seen: set[str] = set()
    for template in family.templates:
        rng = random.Random(f"{family.name} {template}")
        found = 0
        for _ in range(each * 4):
            text = roughen(fill(template, family.slots, rng), family.lang, rng)
            if text and text not in seen:
                seen.add(text)
                yield text
                found += 1
            if found == each:
                break
