"""Days worth speaking of: public holidays (the library ``holidays``), festivals by the lunar calendar, trade days, the community's own."""

from __future__ import annotations

import calendar
import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

import holidays
from holidays.calendars.chinese import _ChineseLunisolar

from assistant.types.content import Occasion
from assistant.types.content_settings import OwnDate

MOST_DAYS: Final = 366
_LUNAR: Final = _ChineseLunisolar()
_LANGUAGES: Final = {
    "tw": {"zh-Hant": "zh_TW", "en": "en_US"},
    "cn": {"zh-Hans": "zh_CN", "en": "en_US"},
    "hk": {"zh-Hant": "zh_HK", "en": "en_HK"},
    "us": {"en": "en_US"},
}
_DULL: Final = (
    "观察",
    "補假",
    "补假",
    "调休",
    "調休",
    "補班",
    "observed",
    "翌日",
    "補上班",
    "休息日",
    "第二",
    "in lieu",
    "day off",
)
_SOLEMN: Final = (
    "memorial",
    "remembrance",
    "tomb",
    "紀念日",
    "纪念日",
    "清明",
    "luther king",
    "juneteenth",
    "good friday",
    "受難",
)


def occasions(regions: Sequence[str], own: Sequence[OwnDate], since: date, until: date) -> list[Occasion]:
    """Those from ``since`` to ``until``, at most a year, by day; one of two with the same name on the same day."""
    until = min(until, since + timedelta(days=MOST_DAYS))
    found = [*_own(own, since, until), *_festivals(regions, since, until), *_public(regions, since, until)]
    kept: dict[str, Occasion] = {}
    for one in sorted(found, key=lambda one: (one.on, not one.own, one.id)):
        names = set(one.name.values())
        if not any(names & set(other.name.values()) and (one.on - other.on).days < 5 for other in kept.values()):
            kept[one.id] = one
    return list(kept.values())


@cache
def _days() -> tuple[Mapping[str, Any], ...]:
    return tuple(tomllib.loads((files(__package__) / "occasions.toml").read_text("utf-8"))["day"])


def _festivals(regions: Sequence[str], since: date, until: date) -> Iterator[Occasion]:
    for day in _days():
        if set(day["regions"]).isdisjoint(regions):
            continue
        name = {language: day[language] for language in ("en", "zh-Hans", "zh-Hant", "zh-Hant-HK") if language in day}
        for year in range(since.year, until.year + 1):
            for on in _on(day, year):
                if since <= on <= until:
                    yield Occasion(f"{day['id']}_{on.isoformat()}", on, (on - since).days, name)


def _on(day: Mapping[str, Any], year: int) -> list[date]:
    """The days in the year, as far as they are known; a lunar festival may come twice, or not at all."""
    if "lunar" in day:
        begins, _ = getattr(_LUNAR, f"{day['lunar']}_date")(year)
        return [begins + timedelta(days=day.get("days_after", 0))] if begins else []
    if "on" in day:
        return [on for on in day["on"] if on.year == year]
    if "nth" in day:
        month, weekday, nth = day["nth"]
        first = calendar.weekday(year, month, 1) + 1
        return [date(year, month, 1 + (weekday - first) % 7 + 7 * (nth - 1))]
    return [date(year, *day["solar"])]


def _public(regions: Sequence[str], since: date, until: date) -> Iterator[Occasion]:
    for region in regions:
        names: dict[date, dict[str, str]] = {}
        for language, locale in _LANGUAGES[region].items():
            years = range(since.year, until.year + 1)
            for on, name in holidays.country_holidays(region.upper(), years=years, language=locale).items():
                names.setdefault(on, {})[language] = name.split(";")[0].strip()
        for on, by_language in names.items():
            told = " ".join(by_language.values()).lower()
            if since <= on <= until and "en" in by_language and not any(word in told for word in _DULL):
                solemn = any(word in told for word in _SOLEMN)
                yield Occasion(_id(region, on), on, (on - since).days, by_language, solemn=solemn)


def _own(own: Sequence[OwnDate], since: date, until: date) -> Iterator[Occasion]:
    for day in own:
        years = range(since.year, until.year + 1) if day.yearly else (day.on.year,)
        for year in years:
            on = _in_year(day.on, year)
            if since <= on <= until:
                yield Occasion(
                    _id(day.name, on), on, (on - since).days, {"en": day.name, "zh-Hant": day.name}, own=True
                )


def _in_year(on: date, year: int) -> date:
    """The 29th of February is the 28th where there is none."""
    return on.replace(year=year) if (on.month, on.day) != (2, 29) or calendar.isleap(year) else date(year, 2, 28)


def _id(what: str, on: date) -> str:
    return f"day_{hashlib.sha256(what.encode()).hexdigest()[:8]}_{on.isoformat()}"
