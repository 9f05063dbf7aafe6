"""Who a member is, as far as they said, and what they allow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ConsentPurpose(StrEnum):
    """What a member's data may be used for, each asked for apart. ``child`` and ``health`` are needed besides ``profiling`` for what is
    known of a child or of health; ``push`` lets messages be sent."""

    PROFILING = "profiling"
    PUSH = "push"
    ANALYTICS = "analytics"
    TRAINING = "training"
    CHILD = "child"
    HEALTH = "health"


@dataclass(frozen=True, slots=True)
class Consent:
    """What a member said to a purpose: yes or no, where (``source``), to which ``wording`` and when."""

    purpose: ConsentPurpose
    granted: bool
    source: str
    at: datetime
    wording: str | None = None


class Sensitivity(StrEnum):
    """``sensitive`` is what PIPL 28 names: health, minors, whereabouts, finances; it is shown to operators by name alone."""

    PLAIN = "plain"
    SENSITIVE = "sensitive"


class AttributeType(StrEnum):
    """``date`` is a day; its distance from today gives stages."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A declared value: a text, number, flag, or a day as ``YYYY-MM-DD``."""

    name: str
    value: str | float | bool
    purpose: ConsentPurpose
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """``attributes`` and ``consents`` by name; no record of a purpose is no consent. ``stops`` are topics they want nothing about."""

    id: str
    created_at: datetime
    updated_at: datetime
    source: str = "api"
    name: str | None = None
    attributes: tuple[Attribute, ...] = ()
    consents: tuple[Consent, ...] = ()
    stops: tuple[str, ...] = ()

    def allows(self, purpose: ConsentPurpose) -> bool:
        return any(consent.granted for consent in self.consents if consent.purpose is purpose)

    def declared(self, name: str) -> str | float | bool | None:
        return next((attribute.value for attribute in self.attributes if attribute.name == name), None)
