"""What a member means who answers the bot's own clarification: one of the choices, none of them, or something else altogether."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Final

from assistant.faq.names import even_name
from assistant.faq.rulebook import Readings, Rulebook, read_rulebook
from assistant.faq.tokens import lexical_tokens
from assistant.types.faq import Turn
from assistant.words import LANGUAGES, load_words

MOST_CHARS: Final = 200
"""Of an answer to a clarification; what is longer is a question of its own."""
_SHARE: Final = 0.8
"""Of the words of a part of a choice, the least share that the choice holds."""
_LEAD: Final = 0.25
"""By which that share has to lead the next choice's."""

_KINDS: Final = ("choice.own", "choice.general")
"""Rules that count only where one's own and the general were asked about."""

_ASKING: Final = ("clarify", "near", "own_or_general")
_NUMBERED: Final = re.compile(r"([1-9])\. (\S.*)")


class Beside(Enum):
    """``NONE`` of the choices is meant; ``UNCLEAR``: the answer is one, and does not tell which."""

    NONE = "none"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Offer:
    """``question`` is what the member had asked, ``choices`` what the bot offered, in this order."""

    question: str
    choices: tuple[str, ...]

    @property
    def own_first(self) -> bool:
        """Whether it was asked if the member's own things are meant, or what holds in general."""
        return len(self.choices) > 1 and self.choices[0] in _own()


def numbered(answer: str, choices: Sequence[str]) -> str:
    """``answer`` as plain text shows it: each choice on a line of its own, with its number."""
    return "\n".join([answer, *(f"{at}. {choice}" for at, choice in enumerate(choices, 1))])


def offered(turns: Sequence[Turn]) -> Offer | None:
    """The offer that the last of ``turns`` makes as plain text; None where it makes none."""
    if not turns or turns[-1].asker:
        return None
    first, *lines = turns[-1].text.strip().split("\n")
    found = [_NUMBERED.fullmatch(line.strip()) for line in lines]
    question = next((turn.text for turn in reversed(turns) if turn.asker), "")
    if first.strip() not in _questions() or not found or not question:
        return None
    choices = tuple(one[2] for at, one in enumerate(found, 1) if one is not None and int(one[1]) == at)
    return Offer(question, choices) if len(choices) == len(found) else None


def choose(text: str, offer: Offer) -> str | Beside | None:
    """The choice that ``text`` picks: by its number, by yes where there is one alone, by its words or a part of them. None for a text
    that answers something else."""
    if not text.strip() or len(text) > MOST_CHARS:
        return None
    exact = [choice for choice in offer.choices if even_name(choice) == even_name(text)]
    if exact:
        return exact[0]
    rule = _book().first(Readings.of(text))
    if rule is None or (rule in _KINDS and not offer.own_first):
        return _by_words(text, offer.choices)
    return _by_rule(rule, offer)


def _by_rule(rule: str, offer: Offer) -> str | Beside:
    choices = offer.choices
    alone = len(choices) == 1
    if rule == "choice.none" or (alone and rule in {"choice.2", "choice.beyond"}):
        return Beside.NONE
    if alone or rule in {"choice.1", "choice.own"}:
        return choices[0]
    if rule == "choice.2":
        return choices[1]
    return choices[-1] if rule in {"choice.last", "choice.general"} else Beside.UNCLEAR


def _by_words(text: str, choices: Sequence[str]) -> str | None:
    core = _around().sub("", Readings.of(text).folded)
    words = lexical_tokens(core)
    if len(even_name(core)) < 2 or not words:
        return None
    shares = [_share(words, choice) for choice in choices]
    best = max(shares)
    others = [share for at, share in enumerate(shares) if at != shares.index(best)]
    return choices[shares.index(best)] if best >= _SHARE and best - max(others, default=0.0) >= _LEAD else None


def _share(words: Sequence[str], choice: str) -> float:
    known = set(lexical_tokens(choice))
    return sum(len(word) for word in words if word in known) / sum(map(len, words))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "rules" / "choice.toml").read_text("utf-8"))


@cache
def _book() -> Rulebook:
    return read_rulebook(_table())


@cache
def _around() -> Any:
    return read_rulebook({**_table(), "aside": _table()["around"], "rule": []}).aside


@cache
def _own() -> frozenset[str]:
    return frozenset(load_words().get("faq.own", language) for language in LANGUAGES)


@cache
def _questions() -> frozenset[str]:
    return frozenset(load_words().get(f"faq.{name}", language) for name in _ASKING for language in LANGUAGES)
