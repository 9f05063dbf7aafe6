"""What a learned model reads of a marketing text: windows of it, and in each the n-grams of its characters and words.

N-grams are hashed (Weinberger et al., ICML 2009) from the folded text, in which Traditional and Simplified are one.
"""

from __future__ import annotations

import re
import zlib
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

BUCKETS: Final = 1 << 16
CHARACTERS: Final = 4
WORDS: Final = 3
LONGEST_WHOLE: Final = 120
"""Characters of a text that is read as a whole too, beside its sentences."""
_LEAST: Final = 8
_SENTENCE: Final = re.compile(r"[^。！？!?；;\n.]+(?:[。！？!?；;\n]+|\.(?:\s+|$)|\.|$)")
_MOST: Final = 160
_WORD: Final = re.compile("[a-z']+|[0-9]+|[\u3400-\u9fff]")


class Gram(NamedTuple):
    """``text[start:end]`` falls into ``bucket``."""

    bucket: int
    start: int
    end: int


def windows(text: str) -> list[tuple[int, int]]:
    """The stretches that are judged, each by itself: sentences, a short one with the next, a long one cut; and the whole of a short
    text. Together they cover all of the text that is not white space."""
    found: list[tuple[int, int]] = []
    for match in _SENTENCE.finditer(text):
        start, end = match.span()
        if found and found[-1][1] - found[-1][0] < _LEAST:
            start = found.pop()[0]
        found += [(at, min(at + _MOST, end)) for at in range(start, end, _MOST)]
    if len(found) != 1 and 0 < len(text) <= LONGEST_WHOLE:
        found.append((0, len(text)))
    return [(start, end) for start, end in found if text[start:end].strip()]


def grams(text: str) -> tuple[list[Gram], list[Gram]]:
    """Of characters, of words; a word may be a Han character."""
    characters = [
        Gram(_bucket("c", text[start : start + size]), start, start + size)
        for size in range(1, CHARACTERS + 1)
        for start in range(len(text) - size + 1)
    ]
    units = [("^", 0, 0), *((match[0], *match.span()) for match in _WORD.finditer(text)), ("$", len(text), len(text))]
    words = [
        Gram(_bucket("w", " ".join(unit[0] for unit in run)), run[0][1], run[-1][2])
        for size in range(1, WORDS + 1)
        for start in range(len(units) - size + 1)
        if (run := units[start : start + size])
    ]
    return characters, words


def features(text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The buckets of a text's n-grams and their values: each counts once; those of characters have length 1 together, and so have those
    of words."""
    found: dict[int, float] = {}
    for its in grams(text):
        buckets = {gram.bucket for gram in its}
        for bucket in buckets:
            found[bucket] = found.get(bucket, 0.0) + 1.0 / float(np.sqrt(len(buckets)))
    return np.fromiter(found, np.int64, len(found)), np.fromiter(found.values(), np.float32, len(found))


def _bucket(sort: str, gram: str) -> int:
    return zlib.crc32(f"{sort}{gram}".encode("utf-8", "replace")) % BUCKETS
