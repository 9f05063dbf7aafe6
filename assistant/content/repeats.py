"""Sameness (內容同質化): how much a text repeats what was posted lately, or will be, in meaning and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.content.terms import terms_of
from assistant.ports import Embedder
from assistant.types.content import Post

_HALF_LIFE_DAYS: Final = 14.0
TOO_MUCH: Final = 0.75
SAME: Final = 0.6
"""The share of a subject's terms in a text from which on the text is about it."""

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was posted, or is to be, with its terms; ``vectors`` has a row of length 1 per post."""

    posts: Sequence[Post]
    terms: Sequence[frozenset[str]]
    vectors: Vector


@dataclass(frozen=True, slots=True)
class Candidate:
    """What members said (``terms``, ``vector``), what it is about (``subject``), and the draft that would be posted (``draft``)."""

    terms: frozenset[str]
    vector: Vector
    subject: frozenset[str]
    draft: Vector


def earlier(posts: Sequence[Post], embedder: Embedder) -> Earlier:
    vectors = (
        embedder.encode([post.text for post in posts]) if posts else np.zeros((0, embedder.dimensions), np.float32)
    )
    return Earlier(posts, [words(post.text) for post in posts], vectors)


def repetition(one: Candidate, before: Earlier, now: datetime) -> tuple[float, str | None]:
    """From 0 to 1, and the post that is repeated most. Of members' messages the likeness in meaning and the shared words count half each;
    of the draft, how much of its subject the post is about, seven tenths of it by the likeness of the two texts. The
    greater of both counts, a post of two weeks ago half as much as one of today."""
    best, which = 0.0, None
    for post, terms, row in zip(before.posts, before.terms, before.vectors, strict=True):
        shared = len(one.terms & terms) / max(1, min(len(one.terms), len(terms)))
        spoken = 0.5 * max(0.0, float(row @ one.vector)) + 0.5 * shared
        written = about(one.subject, terms) * (0.3 + 0.7 * max(0.0, float(row @ one.draft)))
        age = max(0.0, (now - post.at).total_seconds() / 86_400)
        value = max(spoken, written) * 0.5 ** (age / _HALF_LIFE_DAYS)
        if value > best:
            best, which = value, post.id
    return round(min(1.0, best), 4), which


def words(text: str) -> frozenset[str]:
    """The terms of a text, folded."""
    return frozenset(terms_of(text))


def about(subject: frozenset[str], terms: frozenset[str]) -> float:
    """The share of the subject's terms among ``terms``, from 0 to 1."""
    return len(subject & terms) / len(subject) if subject else 0.0
