"""The outbox's entries: what is to be carried out or told, written together with what caused it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class DeliveryKind(StrEnum):
    """``order`` is carried out on a platform; ``event`` is told to a system of the community; ``follow_up`` is work on our own tables
    that a decision brings: strikes, penalties and their notices; ``question`` is one to the FAQ bot, asked where members talk; ``judge``
    is a message that a language model is asked about once more."""

    ORDER = "order"
    EVENT = "event"
    FOLLOW_UP = "follow_up"
    QUESTION = "question"
    JUDGE = "judge"


class DeliveryState(StrEnum):
    """``dead`` was given up; ``skipped`` was never to be tried, for the reason in ``because``."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"
    SKIPPED = "skipped"


PLATFORM_CANNOT = "platform_cannot"
PAID = "platform_bills_for_it"
DRY_RUN = "dry_run"
OVERTURNED = "overturned"
ANOTHER_HOLDS = "another_holds"
"""A mute or ban is not ended, for a later one is in force."""
DISABLED = "connection_disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """``id`` is sent along on every try, for receivers to recognise; ``key`` is what it is for, unique in the community."""

    id: str
    community: str
    kind: DeliveryKind
    key: str
    created_at: datetime
    due_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    connection_id: str | None = None
    decision_id: str | None = None
    case_id: str | None = None
    state: DeliveryState = DeliveryState.WAITING
    because: str | None = None
    attempts: int = 0
    finished_at: datetime | None = None
    message_id: str | None = None
