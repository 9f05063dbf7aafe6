"""The lexical tokens of a text: words of other scripts, characters and character pairs of Han, all folded to Simplified.

Pairs of characters stand in for words, which Chinese does not separate: as good as segmentation for retrieval (Nie, Gao, Zhang and Zhou,
IRAL 2000), and nothing has to know the words.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from assistant.text.han import HAN, fold

MAX_CHARACTERS = 20_000
"""Of a text; what comes after is not read."""

_RUN = re.compile(rf"(?P<han>[{HAN}]+)|[^\W_{HAN}]+(?:['’][^\W\d_{HAN}]+)?")
_MARKS = str.maketrans("", "", "'’")


def lexical_tokens(text: str) -> list[str]:
    """In the order of the text, repeated as often as they stand in it."""
    folded = fold(unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).lower())
    tokens: list[str] = []
    for run in _RUN.finditer(folded):
        word = run[0]
        if run["han"]:
            tokens.extend(word)
            tokens.extend(map("".join, pairwise(word)))
        else:
            tokens.append(_stem(word.translate(_MARKS)))
    return tokens


def _stem(word: str) -> str:
    """English plurals without their ``s`` (the S-stemmer of Harman, JASIS 1991); other words as they are."""
    if len(word) < 4 or not word.isascii() or not word.endswith("s") or word[-2] in "us":
        return word
    if word.endswith("ies") and word[-4] not in "ae":
        return word[:-3] + "y"
    if word.endswith("es") and word[-3] in "aeo":
        return word
    return word[:-1]
