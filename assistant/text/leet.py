"""Leetspeak: digits and signs inside Latin words read as the letters they stand for."""

from __future__ import annotations

import re

_SIGNS = "0123456789@$€£!|+"
_LETTERS = "olzeasgtbgaselilt"
LEET = dict(zip(_SIGNS, _LETTERS, strict=True)) | {"1": "i", "!": "i", "|": "i"}
"""Sign -> letter; ``1``, ``!`` and ``|`` are read as ``i`` although they may stand for ``l``."""

_TABLE = str.maketrans(LEET)
_MIXED = re.compile(r"[a-z][0-9@$€£!|+]|[0-9@$€£!|+][a-z]")
_WORD = re.compile(r"[a-z0-9@$€£!|+]+")


def undo_leet(text: str) -> str:
    """``text`` with words that mix letters and leetspeak signs spelled in letters; the length does not change."""
    return _WORD.sub(_spell, text) if _MIXED.search(text) else text


def _spell(word: re.Match[str]) -> str:
    text = word[0]
    if text.isalpha() or not _MIXED.search(text):
        return text
    bare = text.rstrip("!|+")
    return bare.translate(_TABLE) + text[len(bare) :]
