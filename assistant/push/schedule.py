"""When a digest is due on the member's own clock, whatever the clocks do that night."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LATE = timedelta(hours=6)
"""A digest that could not be planned in time is still sent so long after its hour, and then left out."""
WINDOW = timedelta(hours=12)
"""From its hour on it waits so long at most, for the end of the quiet hours."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The ``day`` on that clock, and when its hour begins, in UTC."""

    day: date
    begins_at: datetime


def slot(now: datetime, zone: ZoneInfo, weekdays: Collection[int], hour: int) -> Slot | None:
    """The slot that ``now`` falls into, at most ``LATE`` after its beginning. ``weekdays`` are 1 (Monday) to 7, ``hour`` 0 to 23.

    An hour that the clock skips that night begins where the clock goes on; one that it passes twice, the first time.
    """
    today = now.astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        begins_at = datetime.combine(day, time(hour), zone).astimezone(UTC)
        if day.isoweekday() in weekdays and begins_at <= now < begins_at + LATE:
            return Slot(day, begins_at)
    return None
