"""Who to call in a crisis, where the member is.

The words around the list stand in ``assistant/words.toml``; the list itself, its sources and the day it was checked, in
``data/helplines.toml``. It is no finding about anyone: it is what is said beside a decision on self-harm.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Kind = Literal["crisis", "support", "youth", "emergency"]

_SAME = {"UK": "GB"}
_ZONES = {
    "TW": {"Asia/Taipei"},
    "HK": {"Asia/Hong_Kong", "Hongkong"},
    "MO": {"Asia/Macau", "Asia/Macao"},
    "CN": {"Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Harbin", "PRC"},
    "SG": {"Asia/Singapore", "Singapore"},
    "GB": {"Europe/London", "Europe/Belfast", "GB"},
    "US": {
        *("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Phoenix"),
        *("America/Detroit", "America/Boise", "America/Anchorage", "America/Juneau", "Pacific/Honolulu"),
    },
    "CA": {
        *("America/Toronto", "America/Vancouver", "America/Montreal", "America/Edmonton", "America/Winnipeg"),
        *("America/Halifax", "America/Regina", "America/St_Johns", "America/Whitehorse"),
    },
}
_BY_SCRIPT = {"hant": "TW", "hans": "CN"}


@dataclass(frozen=True, slots=True)
class Helpline:
    """``name`` and ``hours`` are by language; ``hours`` is empty where they could not be confirmed."""

    region: str
    number: str
    kind: Kind
    name: Mapping[str, str]
    hours: Mapping[str, str]
    site: str
    """Where its operator would announce a change."""
    source: str
    """What was read on the day of ``checked``."""
    official: bool
    """Whether ``source`` is a page of the operator or of the authority, not of somebody who quotes them."""
    checked: date


@dataclass(frozen=True, slots=True)
class _Data:
    by_region: Mapping[str, tuple[Helpline, ...]]
    elsewhere: Mapping[str, str]


def helplines(region: str) -> tuple[Helpline, ...]:
    """The lines of a region (ISO 3166-1, upper case), the one to try first at the head; none for a region that is not in the file."""
    return _data().by_region.get(_SAME.get(region, region), ())


@cache
def helpline_digits() -> frozenset[str]:
    """The bare digits of every line's number, in whatever region."""
    return frozenset(re.sub(r"\D", "", line.number) for lines in _data().by_region.values() for line in lines)


def region_of(language: str, locale: str | None, default: str | None = None) -> str | None:
    """Where the member probably is, as far as there are lines for it; None if that cannot be told.

    What the platform says of the member comes first, then a region in the language of the message, then the community's own
    (``default``), and last the script: Traditional is taken for Taiwan's, Simplified for the mainland's. A region without lines is not
    guessed into another: ``default`` is taken, or none.
    """
    for tag in (locale or "", language):
        region = _region(tag)
        if region is not None:
            return region if helplines(region) else default
    if default is not None:
        return default
    return next((region for tag in (locale or "", language) if (region := _script(tag))), None)


def region_of_zone(time_zone: str) -> str | None:
    """Where a time zone (IANA's name) is the clock, of the regions that have lines."""
    if time_zone.startswith("Australia/"):
        return "AU"
    return next((region for region, zones in _ZONES.items() if time_zone in zones), None)


def emergency_number(region: str) -> str | None:
    """What to dial in an emergency there, several separated by a slash; ``None`` where it is not in the file."""
    return " / ".join(line.number for line in helplines(region) if line.kind == "emergency") or None


def help_text(language: str, region: str | None) -> str:
    """The lines of ``region`` in ``language``, one below the other; without lines for it, where to look for one."""
    lines = helplines(region) if region else ()
    if not lines:
        return _in(language, _data().elsewhere)
    return "\n".join(_line(language, line) for line in lines)


def _line(language: str, line: Helpline) -> str:
    name = f"{line.number} {_in(language, line.name)}"
    if not line.hours:
        return name
    hours = _in(language, line.hours)
    return f"{name}（{hours}）" if language.startswith("zh") else f"{name} ({hours})"


def _in(language: str, entry: Mapping[str, str]) -> str:
    return entry.get(language) or (language.startswith("zh-Hant") and entry.get("zh-Hant")) or entry["en"]


def _subtags(tag: str) -> list[str]:
    """What follows the language in a tag of BCP 47 or of POSIX (``zh_TW.UTF-8``), in lower case."""
    return re.split(r"[-_]", re.split(r"[.@]", tag)[0].lower())[1:]


def _region(tag: str) -> str | None:
    code = next((one.upper() for one in _subtags(tag) if re.fullmatch(r"[a-z]{2}", one)), None)
    return _SAME.get(code, code) if code else None


def _script(tag: str) -> str | None:
    return next((_BY_SCRIPT[one] for one in _subtags(tag) if one in _BY_SCRIPT), None)


@cache
def _data() -> _Data:
    raw = tomllib.loads((files("assistant.moderation") / "data" / "helplines.toml").read_text(encoding="utf-8"))
    checked, elsewhere, hours = raw.pop("checked"), raw.pop("elsewhere"), raw.pop("hours")
    regions = {
        region: tuple(_helpline(region, line, hours, checked) for line in lines) for region, lines in raw.items()
    }
    return _Data(regions, elsewhere)


def _helpline(region: str, line: Mapping[str, Any], hours: Mapping[str, Mapping[str, str]], checked: date) -> Helpline:
    return Helpline(
        region=region,
        number=line["number"],
        kind=line["kind"],
        name=line["name"],
        hours=hours[line["hours"]] if "hours" in line else {},
        site=line["site"],
        source=line["source"],
        official=line["official"],
        checked=checked,
    )
