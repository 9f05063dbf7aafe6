from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.content.ideas import ideas_of
from assistant.content.occasions import occasions
from assistant.content.rhythm import activity, best_slots, conflict, quiet
from assistant.types.content_settings import ContentSettings, OwnDate
from tests.unit.content.making import NOW

SETTINGS = ContentSettings()


@pytest.mark.parametrize(
    ("year", "name", "on"),
    [
        (2026, "中秋節", date(2026, 9, 25)),
        (2027, "中秋節", date(2027, 9, 15)),
        (2026, "端午節", date(2026, 6, 19)),
        (2026, "七夕", date(2026, 8, 19)),
        (2026, "元宵節", date(2026, 3, 3)),
        (2026, "母親節", date(2026, 5, 10)),
        (2026, "雙十一", date(2026, 11, 11)),
    ],
)
def test_festivals_fall_on_their_days(year, name, on):
    found = occasions(["tw"], [], date(year, 1, 1), date(year, 12, 31))
    assert on in {one.on for one in found if one.name.get("zh-Hant") == name}


def test_a_lunar_festival_may_come_twice_in_a_year():
    found = [one.on for one in occasions(["cn"], [], date(2022, 1, 1), date(2022, 12, 31)) if one.id.startswith("laba")]
    assert found == [date(2022, 1, 10), date(2022, 12, 30)]


def test_public_holidays_are_those_of_the_region():
    october = (date(2026, 10, 1), date(2026, 10, 10))
    tw = {one.on for one in occasions(["tw"], [], *october)}
    hk = {one.on for one in occasions(["hk"], [], *october)}
    assert date(2026, 10, 10) in tw
    assert date(2026, 10, 1) in hk - tw


def test_nothing_is_sold_by_a_solemn_day():
    found = occasions(["tw"], [], date(2027, 2, 20), date(2027, 3, 1))
    peace = next(one for one in found if one.on == date(2027, 2, 28))
    assert peace.solemn
    assert peace.id not in {idea.source for idea in ideas_of([], [], found)}


def test_own_days_come_back_every_year_or_once():
    own = [
        OwnDate(date(2019, 12, 1), "生日"),
        OwnDate(date(2019, 12, 2), "開幕", yearly=False),
        OwnDate(date(2020, 2, 29), "閏"),
    ]
    found = [one for one in occasions([], own, date(2026, 11, 1), date(2027, 10, 31)) if one.own]
    assert [(one.on, one.name["zh-Hant"]) for one in found] == [(date(2026, 12, 1), "生日"), (date(2027, 2, 28), "閏")]


def test_posts_are_planned_where_members_are_awake():
    mornings = [NOW.replace(hour=1) - timedelta(days=day) for day in range(40)] * 5  # 9 o'clock in Taipei
    shares = activity(mornings, SETTINGS.zone)
    assert shares.sum() == pytest.approx(1)
    slots = best_slots(shares, NOW, NOW + timedelta(days=3), [], SETTINGS, 2)
    assert {slot.at.hour for slot in slots} <= {8, 9, 10}


@given(st.lists(st.integers(0, 24 * 14), max_size=10), st.integers(1, 8))
def test_no_slot_breaks_a_rule(taken_hours, count):
    taken = [NOW + timedelta(hours=hour) for hour in taken_hours]
    slots = best_slots(np.full(168, 1 / 168), NOW, NOW + timedelta(days=14), taken, SETTINGS, count)
    chosen = [slot.at for slot in slots]
    for at in chosen:
        others = [*taken, *(other for other in chosen if other != at)]
        assert conflict(at, others, SETTINGS) is None
        assert NOW < at < NOW + timedelta(days=14)
        assert not quiet(at, SETTINGS)


@pytest.mark.parametrize(("hour", "is_quiet"), [(21, False), (22, True), (3, True), (7, True), (8, False)])
def test_quiet_hours_go_over_midnight(hour, is_quiet):
    assert quiet(datetime(2026, 11, 28, hour, 30, tzinfo=SETTINGS.zone), SETTINGS) is is_quiet


@pytest.mark.parametrize(
    "wrong",
    [
        {"timezone": "Mars"},
        {"language": "fr"},
        {"regions": ("mars",)},
        {"quiet": ("25:00", "08:00")},
        {"per_day": 0},
        {"cost_per_million": (-1.0, 0.0)},
    ],
)
def test_wrong_settings_are_refused(wrong):
    with pytest.raises(ValueError):  # noqa: PT011
        ContentSettings(**wrong)
