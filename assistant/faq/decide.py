"""From calibrated scores to what is done: answer, ask which was meant, or own up to not knowing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.types.faq import Hit


class Verdict(StrEnum):
    ANSWER = "answer"
    CLARIFY = "clarify"
    NOTHING = "nothing"


NEAR = 0.6
"""The share of the floor from which one entry alone is offered: a member sees at once whether it is meant."""


@dataclass(frozen=True, slots=True)
class Decided:
    """``hits`` are those to speak of: one to answer from, one or two to ask about, or none. ``because`` is ``clear``, ``gap``, ``near`` or
    ``floor``."""

    verdict: Verdict
    hits: tuple[Hit, ...]
    because: str


def decide(hits: Sequence[Hit], floor: float, gap: float) -> Decided:
    """``hits`` best first, with the probabilities that each is right.

    The first is answered when it reaches ``floor`` and leads the second by ``gap``. Where it does not, the first two are asked about if
    one of them is right as probably as ``floor`` says: only one entry is counted right, so the two probabilities add up. A first that
    is at least ``NEAR`` of the way there is offered by itself.
    """
    first, second = (hits[i] if len(hits) > i else None for i in (0, 1))
    if first is None:
        return Decided(Verdict.NOTHING, (), "floor")
    reaches = first.score >= floor
    if reaches and (second is None or first.score - second.score >= gap):
        return Decided(Verdict.ANSWER, (first,), "clear")
    if second is not None and first.score + second.score >= floor and _askable(first, second):
        return Decided(Verdict.CLARIFY, (first, second), "gap")
    if reaches:
        return Decided(Verdict.ANSWER, (first,), "clear")
    if first.score >= NEAR * floor and _name(first):
        return Decided(Verdict.CLARIFY, (first,), "near")
    return Decided(Verdict.NOTHING, (), "floor")


def _askable(first: Hit, second: Hit) -> bool:
    """Whether a member could choose between them: each has something to be called by."""
    names = [_name(hit) for hit in (first, second)]
    return all(names) and names[0] != names[1]


def _name(hit: Hit) -> str:
    return hit.entry.question or hit.entry.title
