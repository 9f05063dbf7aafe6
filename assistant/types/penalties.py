"""What a policy says about penalties: how much each violation weighs, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from assistant.types.case import Step
from assistant.types.decision import Action
from assistant.types.label import NoLabel, is_label

MAX_STEPS = 20
MAX_WEIGHT = 100
MAX_MINUTES = 60 * 24 * 366
ANY = "*"

_FORBID_EXTRA = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Weights:
    """Strike points of one violation by the action that the policy took; 0 is none."""

    mask: int = 0
    review: int = 0
    hide: int = 0
    block: int = 0

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID_EXTRA

    def __post_init__(self) -> None:
        for action in ("mask", "review", "hide", "block"):
            if not 0 <= getattr(self, action) <= MAX_WEIGHT:
                raise ValueError(f"{action} must be 0 to {MAX_WEIGHT}")

    def of(self, action: Action) -> int:
        return int(getattr(self, action.value, 0))


@dataclass(frozen=True, slots=True)
class LadderStep:
    """``at`` that many points that have not expired, this follows: once, when the sum reaches it. ``minutes`` is how long a mute or a ban
    lasts, ``None`` without end. What is not ``automatic`` waits for a person."""

    at: int
    step: Step
    minutes: int | None = None
    automatic: bool = True

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID_EXTRA

    def __post_init__(self) -> None:
        if not 1 <= self.at <= 10_000:
            raise ValueError("at must be 1 to 10000 points")
        if self.minutes is not None and not 1 <= self.minutes <= MAX_MINUTES:
            raise ValueError(f"minutes must be 1 to {MAX_MINUTES}")
        if self.minutes is not None and self.step not in {Step.MUTE, Step.BAN}:
            raise ValueError(f"minutes mean nothing for a {self.step.value}")


@dataclass(frozen=True, slots=True)
class Hourly:
    """At most so many of each step in the community in one hour; what is over waits for a person: no bad rule empties a community."""

    warning: int = 200
    mute: int = 30
    kick: int = 10
    ban: int = 5

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID_EXTRA

    def __post_init__(self) -> None:
        for step in Step:
            if not 0 <= getattr(self, step.value) <= 1_000_000:
                raise ValueError(f"{step.value} must be 0 to 1000000")

    def of(self, step: Step) -> int:
        return int(getattr(self, step.value))


def _weights() -> dict[str, Weights]:
    return {ANY: Weights(hide=1, block=1), "threat": Weights(hide=2, block=3), "fraud": Weights(hide=2, block=3)}


def _ladder() -> tuple[LadderStep, ...]:
    return (
        LadderStep(1, Step.WARNING),
        LadderStep(3, Step.MUTE, 60),
        LadderStep(5, Step.MUTE, 1_440),
        LadderStep(8, Step.MUTE, 10_080),
        LadderStep(12, Step.BAN, automatic=False),
    )


@dataclass(frozen=True, slots=True)
class Penalties:
    """``weights`` by label, ``*`` for the others; strikes count for ``expire_days``."""

    enabled: bool = True
    expire_days: int = 30
    weights: Mapping[str, Weights] = field(default_factory=_weights)
    ladder: tuple[LadderStep, ...] = field(default_factory=_ladder)
    hourly: Hourly = Hourly()

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID_EXTRA

    def __post_init__(self) -> None:
        if not 1 <= self.expire_days <= 3_650:
            raise ValueError("expire_days must be 1 to 3650")
        for name in self.weights:
            if name != ANY and not is_label(name):
                raise NoLabel(name, "weights")
        if len(self.ladder) > MAX_STEPS:
            raise ValueError(f"{len(self.ladder)} steps, at most {MAX_STEPS} are allowed")
        points = [step.at for step in self.ladder]
        if points != sorted(set(points)):
            raise ValueError("the ladder's steps must ask for more points each than the one before")
