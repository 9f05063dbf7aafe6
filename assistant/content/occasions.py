"""Days worth speaking of: public holidays, festivals by the lunar calendar, trade days, the community's own."""

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
from assistant.words import LANGUAGES, load_words

MOST_DAYS: Final = 366
_LUNAR: Final = _ChineseLunisolar()
_ENGLISH: Final = {"hk": "en_HK"}
"""The library's English where it is not American."""


def occasions(regions: Sequence[str], own: Sequence[OwnDate], since: date, until: date) -> list[Occasion]:
    """Those from ``since`` to ``until``, at most a year, by day: each once, whichever of the regions keep it. Of a festival that the
    community names among its own days, its own is left."""
    until = min(until, since + timedelta(days=MOST_DAYS))
    named = list(_own(own, since, until))
    told = {(one.on, name) for one in named for name in one.name.values()}
    festivals = [
        one
        for one in _festivals(regions, since, until)
        if not any((one.on, name) in told for name in one.name.values())
    ]
    return sorted({one.id: one for one in [*named, *festivals]}.values(), key=lambda one: (one.on, not one.own, one.id))


@cache
def _days() -> tuple[Mapping[str, Any], ...]:
    return tuple(tomllib.loads((files(__package__) / "occasions.toml").read_text("utf-8"))["day"])


def _festivals(regions: Sequence[str], since: date, until: date) -> Iterator[Occasion]:
    for day in _days():
        if set(day["regions"]).isdisjoint(regions):
            continue
        name, after = load_words().every(f"content.days.{day['id']}"), timedelta(days=day.get("days_after", 0))
        for year in range(since.year, until.year + 1):
            for on in _on(day, year):
                if since <= (on := on + after) <= until:
                    solemn = day.get("solemn", False)
                    yield Occasion(f"{day['id']}_{on.isoformat()}", on, (on - since).days, name, solemn=solemn)


def _on(day: Mapping[str, Any], year: int) -> list[date]:
    """The days in the year, as far as they are known; a lunar festival may come twice, or not at all."""
    if "lunar" in day:
        begins, _ = getattr(_LUNAR, f"{day['lunar']}_date")(year)
        return [begins] if begins else []
    if "public" in day:
        return _public(*day["public"], year)
    if "on" in day:
        return [on for on in day["on"] if on.year == year]
    if "nth" in day:
        month, weekday, nth = day["nth"]
        first = calendar.weekday(year, month, 1) + 1
        return [date(year, month, 1 + (weekday - first) % 7 + 7 * (nth - 1))]
    return [date(year, *day["solar"])]


@cache
def _public(region: str, name: str, year: int) -> list[date]:
    """When a public holiday is kept, without the days off that are given for it."""
    found = holidays.country_holidays(region.upper(), years=year, language=_ENGLISH.get(region, "en_US"))
    return [on for on, names in found.items() if name in names.split("; ")]


def _own(own: Sequence[OwnDate], since: date, until: date) -> Iterator[Occasion]:
    for day in own:
        years = range(since.year, until.year + 1) if day.yearly else (day.on.year,)
        for year in years:
            on = _in_year(day.on, year)
            if since <= on <= until:
                name = dict.fromkeys(LANGUAGES, day.name)
                yield Occasion(_id(day.name, on), on, (on - since).days, name, own=True)


def _in_year(on: date, year: int) -> date:
    """The 29th of February is the 28th where there is none."""
    return on.replace(year=year) if (on.month, on.day) != (2, 29) or calendar.isleap(year) else date(year, 2, 28)


def _id(what: str, on: date) -> str:
    return f"day_{hashlib.sha256(what.encode()).hexdigest()[:8]}_{on.isoformat()}"
