"""A case is opened: kept, shown to the staff where they are, and told to the community's systems."""

from __future__ import annotations

from sqlalchemy import Connection as Transaction

from assistant.store import cases, deliveries
from assistant.types import Case
from assistant.usecases.assistant import Assistant
from assistant.usecases.entries import card_entries, event_entries

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
