from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from assistant.content.topics import Period
from assistant.types import ModelRef
from assistant.types.content import Draft, DraftState, Kind, Post, Said, Screening

NOW = datetime(2026, 11, 28, 4, tzinfo=UTC)
PERIOD = Period(NOW - timedelta(days=7), NOW)


class Embedder:
    """Words as axes: two texts are as alike as the words that they share."""

    ref = ModelRef("words", "1")
    dimensions = 256

    def encode(self, texts):
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for at, text in enumerate(texts):
            for word in text.lower().split():
                rows[at, sum(map(ord, word)) * 31 % self.dimensions] += 1
        lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        return rows / lengths


def said(days: float, text: str, member: str = "", weight: float = 1.0) -> Said:
    name = f"{days:g}-{text}"
    return Said(name, member or name, NOW - timedelta(days=days), text, weight=weight)


def post(days: float, text: str, kind: Kind | None = None, **numbers: float) -> Post:
    return Post(f"{days:g}-{text}", text, NOW - timedelta(days=days), kind, numbers)


def draft(kind: Kind, original: str, title: str, body: str, state: DraftState = DraftState.APPROVED) -> Draft:
    return Draft(
        id="drf_1",
        community="shop",
        kind=kind,
        title=title,
        body=body,
        language="en",
        jurisdictions=(),
        category="general",
        machine=False,
        state=state,
        screening=Screening("allow", False),
        suggestion={},
        origin={},
        original=original,
        revision=0,
        created_by="ming",
        created_at=NOW,
        updated_at=NOW,
    )
