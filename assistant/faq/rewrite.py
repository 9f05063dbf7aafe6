"""A follow-up question with what it leaves open filled in, by rules: 那運費呢, 那個可以退嗎, and for Hong Kong?

Three things are done, and a question that stands by itself is left as it is:

- a pronoun becomes the last topic (那個可以退嗎 after 你們有賣保溫瓶嗎: 保溫瓶可以退嗎);
- a place or a means named alone takes the place of the last one of its sort (那澳門呢 after 寄到香港要幾天: 寄到澳門要幾天);
- anything else named alone, and a question without a subject (要多久), is put behind the last one (那運費呢: 寄到香港要幾天，運費).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from assistant.text.han import fold
from assistant.types.faq import Turn

MAX_TURNS: Final = 12
"""Earlier turns that are read."""
_MAX_CHARS = 200
_HAN = re.compile("[\u3400-\u9fff]")


def rewrite(question: str, turns: Sequence[Turn]) -> str:
    """``question`` as it would be asked first. What the bot said is not read: it is not the member's topic."""
    last = ""
    for turn in [turn for turn in turns if turn.asker][-MAX_TURNS:]:
        last = _resolved(turn.text, last) or last
    return _resolved(question, last) if last else question


def _resolved(question: str, last: str) -> str:
    """``question`` after ``last``, which stands by itself; empty for one that holds nothing to go on from (thanks, a greeting)."""
    text = question.strip()
    if not last or len(text) > _MAX_CHARS:
        return text
    rules = _rules("zh" if _HAN.search(text) else "en")
    if rules.empty.fullmatch(fold(text.lower())):
        return ""
    if alone := rules.alone(text):
        return rules.beside(alone, last)
    if rules.leans.fullmatch(_even(text)):
        return rules.joined(last, text)
    return rules.filled(text, last)


class _Rules:
    """The rules of one language. Patterns are matched on folded lower case, which is as long as what was written."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.empty = _pattern(table["empty"])
        self.leans = _pattern(table["leans"])
        self._alone = _pattern(table["alone"])
        self._no_topic = _pattern(table["no_topic"])
        self._pronoun = _pattern(table["pronoun"])
        self._own = _pattern(table["own"])
        self._frames = _pattern(table["frames"])
        self._sorts = [_pattern(sort) for sort in table["sorts"]]
        self._join = str(table["join"])

    def alone(self, text: str) -> str:
        """What a question names that names nothing else (那運費呢: 運費); empty for a whole question."""
        found = self._alone.fullmatch(_even(text))
        if not found:
            return ""
        start, end = _named(found)
        topic = text[start:end].strip()
        return "" if self._no_topic.search(_even(topic)) else topic

    def beside(self, topic: str, last: str) -> str:
        """``last`` about ``topic``: in the place of another of its sort, else at its end."""
        for sort in self._sorts:
            named = sort.search(_even(topic))
            there = list(sort.finditer(_even(last)))
            if named and there:
                start, end = there[-1].span()
                return last[:start] + topic[named.start() : named.end()] + last[end:]
        return self.joined(last, topic)

    def joined(self, last: str, text: str) -> str:
        return f"{last.rstrip('?？!！。. ')}{self._join}{text}"

    def filled(self, text: str, last: str) -> str:
        """``text`` with its first pronoun as the topic of ``last``; as it is where nothing is left open."""
        even = _even(text)
        if self._own.search(even):
            return text
        pronoun = self._pronoun.search(even)
        topic = self.topic(last)
        if pronoun is None or not topic:
            return text
        start, end = _named(pronoun)
        return text[:start] + topic + text[end:]

    def topic(self, last: str) -> str:
        """What a question is about: itself without what makes it a question."""
        even = _even(last)
        kept = [True] * len(last)
        for frame in self._frames.finditer(even):
            kept[frame.start() : frame.end()] = [False] * (frame.end() - frame.start())
        runs = re.findall(r"[^\0]+", "".join(c if keep else "\0" for c, keep in zip(last, kept, strict=True)))
        runs = [run.strip(" ,，。.?？!！、") for run in runs]
        return max(runs, key=len, default="") if any(runs) else ""


def _named(found: re.Match[str]) -> tuple[int, int]:
    """The span of the named group that took part."""
    return next((found.span(name) for name, value in found.groupdict().items() if value), (0, 0))


def _even(text: str) -> str:
    """Folded lower case of the same length, or the text itself where lower case is longer (İ)."""
    lower = text.lower()
    return fold(lower if len(lower) == len(text) else text)


def _pattern(alternatives: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{fold(one)})" for one in alternatives))


@cache
def _rules(language: str) -> _Rules:
    path = Path(__file__).parent / "rules" / "follow_up.toml"
    return _Rules(tomllib.loads(path.read_text("utf-8"))[language])
