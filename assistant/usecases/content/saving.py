"""A draft's change, kept with its trail; what is not approved any more leaves the calendar in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection as Transaction

from assistant.errors import Conflict
from assistant.store import audit, content_calendar, content_drafts, deliveries
from assistant.types import DeliveryState
from assistant.types.content import Draft, DraftState, Entry, SlotState
from assistant.usecases.assistant import Assistant
from assistant.usecases.identity import new_id


def save_draft(
    assistant: Assistant,
    draft: Draft,
    revision: int,
    actor: str,
    action: str,
    lines: Sequence[str] = (),
    note: str = "",
) -> tuple[Draft, Entry | None]:
    """The draft as it is now, and the place in the calendar that it lost by this. Blocks on the database.

    Raises:
        NotFound: there is no such draft.
        Conflict: it was changed or published meanwhile, or is being posted right now.
    """
    now = assistant.clock()
    with assistant.database.transaction(draft.community) as transaction:
        if content_drafts.hold(transaction, draft.community, draft.id).state is DraftState.PUBLISHED:
            raise Conflict("draft_published", field="draft")
        saved = content_drafts.save(transaction, draft, revision)
        lost = None
        if saved.state is not DraftState.APPROVED:
            lost = _take_out(transaction, saved, f"draft_{action}", now)
        content_drafts.note(transaction, saved, new_id("chg"), now, actor, action, tuple(lines), note)
        reason = "" if action == "edited" else note  # a note on words stays with the draft, and goes with it
        audit.write(
            transaction, draft.community, now, actor=actor, action=f"content.{action}", subject=draft.id, reason=reason
        )
        if lost is not None:
            audit.write(
                transaction,
                draft.community,
                now,
                actor=actor,
                action="content.cancelled",
                subject=draft.id,
                reason=lost.because or "",
            )
    return saved, lost


def call_off(transaction: Transaction, delivery_id: str, because: str, now: datetime) -> bool:
    """Whether the delivery goes out no more, neither by itself nor when the dead are tried again; False where it went out.

    Raises:
        Conflict: a worker may be sending it right now.
    """
    found = deliveries.lock(transaction, delivery_id)
    if found is None:
        return True
    if found.state is DeliveryState.WAITING and found.attempts > 0 and found.because is None and found.due_at > now:
        raise Conflict("entry_under_way", field="entry")
    deliveries.withdraw(transaction, delivery_id, because, now)
    return found.state is not DeliveryState.DONE


def _take_out(transaction: Transaction, draft: Draft, because: str, now: datetime) -> Entry | None:
    """Raises: Conflict, where it went out, or may be going out right now."""
    lost = None
    for entry in content_calendar.of_draft(transaction, draft.community, draft.id):
        planned = entry.state is SlotState.PLANNED
        off = entry.delivery_id is None or call_off(transaction, entry.delivery_id, because, now)
        if planned and not off:
            raise Conflict("draft_published", field="draft")
        if planned:
            cancelled = SlotState.CANCELLED
            content_calendar.change(transaction, entry, SlotState.PLANNED, state=cancelled.value, because=because)
            lost = replace(entry, state=cancelled, because=because)
    return lost
