"""When to speak: the hours in which a community is awake, less quiet hours, gaps and days that are full."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from assistant.types.content import Slot
from assistant.types.content_settings import ContentSettings

_HOURS: Final = 24 * 7
_PRIOR: Final = 30.0
"""Messages' worth of the daily rhythm that each weekday begins with."""
_KERNEL: Final = np.array([0.25, 0.5, 0.25])
_AWAKE: Final = 0.5
_UNKNOWN: Final = {8: 2.0, 12: 3.0, 13: 2.0, 18: 2.0, 19: 3.0, 20: 5.0, 21: 4.0}
"""Before anything is known: noon and the evening."""


def activity(moments: Sequence[datetime], zone: ZoneInfo) -> NDArray[np.float64]:
    """The share of messages in each hour of the week, Monday 0:00 first; shape (168,), sums to 1."""
    prior = np.ones(24)
    for hour, weight in _UNKNOWN.items():
        prior[hour] += weight
    counts = np.zeros((7, 24))
    for moment in moments:
        local = moment.astimezone(zone)
        counts[local.weekday(), local.hour] += 1
    daily = counts.sum(axis=0) + prior
    smoothed = counts + _PRIOR * daily / daily.sum()
    week = smoothed.reshape(_HOURS)
    week = np.convolve(np.concatenate((week[-1:], week, week[:1])), _KERNEL, "valid")
    found: NDArray[np.float64] = week / week.sum()
    return found


def quiet(moment: datetime, settings: ContentSettings) -> bool:
    """Whether nothing is published then."""
    begins, ends = (time.fromisoformat(clock) for clock in settings.quiet)
    clock = moment.astimezone(settings.zone).time()
    if begins <= ends:
        return begins <= clock < ends
    return clock >= begins or clock < ends


def conflict(moment: datetime, taken: Sequence[datetime], settings: ContentSettings) -> str | None:
    """Why a post cannot stand there (``quiet``, ``gap`` or ``full``), or None."""
    if quiet(moment, settings):
        return "quiet"
    gap = timedelta(hours=settings.gap_hours)
    if any(abs(moment - other) < gap for other in taken):
        return "gap"
    day = moment.astimezone(settings.zone).date()
    same = sum(other.astimezone(settings.zone).date() == day for other in taken)
    return "full" if same >= settings.per_day else None


def best_slots(
    shares: NDArray[np.float64],
    since: datetime,
    until: datetime,
    taken: Sequence[datetime],
    settings: ContentSettings,
    count: int,
) -> list[Slot]:
    """The ``count`` busiest hours between ``since`` and ``until`` (at most 28 days) that nothing speaks against, each keeping the gap to
    those before it; by time."""
    hours = _hours(shares, since, until, settings)
    chosen: list[Slot] = []
    for share, at in sorted(hours, key=lambda hour: (-round(hour[0], 9), hour[1])):
        if len(chosen) == count:
            break
        if conflict(at, [*taken, *(slot.at for slot in chosen)], settings) is None:
            chosen.append(Slot(at, round(share, 5)))
    return sorted(chosen, key=lambda slot: slot.at)


def soonest_slot(
    shares: NDArray[np.float64], since: datetime, until: datetime, taken: Sequence[datetime], settings: ContentSettings
) -> Slot | None:
    """The first hour that nothing speaks against and in which members are awake: with at least half of an even share of the messages."""
    for share, at in _hours(shares, since, until, settings):
        if share >= _AWAKE / _HOURS and conflict(at, taken, settings) is None:
            return Slot(at, round(share, 5))
    return None


def _hours(
    shares: NDArray[np.float64], since: datetime, until: datetime, settings: ContentSettings
) -> list[tuple[float, datetime]]:
    """The full hours between them, in the community's time, each with its share; at most 28 days of them."""
    until = min(until, since + timedelta(days=28))
    local = since.astimezone(settings.zone).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    hours: list[tuple[float, datetime]] = []
    while local < until:
        hours.append((float(shares[local.weekday() * 24 + local.hour]), local))
        local = (local.astimezone(ZoneInfo("UTC")) + timedelta(hours=1)).astimezone(settings.zone)
    return hours
