"""Communities out of our own seeds (``seeds/topics.jsonl``): a shop's topics in three scripts, each written in its language.

A topic holds, per language, a question, its answer and three other ways to ask it. A community knows some topics, in one language or in
all, as questions with answers or as bare passages, and is asked in any language about all of them, and about nothing of the sort (Tatoeba).
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.types.faq import Entry
from models.faq.community import Asking, Community
from models.faq.parallel import rows_of

SEEDS = Path(__file__).with_name("seeds") / "topics.jsonl"
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
MIXED: tuple[str, ...] = ()
"""Each topic in a language of its own."""

ROUNDS = 3
FAR = 25


def topics() -> list[dict[str, Any]]:
    return [json.loads(line) for line in SEEDS.read_text("utf-8").splitlines()]


def communities(folder: Path, rng: random.Random) -> list[Community]:
    sentences = rng.sample([row for row in rows_of(folder, "tatoeba") if len(row["en"]) > 20], 2_000)
    found = []
    for number in range(ROUNDS):
        for spoken in (*((language,) for language in LANGUAGES), LANGUAGES, MIXED):
            for passages in (False, True):
                name = f"shop-{number}-{'+'.join(spoken) or 'mixed'}-{'passages' if passages else 'questions'}"
                found.append(community(name, topics(), spoken, rng.sample(sentences, FAR), passages, rng))
    return found


def community(
    name: str,
    seeds: Sequence[dict[str, Any]],
    spoken: Sequence[str],
    far: Sequence[dict[str, str]],
    passages: bool,
    rng: random.Random,
) -> Community:
    known = rng.sample(list(seeds), round(len(seeds) * rng.uniform(0.5, 0.8)))
    ways = rng.choice((0, 0, 1, 2))
    told = {topic["topic"]: spoken or (rng.choice(LANGUAGES),) for topic in known}
    entries = [_entry(topic, language, ways, passages) for topic in known for language in told[topic["topic"]]]
    askings = []
    for topic in seeds:
        for language in LANGUAGES:
            right = _right(topic, language, told[topic["topic"]]) if topic in known else frozenset()
            left = topic[language][2 + ways :] if not passages else [topic[language][0], *topic[language][2:]]
            askings += [Asking(text, right, language, str(topic["topic"])) for text in left]
    askings = rng.sample(askings, min(len(askings), 200))
    for row in far:
        language = rng.choice(("en", f"zh-{row['script']}"))
        askings.append(Asking(row["en" if language == "en" else "zh"], frozenset(), language, row["en"]))
    kind = "shop passages" if passages else "shop"
    return Community(name, kind, tuple(entries), tuple(askings))


def _entry(topic: dict[str, Any], language: str, ways: int, passages: bool) -> Entry:
    question, answer, *more = topic[language]
    name = f"{topic['topic']}:{language}"
    if passages:
        return Entry(id=name, language=language, answer=answer)
    return Entry(id=name, language=language, question=question, answer=answer, alternatives=tuple(more[:ways]))


def _right(topic: dict[str, Any], asker: str, spoken: Sequence[str]) -> frozenset[str]:
    """The entry in the asker's language; else any of the topic's."""
    languages = (asker,) if asker in spoken else spoken
    return frozenset(f"{topic['topic']}:{language}" for language in languages)
