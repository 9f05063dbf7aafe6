"""What waits for a person, and what a member's record holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class CaseKind(StrEnum):
    """Why a person is asked: a decision said so; a member needs help; the platform could not carry something out; a penalty is held; a
    member appeals or reports; something is wrong with the service itself."""

    REVIEW = "review"
    HELP = "help"
    CANNOT = "cannot"
    PENALTY = "penalty"
    APPEAL = "appeal"
    REPORT = "report"
    ALERT = "alert"


class CaseState(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    RESOLVED = "resolved"


class Resolution(StrEnum):
    """``approve``: nothing is wrong, or what was done is taken back; ``remove``: it goes; ``undo``: the last resolution is taken back."""

    APPROVE = "approve"
    REMOVE = "remove"
    UNDO = "undo"


class Step(StrEnum):
    """The ladder's steps, from the mildest."""

    WARNING = "warning"
    MUTE = "mute"
    KICK = "kick"
    BAN = "ban"


class PenaltyState(StrEnum):
    """``held`` waits for a person; ``lifted`` was taken back; ``dry_run`` would have been."""

    APPLIED = "applied"
    HELD = "held"
    LIFTED = "lifted"
    DRY_RUN = "dry_run"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A decision that a person resolved: its scores, the labels that reached a threshold, and whether the message was removed."""

    scores: Mapping[str, float]
    labels: tuple[str, ...]
    removed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """``urgent`` cases stand at the front. ``key`` is unique in the community: the same cause opens no second case."""

    id: str
    community: str
    key: str
    kind: CaseKind
    created_at: datetime
    urgent: bool = False
    decision_id: str | None = None
    connection_id: str | None = None
    member_id: str | None = None
    channel: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    state: CaseState = CaseState.OPEN
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    resolution: Resolution | None = None
    resolved_by: str | None = None
    resolved_at: datetime | None = None
    note: str | None = None
