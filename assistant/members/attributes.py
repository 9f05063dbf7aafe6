"""What members may declare of themselves, as a community defines it; and the stages that days come to (week 20, 7 months old)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assistant.errors import InvalidInput
from assistant.types.member import AttributeType, ConsentPurpose, Sensitivity

MAX_TEXT = 200
MAX_DEFINITIONS = 100
MAX_CHOICES = 200
_NAME = re.compile(r"^[a-z][a-z0-9_]{0,62}$")
_TAG = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")
_PREGNANCY_WEEKS = 40

Value = str | float | bool


class StageKind(StrEnum):
    """``pregnancy``: the day is when the child is due; ``child``: when it was born."""

    PREGNANCY = "pregnancy"
    CHILD = "child"


@dataclass(frozen=True, slots=True)
class Definition:
    """``purpose`` is the consent under which the value is held; ``stage`` what the day of a ``date`` tells."""

    name: str
    type: AttributeType
    purpose: ConsentPurpose = ConsentPurpose.PROFILING
    sensitivity: Sensitivity = Sensitivity.PLAIN
    choices: tuple[str, ...] = ()
    stage: StageKind | None = None

    @property
    def needs(self) -> frozenset[ConsentPurpose]:
        """A child's data and health need their own consent besides that of profiling."""
        apart = {ConsentPurpose.CHILD, ConsentPurpose.HEALTH}
        return frozenset({self.purpose, ConsentPurpose.PROFILING} if self.purpose in apart else {self.purpose})


@dataclass(frozen=True, slots=True)
class Stage:
    """``number`` counts weeks of pregnancy, months, or years, as ``unit`` says: ``weeks``, ``months`` or ``years``."""

    kind: StageKind
    unit: str
    number: int


UNDER_AGE = ("age_band", "under_18")
"""The value that tells of a child, and needs that consent."""


def held_under(definition: Definition, value: Value) -> tuple[ConsentPurpose, frozenset[ConsentPurpose]]:
    """The consent under which a value is held, and all that it needs."""
    if (definition.name, value) == UNDER_AGE:
        return ConsentPurpose.CHILD, definition.needs | {ConsentPurpose.CHILD}
    return definition.purpose, definition.needs


BUILT_IN = (
    Definition(
        "age_band",
        AttributeType.CHOICE,
        choices=("under_18", "18-24", "25-34", "35-44", "45-54", "55-64", "65_and_over"),
    ),
    Definition("region", AttributeType.TEXT),
    Definition("occupation", AttributeType.TEXT),
    Definition("tier", AttributeType.TEXT),
    Definition("time_zone", AttributeType.TEXT, ConsentPurpose.PUSH),
    Definition("language", AttributeType.TEXT, ConsentPurpose.PUSH),
)


def read_definitions(given: Sequence[Mapping[str, Any]]) -> dict[str, Definition]:
    """The built-in attributes and the community's own, by name. Raises: InvalidInput, naming ``attributes[i]``."""
    found = {one.name: one for one in BUILT_IN}
    if len(given) > MAX_DEFINITIONS:
        raise InvalidInput(field="attributes", limit=MAX_DEFINITIONS, problem="are too many")
    for at, one in enumerate(given):
        definition = _definition(one, f"attributes[{at}]")
        found[definition.name] = definition
    return found


def _definition(given: Mapping[str, Any], path: str) -> Definition:
    name = given.get("name")
    if not isinstance(name, str) or not _NAME.match(name):
        raise InvalidInput(field=f"{path}.name", limit=63, problem="must be small letters, digits and _")
    unknown = given.keys() - {"name", "type", "purpose", "sensitivity", "choices", "stage"}
    if unknown:
        raise InvalidInput(field=f"{path}.{min(unknown)}", problem="is not known")
    kind = _one_of(AttributeType, given.get("type"), f"{path}.type")
    choices = given.get("choices", ())
    if kind is AttributeType.CHOICE and not (
        isinstance(choices, list | tuple)
        and 0 < len(choices) <= MAX_CHOICES
        and all(isinstance(one, str) and 0 < len(one) <= MAX_TEXT and is_storable(one) for one in choices)
    ):
        raise InvalidInput(field=f"{path}.choices", limit=MAX_CHOICES, problem="must be a list of texts")
    stage = _one_of(StageKind, given["stage"], f"{path}.stage") if given.get("stage") is not None else None
    if stage is not None and kind is not AttributeType.DATE:
        raise InvalidInput(field=f"{path}.stage", problem="is for a date alone")
    return Definition(
        name,
        kind,
        _purpose(given, stage, path),
        _one_of(Sensitivity, given.get("sensitivity", "plain"), f"{path}.sensitivity"),
        tuple(choices) if kind is AttributeType.CHOICE else (),
        stage,
    )


def _purpose(given: Mapping[str, Any], stage: StageKind | None, path: str) -> ConsentPurpose:
    """A stage tells of health or of a child, whatever the community calls it."""
    least = {StageKind.PREGNANCY: ConsentPurpose.HEALTH, StageKind.CHILD: ConsentPurpose.CHILD}.get(
        stage  # type: ignore[arg-type]
    )
    asked: ConsentPurpose = _one_of(ConsentPurpose, given.get("purpose", least or "profiling"), f"{path}.purpose")
    if least is not None and asked is not least:
        raise InvalidInput(field=f"{path}.purpose", limit=least.value, problem="must be what the stage tells of")
    return asked


def read_value(definition: Definition, given: object, field: str) -> Value:
    """The value as it is kept. Raises: InvalidInput."""
    kind = definition.type
    if kind is AttributeType.FLAG:
        if isinstance(given, bool):
            return given
        raise InvalidInput(field=field, problem="must be true or false")
    if kind is AttributeType.NUMBER:
        if isinstance(given, int | float) and not isinstance(given, bool) and abs(given) <= 1e12:
            return float(given)
        raise InvalidInput(field=field, limit=10**12, problem="must be a number")
    if not isinstance(given, str) or not 0 < len(given) <= MAX_TEXT or not is_storable(given):
        raise InvalidInput(field=field, limit=MAX_TEXT, problem="must be a text, not empty")
    if kind is AttributeType.DATE:
        return _day(given, field).isoformat()
    if kind is AttributeType.CHOICE and given not in definition.choices:
        raise InvalidInput(field=field, limit=", ".join(definition.choices), problem="is not one of the choices")
    _check_built_in(definition.name, given, field)
    return given


def _check_built_in(name: str, given: str, field: str) -> None:
    if name == "time_zone":
        try:
            ZoneInfo(given)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidInput(field=field, problem="must be a time zone, as Asia/Taipei") from None
    if name == "language" and not _TAG.fullmatch(given):
        raise InvalidInput(field=field, problem="must be a language tag, as zh-Hant")


def stage_on(definition: Definition, value: Value, today: date) -> Stage | None:
    """``None`` where the day tells no stage: not yet, or no longer."""
    if definition.stage is None or not isinstance(value, str):
        return None
    day = date.fromisoformat(value)
    if definition.stage is StageKind.PREGNANCY:
        week = _PREGNANCY_WEEKS + (today - day).days // 7
        return Stage(definition.stage, "weeks", week) if 1 <= week <= _PREGNANCY_WEEKS + 2 else None
    months = (today.year - day.year) * 12 + today.month - day.month - (today.day < day.day)
    if months < 0:
        return None
    return Stage(definition.stage, "months", months) if months < 24 else Stage(definition.stage, "years", months // 12)


def _day(given: str, field: str) -> date:
    try:
        found = date.fromisoformat(given)
    except ValueError:
        raise InvalidInput(field=field, problem="must be a day, as 2026-11-30") from None
    if not 1900 <= found.year <= 2100:
        raise InvalidInput(field=field, limit=2100, problem="must lie between 1900 and 2100")
    return found


def is_storable(text: str) -> bool:
    """Whether PostgreSQL could keep it: no NUL, no half of a surrogate pair."""
    return not any(one == "\0" or "\ud800" <= one <= "\udfff" for one in text)


def _one_of(kind: type[Any], given: object, field: str) -> Any:
    try:
        return kind(given)
    except ValueError:
        raise InvalidInput(
            field=field, limit=", ".join(one.value for one in kind), problem="is not one of these"
        ) from None
