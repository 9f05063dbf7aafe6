"""Communities out of the aligned sentences (``parallel-zh-en``): sentences asked for in the other language, and passages asked for by
part of a sentence of theirs (inverse cloze: Lee, Chang and Toutanova, ACL 2019)."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

from assistant.types.faq import Entry
from models.faq.community import Asking, Community

SHORT = ("matrix_react_sdk", "wekan", "tatoeba", "harbor")
DOCS = ("tensorflow_docs", "apisix_docs", "electron_docs", "seatunnel_docs")
ENTRIES, UNKNOWN, ASKED = 500, 80, 160
SENTENCES = 4


def communities(folder: Path, rng: random.Random) -> list[Community]:
    found = []
    for name in SHORT:
        rows = [row for row in rows_of(folder, name) if 4 <= len(row["en"].split()) <= 30]
        for asker, entry in (("en", "zh"), ("zh", "en")):
            found.append(_crossed(f"{name}-{asker}", rng.sample(rows, ENTRIES + UNKNOWN), asker, entry, rng))
    for name in DOCS:
        rows = rows_of(folder, name)
        for language in ("en", "zh"):
            found.append(_passages(f"{name}-{language}-passages", rows, language, rng))
            found.append(_passages(f"{name}-{language}-titled", rows, language, rng, titled=True))
    return found


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with gzip.open(folder / f"parallel-zh-en/{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def language_of(row: dict[str, str], side: str) -> str:
    return "en" if side == "en" else f"zh-{row['script']}"


def _crossed(name: str, rows: list[dict[str, str]], asker: str, entry: str, rng: random.Random) -> Community:
    known, unknown = rows[:ENTRIES], rows[ENTRIES:]
    entries = [
        Entry(id=str(i), language=language_of(row, entry), question=row[entry], answer="")
        for i, row in enumerate(known)
    ]
    right = {row[entry]: frozenset({str(i)}) for i, row in enumerate(known)}
    asked = rng.sample(known, ASKED) + unknown
    askings = [Asking(r[asker], right.get(r[entry], frozenset()), language_of(r, asker), r["en"]) for r in asked]
    return Community(name, "crossed", tuple(entries), tuple(askings))


def _passages(
    name: str, rows: list[dict[str, str]], language: str, rng: random.Random, *, titled: bool = False
) -> Community:
    groups = [rows[i : i + SENTENCES] for i in range(0, len(rows) - SENTENCES, SENTENCES)]
    groups = [g for g in groups if sum(len(row[language]) for row in g) >= (120 if language == "en" else 50)]
    chosen = rng.sample(groups, min(len(groups), ENTRIES + UNKNOWN))
    known, unknown = chosen[:-UNKNOWN], chosen[-UNKNOWN:]
    entries = [_entry(str(i), group, language, titled) for i, group in enumerate(known)]
    asked = rng.sample(list(enumerate(known)), min(ASKED, len(known)))
    askings = [_asking(group, language, frozenset({str(i)}), rng) for i, group in asked]
    askings += [_asking(group, language, frozenset(), rng) for group in unknown]
    return Community(name, "titled" if titled else "passages", tuple(entries), tuple(askings))


def _entry(name: str, group: list[dict[str, str]], language: str, titled: bool) -> Entry:
    """``titled``: under its shortest sentence, which stands for a question."""
    sentences = [row[language] for row in group]
    first = min(sentences, key=len) if titled else ""
    answer = "\n".join(s for s in sentences if s != first)
    return Entry(id=name, language=language_of(group[0], language), question=first, answer=answer)


def _asking(group: list[dict[str, str]], language: str, right: frozenset[str], rng: random.Random) -> Asking:
    return Asking(_part(group, language, rng), right, language_of(group[0], language), group[0]["en"])


def _part(group: list[dict[str, str]], language: str, rng: random.Random) -> str:
    """Part of a sentence, with some of its words left out: a question holds only some of the passage's words."""
    ranked = sorted((row[language] for row in group), key=len)
    sentence = ranked[-1] if rng.random() < 0.7 else rng.choice(ranked)
    units = sentence.split() if language == "en" else list(sentence)
    size = max(4, min(len(units), rng.randint(6, 14) if language == "en" else rng.randint(8, 22)))
    start = rng.randint(0, max(0, len(units) - size))
    kept = [unit for unit in units[start : start + size] if rng.random() > 0.3]
    return (" " if language == "en" else "").join(kept)
