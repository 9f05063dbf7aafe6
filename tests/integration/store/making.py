"""Decisions made up for tests."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from assistant.store.writer import Idempotency, NewDecision
from assistant.types import Label

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
TEXT = "加❤薇❤信 abc123 日结300"


def answer(decision_id: str, text: str = TEXT, action: str = "review") -> dict[str, Any]:
    return {
        "id": decision_id,
        "action": action,
        "flagged": action != "allow",
        "scores": {label.value: 0.01 for label in Label} | {"spam": 0.98, "custom:競品": 1.0},
        "findings": [
            {
                "label": "spam",
                "score": 0.98,
                "start": 0,
                "end": 5,
                "start_utf16": 0,
                "end_utf16": 5,
                "text": text[0:5],
                "source": "rule:spam.contact",
                "field": "text",
            }
        ],
        "masked_text": "*" * 5 + text[5:],
        "reason": {"en": "This looks like luring.", "zh-Hant": "疑似引流"},
        "detected_language": "zh-Hans",
        "language_supported": True,
        "unscreened": ["image"],
        "policy": {"id": "demo", "version": 3},
        "model": {"id": "ngram", "version": "1", "uncalibrated": ["fraud"]},
        "degraded": False,
        "elapsed_ms": 0.4,
    }


def decision(
    community: str, *, text: str = TEXT, action: str = "review", key: str | None = None, **fields: Any
) -> NewDecision:
    """``key``: under this idempotency key, with the text for a body."""
    decision_id = f"dec_{secrets.token_hex(10)}"
    created_at = fields.pop("created_at", NOW)
    return NewDecision(
        id=decision_id,
        community=community,
        created_at=created_at,
        response=answer(decision_id, text, action),
        text=text,
        labels=fields.pop("labels", ("spam",)),
        text_expires_at=fields.pop("text_expires_at", created_at + timedelta(days=30)),
        idempotency=idempotency(key, text, created_at) if key else None,
        **fields,
    )


def idempotency(key: str, body: str, now: datetime = NOW) -> Idempotency:
    return Idempotency(key, hashlib.sha256(body.encode()).digest(), now + timedelta(hours=24))
