"""What posts of a kind brought: their mean, drawn towards that of all posts where there are few (Efron and Morris 1975)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from assistant.types.content import Expected, Kind, Post

_PRIOR_POSTS: Final = 4.0
_WEIGHTS: Final = {"reactions": 1.0, "replies": 2.0, "shares": 3.0, "clicks": 1.0, "orders": 5.0}
NUMBERS: Final = ("views", *_WEIGHTS)


def response(numbers: Mapping[str, float]) -> float:
    """One figure for what members did: replies count twice, shares three times, orders five times a reaction or a click."""
    return sum(weight * numbers.get(name, 0.0) for name, weight in _WEIGHTS.items())


def expected(posts: Sequence[Post], kind: Kind) -> Expected | None:
    """None before anything was measured."""
    measured = [post for post in posts if post.numbers]
    if not measured:
        return None
    everything = np.array([response(post.numbers) for post in measured])
    own = np.array([response(post.numbers) for post in measured if post.kind is kind])
    mean = (own.sum() + _PRIOR_POSTS * everything.mean()) / (len(own) + _PRIOR_POSTS)
    spread = own if len(own) >= _PRIOR_POSTS else everything
    low, high = np.quantile(spread, [0.1, 0.9])
    return Expected(round(float(mean), 2), round(float(low), 2), round(float(high), 2), len(own))


def lift(posts: Sequence[Post], kind: Kind) -> float:
    """How much better posts of the kind do than posts at all: 1 is as well, at least 0.5 and at most 2."""
    own = expected(posts, kind)
    if own is None:
        return 1.0
    overall = float(np.mean([response(post.numbers) for post in posts if post.numbers]))
    return float(np.clip((own.mean + 1.0) / (overall + 1.0), 0.5, 2.0))
