"""Whether a language model is asked about messages once they were answered: data, checked by itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from assistant.types.label import Label

_FORBID_EXTRA = {"extra": "forbid"}
_SHIPPED = frozenset(label.value for label in Label)


@dataclass(frozen=True, slots=True)
class Judge:
    """Off unless ``enabled``, and without a language model in the settings.

    ``zone``: a message is asked about that no threshold held up and of which a label's score is at least the first and below the second.
    ``labels`` may be raised; empty: every shipped label that a threshold holds up. ``context`` earlier messages are shown with it at most.
    ``per_minute`` and ``per_hour`` messages are asked about at most; over ``queue`` waiting ones, and ``within_minutes`` after they were
    written, they no longer are. ``tokens`` is the longest answer; ``cost_per_million`` what the model's server charges for a million tokens
    (in, out), in ``currency``; ``budget_per_day`` the most that may be spent on a day of UTC.
    """

    enabled: bool = False
    zone: tuple[float, float] = (0.2, 1.0)
    labels: tuple[str, ...] = ()
    context: int = 6
    per_minute: int = 30
    per_hour: int = 600
    queue: int = 500
    within_minutes: int = 60
    timeout_s: float = 20.0
    tokens: int = 300
    currency: str = "TWD"
    cost_per_million: tuple[float, float] = (0.0, 0.0)
    budget_per_day: float = 10.0

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID_EXTRA

    def __post_init__(self) -> None:
        least, below = self.zone
        if not 0 < least < below <= 1:
            raise ValueError("zone must be two scores, over 0 and at most 1, the lower first")
        for name in self.labels:
            if name not in _SHIPPED:
                raise ValueError(
                    f"{name!r} is not a shipped label: only those have a definition that a model can be told"
                )
        bounds = {
            "context": (self.context, 0, 50),
            "per_minute": (self.per_minute, 1, 6_000),
            "per_hour": (self.per_hour, 1, 100_000),
            "queue": (self.queue, 1, 10_000),
            "within_minutes": (self.within_minutes, 1, 1_440),
            "timeout_s": (self.timeout_s, 1, 120),
            "tokens": (self.tokens, 64, 4_000),
        }
        for name, (value, lowest, highest) in bounds.items():
            if not lowest <= value <= highest:
                raise ValueError(f"{name} must be {lowest} to {highest}, got {value}")
        if not all(0 <= one < math.inf for one in (*self.cost_per_million, self.budget_per_day)):
            raise ValueError("cost_per_million and budget_per_day must be finite and not negative")
        if not 1 <= len(self.currency) <= 10:
            raise ValueError("currency must have 1 to 10 characters")
