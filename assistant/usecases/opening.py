"""A case is opened: kept, shown to the staff where they are, and told to the community's systems; its cards follow what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection as Transaction

from assistant.moderation.enforce import can
from assistant.store import audit, cases, deliveries
from assistant.types import Case, Delivery, DeliveryKind, Do, Order, Resolution
from assistant.types.delivery import PLATFORM_CANNOT
from assistant.usecases.assistant import Assistant
from assistant.usecases.entries import card_entries, event_entries, order_entry
from assistant.usecases.identity import new_id

STOPPED = "connection_stopped"


def open_case(assistant: Assistant, transaction: Transaction, case: Case) -> bool:
    """Unless its cause has one already. Whether it was opened. That a connection takes nothing more is not sent over that connection."""
    if not cases.add(transaction, case):
        return False
    around = [
        one
        for one in assistant.registry.of_community(case.community)
        if case.details.get("alert") != STOPPED or one.connection.id != case.connection_id
    ]
    now = case.created_at
    deliveries.add(transaction, card_entries(around, case, now))
    data = {"id": case.id, "kind": case.kind.value}
    deliveries.add(transaction, event_entries(around, "case", case.id, data, now, case.decision_id))
    return True


def settle_case(
    assistant: Assistant, transaction: Transaction, case: Case, because: str, now: datetime, *, actor: str
) -> None:
    """A case that nobody needs to look at any more is approved, in the trail and on its cards too."""
    locked = cases.get(transaction, case.community, case.id, lock=True)
    cases.resolve(transaction, locked, Resolution.APPROVE, actor, because, now)
    audit.write(transaction, case.community, now, actor=actor, action="case.approve", subject=case.id, reason=because)
    resolved = cases.get(transaction, case.community, case.id)
    deliveries.add(transaction, amended_cards(assistant, transaction, resolved, {}, now))


def amended_cards(
    assistant: Assistant, transaction: Transaction, case: Case, refs: Mapping[str, str], now: datetime
) -> list[Delivery]:
    """Every card of the case, to show what became of it. Their words are written when they are sent."""
    entries = []
    for posted in deliveries.of_case(transaction, case.community, case.id):
        held = assistant.registry.get(posted.connection_id or "")
        if held is None or posted.kind is not DeliveryKind.ORDER or posted.payload.get("do") != Do.POST.value:
            continue
        if posted.message_id and can(held.capabilities, Do.AMEND, held.connection) != PLATFORM_CANNOT:
            order = Order(
                id=new_id("dlv"),
                do=Do.AMEND,
                channel=held.connection.staff_channel,
                message_id=posted.message_id,
                refs=refs,
            )
            key = f"amend:{posted.id}:{now.timestamp()}"
            entries.append(
                order_entry(held, order, key, now, case_id=case.id, decision_id=case.decision_id, for_staff=True)
            )
    return entries
