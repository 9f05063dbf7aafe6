"""Claims that a learned model sees where no rule does: which rule's, how surely, and in which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from assistant.moderation.advertising.rulebook import load_rules
from assistant.moderation.floods import MAX_FINDINGS
from assistant.text import Normalised
from assistant.types import Finding, Label
from assistant.types.advertising import Advertising

MODEL: Final = "model:ads."
SECOND: Final = 0.3
"""The share from which on a second kind of claim is told of a stretch."""

DOUBT: Final = 0.4
"""A text in which no stretch reaches this makes no claim, whatever word a rule found in it. Of 8,360 texts whose families neither the rules
nor the model had seen, that took away 135 of 158 findings in innocent ones, and 28 of 813 in texts that made a claim."""

LEAST: Final = 4
"""Letters and digits of the shortest stretch that the model is asked about: less is a word, which is the rules' part."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Of the folded text from ``start`` to ``end``: the ``probability`` in [0, 1] that it makes a claim, and the ``shares`` of the rules
    in that, which sum to 1."""

    start: int
    end: int
    probability: float
    shares: Mapping[str, float]


class ClaimReader(Protocol):
    """The model. Thread-safe."""

    @property
    def threshold(self) -> float:
        """The probability from which on a claim is found."""
        ...

    def read(self, text: str) -> list[Reading]: ...

    def weightiest(self, stretch: str, kind: str) -> tuple[int, int]:
        """Where in ``stretch`` the words are that weigh most for the rule ``kind``; never empty."""
        ...


def learned_claims(
    text: Normalised, where: Advertising, reader: ClaimReader, found: Sequence[Finding]
) -> list[Finding]:
    """Those of ``found``, the rules' own, that the model does not doubt, and its own findings, ``source`` being ``model:ads.<rule>`` and
    ``score`` its probability. Only rules whose law holds for ``where`` share in that, and none where the rules found the same in the
    same stretch."""
    view, holding = text.folded, _holding(where)
    readings = [one for one in reader.read(view.text) if _enough(view.text[one.start : one.end])]
    if readings and max(reading.probability for reading in readings) < DOUBT:
        return []
    claims: dict[tuple[str, int, int], Finding] = {}
    for reading in readings:
        shares = {rule: share for rule, share in reading.shares.items() if rule in holding}
        score = reading.probability * sum(shares.values())
        if score < reader.threshold or len(claims) >= MAX_FINDINGS:
            continue
        first, last = view.span(reading.start, reading.end)
        told = {one.source.rsplit(".", 1)[-1] for one in found if one.start < last and first < one.end}
        for rule in _chosen(shares):
            if rule not in told:
                start, end = reader.weightiest(view.text[reading.start : reading.end], rule)
                span = view.span(reading.start + start, reading.start + end)
                claims[rule, *span] = Finding(Label.MISLEADING, score, *span, f"{MODEL}{rule}")
    return [*found, *_apart(list(claims.values()))]


def _enough(stretch: str) -> bool:
    return sum(map(str.isalnum, stretch)) >= LEAST


def _holding(where: Advertising) -> set[str]:
    return {rule.id for rule in load_rules() if rule.rests_on(where)}


def _chosen(shares: Mapping[str, float]) -> list[str]:
    """The rule with the largest share, and whichever has one nearly as large."""
    ranked = sorted(shares, key=lambda rule: -shares[rule])
    return ranked[:1] + [rule for rule in ranked[1:] if shares[rule] >= SECOND]


def _apart(claims: list[Finding]) -> list[Finding]:
    """Of a rule's findings that overlap, the surest."""
    kept: list[Finding] = []
    for one in sorted(claims, key=lambda one: (-one.score, one.start)):
        if not any(one.source == other.source and one.start < other.end and other.start < one.end for other in kept):
            kept.append(one)
    return kept
