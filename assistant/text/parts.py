"""The layer ``merged``: characters that were written as their two parts (女干, 力口) put together again.

A pair is read as a character wherever it stands, ordinary words and frequent characters excepted, so this layer is good for nothing
but looking for terms of which a character was taken apart.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import ahocorasick

from assistant.text.characters import read_table
from assistant.text.han import fold
from assistant.text.layer import Layer
from assistant.text.ordinary import GRAMMATICAL, is_ordinary


@cache
def _pairs() -> Any:
    """An automaton over the pairs; its values are the characters they make, of several the most used, which the table has first."""
    found = ahocorasick.Automaton()
    for char, pairs in read_table("parts.tsv"):
        for pair in map(fold, pairs.split(" ")):
            if GRAMMATICAL.isdisjoint(pair) and not is_ordinary(*pair) and not found.exists(pair):
                found.add_word(pair, char)
    found.make_automaton()
    return found


def merge(joined: Layer) -> Layer | None:
    """The layer over ``joined``, or ``None`` where no pair stands; of pairs that share a character the earlier counts."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for last, char in _pairs().iter(joined.text):
        first = last - 1
        if first < done:
            continue
        parts += joined.text[done:first], char
        starts += range(done, first + 1)
        ends += (*range(done + 1, first + 1), last + 1)
        done = last + 1
    if not done:
        return None
    parts.append(joined.text[done:])
    starts += range(done, len(joined.text))
    ends += range(done + 1, len(joined.text) + 1)
    if joined.starts is not None and joined.ends is not None:
        starts = [joined.starts[i] for i in starts]
        ends = [joined.ends[i - 1] for i in ends]
    return Layer("".join(parts), starts, ends)
