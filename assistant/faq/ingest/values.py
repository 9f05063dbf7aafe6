"""What the cells of a table say: dates, roles, other ways to ask."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from assistant.text.han import fold

_DATE = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
    r"(?:[T\s]*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_FIRST_YEAR, NO_YEAR = 1900, 9000
_NEVER = frozenset(["永久", "永久有效", "长期", "长期有效", "无期限", "never", "forever", "-"])
_BETWEEN = re.compile(r"[\n|｜;；]")
_BETWEEN_ROLES = re.compile(r"[\n|｜;；,，、]")


def read_date(text: str, zone: tzinfo = UTC) -> datetime:
    """``2026-01-31``, ``2026/1/31 18:00``, ``2026年1月31日`` or ISO 8601; in ``zone`` where it names none itself.

    Raises:
        ValueError: it is no date.
    """
    day, clock, own = _parts(text)
    moment = datetime.combine(day, clock or time())
    return moment.replace(tzinfo=zone) if own is None else datetime.fromisoformat(f"{moment.isoformat()}{own}")


def read_last(text: str, zone: tzinfo = UTC) -> datetime | None:
    """When something is over: a date alone counts until its day is over; ``None`` for what is written for never (9999-12-31, 永久).

    Raises:
        ValueError: it is no date.
    """
    if fold(text.strip().lower()) in _NEVER:
        return None
    day, clock, _ = _parts(text)
    if day.year >= NO_YEAR:
        return None
    return read_date(text, zone) if clock else datetime.combine(day + timedelta(days=1), time(), zone)


def _parts(text: str) -> tuple[date, time | None, str | None]:
    """The day, the time and the zone that a text names."""
    text = text.strip()
    compact = _COMPACT.fullmatch(text)
    found = _DATE.fullmatch("-".join(compact.groups()) if compact else text)
    if found is None or int(found["year"]) < _FIRST_YEAR:
        raise ValueError(f"{text[:40]!r} is no date like 2026-01-31")
    day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    if found["hour"] is None:
        return day, None, None
    return day, time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0)), found["zone"]


def read_several(text: str) -> tuple[str, ...]:
    """Texts parted by lines, ``|`` or ``;``; not by commas, which stand in questions."""
    return _parted(_BETWEEN, text)


def read_roles(text: str) -> tuple[str, ...]:
    return _parted(_BETWEEN_ROLES, text)


def _parted(between: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in between.split(text) if part.strip()))
