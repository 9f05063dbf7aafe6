"""Points for what members contribute, by a community's own rules: what an event earns, the level that comes of it, and fair draws."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assistant.errors import InvalidInput
from assistant.members.attributes import is_storable
from assistant.types.event import Event, EventType

MAX_RULES = 50
MAX_LEVELS = 50
MAX_BADGES = 100
MAX_POINTS = 1_000_000
_ID = re.compile(r"^[a-z0-9][a-z0-9_-]{0,62}$")
_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")


@dataclass(frozen=True, slots=True)
class EarnRule:
    """An event of ``event`` earns ``points``, ``per_day`` of them in a day at most, however often; a message only with ``least_chars``
    characters; with ``once_per_item`` the same item earns but once."""

    id: str
    event: EventType
    points: int
    per_day: int
    least_chars: int = 0
    once_per_item: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """Reached with so many points ``earned``, spent or not."""

    level: int
    earned: int
    name: Mapping[str, str]
    perks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Badge:
    """For ``count`` events of a type."""

    id: str
    event: EventType
    count: int
    name: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PointsRules:
    """``zone`` says when a day ends; what happened before ``since`` earns nothing. ``levels`` rise."""

    zone: ZoneInfo
    since: datetime
    rules: tuple[EarnRule, ...] = ()
    levels: tuple[Level, ...] = ()
    badges: tuple[Badge, ...] = field(default=())

    def level_of(self, earned: int) -> int:
        """0 below the first level."""
        return max((one.level for one in self.levels if one.earned <= earned), default=0)

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Earned:
    """What an event is worth before the day's cap. ``id`` is the cause's, so that none counts twice."""

    id: str
    rule: EarnRule
    subject: str
    at: datetime
    day: date


def read_points(given: Mapping[str, Any], now: datetime) -> PointsRules:
    """Raises: InvalidInput, naming ``points....`` and the limit."""
    unknown = given.keys() - {"time_zone", "since", "rules", "levels", "badges"}
    if unknown:
        raise InvalidInput(field=f"points.{min(unknown)}", problem="is not known")
    rules = tuple(_rule(one, f"points.rules[{at}]") for at, one in enumerate(_list(given, "rules", MAX_RULES)))
    if len({one.id for one in rules}) < len(rules):
        raise InvalidInput(field="points.rules", problem="have an id twice")
    levels = tuple(_level(one, f"points.levels[{at}]") for at, one in enumerate(_list(given, "levels", MAX_LEVELS)))
    steps = [(one.level, one.earned) for one in levels]
    if any(a[0] >= b[0] or a[1] >= b[1] for a, b in pairwise(steps)):
        raise InvalidInput(field="points.levels", problem="must rise")
    badges = tuple(_badge(one, f"points.badges[{at}]") for at, one in enumerate(_list(given, "badges", MAX_BADGES)))
    return PointsRules(_zone(given.get("time_zone", "UTC")), _since(given.get("since"), now), rules, levels, badges)


def earned_by(rules: PointsRules, event: Event) -> list[Earned]:
    """Nothing for what moderation acted on."""
    if event.flagged or event.at < rules.since:
        return []
    return [
        Earned(_cause(one, event), one, event.id, event.at, rules.day_of(event.at))
        for one in rules.rules
        if one.event is event.type
        and len((event.text or "").strip()) >= one.least_chars
        and not (one.once_per_item and event.item_id is None)
    ]


def _cause(rule: EarnRule, event: Event) -> str:
    """One per event, or per member and item."""
    what = f"{event.member_id}\0{event.item_id}" if rule.once_per_item else event.id
    return f"earn:{rule.id}:{hashlib.sha256(what.encode()).hexdigest()[:32]}"


def draw(seed: bytes, members: Sequence[str], winners: int) -> list[str]:
    """The winners in order: the members with the smallest HMAC-SHA256 of their id under the seed. Anyone who knows the seed, whose SHA-256
    was published before, can do it again."""
    order = sorted(members, key=lambda one: (hmac.digest(seed, one.encode(), hashlib.sha256), one))
    return order[:winners]


def _rule(given: Any, path: str) -> EarnRule:
    _known(given, path, {"id", "event", "points", "per_day", "least_chars", "once_per_item"})
    points = _whole(given, "points", path, 1, MAX_POINTS)
    return EarnRule(
        _id(given, path),
        _event(given, path),
        points,
        _whole(given, "per_day", path, points, MAX_POINTS),
        _whole(given, "least_chars", path, 0, 10_000, 0),
        bool(given.get("once_per_item", False)),
    )


def _level(given: Any, path: str) -> Level:
    _known(given, path, {"level", "earned", "name", "perks"})
    perks = given.get("perks", [])
    if (
        not isinstance(perks, list)
        or len(perks) > 50
        or not all(isinstance(one, str) and len(one) <= 200 and is_storable(one) for one in perks)
    ):
        raise InvalidInput(field=f"{path}.perks", limit=50, problem="must be a list of texts")
    level, earned = _whole(given, "level", path, 1, 1_000), _whole(given, "earned", path, 0, 10**12)
    return Level(level, earned, _names(given, path), tuple(perks))


def _badge(given: Any, path: str) -> Badge:
    _known(given, path, {"id", "event", "count", "name"})
    return Badge(_id(given, path), _event(given, path), _whole(given, "count", path, 1, 10**6), _names(given, path))


def _known(given: Any, path: str, names: set[str]) -> None:
    if not isinstance(given, Mapping):
        raise InvalidInput(field=path, problem="must be an object")
    if unknown := given.keys() - names:
        raise InvalidInput(field=f"{path}.{min(unknown)}", problem="is not known")


def _list(given: Mapping[str, Any], name: str, most: int) -> list[Any]:
    found = given.get(name, [])
    if not isinstance(found, list) or len(found) > most:
        raise InvalidInput(field=f"points.{name}", limit=most, problem="must be a list")
    return found


def _id(given: Mapping[str, Any], path: str) -> str:
    found = given.get("id")
    if not isinstance(found, str) or not _ID.match(found):
        raise InvalidInput(field=f"{path}.id", limit=63, problem="must be small letters, digits, - and _")
    return found


def _event(given: Mapping[str, Any], path: str) -> EventType:
    try:
        return EventType(given.get("event", ""))
    except ValueError:
        limit = ", ".join(one.value for one in EventType)
        raise InvalidInput(field=f"{path}.event", limit=limit, problem="is not one of these") from None


def _whole(given: Mapping[str, Any], name: str, path: str, least: int, most: int, default: int | None = None) -> int:
    found = given.get(name, default)
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
        raise InvalidInput(field=f"{path}.{name}", limit=most, problem=f"must be a whole number of at least {least}")
    return found


def _names(given: Mapping[str, Any], path: str) -> dict[str, str]:
    found = given.get("name", {})
    if not isinstance(found, Mapping) or not all(
        isinstance(key, str)
        and _LANGUAGE.match(key)
        and isinstance(value, str)
        and len(value) <= 100
        and is_storable(value)
        for key, value in found.items()
    ):
        raise InvalidInput(field=f"{path}.name", limit=100, problem="must give a text by language")
    return dict(found)


def _zone(given: Any) -> ZoneInfo:
    try:
        return ZoneInfo(given)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError, AttributeError):
        raise InvalidInput(field="points.time_zone", problem="must be a time zone, as Asia/Taipei") from None


def _since(given: Any, now: datetime) -> datetime:
    if given is None:
        return now
    try:
        found = datetime.fromisoformat(given)
    except (ValueError, TypeError):
        raise InvalidInput(field="points.since", problem="must be a time with its offset") from None
    if found.tzinfo is None:
        raise InvalidInput(field="points.since", problem="must be a time with its offset")
    return found
