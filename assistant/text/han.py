"""Han characters: Traditional folded to Simplified one to one, and numerals read as digits."""

from __future__ import annotations

import re
from collections import Counter

from assistant.text.characters import TABLES, read_table

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u3007"
"""Ranges for a character class of regular expressions."""

_FROM, _TO = (TABLES / "simplified.txt").read_text(encoding="utf-8").splitlines()
TO_SIMPLIFIED = str.maketrans(_FROM, _TO)
AMBIGUOUS = frozenset((TABLES / "ambiguous.txt").read_text(encoding="utf-8").strip())
"""Simplified characters that stand for several Traditional ones (干: 乾, 幹, 干)."""

HANS_ONLY, HANT_ONLY = map(frozenset, (TABLES / "scripts.txt").read_text(encoding="utf-8").splitlines())
"""Characters that only texts in Simplified hold, and that only texts in Traditional hold."""

VARIANTS = {char: group for (group,) in read_table("variants.txt") for char in group}
"""Traditional character -> itself and what other regions write for it (裡裏)."""

_HAS_TRADITIONAL = frozenset(_TO)

_SOURCES = Counter(_TO)
_TO_TRADITIONAL = {to: of for of, to in zip(_FROM, _TO, strict=True) if _SOURCES[to] == 1 and to not in AMBIGUOUS}

_NUMERALS = str.maketrans(
    "〇零一壹弌幺二贰弍三叁弎四肆五伍六陆七柒八捌九玖〡〢〣〤〥〦〧〨〩", "001111222333445566778899123456789"
)
_NUMBER_WITH_LETTERS = re.compile(r"(?<![a-z])[0-9oil]{6,}(?![a-z])")
_LETTERS_AS_DIGITS = str.maketrans("oil", "011")


def fold(text: str) -> str:
    """Traditional characters as Simplified; the length does not change."""
    return text.translate(TO_SIMPLIFIED)


def in_script(text: str, *, traditional: bool) -> str:
    """Each character that only the other script has, by its one counterpart; as it was where one of them has several."""
    foreign = (HANS_ONLY if traditional else HANT_ONLY).intersection(text)
    if not traditional:
        return "".join(char.translate(TO_SIMPLIFIED) if char in foreign else char for char in text)
    if not foreign <= _TO_TRADITIONAL.keys():
        return text
    return "".join(_TO_TRADITIONAL[char] if char in foreign else char for char in text)


def has_traditional(simplified: str) -> bool:
    """Whether a Traditional character is folded to this one."""
    return simplified in _HAS_TRADITIONAL


def read_digits(folded: str) -> str:
    """Chinese numerals, and ``o``, ``i``, ``l`` in numbers of six places or more, as ASCII digits; the length does not change."""
    return _NUMBER_WITH_LETTERS.sub(_letters_as_digits, folded.translate(_NUMERALS))


def _letters_as_digits(number: re.Match[str]) -> str:
    text = number[0]
    return text.translate(_LETTERS_AS_DIGITS) if 3 * sum(c.isdigit() for c in text) >= len(text) else text
