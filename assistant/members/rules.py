"""The rules of a segment: conditions on what members declared, did and like, joined by ``all``, ``any`` and ``not``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.errors import InvalidInput
from assistant.members.attributes import StageKind
from assistant.members.lifecycle import Stage
from assistant.types.event import EventType
from assistant.types.member import ConsentPurpose

MAX_DEPTH = 6
MAX_CONDITIONS = 60
MAX_VALUES = 500
MAX_TEXT = 500
MAX_NUMBER = 1e12
MAX_WHOLE = 2**63 - 1
"""The database's; a value may be that large, since stored rules are read again, whatever no attribute can be."""
MEASURES = ("events", "active_days", "purchases", "spent", "silent_days", "known_days", "language")
"""Of a profile: counts; amount spent in the main currency; days since the last event and since the first; main language."""


@dataclass(frozen=True, slots=True)
class Range:
    """From ``least`` to ``most``, both included; ``None`` is open."""

    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """``values``: one of them; else a number or day within ``within`` (days as ``YYYY-MM-DD`` in ``first`` and ``last``)."""

    name: str
    values: tuple[str | float | bool, ...] = ()
    within: Range = Range()


@dataclass(frozen=True, slots=True)
class InStage:
    """Week of pregnancy, or months of a child's age."""

    stage: StageKind
    within: Range


@dataclass(frozen=True, slots=True)
class Did:
    """Events of a type in the last ``days``, with an item or any; so many of them."""

    type: EventType
    days: int
    within: Range
    item_id: str | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    name: str
    within: Range = Range()
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InLifeCycle:
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Likes:
    """A tag of at least this weight, where one mention of now counts 1."""

    tag: str
    least: float


@dataclass(frozen=True, slots=True)
class Near:
    """Interests close to a text's meaning, or to those of the members named; ``least`` is a cosine."""

    text: str | None
    members: tuple[str, ...]
    least: float


@dataclass(frozen=True, slots=True)
class Consents:
    purpose: ConsentPurpose


@dataclass(frozen=True, slots=True)
class InSegment:
    """A snapshot or a cluster."""

    segment_id: str


@dataclass(frozen=True, slots=True)
class Joined:
    """``how`` is ``all``, ``any`` or ``not`` (none of them)."""

    how: str
    parts: tuple[Rule, ...]


Condition = Declared | InStage | Did | Measure | InLifeCycle | Likes | Near | Consents | InSegment
Rule = Condition | Joined


def read_rules(given: Any, path: str = "rules") -> Rule:
    """Raises: InvalidInput, naming the condition and the field."""
    count = [0]
    return _rule(given, path, 0, count)


def _rule(given: Any, path: str, depth: int, count: list[int]) -> Rule:
    if not isinstance(given, Mapping):
        raise InvalidInput(field=path, problem="must be an object")
    if depth > MAX_DEPTH:
        raise InvalidInput(field=path, limit=MAX_DEPTH, problem="is nested too deeply")
    for how in ("all", "any", "not"):
        if how in given:
            return _joined(given, how, path, depth, count)
    count[0] += 1
    if count[0] > MAX_CONDITIONS:
        raise InvalidInput(field=path, limit=MAX_CONDITIONS, problem="are too many conditions")
    kind = next((name for name in _READERS if name in given), None)
    if kind is None:
        raise InvalidInput(field=path, limit=", ".join(("all", "any", "not", *_READERS)), problem="holds no condition")
    if unknown := given.keys() - _KNOWN[kind] - {kind}:
        raise InvalidInput(field=f"{path}.{min(unknown)}", problem="is not known")
    return _READERS[kind](given, path)  # type: ignore[no-any-return]


def _joined(given: Mapping[str, Any], how: str, path: str, depth: int, count: list[int]) -> Joined:
    parts = given[how] if how != "not" or isinstance(given[how], list) else [given[how]]
    if len(given) != 1 or not isinstance(parts, list) or not parts:
        raise InvalidInput(field=f"{path}.{how}", problem="must be a list of conditions, and stand alone")
    return Joined(how, tuple(_rule(one, f"{path}.{how}[{at}]", depth + 1, count) for at, one in enumerate(parts)))


def _declared(given: Mapping[str, Any], path: str) -> Declared:
    name = _text(given["attribute"], f"{path}.attribute", 63)
    values = _values(given, path)
    within = _range(given, path)
    if not values and within == Range():
        raise InvalidInput(field=path, problem="needs is, in, least or most")
    return Declared(name, values, within)


def _stage(given: Mapping[str, Any], path: str) -> InStage:
    return InStage(_one_of(StageKind, given["stage"], f"{path}.stage"), _range(given, path))


def _did(given: Mapping[str, Any], path: str) -> Did:
    days = given.get("days", 30)
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= 3_650:
        raise InvalidInput(field=f"{path}.days", limit=3_650, problem="must be a whole number of days, at least 1")
    item = given.get("item_id")
    item_id = _text(item, f"{path}.item_id", 200) if item is not None else None
    within = _range(given, path)
    wanted = within if within != Range() else Range(least=1)
    return Did(_one_of(EventType, given["event"], f"{path}.event"), days, wanted, item_id)


def _measure(given: Mapping[str, Any], path: str) -> Measure:
    name = given["profile"]
    if name not in MEASURES:
        raise InvalidInput(field=f"{path}.profile", limit=", ".join(MEASURES), problem="is not one of these")
    values = tuple(one for one in _values(given, path) if isinstance(one, str))
    within = _range(given, path)
    if (name == "language") is not bool(values) or (name != "language" and within == Range()):
        raise InvalidInput(field=path, problem="needs least or most, or is for language")
    return Measure(name, within, values)


def _cycle(given: Mapping[str, Any], path: str) -> InLifeCycle:
    asked = given["life_cycle"]
    wanted = asked if isinstance(asked, list) else [asked]
    if not wanted:
        raise InvalidInput(field=f"{path}.life_cycle", problem="must not be empty")
    return InLifeCycle(tuple(dict.fromkeys(_one_of(Stage, one, f"{path}.life_cycle") for one in wanted)))


def _likes(given: Mapping[str, Any], path: str) -> Likes:
    return Likes(_text(given["tag"], f"{path}.tag", 100), _number(given.get("least", 0.1), f"{path}.least", 0.0, 1e6))


def _interest(given: Mapping[str, Any], path: str) -> Near:
    text = _text(given["interest"], f"{path}.interest", MAX_TEXT)
    return Near(text, (), _number(given.get("least", 0.4), f"{path}.least", -1.0, 1.0))


def _like(given: Mapping[str, Any], path: str) -> Near:
    asked = given["like"]
    if not isinstance(asked, list) or not 1 <= len(asked) <= MAX_VALUES:
        raise InvalidInput(field=f"{path}.like", limit=MAX_VALUES, problem="must be a list of members")
    names = tuple(_text(one, f"{path}.like", 200) for one in asked)
    return Near(None, names, _number(given.get("least", 0.6), f"{path}.least", -1.0, 1.0))


def _consents(given: Mapping[str, Any], path: str) -> Consents:
    return Consents(_one_of(ConsentPurpose, given["consent"], f"{path}.consent"))


def _segment(given: Mapping[str, Any], path: str) -> InSegment:
    return InSegment(_text(given["segment"], f"{path}.segment", 200))


_READERS: dict[str, Any] = {
    "attribute": _declared,
    "stage": _stage,
    "event": _did,
    "profile": _measure,
    "life_cycle": _cycle,
    "tag": _likes,
    "interest": _interest,
    "like": _like,
    "consent": _consents,
    "segment": _segment,
}
_KNOWN: dict[str, set[str]] = {
    "attribute": {"is", "in", "least", "most"},
    "stage": {"least", "most"},
    "event": {"days", "item_id", "least", "most"},
    "profile": {"is", "in", "least", "most"},
    "tag": {"least"},
    "interest": {"least"},
    "like": {"least"},
    "life_cycle": set(),
    "consent": set(),
    "segment": set(),
}


def _values(given: Mapping[str, Any], path: str) -> tuple[str | float | bool, ...]:
    if "is" not in given and "in" not in given:
        return ()
    asked = given["in"] if "in" in given else [given["is"]]
    if not isinstance(asked, list) or not 1 <= len(asked) <= MAX_VALUES:
        raise InvalidInput(field=f"{path}.in", limit=MAX_VALUES, problem="must be a list of values")
    for at, one in enumerate(asked):
        field = f"{path}.in[{at}]" if "in" in given else f"{path}.is"
        if isinstance(one, str):
            _text(one, field, MAX_TEXT)
        elif not isinstance(one, bool | int | float):
            raise InvalidInput(field=field, problem="must be a text, number, true or false")
        elif not (-MAX_WHOLE <= one <= MAX_WHOLE if isinstance(one, int) else math.isfinite(one)):
            raise InvalidInput(field=field, limit=MAX_WHOLE, problem="must be a number within its bounds")
    return tuple(asked)


def _range(given: Mapping[str, Any], path: str) -> Range:
    bounds = {
        name: _number(given[name], f"{path}.{name}", -MAX_NUMBER, MAX_NUMBER)
        for name in ("least", "most")
        if given.get(name) is not None
    }
    return Range(**bounds)


def _number(given: Any, field: str, least: float, most: float) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not least <= given <= most:
        raise InvalidInput(field=field, limit=most, problem="must be a number within its bounds")
    return float(given)


def _text(given: Any, field: str, most: int) -> str:
    if not isinstance(given, str) or not 0 < len(given) <= most or "\0" in given or not _encodes(given):
        raise InvalidInput(field=field, limit=most, problem="must be a text, not empty")
    return given


def _encodes(text: str) -> bool:
    return not any("\ud800" <= one <= "\udfff" for one in text)


def _one_of(kind: type[Any], given: object, field: str) -> Any:
    try:
        return kind(given)
    except ValueError:
        raise InvalidInput(
            field=field, limit=", ".join(one.value for one in kind), problem="is not one of these"
        ) from None


def nears(rule: Rule) -> list[Near]:
    """The conditions on meaning, which no query of the database answers."""
    if isinstance(rule, Joined):
        return [one for part in rule.parts for one in nears(part)]
    return [rule] if isinstance(rule, Near) else []


def segments_named(rule: Rule, path: str = "rules") -> dict[str, str]:
    """The segments that conditions name, by the path of each."""
    if isinstance(rule, InSegment):
        return {f"{path}.segment": rule.segment_id}
    if not isinstance(rule, Joined):
        return {}
    return {
        where: name
        for at, part in enumerate(rule.parts)
        for where, name in segments_named(part, f"{path}.{rule.how}[{at}]").items()
    }
