"""Ranking: worth, fit for the goal, results of the kind, operators' taste; less sameness, and varied (MMR, Carbonell 1998)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.content.repeats import TOO_MUCH, repetition
from assistant.content.results import lift
from assistant.ports import Embedder
from assistant.types.content import Goal, Idea, Kind, Post

_FIT: Final[Mapping[Goal, Mapping[Kind, float]]] = {
    Goal.ENGAGE: {Kind.POLL: 1.3, Kind.QUIZ: 1.3, Kind.USER_CONTENT: 1.3, Kind.LIVE: 1.1, Kind.OFFER: 0.6},
    Goal.HELP: {Kind.HOW_TO: 1.5, Kind.ANSWERS: 1.5, Kind.LIVE: 1.1, Kind.SURVEY: 1.1, Kind.OFFER: 0.4, Kind.QUIZ: 0.7},
    Goal.SELL: {
        Kind.OFFER: 1.5,
        Kind.REVIEW: 1.3,
        Kind.LIVE: 1.2,
        Kind.ACTIVITY: 1.1,
        Kind.QUIZ: 0.7,
        Kind.SURVEY: 0.7,
    },
    Goal.RETAIN: {
        Kind.ACTIVITY: 1.3,
        Kind.STORY: 1.3,
        Kind.USER_CONTENT: 1.2,
        Kind.ANSWERS: 1.1,
        Kind.SURVEY: 1.2,
        Kind.OFFER: 0.8,
    },
    Goal.WELCOME: {Kind.STORY: 1.4, Kind.HOW_TO: 1.2, Kind.POLL: 1.2, Kind.OFFER: 0.7},
}
_KIND_AGAIN: Final = 0.55
_SOURCE_AGAIN: Final = 0.15
_LIKE: Final = 0.6
_CONSIDERED: Final = 120


@dataclass(frozen=True, slots=True)
class Taste:
    """``kinds`` are those asked for, all where empty; ``used`` are ideas that were taken up or rejected lately; ``liked`` is, by kind, how
    readily operators took it (1: as others)."""

    goal: Goal = Goal.ENGAGE
    kinds: frozenset[Kind] = frozenset()
    used: frozenset[str] = frozenset()
    liked: Mapping[Kind, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranked:
    """``repeats`` is the post that it is most like, ``repetition`` how much, in [0, 1]."""

    idea: Idea
    score: float
    repetition: float
    repeats: str | None


def rank(
    ideas: Sequence[Idea], posts: Sequence[Post], embedder: Embedder, now: datetime, taste: Taste, count: int
) -> list[Ranked]:
    """At most ``count``, the best first; nothing that repeats a recent post too much, each source once before any twice."""
    wanted = [one for one in ideas if one.id not in taste.used and (not taste.kinds or one.kind in taste.kinds)]
    valued = sorted(wanted, key=lambda idea: (-_worth(idea, posts, taste), idea.id))[:_CONSIDERED]
    if not valued:
        return []
    vectors = embedder.encode([_text(idea) for idea in valued])
    old = embedder.encode([post.text for post in posts]) if posts else np.zeros((0, embedder.dimensions), np.float32)
    repeats = [repetition(row, _text(idea), posts, old, now) for idea, row in zip(valued, vectors, strict=True)]
    scored = [
        Ranked(idea, round(_worth(idea, posts, taste) * (1 - share), 5), share, which)
        for idea, (share, which) in zip(valued, repeats, strict=True)
    ]
    return _varied(scored, vectors, count)


def _worth(idea: Idea, posts: Sequence[Post], taste: Taste) -> float:
    fit = _FIT[taste.goal].get(idea.kind, 1.0)
    return idea.weight * fit * lift(posts, idea.kind) * taste.liked.get(idea.kind, 1.0)


def _varied(scored: Sequence[Ranked], vectors: NDArray[np.float32], count: int) -> list[Ranked]:
    left = [at for at, one in enumerate(scored) if one.repetition < TOO_MUCH]
    chosen: list[int] = []
    while left and len(chosen) < count:
        best = max(left, key=lambda at: (_marginal(at, chosen, scored, vectors), -at))
        left.remove(best)
        chosen.append(best)
    return [scored[at] for at in chosen]


def _marginal(at: int, chosen: Sequence[int], scored: Sequence[Ranked], vectors: NDArray[np.float32]) -> float:
    value = scored[at].score
    like = 0.0
    for other in chosen:
        value *= _KIND_AGAIN if scored[other].idea.kind is scored[at].idea.kind else 1.0
        value *= _SOURCE_AGAIN if scored[other].idea.source == scored[at].idea.source else 1.0
        like = max(like, float(vectors[at] @ vectors[other]))
    return value * (1 - _LIKE * max(0.0, like))


def _text(idea: Idea) -> str:
    spoken = " ".join([*idea.terms, *(one.text[:200] for one in idea.evidence)])
    names = idea.values.get("occasion")
    return spoken or (" ".join(names.values()) if isinstance(names, Mapping) else idea.subject)
