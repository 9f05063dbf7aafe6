"""N-gram keys of texts, all at once: the one place where training and serving meet, so that they cannot differ.

A text's features are the set of its character n-grams (lengths 1 to 3, and 4 to 5 where no Chinese character but a letter or digit
takes part) and of its
Latin words and word pairs. A key is 32 bits of a polynomial hash modulo 2**64; with prefix sums H and an odd base P, the hash of
``codes[i:j]`` is ``(H[j] - H[i]) * P**-i``, which costs a few array operations for all n-grams of a length together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MAX_CODES = 1 << 16
"""Code points that one call takes, separators included."""

SALT = np.uint32(0x0020_0000)
"""Added to the code points of a text whose features must not be confused with another view's."""

_BASE = 0x9E3779B97F4A7C15
_MIX = np.uint64(0xD6E8FEB86659FD93)
_WORD = np.uint64(0xA24BAED4963EE407)
_PAIR = np.uint64(0x9FB21C651E98DF25)
_SHIFT = np.uint64(32)
_CJK = 0x2E80
_PLAIN_LENGTHS = (1, 2, 3)
_NUMBER = re.compile(r"\d{3,}")


class Grams:
    """The keys of all n-grams of some code points; ``starts`` and ``lengths`` are parallel, worked out when asked for."""

    __slots__ = ("_lengths", "_starts", "keys")

    def __init__(self, keys: U32, starts: list[I64], lengths: list[int | I64]) -> None:
        self.keys = keys
        self._starts = starts
        self._lengths = lengths

    @property
    def starts(self) -> I64:
        """Where each n-gram begins among the code points."""
        return np.concatenate(self._starts)

    @property
    def lengths(self) -> I64:
        """How many code points it takes."""
        pairs = zip(self._lengths, self._starts, strict=True)
        return np.concatenate([np.broadcast_to(length, len(starts)) for length, starts in pairs])


@cache
def _powers() -> tuple[U64, U64]:
    inverse = pow(_BASE, -1, 1 << 64)
    ups, downs = [1], [1]
    for _ in range(MAX_CODES):
        ups.append(ups[-1] * _BASE % (1 << 64))
        downs.append(downs[-1] * inverse % (1 << 64))
    return np.array(ups, np.uint64), np.array(downs, np.uint64)


def prepared(text: str) -> str:
    """``text`` as it is cut into n-grams: one to one but for a space before and after; digits of long numbers all read 0."""
    if any("0" <= c <= "9" for c in text):
        text = _NUMBER.sub(lambda number: "0" * len(number[0]), text)
    return f" {text} "


def codes(text: str) -> U32:
    """The code points of ``text``."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def grams(points: U32) -> Grams:
    """Every n-gram of ``points`` (1 to ``MAX_CODES``); zeros part texts, and an n-gram across one matches nothing that was trained."""
    ups, downs = _powers()
    size = len(points)
    prefix = np.zeros(size + 1, np.uint64)
    np.cumsum(points * ups[:size], out=prefix[1:])
    places = np.arange(size)
    hashes: list[U64] = []
    starts: list[I64] = []
    lengths: list[int | I64] = []
    for length in _PLAIN_LENGTHS[:size]:
        hashes.append((prefix[length:] - prefix[:-length]) * downs[: size - length + 1])
        starts.append(places[: size - length + 1])
        lengths.append(length)
    letter = (points - 97 < 26) | (points - 48 < 10) | (points == 39)
    if letter.any():
        for more, where, long in _latin(points, letter, prefix):
            hashes.append(more)
            starts.append(where)
            lengths.append(long)
    mixed = np.concatenate(hashes)
    mixed *= _MIX
    mixed ^= mixed >> _SHIFT
    mixed *= _MIX
    mixed >>= _SHIFT
    return Grams(mixed.astype(np.uint32), starts, lengths)


def _latin(points: U32, letter: Mask, prefix: U64) -> Iterator[tuple[U64, I64, int | I64]]:
    """The longer n-grams without Chinese (but with a letter or digit), words and word pairs: hashes, starts, lengths."""
    _, downs = _powers()
    narrow = points < _CJK
    inside = narrow[:-3] & narrow[1:-2] & narrow[2:-1] & narrow[3:]
    some = letter[:-3] | letter[1:-2] | letter[2:-1] | letter[3:]
    for length in (4, 5):
        if length == 5:
            inside, some = inside[:-1] & narrow[4:], some[:-1] | letter[4:]
        at = np.flatnonzero(inside & some)
        yield (prefix[at + length] - prefix[at]) * downs[at], at, length
    edges = np.flatnonzero(letter[1:] != letter[:-1]) + 1
    begins, ends = edges[: len(edges) // 2 * 2 : 2], edges[1::2]
    words = ((prefix[ends] - prefix[begins]) * downs[begins]) ^ _WORD
    yield words, begins, ends - begins
    yield (words[:-1] * _PAIR) ^ words[1:], begins[:-1], ends[1:] - begins[:-1]


def joined(texts: Sequence[U32]) -> U32:
    """Texts in one array, a zero between them."""
    gap = np.zeros(1, np.uint32)
    return np.concatenate([part for text in texts for part in (text, gap)])


def distinct(values: I64) -> I64:
    """The sorted set of ``values``; ``numpy.unique`` without its overhead, which would be a fifth of a short text's time."""
    ordered = np.sort(values)
    if not len(ordered):
        return ordered
    first = np.empty(len(ordered), np.bool_)
    first[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]
