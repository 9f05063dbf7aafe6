"""Leetspeak: digits and signs inside Latin words read as the letters they stand for."""

from __future__ import annotations

import re
from itertools import product

from assistant.text.english import usual_words

_SIGNS = "0123456789@$€£!|+"
_LETTERS = "olzeasgtbgaselilt"
LEET = dict(zip(_SIGNS, _LETTERS, strict=True)) | {"1": "i", "!": "i", "|": "i"}
"""Sign -> letter; ``1``, ``!`` and ``|`` are read as ``i``, or as ``l`` where that makes a usual word and ``i`` does not."""

_I_OR_L = "1!|"
_MOST_CHOICES = 4

_TABLE = str.maketrans(LEET)
_MIXED = re.compile(r"[a-z][0-9@$€£!|+]|[0-9@$€£!|+][a-z]")
_WORD = re.compile(r"[a-z0-9@$€£!|+]+")
_MEASURE = re.compile(r"[0-9]+(?:st|nd|rd|th|am|pm|[kmg]|[kmg]b|[kcm]?m|k?g|ml|hrs?|min|sec|x|d|h|s|yo|usd|rmb)[!+]*")


def undo_leet(text: str) -> str:
    """``text`` with words that mix letters and leetspeak signs spelled in letters, measures (2nd, 50kg) excepted; the length stays."""
    return _WORD.sub(_spell, text) if _MIXED.search(text) else text


def _spell(word: re.Match[str]) -> str:
    text = word[0]
    if text.isalpha() or not _MIXED.search(text) or _MEASURE.fullmatch(text):
        return text
    bare = text.rstrip("!|+")
    return _read(bare) + text[len(bare) :]


def _read(word: str) -> str:
    """The word in letters."""
    plain = word.translate(_TABLE)
    at = [n for n, sign in enumerate(word) if sign in _I_OR_L]
    if not 0 < len(at) <= _MOST_CHOICES or plain in usual_words():
        return plain
    for letters in product("il", repeat=len(at)):
        chosen = list(plain)
        for n, letter in zip(at, letters, strict=True):
            chosen[n] = letter
        if (found := "".join(chosen)) in usual_words():
            return found
    return plain
