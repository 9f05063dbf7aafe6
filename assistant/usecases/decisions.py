"""Decisions read back by a community's operators."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.errors import NotFound
from assistant.store import communities, decisions, deliveries
from assistant.store.decisions import DecisionRow, Filters
from assistant.store.paging import Page
from assistant.types import Action, Delivery, DeliveryKind, DeliveryState
from assistant.usecases.assistant import Assistant
from assistant.usecases.caller import Caller
from assistant.usecases.deliveries import render_delivery
from assistant.usecases.judge_records import judged, render_judged


@dataclass(frozen=True, slots=True)
class DecisionFilters:
    """``since`` is inclusive, ``until`` exclusive; ``label`` is one that reached a threshold."""

    since: datetime | None = None
    until: datetime | None = None
    action: Action | None = None
    label: str | None = None
    member_id: str | None = None
    channel: str | None = None
    flagged: bool | None = None


async def page_decisions(
    assistant: Assistant,
    caller: Caller,
    filters: DecisionFilters,
    *,
    community: str | None,
    cursor: str | None,
    limit: int,
) -> dict[str, Any]:
    """At most ``limit`` decisions, the newest first, with the cursor of the next page or ``None``.

    Raises:
        NotFound: the community is not the caller's, or there is none of that name.
        InvalidInput: the cursor is not one of ours, or no community is named.
    """
    wanted = Filters(
        community=_community(caller, community),
        since=filters.since,
        until=filters.until,
        action=filters.action.value if filters.action else None,
        label=filters.label,
        member_id=filters.member_id,
        channel=filters.channel,
        flagged=filters.flagged,
    )

    def read() -> Page[DecisionRow]:
        with assistant.database.transaction(wanted.community) as connection:
            if caller.community is None:
                communities.get(connection, wanted.community)
            return decisions.page(connection, wanted, cursor, limit)

    page = await asyncio.to_thread(read)
    return {"decisions": [render_stored(row) for row in page.rows], "next_cursor": page.next_cursor}


async def get_decision(
    assistant: Assistant, caller: Caller, decision_id: str, *, community: str | None
) -> dict[str, Any]:
    """Raises: NotFound, also for another community's."""
    wanted = _community(caller, community)

    def read() -> dict[str, Any]:
        with assistant.database.transaction(wanted) as connection:
            row = decisions.get(connection, wanted, decision_id)
            entries = deliveries.of_decision(connection, wanted, decision_id)
            found = render_stored(row)
            if (look := judged(entries)) is not None:
                found["judged"] = render_judged(row, look)
            return found if row.connection_id is None else found | _carried_out(row, entries)

    return await asyncio.to_thread(read)


def render_stored(row: DecisionRow) -> dict[str, Any]:
    """The native answer with what it was about. Texts that are no longer kept are ``None``."""
    return {
        **row.answer,
        "created_at": row.created_at.isoformat(),
        "community": row.community,
        "text": row.text,
        "text_expires_at": row.text_expires_at.isoformat() if row.text_expires_at else None,
        "labels": list(row.labels),
        "degraded_stages": list(row.degraded),
        "member": row.member_id,
        "channel": row.channel,
        "platform": {"name": row.platform, "message_id": row.platform_message_id} if row.platform else None,
        "connection": row.connection_id,
        "purpose": row.purpose,
        "parts": dict(row.parts),
        "context": list(row.context),
    }


def _carried_out(row: DecisionRow, entries: Sequence[Delivery]) -> dict[str, Any]:
    """What became of the decision on its platform: whether it was carried out, why not, and every order in between."""
    orders = [one for one in entries if one.kind is DeliveryKind.ORDER and one.case_id is None]
    found: dict[str, Any] = {"actions": [render_delivery(one) for one in orders]}
    act = next((one for one in orders if one.key == f"act:{row.id}"), None)
    if act is not None and act.state is not DeliveryState.WAITING:
        found["carried_out"] = act.state is DeliveryState.DONE
        if act.because is not None:
            found["because"] = act.because
    return found


def _community(caller: Caller, named: str | None) -> str:
    if named is not None and caller.community is not None and named != caller.community:
        raise NotFound(field="community")
    return caller.community_for(named)
