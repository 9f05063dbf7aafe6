"""Rows of the platform tables, made up for tests."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from assistant.store.appeals import AppealRow
from assistant.store.connections import ConnectionRow, KeptSecret, purpose
from assistant.store.penalties import PenaltyRow, StrikeRow
from assistant.store.vault import Vault
from assistant.types import (
    Case,
    CaseKind,
    Delivery,
    DeliveryKind,
    FailMode,
    OnReview,
    PenaltyState,
    Step,
)

NOW = datetime(2126, 11, 2, 12, 0, tzinfo=UTC)
"""Far ahead: a worker of the same run, which sees every community, finds nothing of theirs due."""
VAULT = Vault([b"k" * 32])


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(13)}"


def connection_row(community: str, **fields: Any) -> ConnectionRow:
    connection_id = fields.pop("id", None) or new_id("con")
    given: dict[str, Any] = {
        "platform": "webhooks",
        "name": "前台",
        "settings": {"url": "https://example.org/hook", "events": ["*"]},
        "secrets": {"secret": KeptSecret(VAULT.seal(fields.pop("value", "whsec_1"), purpose(connection_id, "secret")))},
        "fail_mode": FailMode.REVIEW,
        "on_review": OnReview.WITHHOLD,
        "dry_run": True,
        "dry_run_since": NOW,
        "paid_messages": False,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return ConnectionRow(id=connection_id, community=community, **{**given, **fields})


def delivery(community: str, **fields: Any) -> Delivery:
    delivery_id = fields.pop("id", None) or new_id("dlv")
    given: dict[str, Any] = {
        "kind": DeliveryKind.ORDER,
        "key": f"act:{delivery_id}",
        "created_at": NOW,
        "due_at": NOW,
        "payload": {"do": "hide", "message_id": "m1"},
    }
    return Delivery(id=delivery_id, community=community, **{**given, **fields})


def case(community: str, **fields: Any) -> Case:
    case_id = fields.pop("id", None) or new_id("cas")
    given: dict[str, Any] = {"key": f"decision:{case_id}", "kind": CaseKind.REVIEW, "created_at": NOW}
    return Case(id=case_id, community=community, **{**given, **fields})


def strike(community: str, **fields: Any) -> StrikeRow:
    given: dict[str, Any] = {
        "id": new_id("str"),
        "connection_id": "con_1",
        "member_id": "u1",
        "decision_id": new_id("dec"),
        "label": "spam",
        "weight": 1,
        "dry_run": False,
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=30),
    }
    return StrikeRow(community=community, **{**given, **fields})


def penalty(community: str, **fields: Any) -> PenaltyRow:
    given: dict[str, Any] = {
        "id": new_id("pen"),
        "connection_id": "con_1",
        "member_id": "u1",
        "step": Step.MUTE,
        "decision_id": new_id("dec"),
        "state": PenaltyState.APPLIED,
        "created_at": NOW,
        "channel": "general",
        "refs": {"thread": "7"},
        "ends_at": NOW + timedelta(hours=1),
    }
    return PenaltyRow(community=community, **{**given, **fields})


def appeal(community: str, **fields: Any) -> AppealRow:
    given: dict[str, Any] = {
        "id": new_id("apl"),
        "decision_id": new_id("dec"),
        "language": "zh-Hant",
        "text": "我只是引用",
        "created_at": NOW,
    }
    return AppealRow(community=community, **{**given, **fields})
