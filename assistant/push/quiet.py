"""Quiet hours on the member's own clock, whatever the clocks do that night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``start`` until before ``end``, past midnight where ``start`` is the later; equal times mean no quiet hours."""

    start: time
    end: time

    def hold(self, moment: datetime, zone: ZoneInfo) -> bool:
        """Whether it is quiet at ``moment`` on that zone's clock."""
        clock = moment.astimezone(zone).time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


def next_allowed(moment: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime:
    """``moment`` itself or the end of the quiet hours that it falls into, in UTC.

    An end that the clock skips that night is the first time after; one that it passes twice is the first of the two that is not over.
    """
    moment = moment.astimezone(UTC)
    if not quiet.hold(moment, zone):
        return moment
    local = moment.astimezone(zone)
    for days in (0, 1):
        for fold in (0, 1):
            wall = datetime.combine(local.date() + timedelta(days=days), quiet.end, zone).replace(fold=fold)
            ended = wall.astimezone(UTC)
            if ended > moment and not quiet.hold(ended, zone):
                return ended
    return moment + timedelta(days=1)


def at_hour(moment: datetime, zone: ZoneInfo, hour: int) -> datetime:
    """The first time from ``moment`` on, in UTC, at which the zone's clock is in that ``hour`` (0 to 23)."""
    moment = moment.astimezone(UTC)
    local = moment.astimezone(zone)
    if local.hour == hour:
        return moment
    for days in (0, 1, 2):
        begun = datetime.combine(local.date() + timedelta(days=days), time(hour), zone).astimezone(UTC)
        if begun >= moment:
            return begun
    return moment


def local_day(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the calendar day of ``moment`` begins and ends there, in UTC: 23 to 25 hours apart."""
    today = moment.astimezone(zone).date()
    begin, end = (datetime.combine(today + timedelta(days=days), time(), zone) for days in (0, 1))
    return begin.astimezone(UTC), end.astimezone(UTC)
