"""Thresholds that a community's own reviews speak for.

People see what reaches a threshold, so their reviews say how often it was right there and above, and nothing of what lies below. A label
whose findings were wrong too often is proposed a higher first threshold, the lowest that would have been right often enough; one that was
surely right as often as asked is proposed a step downwards, to be reviewed again: not where reviews of an earlier, lower threshold speak
against it, nor further and further from the lowest score that was reviewed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import floor, sqrt

from assistant.types import Policy, Reviewed, Thresholds

FEWEST = 20
"""Reviews of a label under which nothing is proposed; a threshold must keep half as many."""

STEP = 0.05
LOWEST = 0.3
_ROUNDING = 1e-9
_ACTIONS = ("mask", "review", "hide", "block")
_NORMAL = 1.645
"""One-sided 95 %."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """``action`` is the label's mildest; ``right`` and ``right_then`` are the shares removed among the ``reviewed`` at the threshold in
    force and at the proposed one (``None`` where that lies lower), ``missed`` the removed that the proposed one would not have shown.
    """

    label: str
    action: str
    now: float
    proposed: float
    reviewed: int
    right: float
    right_then: float | None
    missed: int


def propose(policy: Policy, reviews: Sequence[Reviewed], precision: float) -> list[Proposal]:
    """One proposal per label whose reviews speak for another threshold; ``precision`` in (0, 1) is the share that ought to be right."""
    found = [
        _of_label(label, thresholds, reviews, precision) for label, thresholds in sorted(policy.thresholds.items())
    ]
    return [proposal for proposal in found if proposal is not None]


def applied(policy: Policy, proposals: Sequence[Proposal]) -> Policy:
    """``policy`` with the proposals; severer actions move up where they would come before the first."""
    thresholds = dict(policy.thresholds)
    for one in proposals:
        thresholds[one.label] = _moved(thresholds[one.label], one.action, one.proposed)
    return replace(policy, thresholds=thresholds)


def _moved(thresholds: Thresholds, action: str, value: float) -> Thresholds:
    severer = {name: getattr(thresholds, name) for name in _ACTIONS if name != action}
    raised = {name: None if other is None else max(other, value) for name, other in severer.items()}
    return Thresholds(**{**raised, action: value})


def _of_label(label: str, thresholds: Thresholds, reviews: Sequence[Reviewed], precision: float) -> Proposal | None:
    action = next((name for name in _ACTIONS if getattr(thresholds, name) is not None), None)
    if action is None:
        return None
    now = float(getattr(thresholds, action))
    seen = sorted(_shown(label, now, reviews))
    if len(seen) < FEWEST:
        return None
    right = _share(seen)
    if right >= precision:
        lower = max(round(now - STEP, 2), LOWEST)
        near = seen[0][0] <= now + 2 * STEP + _ROUNDING
        known_wrong = _share(list(_shown(label, lower, reviews))) < precision
        if lower >= now or not near or known_wrong or _surely(right, len(seen)) < precision:
            return None
        return Proposal(label, action, now, lower, len(seen), right, None, 0)
    for start, (score, _) in enumerate(seen[: len(seen) - FEWEST // 2 + 1]):
        if score > now and score > seen[start - 1][0] and _share(seen[start:]) >= precision:
            missed = sum(removed for _, removed in seen[:start])
            return Proposal(label, action, now, _digits(score), len(seen), right, _share(seen[start:]), missed)
    return None


def _shown(label: str, now: float, reviews: Sequence[Reviewed]) -> Iterator[tuple[float, bool]]:
    """What the threshold in force would show again, less what a lower one of then, or of a channel, has shown beside."""
    for one in reviews:
        score = one.scores.get(label, 0.0)
        if label in one.labels and score >= now:
            yield score, one.removed


def _digits(score: float) -> float:
    """``score`` to four digits, never above it: ``floor`` alone makes 0.0002 of 0.0003."""
    rounded = round(score, 4)
    return rounded if rounded <= score else floor(score * 1e4) / 1e4


def _share(seen: Sequence[tuple[float, bool]]) -> float:
    return sum(removed for _, removed in seen) / len(seen)


def _surely(share: float, count: int) -> float:
    """The lower bound of a share (Wilson, 1927)."""
    square = _NORMAL * _NORMAL / count
    middle, spread = share + square / 2, _NORMAL * sqrt(share * (1 - share) / count + square / (4 * count))
    return (middle - spread) / (1 + square)
