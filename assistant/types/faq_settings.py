"""How a community's FAQ bot behaves: data, checked by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import ClassVar
from zoneinfo import ZoneInfo

from assistant.types.time_zones import time_zones

MAX_HOURS = 50
MAX_NAMES = 20
MIN_NAME_CHARS, MAX_NAME_CHARS = 2, 100
MAX_MINUTES = 10_080
MAX_WRITE_TO_CHARS = 500
MAX_CONTACTS = 500
CHIPS = 10
MAX_ORIGINS = 50
_ORIGIN = re.compile(r"https?://[^/\s?#]+", re.ASCII)
CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])", re.ASCII)

_FORBID_EXTRA = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Hours:
    """People are on duty on these days (1 is Monday, 7 Sunday) from ``begins`` until ``ends``, ``HH:MM`` in the community's time zone;
    ``24:00`` is midnight."""

    days: tuple[int, ...]
    begins: str
    ends: str

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID_EXTRA

    def __post_init__(self) -> None:
        if not self.days or any(not 1 <= day <= 7 for day in self.days):
            raise ValueError("days must be 1 (Monday) to 7 (Sunday)")
        for name in ("begins", "ends"):
            if not CLOCK.fullmatch(getattr(self, name)):
                raise ValueError(f"{name} must be HH:MM")
        if self.begins >= self.ends:
            raise ValueError("begins must be before ends; hours over midnight are two entries")

    def hold(self, moment: datetime) -> bool:
        """``moment`` in the community's time zone."""
        clock = moment.time().replace(tzinfo=None)
        return moment.isoweekday() in self.days and _time(self.begins) <= clock and f"{clock:%H:%M}" < self.ends


def _time(text: str) -> time:
    return time.fromisoformat(text) if text != "24:00" else time.max


@dataclass(frozen=True, slots=True)
class FaqSettings:
    """``floor`` is the least probability of being right at which the bot answers, ``gap`` the least lead over the next answer that it
    does not ask which was meant; ``None`` takes the model's own, calibrated ones. Without ``hours``, people are always on duty.
    ``promised_minutes`` is the wait that the member is told; ``write_to`` where to write when nobody is there. ``lookup_url`` is the shop's
    own system that answers about a member's own orders, over the connection ``lookup_connection``, whose secret signs.
    ``contacts`` are published by the community and never masked. ``called`` is what members call the bot where they talk (``@shopbot``,
    ``<@U012AB3CD>``): a message of a connected platform that holds one of these names is a question to it; with ``in_private`` so is every
    message that nobody but the bot reads.
    """

    enabled: bool = True
    floor: float | None = None
    gap: float | None = None
    time_zone: str = "Asia/Taipei"
    hours: tuple[Hours, ...] = ()
    promised_minutes: int | None = None
    write_to: str = ""
    lookup_url: str | None = None
    lookup_connection: str | None = None
    contacts: tuple[str, ...] = ()
    use_generator: bool = False
    chips: int = 4
    called: tuple[str, ...] = ()
    in_private: bool = False

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID_EXTRA

    def __post_init__(self) -> None:
        for name in ("floor", "gap"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise ValueError(f"{name} must be 0 to 1")
        if self.time_zone not in time_zones():
            raise ValueError(f"time_zone {self.time_zone!r} is not one like Asia/Taipei")
        if len(self.hours) > MAX_HOURS:
            raise ValueError(f"{len(self.hours)} hours, at most {MAX_HOURS} are allowed")
        if self.promised_minutes is not None and not 1 <= self.promised_minutes <= MAX_MINUTES:
            raise ValueError(f"promised_minutes must be 1 to {MAX_MINUTES}")
        if len(self.write_to) > MAX_WRITE_TO_CHARS:
            raise ValueError(f"write_to has at most {MAX_WRITE_TO_CHARS} characters")
        if (self.lookup_url is None) is not (self.lookup_connection is None):
            raise ValueError("lookup_url and lookup_connection go together")
        if len(self.contacts) > MAX_CONTACTS:
            raise ValueError(f"at most {MAX_CONTACTS} contacts are allowed")
        if len(self.called) > MAX_NAMES:
            raise ValueError(f"{len(self.called)} names in called, at most {MAX_NAMES} are allowed")
        if any(not MIN_NAME_CHARS <= len(name.strip()) <= MAX_NAME_CHARS for name in self.called):
            raise ValueError(f"names in called have {MIN_NAME_CHARS} to {MAX_NAME_CHARS} characters")
        if not 0 <= self.chips <= CHIPS:
            raise ValueError(f"chips must be 0 to {CHIPS}")

    def on_duty(self, now: datetime) -> bool:
        local = now.astimezone(ZoneInfo(self.time_zone))
        return not self.hours or any(one.hold(local) for one in self.hours)


def check_origin(origin: str) -> str:
    """Itself; ValueError where it is not like ``https://shop.example``."""
    if not _ORIGIN.fullmatch(origin):
        raise ValueError(f"{origin!r} is not an origin like https://shop.example")
    return origin
