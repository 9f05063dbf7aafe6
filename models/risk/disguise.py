"""Texts as people write them to get past filters: sounds, spellings, symbols, pictures and parts in place of letters and characters.

The same disguises fall on harmful and on harmless texts: what trains on them learns the text, not the disguise.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from functools import cache

from assistant.text.characters import TABLES, read_table
from assistant.text.han import TO_SIMPLIFIED, fold
from assistant.text.phonetic import letters_of

SHARES = (0.15, 0.3, 0.5)
"""Of the places where a disguise can be put on, about this share gets it."""
SYMBOLS = " .*·-_|~/，、"
PICTURES = dict(
    zip(
        "马妈狗猪鸡牛鱼钱飞车水火死屎刀茶蛋手心爱花酒房龙虎虫",
        "🐴🐴🐶🐷🐔🐮🐟💰🛫🚗💧🔥💀💩🔪🍵🥚✋🧡🧡🌸🍺🏠🐲🐯🐛",
        strict=True,
    )
)
LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7", "l": "1", "g": "9", "b": "8"}
LOOKALIKES = {"a": "а", "e": "е", "o": "о", "c": "с", "p": "р", "x": "х", "i": "і", "y": "у"}
VOWELS = "aeiou"

Change = Callable[[str, random.Random], str]


@cache
def _same_sound() -> dict[str, str]:
    """Syllable -> the common characters that are read so."""
    common = set((TABLES / "common.txt").read_text("utf-8"))
    found: dict[str, str] = {}
    for syllable, _, chars in read_table("pinyin.tsv"):
        found[syllable] = "".join(char for char in chars if char in common)
    return found


@cache
def _parts() -> dict[str, str]:
    """Character -> its parts, of those that are written one after the other."""
    return {char: pairs.split(" ")[0] for char, pairs in read_table("parts.tsv")}


@cache
def _traditional() -> dict[str, str]:
    return {chr(simplified): chr(char) for char, simplified in reversed(TO_SIMPLIFIED.items())}


def homophone(char: str, rng: random.Random) -> str:
    """Another common character of the same sound, if there is one."""
    others = _same_sound().get(letters_of(fold(char)), "").replace(fold(char), "")
    return rng.choice(others) if others else char


def spelled(char: str, rng: random.Random) -> str:
    """The syllable in letters, or, less often, its first letter."""
    letters = letters_of(fold(char))
    return (letters[:1] if rng.random() < 0.3 else letters) or char


def split(char: str, _: random.Random) -> str:
    """The parts of the character."""
    return _parts().get(char, char)


def picture(char: str, _: random.Random) -> str:
    """An emoji that shows the character or sounds like it."""
    return PICTURES.get(fold(char), char)


def other_script(char: str, _: random.Random) -> str:
    """Traditional for Simplified and the other way round."""
    return fold(char) if fold(char) != char else _traditional().get(char, char)


def leet(char: str, rng: random.Random) -> str:
    """A digit or sign that looks like the letter."""
    return rng.choice(LEET.get(char.lower(), char))


def foreign(char: str, _: random.Random) -> str:
    """A Cyrillic letter that looks like the Latin one."""
    return LOOKALIKES.get(char, char)


def starred(char: str, rng: random.Random) -> str:
    """A sign for a vowel."""
    return rng.choice("*#_-.") if char.lower() in VOWELS else char


def drawn_out(char: str, rng: random.Random) -> str:
    """The letter several times."""
    return char * rng.randint(2, 4) if char.isalpha() else char


def wide(char: str, _: random.Random) -> str:
    """The full-width form of a letter or digit."""
    return chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char


HAN: dict[Change, int] = {homophone: 6, spelled: 3, split: 2, picture: 2, other_script: 1}
LATIN: dict[Change, int] = {leet: 4, foreign: 2, starred: 3, drawn_out: 1, wide: 1}


def spaced(text: str, rng: random.Random) -> str:
    """A symbol between all characters of one stretch of four to ten."""
    start = rng.randrange(max(1, len(text) - 4))
    end = start + rng.randint(4, 10)
    return text[:start] + rng.choice(SYMBOLS).join(text[start:end]) + text[end:]


def disguise(text: str, rng: random.Random) -> str:
    """The text under one disguise or two. Same text and state of ``rng``, same result; without letters it stays as it is."""
    chinese = any(unicodedata.name(char, "").startswith("CJK") for char in text)
    kinds = HAN if chinese else LATIN
    for _ in range(rng.choice((1, 1, 2))):
        if rng.random() < 0.2:
            text = spaced(text, rng)
            continue
        change = rng.choices(list(kinds), list(kinds.values()))[0]
        share = 1.0 if change is picture else rng.choice(SHARES)
        text = "".join(change(char, rng) if rng.random() < share else char for char in text)
    return text
