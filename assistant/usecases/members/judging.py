"""A person decides over what a member said: what it counted for is taken back, or given again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection as Transaction

from assistant.store import events, profiles
from assistant.usecases.members import points


def judge_event(transaction: Transaction, community: str, decision_id: str, *, flagged: bool, now: datetime) -> None:
    """The event of a decision is a violation, or none: its member's profile is folded anew from there, and points go or come back."""
    for event_id, member_id, at in events.flag(transaction, community, decision_id, flagged=flagged):
        profiles.queue(transaction, community, [member_id], at, now)
        (points.take_back if flagged else points.give_again)(transaction, community, event_id, now)
