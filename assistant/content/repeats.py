"""Sameness (內容同質化): how much a text repeats what was posted lately, in meaning and in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.content.terms import terms_of
from assistant.types.content import Post

_HALF_LIFE_DAYS: Final = 14.0
TOO_MUCH: Final = 0.75


def repetition(
    vector: NDArray[np.float32], text: str, posts: Sequence[Post], vectors: NDArray[np.float32], now: datetime
) -> tuple[float, str | None]:
    """From 0 to 1, and the post that it repeats most. The likeness in meaning and the shared words count half each, a post of two weeks
    ago half as much as one of today. ``vectors`` has a row of length 1 per post."""
    terms = set(terms_of(text))
    best, which = 0.0, None
    for post, row in zip(posts, vectors, strict=True):
        theirs = set(terms_of(post.text))
        shared = len(terms & theirs) / max(1, min(len(terms), len(theirs)))
        age = max(0.0, (now - post.at).total_seconds() / 86_400)
        value = (0.5 * max(0.0, float(row @ vector)) + 0.5 * shared) * 0.5 ** (age / _HALF_LIFE_DAYS)
        if value > best:
            best, which = value, post.id
    return round(min(1.0, best), 4), which
