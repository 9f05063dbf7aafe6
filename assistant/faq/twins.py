"""Entries that say the same in Traditional and in Simplified, or twice over: one of them is shown, with the probability of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.faq.lexical import Floats
from assistant.faq.texts import passage_text
from assistant.faq.tokens import lexical_tokens
from assistant.types.faq import Entry

LOOKED_AT = 10
ALIKE = 0.999
"""Inner product of passages from which their tokens are compared."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """``told`` is the passage's vector."""

    entry: Entry
    probability: float
    features: Floats
    told: Floats


def without_twins(ranked: Sequence[Ranked]) -> list[Ranked]:
    """``ranked`` best first; so is what is given back."""
    kept: list[Ranked] = []
    for one in ranked[:LOOKED_AT]:
        for place, other in enumerate(kept):
            if _twins(one, other):
                kept[place] = replace(other, probability=min(1.0, other.probability + one.probability))
                break
        else:
            kept.append(one)
    return sorted((*kept, *ranked[LOOKED_AT:]), key=lambda one: -one.probability)


def _twins(one: Ranked, other: Ranked) -> bool:
    if one.told @ other.told < ALIKE:
        return False
    return lexical_tokens(passage_text(one.entry)) == lexical_tokens(passage_text(other.entry))
