"""Communities out of our own seeds (``seeds/topics.jsonl``): a shop's topics in three scripts, each written in its language.

A topic holds, per language, a question, its answer and three other ways to ask it; topics of one ``kin`` are asked about in nearly the same
words, and one's answer is wrong for the other (LINE Pay, Alipay). A community knows some topics, in one language or in
all, as questions with answers or as bare passages, and is asked in any language about all of them, and about nothing of the sort (Tatoeba).
Most communities begin with a handful of entries, some of them with other ways to ask and some without: those are made too.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.text.language import detect_language
from assistant.types.faq import Entry
from models.faq.community import Asking, Community
from models.faq.parallel import rows_of

SEEDS = Path(__file__).with_name("seeds") / "topics.jsonl"
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
MIXED: tuple[str, ...] = ()
"""Each topic in a language of its own."""

ROUNDS = 3
FAR = 25

SMALL = (2, 3, 4, 5, 6, 8, 10, 14, 20)
"""Topics that a beginning community knows."""

POLITE = {
    "en": (
        ("", ""),
        ("", "?"),
        ("Hi, ", "?"),
        ("hello, ", ""),
        ("Please tell me: ", ""),
        ("", " please"),
        ("um ", "??"),
    ),
    "zh": (
        ("", ""),
        ("", "？"),
        ("請問", "？"),
        ("请问一下，", ""),
        ("想問", ""),
        ("你好，", "呢"),
        ("那", "啊？"),
        ("", "謝謝"),
    ),
}
SMALL_ROUNDS = 8
SMALL_UNKNOWN, SMALL_KIN, SMALL_FAR = 18, 9, 20
"""Questions that a beginning community does not know: of other topics, those of kin with what it knows among them, and of none."""
ABROAD = 0.4
"""Of a beginning community's entries, whose other ways to ask are in any language."""


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
    asked = [row for row in rows_of(folder, "tatoeba") if row["zh"].endswith(("？", "?")) and row["en"].endswith("?")]
    return found + small_communities(asked, rng)


def small_communities(questions: Sequence[dict[str, str]], rng: random.Random) -> list[Community]:
    return [
        small(f"small-{number}-{known}", known, spoken, rng.sample(questions, SMALL_FAR), rng)
        for number in range(SMALL_ROUNDS)
        for known in SMALL
        for spoken in rng.sample((*((language,) for language in LANGUAGES), LANGUAGES, MIXED), 2)
    ]


def small(name: str, size: int, spoken: Sequence[str], far: Sequence[dict[str, str]], rng: random.Random) -> Community:
    """A community of ``size`` topics, each entry with as many ways to ask as chance has it, or a bare passage."""
    seeds = topics()
    known = rng.sample(seeds, size)
    entries, askings = [], []
    for topic in known:
        told = spoken or (rng.choice(LANGUAGES),)
        ways, passage = rng.choice((0, 0, 1, 2, 2)), rng.random() < 0.15
        own = [_asked_abroad(_entry(topic, language, ways, passage), topic, rng) for language in told]
        entries += own
        askings += [_nearly(entry, str(topic["topic"]), rng) for entry in own if entry.question]
        for language in LANGUAGES:
            right = _right(topic, language, told)
            askings += [Asking(text, right, language, str(topic["topic"])) for text in topic[language][2 + ways :]]
    for topic in _strange(seeds, known, rng):
        language = rng.choice(spoken or LANGUAGES)
        question, _, *more = topic[language]
        askings.append(Asking(rng.choice((question, *more)), frozenset(), language, str(topic["topic"])))
    return Community(name, "small shop", tuple(entries), tuple(askings + _far(far, rng)))


def _strange(
    seeds: Sequence[dict[str, Any]], known: Sequence[dict[str, Any]], rng: random.Random
) -> list[dict[str, Any]]:
    """Topics that are not ``known``."""
    families = {topic["kin"] for topic in known if "kin" in topic}
    others = [topic for topic in seeds if topic not in known]
    kin = [topic for topic in others if topic.get("kin") in families]
    kin = rng.sample(kin, min(len(kin), SMALL_KIN))
    return kin + rng.sample([topic for topic in others if topic not in kin], SMALL_UNKNOWN - len(kin))


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
    kind = "shop passages" if passages else "shop"
    return Community(name, kind, tuple(entries), tuple(askings + _far(far, rng)))


def _far(rows: Sequence[dict[str, str]], rng: random.Random) -> list[Asking]:
    """Questions of no topic, in either language."""
    found = []
    for row in rows:
        language = rng.choice(("en", f"zh-{row['script']}"))
        found.append(Asking(row["en" if language == "en" else "zh"], frozenset(), language, row["en"]))
    return found


def _entry(topic: dict[str, Any], language: str, ways: int, passages: bool) -> Entry:
    question, answer, *more = topic[language]
    name = f"{topic['topic']}:{language}"
    if passages:
        return Entry(id=name, language=language, answer=answer)
    return Entry(id=name, language=language, question=question, answer=answer, alternatives=tuple(more[:ways]))


def _asked_abroad(entry: Entry, topic: dict[str, Any], rng: random.Random) -> Entry:
    """Some shops list ways to ask in other languages than the answer's."""
    if rng.random() > ABROAD:
        return entry
    ways = range(2, 2 + len(entry.alternatives))
    return replace(entry, alternatives=tuple(topic[rng.choice(LANGUAGES)][way] for way in ways))


def _nearly(entry: Entry, group: str, rng: random.Random) -> Asking:
    """One of the entry's own ways, as people say it again: with a polite word, or a word less."""
    way = rng.choice(entry.utterances)
    language = detect_language(way).language
    before, after = rng.choice(POLITE["en" if language == "en" else "zh"])
    words = way.rstrip("?？。.!！").split(" ") if language == "en" else list(way.rstrip("?？。.!！"))
    if len(words) > 4 and rng.random() < 0.5:
        del words[rng.randrange(len(words))]
    text = before + (" " if language == "en" else "").join(words) + after
    return Asking(text, frozenset({entry.id}), language, group)


def _right(topic: dict[str, Any], asker: str, spoken: Sequence[str]) -> frozenset[str]:
    """The entry in the asker's language; else any of the topic's."""
    languages = (asker,) if asker in spoken else spoken
    return frozenset(f"{topic['topic']}:{language}" for language in languages)
