"""Ordinary two-character words: what keeps a chance sequence of sounds from being taken for a disguised term."""

from __future__ import annotations

from functools import cache

from assistant.text.characters import TABLES

GRAMMATICAL = frozenset(
    "他她它的地得在再做作那哪吗嘛吧啊阿有又是事时十一以已也和或就这不了着过说到还没被把给让使于与并"
)
"""Characters that hold sentences together."""

_MOST_USED = (TABLES / "common.txt").read_text(encoding="utf-8").strip()
COMMON = frozenset(_MOST_USED)
"""The 1,500 characters used most in words."""

FREQUENT = GRAMMATICAL | frozenset(_MOST_USED[:150])
"""Characters so frequent that one of them for another is a slip, or chance, and not a disguise."""


@cache
def _seconds() -> dict[str, frozenset[str]]:
    lines = (TABLES / "words.txt").read_text(encoding="utf-8").splitlines()
    return {line[0]: frozenset(line[1:]) for line in lines}


def is_ordinary(first: str, second: str) -> bool:
    """Whether the two Simplified characters are an ordinary word."""
    return second in _seconds().get(first, ())


def ordinary_words() -> list[str]:
    """All of them."""
    return [first + second for first, its in _seconds().items() for second in sorted(its)]
