"""What a community sends of its own accord, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class CampaignState(StrEnum):
    """``planning``: members are gone through; ``running``: all are, and messages go out as they fall due; ``stopped`` for good."""

    DRAFT = "draft"
    PLANNING = "planning"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class Occasion(StrEnum):
    """What makes a message be sent: an operator, or what happened to the member."""

    CAMPAIGN = "campaign"
    JOINED = "joined"
    AT_RISK = "at_risk"
    BACK_IN_STOCK = "back_in_stock"
    ANSWERED = "answered"
    DIGEST = "digest"


RECURRING = frozenset({Occasion.AT_RISK, Occasion.BACK_IN_STOCK, Occasion.DIGEST})
"""What the workers raise by themselves, again and again, as long as the campaign runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """``document`` is what it was asked to be; ``planned_to`` the member up to whom it is planned; ``approved_by`` the second person of
    an offer that not everyone gets."""

    id: str
    community: str
    name: str
    state: CampaignState
    document: Mapping[str, Any]
    created_by: str
    created_at: datetime
    updated_at: datetime
    planned_to: str | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """One member's part of a campaign: sent under ``delivery_id`` at ``due_at``, or not sent, ``because``. ``round`` says which time it
    was, of a campaign that recurs."""

    campaign_id: str
    member_id: str
    connection_id: str
    delivery_id: str | None = None
    because: str | None = None
    due_at: datetime | None = None
    variant: str = ""
    items: tuple[str, ...] = field(default=())
    round: str = ""
