"""Weights that fade with time, kept so that they need no touching while they fade.

Forward decay (Cormode, Shkapenyuk, Srivastava, Xu 2009): what happened at t counts 2 ** ((t - EPOCH) / half-life), and every weight is read
at a moment by one division. Doubles hold this until the year 2090 at the shortest half-life used here.
"""

from __future__ import annotations

from datetime import UTC, datetime

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
INTEREST_DAYS = 30.0
"""Half-life of interests and tags."""
HABIT_DAYS = 60.0
"""Half-life of active hours and languages."""
_DAY_S = 86_400.0


def days(moment: datetime) -> float:
    """Since ``EPOCH``; negative before."""
    return (moment - EPOCH).total_seconds() / _DAY_S


def forward(moment: datetime, half_life: float) -> float:
    """What one thing at this moment counts, in forward-decayed weight."""
    return float(2.0 ** (days(moment) / half_life))


def now(weight: float, moment: datetime, half_life: float) -> float:
    """A forward-decayed weight as it counts at a moment: 1.0 for one thing that happens then."""
    return float(weight * 2.0 ** (-days(moment) / half_life))
