"""How a community wants its content: data, checked by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from zoneinfo import ZoneInfo

from assistant.types.advertising import Category, Jurisdiction
from assistant.types.time_zones import time_zones

MAX_DATES = 100
MAX_FACTS = 50
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_REGIONS = frozenset({"cn", "tw", "hk", "us"})
LANGUAGES = frozenset({"en", "zh-Hans", "zh-Hant", "zh-Hant-HK"})

_FORBID_EXTRA = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class OwnDate:
    """A day of the community's own, once, or ``yearly`` on its month and day."""

    on: date
    name: str
    yearly: bool = True

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID_EXTRA

    def __post_init__(self) -> None:
        if not 1 <= len(self.name) <= 100:
            raise ValueError("name must have 1 to 100 characters")


@dataclass(frozen=True, slots=True)
class ContentSettings:
    """``facts`` are what drafts may state about the community and its goods: nothing else is true to a language model. ``quiet`` is from
    when until when nothing is published, ``HH:MM`` in ``timezone``; ``gap_hours`` the least time between two posts; ``per_day`` how many
    at most. ``cost_per_million`` is what the language model's server charges for a million tokens (in, out), in ``currency``;
    ``budget_per_day`` the most that may be spent on it."""

    name: str = ""
    timezone: str = "Asia/Taipei"
    language: str = "zh-Hant"
    regions: tuple[str, ...] = ("tw",)
    jurisdictions: tuple[Jurisdiction, ...] = ()
    category: Category = Category.GENERAL
    voice: str = ""
    facts: tuple[str, ...] = ()
    dates: tuple[OwnDate, ...] = ()
    quiet: tuple[str, str] = ("22:00", "08:00")
    gap_hours: float = 3.0
    per_day: int = 3
    currency: str = "TWD"
    cost_per_million: tuple[float, float] = (0.0, 0.0)
    budget_per_day: float = 10.0
    tokens_per_draft: int = 700
    generation_timeout_s: float = 30.0

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID_EXTRA

    def __post_init__(self) -> None:
        if self.timezone not in time_zones():
            raise ValueError(f"timezone {self.timezone!r} is not known")
        if self.language not in LANGUAGES:
            raise ValueError(f"language must be one of {', '.join(sorted(LANGUAGES))}")
        if set(self.regions) - _REGIONS:
            raise ValueError(f"regions must be among {', '.join(sorted(_REGIONS))}")
        if len(self.dates) > MAX_DATES or len(self.facts) > MAX_FACTS:
            raise ValueError(f"at most {MAX_DATES} dates and {MAX_FACTS} facts")
        if len(self.name) > 100 or len(self.voice) > 500 or any(len(fact) > 300 for fact in self.facts):
            raise ValueError("name has at most 100 characters, voice 500, a fact 300")
        if not all(_CLOCK.fullmatch(clock) for clock in self.quiet):
            raise ValueError("quiet must be two times, HH:MM")
        if not (0 <= self.gap_hours <= 72 and 1 <= self.per_day <= 24):
            raise ValueError("gap_hours must be 0 to 72, per_day 1 to 24")
        if not (min(self.cost_per_million) >= 0 and self.budget_per_day >= 0):
            raise ValueError("cost and budget must not be negative")
        if not (64 <= self.tokens_per_draft <= 4_000 and 1 <= self.generation_timeout_s <= 120):
            raise ValueError("tokens_per_draft must be 64 to 4000, generation_timeout_s 1 to 120")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)
