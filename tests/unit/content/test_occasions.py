from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import holidays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from assistant.content.ideas import ideas_of
from assistant.content.occasions import occasions
from assistant.content.rhythm import activity, best_slots, conflict, quiet
from assistant.types.content_settings import ContentSettings, OwnDate
from assistant.words import LANGUAGES
from tests.unit.content.making import NOW

SETTINGS = ContentSettings()
ENGLISH = {"cn": "en_US", "tw": "en_US", "hk": "en_HK", "us": "en_US"}


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


def year_of(region: str, year: int = 2026) -> dict[str, date]:
    """When each day falls in the region, by its id."""
    found = occasions([region], [], date(year, 1, 1), date(year, 12, 31))
    return {one.id.rsplit("_", 1)[0]: one.on for one in found}


@pytest.mark.parametrize("region", ["cn", "tw", "hk", "us"])
def test_every_day_has_a_name_in_every_language_and_its_script(region):
    hans, hant = OpenCC("t2s"), OpenCC("s2t")
    for one in occasions([region], [], date(2026, 1, 1), date(2026, 12, 31)):
        assert set(one.name) == set(LANGUAGES)
        assert one.name["en"].isascii()
        assert hans.convert(one.name["zh-Hans"]) == one.name["zh-Hans"]
        for language in ("zh-Hant", "zh-Hant-HK"):
            # written in variants of Traditional Chinese the converter would choose otherwise, but never in Simplified
            assert set(one.name[language]) <= set(hant.convert(one.name[language])) | set("台後里")


@pytest.mark.parametrize("regions", [["cn"], ["tw"], ["hk"], ["us"], ["tw", "hk", "cn"]])
def test_no_day_is_told_twice(regions):
    for year in range(2024, 2031):
        found = occasions(regions, [], date(year, 1, 1), date(year, 12, 31))
        for language in LANGUAGES:
            told = [(one.on, one.name[language]) for one in found]
            assert len(told) == len(set(told))
        assert sum(one.id.startswith("lunar_new_year_2") for one in found) == (regions != ["us"])


def test_a_region_has_the_days_its_shops_know():
    everywhere = {"new_year", "valentine", "mother", "christmas"}
    assert all(everywhere <= set(year_of(region)) for region in ("cn", "tw", "hk", "us"))
    assert {"six_eighteen", "double_eleven", "double_twelve"} <= set(year_of("cn")) & set(year_of("tw"))
    assert {"black_friday", "thanksgiving"} <= set(year_of("us")) - set(year_of("cn"))
    assert year_of("tw")["father_tw"] == date(2026, 8, 8)
    assert year_of("hk")["father"] == date(2026, 6, 21)
    assert year_of("hk")["easter"] == date(2026, 4, 5)
    assert year_of("us", 2024)["black_friday"] == date(2024, 11, 29)
    assert year_of("us", 2027)["memorial"] == date(2027, 5, 31)


@pytest.mark.parametrize(
    ("region", "on"),
    [
        ("us", date(2026, 11, 11)),
        ("us", date(2026, 5, 25)),
        ("tw", date(2026, 2, 28)),
        ("cn", date(2026, 12, 13)),
        ("hk", date(2026, 4, 3)),
        ("hk", date(2026, 4, 5)),
    ],
)
def test_days_of_mourning_sell_nothing(region, on):
    found = occasions([region], [], on, on)
    assert any(one.solemn for one in found)
    solemn = {one.id for one in found if one.solemn}
    assert solemn.isdisjoint(idea.source for idea in ideas_of([], [], found))


def test_taiwans_new_year_and_christmas_are_no_memorials():
    for on, name in ((date(2026, 1, 1), "元旦"), (date(2026, 12, 25), "聖誕節")):
        assert [(one.name["zh-Hant"], one.solemn) for one in occasions(["tw"], [], on, on)] == [(name, False)]


@pytest.mark.parametrize("region", ["cn", "tw", "hk", "us"])
def test_every_public_holiday_is_a_day_here(region):
    """A holiday that the library comes to know has to be named in every language: it is not shown before."""
    instead = re.compile(
        r"observed|substituted|Extended|following|second day|third day|fourth day|weekday after|70th|Eve$"
    )
    for year in range(2024, 2031):
        first, last = date(year, 1, 1), date(year, 12, 31)
        days = [one.on for one in occasions([region], [], first, last)]
        for on, names in holidays.country_holidays(region.upper(), years=year, language=ENGLISH[region]).items():
            assert instead.search(names) or any(0 <= (on - day).days < 4 for day in days), (on, names)


def test_an_own_day_takes_the_place_of_the_festival_of_its_name():
    own = [OwnDate(date(2026, 5, 10), "母親節")]
    assert [one.own for one in occasions(["tw"], own, date(2026, 5, 10), date(2026, 5, 10))] == [True]
