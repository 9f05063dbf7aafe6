"""Readable tags: topics that a text names, by lists of words in each script, hashtags, and the community's own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MOST = 8
"""Tags of one text."""
_HASHTAG = re.compile(r"[#\uff03]([\w\u3400-\u9fff]{2,24})[#\uff03]?")
_UNWANTED = re.compile(
    r"(?:不喜歡|不喜欢|不愛|不爱|討厭|讨厌|不想|不要再|沒興趣|没兴趣|唔鍾意|don'?t like|do not like|hate|not into|no interest in)"
    r"[\w\s]{0,4}$",
    re.IGNORECASE,
)
_ASCII = re.compile(r"^[\x00-\x7f]+$")


@dataclass(frozen=True, slots=True)
class Topics:
    """``names`` by topic and language; ``pattern`` finds the words of any topic, ``topic_of`` says whose they are, in lower case."""

    names: Mapping[str, Mapping[str, str]]
    pattern: re.Pattern[str]
    topic_of: Mapping[str, str]

    def name(self, topic: str, language: str) -> str:
        """What the topic is called; one that is not of ours is called what it is."""
        names = self.names.get(topic)
        if names is None:
            return topic.removeprefix("#")
        return names.get(language) or names.get(language.rpartition("-")[0]) or names["en"]

    def of_text(self, text: str) -> tuple[str, ...]:
        """The topics of a text, in order of first mention, ``MOST`` at most; what is said not to be liked is none."""
        found: dict[str, None] = {}
        for match in self.pattern.finditer(text):
            topic = self.topic_of[match[0].lower()]
            if topic not in found and not _UNWANTED.search(text, max(0, match.start() - 24), match.start()):
                found[topic] = None
        for match in _HASHTAG.finditer(text):
            word = match[1].lower()
            found.setdefault(self.topic_of.get(word, f"#{word}"))
        return tuple(found)[:MOST]


@cache
def shipped_topics() -> Topics:
    document = tomllib.loads((Path(__file__).parent / "topics.toml").read_text("utf-8"))
    return make_topics(document)


def make_topics(document: Mapping[str, Mapping[str, Sequence[str] | str]]) -> Topics:
    """``document`` has per topic a name by language and ``words``. Words of Latin letters match whole words alone, in any case."""
    names = {
        topic: {key: str(value) for key, value in one.items() if key != "words"} for topic, one in document.items()
    }
    topic_of = {str(word).lower(): topic for topic, one in document.items() for word in one["words"]}
    words = sorted(topic_of, key=lambda word: (-len(word), word))
    latin = [re.escape(word) for word in words if _ASCII.match(word)]
    other = [re.escape(word) for word in words if not _ASCII.match(word)]
    parts = [rf"(?<![A-Za-z0-9])(?:{'|'.join(latin)})(?![A-Za-z0-9])"] if latin else []
    return Topics(names, re.compile("|".join([*other, *parts]) or r"(?!)", re.IGNORECASE), topic_of)
