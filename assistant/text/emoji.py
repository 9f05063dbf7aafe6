"""Emoji read as the Chinese character that they stand for in a disguise (🐷 猪, 🈶 有), by meaning or by sound."""

from __future__ import annotations

import re
from functools import cache

from assistant.text.characters import read_table
from assistant.text.han import HAN
from assistant.text.phonetic import letters_of


@cache
def _characters() -> dict[int, str]:
    return {ord(emoji): char for char, all_ in read_table("emoji.tsv") for emoji in all_}


@cache
def _beside_han() -> re.Pattern[str]:
    signs = "".join(map(chr, _characters()))
    return re.compile(f"[{HAN}][\ufe0f ]?[{signs}]|[{signs}][\ufe0f ]?[{HAN}]")


@cache
def _spellings() -> dict[int, str]:
    return {emoji: letters_of(char) or char for emoji, char in _characters().items()}


def sounded(text: str) -> tuple[str, list[int]] | None:
    """``text`` with its emoji as syllables in letters (🐴 ma), and the place in ``text`` that each character came from; ``None`` where
    ``spoken`` is."""
    if text.isascii() or _beside_han().search(text) is None:
        return None
    spellings = _spellings()
    pieces = [spellings.get(ord(char), char) for char in text]
    return "".join(pieces), [place for place, piece in enumerate(pieces) for _ in piece]


def spoken(text: str) -> str | None:
    """``text`` with its emoji as characters, as long as before; ``None`` unless one of them stands beside a Han character."""
    if text.isascii() or _beside_han().search(text) is None:
        return None
    return text.translate(_characters())
