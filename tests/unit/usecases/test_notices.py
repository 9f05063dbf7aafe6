"""How a notice names the clock that it tells the time by."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from assistant.usecases.notices import offset_name


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        *(("Asia/Taipei", "UTC+8"), ("America/St_Johns", "UTC-3:30"), ("Asia/Kathmandu", "UTC+5:45")),
        *(("America/New_York", "UTC-5"), ("Europe/London", "UTC"), ("UTC", "UTC")),
    ],
)
def test_a_clock_is_named_by_its_offset_on_that_day(zone: str, name: str) -> None:
    winter = datetime(2026, 11, 30, 3, 56, tzinfo=UTC)
    assert offset_name(winter.astimezone(ZoneInfo(zone))) == name
