"""Strikes and the ladder: what a violation weighs, and which step it brings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assistant.types import CUSTOM_PREFIX, Action, Label
from assistant.types.penalties import ANY, LadderStep, Penalties, Weights

_NO_WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Strike:
    """``label`` is the violation that weighs most."""

    label: str
    weight: int


def strike_for(penalties: Penalties, over: Mapping[str, Action]) -> Strike | None:
    """The strike of a decision whose labels ``over`` a threshold brought these actions: one, of the label that weighs most.

    Someone who may hurt themselves is never punished: with ``self_harm`` among the labels there is no strike at all.
    """
    if not penalties.enabled or Label.SELF_HARM.value in over:
        return None
    strikes = [Strike(label, weights_of(penalties, label).of(action)) for label, action in over.items()]
    heaviest = max(strikes, key=lambda strike: strike.weight, default=None)
    return heaviest if heaviest is not None and heaviest.weight > 0 else None


def step_for(penalties: Penalties, before: int, after: int) -> LadderStep | None:
    """The severest step whose points the sum of strikes reached by going from ``before`` to ``after``."""
    reached = [step for step in penalties.ladder if before < step.at <= after]
    return reached[-1] if reached else _last(penalties.ladder, before, after)


def _last(ladder: Iterable[LadderStep], before: int, after: int) -> LadderStep | None:
    """Beyond the ladder's end every further strike brings its last step again."""
    last = max(ladder, key=lambda step: step.at, default=None)
    return last if last is not None and last.at <= before < after else None


def weights_of(penalties: Penalties, label: str) -> Weights:
    known = penalties.weights.get(label)
    if known is None and label.startswith(CUSTOM_PREFIX):
        known = penalties.weights.get(f"{CUSTOM_PREFIX}*")
    return known or penalties.weights.get(ANY, _NO_WEIGHTS)
