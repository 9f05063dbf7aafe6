"""The FAQ bot's settings as they are sent: each field with its limits, which the schema and the errors tell."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from assistant.types.faq_settings import (
    CHIPS,
    CLOCK,
    MAX_CONTACTS,
    MAX_HOURS,
    MAX_MINUTES,
    MAX_NAME_CHARS,
    MAX_NAMES,
    MAX_WRITE_TO_CHARS,
    MIN_NAME_CHARS,
)
from assistant.types.time_zones import time_zones
from assistant.usecases.request import LanguageTag, Name, Shape, Text, storable


def _clock(text: str) -> str:
    if not CLOCK.fullmatch(text):
        raise PydanticCustomError("clock", "must be HH:MM, from 00:00 to 24:00", {"expected": "HH:MM"})
    return text


def _time_zone(text: str) -> str:
    if text not in time_zones():
        raise PydanticCustomError("time_zone", "must be a time zone like Asia/Taipei", {"expected": "Asia/Taipei"})
    return text


Share = Annotated[float, Field(ge=0, le=1)]
Clock = Annotated[str, AfterValidator(_clock), Field(description="HH:MM; 24:00 is midnight at the end of a day.")]
Zone = Annotated[str, AfterValidator(_time_zone), Field(description="Of the IANA's database, like Asia/Taipei.")]
Called = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=MIN_NAME_CHARS, max_length=MAX_NAME_CHARS),
    AfterValidator(storable),
]


class HoursShape(Shape):
    """People are there on these days, from ``begins`` until ``ends``. Hours over midnight are two entries."""

    days: list[Annotated[int, Field(ge=1, le=7)]] = Field(
        min_length=1, max_length=7, description="1 is Monday, 7 Sunday."
    )
    begins: Clock
    ends: Clock

    @field_validator("ends")
    @classmethod
    def _after(cls, ends: str, info: ValidationInfo) -> str:
        begins = info.data.get("begins")
        if begins is not None and ends <= begins:
            message = "must be after begins; hours over midnight are two entries"
            raise PydanticCustomError("hours", message, {"gt": begins})
        return ends


class FaqSettingsShape(Shape):
    """Every field is optional; a field that is left out takes its default, but for ``default_language``, which stays as it is."""

    enabled: bool = True
    default_language: LanguageTag | None = None
    floor: Share | None = None
    gap: Share | None = None
    time_zone: Zone = "Asia/Taipei"
    hours: list[HoursShape] = Field([], max_length=MAX_HOURS, description="None: people are always there.")
    promised_minutes: int | None = Field(None, ge=1, le=MAX_MINUTES)
    write_to: Text = Field("", max_length=MAX_WRITE_TO_CHARS)
    lookup_url: Text | None = None
    lookup_connection: Name | None = Field(None, validate_default=True, description="Goes with `lookup_url`.")
    contacts: list[Text] = Field([], max_length=MAX_CONTACTS)
    use_generator: bool = False
    chips: int = Field(4, ge=0, le=CHIPS)
    called: list[Called] = Field([], max_length=MAX_NAMES)
    in_private: bool = False

    @field_validator("lookup_connection")
    @classmethod
    def _together(cls, connection: str | None, info: ValidationInfo) -> str | None:
        if "lookup_url" in info.data and (info.data["lookup_url"] is None) is not (connection is None):
            message = "must be given with lookup_url, and only with it"
            raise PydanticCustomError("together", message, {"expected": "lookup_url"})
        return connection
