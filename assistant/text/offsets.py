"""Offsets in UTF-16 code units, as JavaScript, Java and several platforms count."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate


def utf16_offsets(text: str) -> Sequence[int]:
    """``result[i]`` is the UTF-16 offset of code point ``i``; ``result[len(text)]`` is the length in UTF-16 code units.

    A lone surrogate counts as the one unit that it is.
    """
    if not text or max(text) <= "\uffff":
        return range(len(text) + 1)
    return list(accumulate((2 if char > "\uffff" else 1 for char in text), initial=0))
