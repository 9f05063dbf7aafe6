"""Help lines: the right numbers for the right place, in the right script, and none that was not checked."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from importlib.resources import files

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.moderation.helplines import Helpline, help_text, helplines, region_of, region_of_zone
from assistant.words import LANGUAGES

REGIONS = ("TW", "HK", "MO", "CN", "SG", "US", "CA", "GB", "AU")
LINES = [line for region in REGIONS for line in helplines(region)]
CHINESE = ("zh-Hans", "zh-Hant", "zh-Hant-HK")


def test_every_region_of_the_file_is_known_here() -> None:
    raw = tomllib.loads((files("assistant.moderation") / "data" / "helplines.toml").read_text(encoding="utf-8"))
    assert set(raw) - {"checked", "elsewhere", "hours"} == set(REGIONS)


@pytest.mark.parametrize(
    ("region", "numbers"),
    [
        ("TW", ["1925", "1995", "1980", "119", "110"]),
        ("HK", ["18111", "2389 2222", "2896 0000", "999"]),
        ("MO", ["2852 5222", "999"]),
        ("CN", ["12356", "12355", "120", "110"]),
        ("SG", ["1767", "1771", "995", "999"]),
        ("US", ["988", "911"]),
        ("CA", ["988", "911"]),
        ("GB", ["116 123", "999"]),
        ("UK", ["116 123", "999"]),
        ("AU", ["13 11 14", "000"]),
        ("MY", []),
        ("JP", []),
        ("", []),
    ],
)
def test_the_numbers_of_a_region(region: str, numbers: list[str]) -> None:
    """A second copy, on purpose: a slip in the data file must not go unnoticed."""
    assert [line.number for line in helplines(region)] == numbers


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.region} {line.number}")
def test_a_line_is_complete_and_written_in_its_script(line: Helpline) -> None:
    assert {"en", "zh-Hans", "zh-Hant"} <= set(line.name) <= set(LANGUAGES)
    assert line.site.startswith("http")
    assert line.source.startswith("http")
    assert line.checked <= date(2026, 11, 28)
    assert line.kind in {"crisis", "support", "youth", "emergency"}
    simplify, traditional = opencc.OpenCC("t2s"), opencc.OpenCC("s2tw")
    for words in (line.name, line.hours):
        assert not words or simplify.convert(words["zh-Hans"]) == words["zh-Hans"]
        for language in ("zh-Hant", "zh-Hant-HK"):
            assert traditional.convert(words.get(language, "")) == words.get(language, "")
        assert not re.search(r"[\u4e00-\u9fff]", words.get("en", ""))


def test_emergency_numbers_come_last_and_a_crisis_or_support_line_first() -> None:
    for region in REGIONS:
        kinds = [line.kind for line in helplines(region)]
        assert kinds[0] in {"crisis", "support"}
        assert kinds == sorted(kinds, key=lambda kind: kind == "emergency")


@pytest.mark.parametrize(
    ("language", "region", "text"),
    [
        (
            "zh-Hant",
            "TW",
            "1925 安心專線（24 小時）\n1995 生命線（24 小時）\n1980 張老師輔導專線\n119 緊急：救護車、消防\n110 緊急：警察",
        ),
        (
            "zh-Hans",
            "CN",
            "12356 全国统一心理援助热线（每天至少 18 小时，各地时间不同）\n12355 青少年服务台\n120 紧急：救护车\n110 紧急：警察",
        ),
        (
            "zh-Hant-HK",
            "US",
            "988 自殺與危機求助熱線（24 小時，可通話或傳短訊）\n911 緊急：警察、救護車、消防",
        ),
        ("en", "GB", "116 123 Samaritans (24 hours)\n999 Emergency: police, ambulance, fire brigade"),
        ("fr", "GB", "116 123 Samaritans (24 hours)\n999 Emergency: police, ambulance, fire brigade"),
    ],
)
def test_the_list_that_a_member_reads(language: str, region: str, text: str) -> None:
    assert help_text(language, region) == text


@pytest.mark.parametrize("region", [None, "", "JP", "MY", "ZZ"])
def test_without_lines_for_a_region_none_of_another_is_named(region: str | None) -> None:
    for language in (*LANGUAGES, "zh", "fr", ""):
        text = help_text(language, region)
        assert "findahelpline.com" in text
        assert not re.search(r"\d", text)
    assert "緊急電話" in help_text("zh-Hant", region)
    assert "紧急电话" in help_text("zh-Hans", region)


@pytest.mark.parametrize(
    ("language", "locale", "default", "region"),
    [
        ("zh-Hant", None, None, "TW"),
        ("zh-Hant-HK", None, None, "HK"),
        ("zh-Hans", None, None, "CN"),
        ("zh-Hans", "", None, "CN"),
        ("en", None, None, None),
        ("und", None, None, None),
        ("", None, None, None),
        # the platform's word on the member wins
        ("zh-Hans", "zh-TW", None, "TW"),
        ("zh-Hant", "zh-Hant-HK", None, "HK"),
        ("zh-Hant", "zh_HK", "TW", "HK"),
        ("zh-Hant", "zh-MO", None, "MO"),
        ("zh-Hans", "zh-Hans-SG", None, "SG"),
        ("zh-Hans", "zh-cmn-Hans-CN", "TW", "CN"),
        ("en", "en-US", "TW", "US"),
        ("en", "en_GB.UTF-8", None, "GB"),
        ("en", "en-UK", None, "GB"),
        ("en", "en-au", None, "AU"),
        # a language alone is no region
        ("en", "en", None, None),
        ("en", "hk", None, None),
        ("en", "zh-Hant", None, "TW"),
        ("zh-Hans", "zh-hant", None, "TW"),
        # the community's own region before a guess from the script, after anything that names one
        ("en", None, "TW", "TW"),
        ("zh-Hant", None, "HK", "HK"),
        ("zh-Hans", None, "SG", "SG"),
        ("zh-Hant-HK", None, "TW", "HK"),
        # a place without lines is not taken for another
        ("zh-Hans", "zh-Hans-MY", None, None),
        ("zh-Hant", "ja-JP", None, None),
        ("zh-Hant", "ja-JP", "TW", "TW"),
        ("en", "es-419", None, None),
    ],
)
def test_where_a_member_is(language: str, locale: str | None, default: str | None, region: str | None) -> None:
    assert region_of(language, locale, default) == region


@given(st.text(max_size=20), st.none() | st.text(max_size=20), st.none() | st.text(max_size=3))
def test_whatever_a_platform_calls_a_locale_there_is_something_to_say(
    language: str, locale: str | None, default: str | None
) -> None:
    assert help_text(language, region_of(language, locale, default)).strip()


@pytest.mark.parametrize(
    ("zone", "region"),
    [
        *(("Asia/Taipei", "TW"), ("Asia/Hong_Kong", "HK"), ("Asia/Macau", "MO"), ("Asia/Shanghai", "CN")),
        *(("Asia/Singapore", "SG"), ("America/Chicago", "US"), ("America/Toronto", "CA"), ("Europe/London", "GB")),
        *(("Australia/Perth", "AU"), ("Asia/Tokyo", None), ("UTC", None)),
    ],
)
def test_a_time_zone_tells_the_place_where_there_are_lines(zone: str, region: str | None) -> None:
    assert region_of_zone(zone) == region
    assert region is None or helplines(region)
