"""Digests' hours on every clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from assistant.push.schedule import LATE, slot

ZONES = [
    "Asia/Taipei",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Asia/Kolkata",
]
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)).map(lambda one: one.replace(tzinfo=UTC))  # noqa: DTZ001


@given(MOMENTS, st.sampled_from(ZONES), st.sets(st.integers(1, 7), min_size=1), st.integers(0, 23))
def test_a_slot_is_on_its_day_at_its_hour_and_not_over(now, zone, weekdays, hour):
    found = slot(now, ZoneInfo(zone), weekdays, hour)
    if found is None:
        return
    local = found.begins_at.astimezone(ZoneInfo(zone))
    assert found.day.isoweekday() in weekdays
    assert found.begins_at <= now < found.begins_at + LATE
    assert local.date() == found.day
    assert local.hour in {hour, (hour + 1) % 24}


@given(st.dates(date(2024, 1, 1), date(2027, 12, 1)), st.sampled_from(ZONES), st.integers(0, 23), st.integers(0, 359))
def test_each_day_has_its_slot_and_no_other_time_is_in_it(day, zone, hour, late):
    begins = datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)
    within = slot(begins + timedelta(minutes=late), ZoneInfo(zone), {day.isoweekday()}, hour)
    assert within is not None
    assert (within.day, within.begins_at) == (day, begins)
    assert slot(begins - timedelta(seconds=1), ZoneInfo(zone), {day.isoweekday()}, hour) is None
    assert slot(begins + LATE, ZoneInfo(zone), {day.isoweekday()}, hour) is None
