"""Readable tags: topics that a text names, by lists of words in each script, hashtags, and the community's own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ahocorasick

MOST = 8
"""Tags of one text."""
_HASHTAG = re.compile(r"[#\uff03]([\w\u3400-\u9fff]{2,24})[#\uff03]?")
_UNWANTED = re.compile(
    r"(?:不喜歡|不喜欢|不愛|不爱|討厭|讨厌|不想|不要再|沒興趣|没兴趣|唔鍾意|don'?t like|do not like|hate|not into|no interest in)"
    r"[\w\s]{0,4}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Topics:
    """``names`` by topic and language; ``words`` finds the words of any topic, in lower case, ``topic_of`` says whose they are."""

    names: Mapping[str, Mapping[str, str]]
    words: ahocorasick.Automaton
    topic_of: Mapping[str, str]

    def name(self, topic: str, language: str) -> str:
        """What the topic is called; one that is not of ours is called what it is."""
        names = self.names.get(topic)
        if names is None:
            return topic.removeprefix("#")
        return names.get(language) or names.get(language.rpartition("-")[0]) or names["en"]

    def of_text(self, text: str) -> tuple[str, ...]:
        """The topics of a text, in order of first mention, ``MOST`` at most; what is said not to be liked is none."""
        lower = text.lower()
        found: dict[str, None] = {}
        for last, word in self.words.iter_long(lower):
            begin, topic = last - len(word) + 1, self.topic_of[word]
            if topic in found or not _stands_alone(lower, begin, last + 1):
                continue
            if not _UNWANTED.search(lower[max(0, begin - 24) : begin]):
                found[topic] = None
        if "#" in lower or "\uff03" in lower:
            for match in _HASHTAG.finditer(lower):
                found.setdefault(self.topic_of.get(match[1], f"#{match[1]}"))
        return tuple(found)[:MOST]


def _stands_alone(text: str, begin: int, end: int) -> bool:
    """A word of Latin letters is one only between others than its own kind."""
    before, after = text[begin - 1 : begin], text[end : end + 1]
    left = before.isascii() and before.isalnum() and text[begin].isascii()
    right = after.isascii() and after.isalnum() and text[end - 1].isascii()
    return not left and not right


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
    words = ahocorasick.Automaton()
    for word in topic_of:
        words.add_word(word, word)
    words.make_automaton()
    return Topics(names, words, topic_of)
