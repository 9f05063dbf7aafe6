"""The layer ``merged``: characters that were written as their two parts (女干, 力口) put together again.

A pair is read as a character wherever it stands, ordinary words and frequent characters excepted, so this layer is good for nothing
but looking for terms of which a character was taken apart.
"""

from __future__ import annotations

from functools import cache
from operator import concat

from assistant.text.characters import read_table
from assistant.text.han import fold
from assistant.text.layer import Layer
from assistant.text.ordinary import GRAMMATICAL, is_ordinary


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
    pairs = _pairs()
    if pairs.keys().isdisjoint(map(concat, joined.text, joined.text[1:])):
        return None
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for first, pair in enumerate(map(concat, joined.text, joined.text[1:])):
        if first < done or pair not in pairs:
            continue
        parts += joined.text[done:first], pairs[pair]
        starts += range(done, first + 1)
        ends += (*range(done + 1, first + 1), first + 2)
        done = first + 2
    parts.append(joined.text[done:])
    starts += range(done, len(joined.text))
    ends += range(done + 1, len(joined.text) + 1)
    if joined.starts is not None and joined.ends is not None:
        starts = [joined.starts[i] for i in starts]
        ends = [joined.ends[i - 1] for i in ends]
    return Layer("".join(parts), starts, ends)
