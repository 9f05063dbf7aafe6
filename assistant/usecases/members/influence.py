"""Whom a member brings, and what others make of what they post."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Transaction

from assistant.store import events


def of_member(transaction: Transaction, community: str, member_id: str, moment: datetime) -> dict[str, Any]:
    """Members who joined by them, shares of and reactions to theirs in the year before ``moment``; ``score`` counts them 3, 2 and 1, once
    for each other member and kind."""
    counts = events.brought_by(transaction, community, member_id, moment)
    joined, shared, reacted = (counts.get(kind, (0, 0)) for kind in ("join", "share", "reaction"))
    return {
        "score": 3 * joined[1] + 2 * shared[1] + reacted[1],
        "because": {
            "joined": joined[0],
            "shares": shared[0],
            "reactions": reacted[0],
            "members_who_shared": shared[1],
            "members_who_reacted": reacted[1],
        },
    }
