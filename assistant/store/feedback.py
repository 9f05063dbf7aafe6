"""What people say the labels should have been."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from assistant.store.tables import feedback


@dataclass(frozen=True, slots=True)
class NewFeedback:
    """``labels`` holds the suggested scores in [0, 1], by our label or, for a vendor's ``source``, by its attribute. ``text_expires_at``
    is ``None`` only together with ``text``.
    """

    community: str
    created_at: datetime
    source: str
    labels: Mapping[str, float]
    key_id: str | None = None
    decision_id: str | None = None
    member_id: str | None = None
    language: str | None = None
    text: str | None = None
    text_expires_at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.text is None) != (self.text_expires_at is None):
            raise ValueError("a text is kept with the time at which it goes, and only then")


@dataclass(frozen=True, slots=True)
class StoredFeedback(NewFeedback):
    id: int = 0


def add(connection: Connection, new: NewFeedback) -> int:
    """The id under which it is kept."""
    added: int = connection.execute(insert(feedback).values(asdict(new)).returning(feedback.c.id)).scalar_one()
    return added


def list_since(connection: Connection, community: str, since: datetime, limit: int = 1000) -> list[StoredFeedback]:
    """The oldest first."""
    query = select(feedback).where(feedback.c.community == community, feedback.c.created_at >= since)
    rows = connection.execute(query.order_by(feedback.c.created_at, feedback.c.id).limit(limit)).mappings()
    return [StoredFeedback(**row) for row in rows]
