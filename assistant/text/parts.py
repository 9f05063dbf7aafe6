"""The layer ``merged``: characters that were written as their two parts (女干, 力口) put together again.

A pair is read as a character wherever it stands, ordinary words and frequent characters excepted, so this layer is good for nothing
but looking for terms of which a character was taken apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from operator import concat

from assistant.text.characters import read_table
from assistant.text.han import fold
from assistant.text.layer import Layer
from assistant.text.ordinary import GRAMMATICAL, is_ordinary
from assistant.text.view import replaced


@cache
def _pairs() -> dict[str, str]:
    """Pair -> the character that it makes; of several the most used, which the table has first."""
    found: dict[str, str] = {}
    for char, pairs in read_table("parts.tsv"):
        for pair in map(fold, pairs.split(" ")):
            if GRAMMATICAL.isdisjoint(pair) and not is_ordinary(*pair):
                found.setdefault(pair, char)
    return found


def merge(joined: Layer) -> Layer | None:
    """The layer over ``joined``, or ``None`` where no pair stands; of pairs that share a character the earlier counts."""
    if _pairs().keys().isdisjoint(map(concat, joined.text, joined.text[1:])):
        return None
    return joined.above(*replaced(joined.text, _found(joined.text)))


def _found(text: str) -> Iterator[tuple[int, int, str]]:
    pairs, done = _pairs(), 0
    for first, pair in enumerate(map(concat, text, text[1:])):
        if first >= done and pair in pairs:
            done = first + 2
            yield first, done, pairs[pair]
