"""What is sent to set how a community wants its content, with its limits."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from assistant.text import visible
from assistant.types import Category, Jurisdiction
from assistant.types.content_settings import MAX_DATES, MAX_FACTS, ContentSettings, OwnDate
from assistant.types.time_zones import time_zones
from assistant.usecases.request import Shape, Text

_DEFAULT = ContentSettings()
_NEVER: Final = "00:00"


def _known(name: str) -> str:
    if name not in time_zones():
        raise ValueError("is not a known time zone")
    return name


def _trimmed(text: str) -> str:
    """Without spaces around it; empty where nothing in it can be seen."""
    return text.strip() if visible(text).strip() else ""


def _readable(text: str) -> str:
    if not (trimmed := _trimmed(text)):
        raise ValueError("must have at least one character that can be seen")
    return trimmed


def _two_ends(quiet: tuple[str, str]) -> tuple[str, str]:
    begins, ends = quiet
    if begins == ends != _NEVER:
        raise ValueError("must begin and end at different times; 00:00 twice means that no hours are quiet")
    return quiet


Trimmed = Annotated[Text, AfterValidator(_trimmed)]
Readable = Annotated[Text, AfterValidator(_readable)]
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Fact = Annotated[Readable, Field(max_length=300)]
Price = Annotated[float, Field(ge=0, le=1e9)]


class OwnDateShape(Shape):
    """A day of the community's own, once, or ``yearly`` on its month and day."""

    on: date
    name: Readable = Field(min_length=1, max_length=100)
    yearly: bool = True


class ContentSettingsShape(Shape):
    """Every field is optional; a field that is left out takes its default. ``quiet`` is from when until when nothing is published,
    ``HH:MM`` in ``timezone``, ``00:00`` twice for never; ``gap_hours`` the least time between two posts, ``per_day`` how many at most;
    ``cost_per_million`` what a million tokens cost (in, out) and ``budget_per_day`` the most that is spent on them, in ``currency``."""

    name: Trimmed = Field(_DEFAULT.name, max_length=100)
    timezone: Annotated[str, Field(max_length=64), AfterValidator(_known)] = _DEFAULT.timezone
    language: Literal["en", "zh-Hans", "zh-Hant", "zh-Hant-HK"] = "zh-Hant"
    regions: Annotated[tuple[Literal["cn", "tw", "hk", "us"], ...], Field(max_length=4)] = ("tw",)
    jurisdictions: Annotated[tuple[Jurisdiction, ...], Field(max_length=len(Jurisdiction))] = _DEFAULT.jurisdictions
    category: Category = _DEFAULT.category
    voice: Trimmed = Field(_DEFAULT.voice, max_length=500)
    facts: Annotated[tuple[Fact, ...], Field(max_length=MAX_FACTS)] = _DEFAULT.facts
    dates: Annotated[tuple[OwnDateShape, ...], Field(max_length=MAX_DATES)] = ()
    quiet: Annotated[tuple[Clock, Clock], AfterValidator(_two_ends)] = _DEFAULT.quiet
    gap_hours: float = Field(_DEFAULT.gap_hours, ge=0, le=72)
    per_day: int = Field(_DEFAULT.per_day, ge=1, le=24)
    currency: Trimmed = Field(_DEFAULT.currency, max_length=10)
    cost_per_million: tuple[Price, Price] = _DEFAULT.cost_per_million
    budget_per_day: float = Field(_DEFAULT.budget_per_day, ge=0, le=1e9)
    tokens_per_draft: int = Field(_DEFAULT.tokens_per_draft, ge=64, le=4_000)
    generation_timeout_s: float = Field(_DEFAULT.generation_timeout_s, ge=1, le=120)

    def settings(self) -> ContentSettings:
        given = {name: getattr(self, name) for name in ContentSettingsShape.model_fields}
        return ContentSettings(**{**given, "dates": tuple(OwnDate(one.on, one.name, one.yearly) for one in self.dates)})
