"""Communities out of the aligned sentences (``parallel-zh-en``): sentences asked for in the other language, and passages asked for by
part of a sentence of theirs (inverse cloze: Lee, Chang and Toutanova, ACL 2019)."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from assistant.types.faq import Entry
from models.embedder import data
from models.embedder.overlap import Overlap
from models.faq.community import Asking, Community

SHORT = ("matrix_react_sdk", "wekan", "tatoeba", "harbor")
DOCS = ("tensorflow_docs", "electron_docs")
"""Not the projects whose FAQs are evaluated."""

ENTRIES, UNKNOWN, ASKED = 500, 80, 160
SENTENCES = 4


def communities(folder: Path, rng: random.Random) -> list[Community]:
    found = []
    for name in SHORT:
        rows = [row for row in rows_of(folder, name) if 4 <= len(row["en"].split()) <= 30]
        found.extend(
            _crossed(f"{name}-{share}", rng.sample(rows, ENTRIES + UNKNOWN), share, rng) for share in (0.0, 0.5, 1.0)
        )
    for name in DOCS:
        rows = rows_of(folder, name)
        for language, other in (("en", "zh"), ("zh", "en")):
            found.append(_passages(f"{name}-{language}-passages", rows, language, language, rng, titled=False))
            found.append(_passages(f"{name}-{language}-titled", rows, language, language, rng, titled=True))
            found.append(_passages(f"{name}-{language}-crossed", rows, language, other, rng, titled=True))
    return found


@cache
def held_out(folder: Path) -> Overlap:
    """The texts of evaluation."""
    return Overlap(data.held_out(folder))


@cache
def rows_of(folder: Path, name: str) -> Sequence[dict[str, str]]:
    """Without those that an evaluation set has too, or nearly."""
    near = held_out(folder).near
    with gzip.open(folder / f"parallel-zh-en/{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row for row in rows if not near(row["en"]) and not near(row["zh"])]


def language_of(row: dict[str, str], side: str) -> str:
    return "en" if side == "en" else f"zh-{row['script']}"


def _crossed(name: str, rows: Sequence[dict[str, str]], share: float, rng: random.Random) -> Community:
    """A ``share`` of the entries is in Chinese, the others in English; each is asked for in the other language."""
    sides = [("zh", "en") if rng.random() < share else ("en", "zh") for _ in rows]
    entries, askings = [], []
    for i, (row, (told, asked)) in enumerate(zip(rows, sides, strict=True)):
        known = i < ENTRIES
        if known:
            entries.append(Entry(id=str(i), language=language_of(row, told), question=row[told], answer=""))
        if i < ASKED or not known:
            right = frozenset({str(i)}) if known else frozenset()
            askings.append(Asking(row[asked], right, language_of(row, asked), row["en"]))
    return Community(name, "crossed", tuple(entries), tuple(askings))


def _passages(
    name: str, rows: Sequence[dict[str, str]], language: str, asker: str, rng: random.Random, *, titled: bool
) -> Community:
    groups = [rows[i : i + SENTENCES] for i in range(0, len(rows) - SENTENCES, SENTENCES)]
    groups = [g for g in groups if sum(len(row[language]) for row in g) >= (120 if language == "en" else 50)]
    chosen = rng.sample(groups, min(len(groups), ENTRIES + UNKNOWN))
    known, unknown = chosen[:-UNKNOWN], chosen[-UNKNOWN:]
    entries = [_entry(str(i), group, language, titled) for i, group in enumerate(known)]
    ask = _asking if asker == language else _crossing
    asked = rng.sample(list(enumerate(known)), min(ASKED, len(known)))
    askings = [ask(group, asker, frozenset({str(i)}), titled, rng) for i, group in asked]
    askings += [ask(group, asker, frozenset(), titled, rng) for group in unknown]
    kind = "crossed titled" if asker != language else "titled" if titled else "passages"
    return Community(name, kind, tuple(entries), tuple(askings))


def _crossing(
    group: list[dict[str, str]], asker: str, right: frozenset[str], _titled: bool, rng: random.Random
) -> Asking:
    """The title in the other language; where it is short, and sometimes else, with part of what comes after."""
    text = group[0][asker]
    if len(text) < (25 if asker == "en" else 8) or rng.random() < 0.3:
        text += (" " if asker == "en" else "") + _part(group[1][asker], asker, rng)
    return Asking(text, right, language_of(group[0], asker), group[0]["en"])


def _entry(name: str, group: list[dict[str, str]], language: str, titled: bool) -> Entry:
    """``titled``: under its first sentence, which stands for a question."""
    sentences = [row[language] for row in group]
    first = sentences[0] if titled else ""
    answer = "\n".join(s for s in sentences if s != first)
    return Entry(id=name, language=language_of(group[0], language), question=first, answer=answer)


def _asking(
    group: list[dict[str, str]], language: str, right: frozenset[str], titled: bool, rng: random.Random
) -> Asking:
    """Part of a sentence; under a title, often part of that too: who asks names the matter and what of it."""
    first, *others = (row[language] for row in group)
    parts = [_part(rng.choice(sorted(others, key=len)[-2:]), language, rng)]
    if titled and rng.random() < 0.6:
        parts.insert(0, _part(first, language, rng))
    text = (" " if language == "en" else "").join(parts)
    return Asking(text, right, language_of(group[0], language), group[0]["en"])


def _part(sentence: str, language: str, rng: random.Random) -> str:
    """Some words of a sentence in a row, with some left out: a question holds only some of the passage's words."""
    units = sentence.split() if language == "en" else list(sentence)
    size = min(len(units), rng.randint(5, 12) if language == "en" else rng.randint(6, 18))
    start, dropped = rng.randint(0, len(units) - size), rng.choice((0.0, 0.15, 0.3))
    kept = [unit for unit in units[start : start + size] if rng.random() >= dropped]
    return (" " if language == "en" else "").join(kept)
