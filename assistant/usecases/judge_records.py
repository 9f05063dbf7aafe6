"""What comes of a judge's word: a case, the audit trail, the community's systems, and the entry that says what was asked and found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection as Transaction

from assistant.moderation.judge import Raised, raise_by, read_findings
from assistant.store import audit, cases, deliveries, judgements
from assistant.store.decisions import DecisionRow
from assistant.types import (
    Action,
    Case,
    CaseKind,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Label,
    Message,
    Policy,
    Purpose,
)
from assistant.usecases.assistant import Assistant
from assistant.usecases.entries import event_entries
from assistant.usecases.identity import new_id
from assistant.usecases.members.judging import judge_event
from assistant.usecases.notices import MACHINE
from assistant.usecases.opening import open_case
from assistant.usecases.overturn import is_overturned
from assistant.usecases.rendering import render_findings

log = structlog.get_logger()

SEEN = "seen"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``data`` is the model's answer as it fits the schema, or ``None`` with the reason in ``because``; ``origin`` says whose word it is,
    by which prompt, and what it cost."""

    data: Mapping[str, Any] | None
    origin: Mapping[str, Any]
    because: str | None = None


def settle(assistant: Assistant, delivery: Delivery, row: DecisionRow, policy: Policy, verdict: Verdict) -> None:
    """In one transaction, and once, however many workers had the entry. What a person looks at by now is left to them."""
    now = assistant.clock()
    texts = _texts(row)
    source = f"judge:{verdict.origin['model']}"
    found = read_findings(verdict.data, delivery.payload["labels"], texts, source) if verdict.data else ()
    raised = raise_by(policy, _message(row, delivery), Action(row.answer["action"]), row.answer["scores"], found)
    with assistant.database.transaction(delivery.community) as transaction:
        if not deliveries.hold(transaction, delivery.id):
            return
        taken = bool(raised.over) and not seen(transaction, row)
        if taken:
            _raise(assistant, transaction, row, raised, verdict.origin, now)
        outcome = {
            "findings": [asdict(one) for one in found],
            "action": raised.action.value if taken else row.answer["action"],
            "raised": sorted(raised.over) if taken else [],
        }
        judgements.note(transaction, delivery, {**verdict.origin, **outcome})
        because = verdict.because or (SEEN if raised.over and not taken else None)
        deliveries.finish(transaction, delivery.id, DeliveryState.DONE, now, because=because)
    log.info("a message was judged", decision=row.id, raised=outcome["raised"], **verdict.origin)


def render_judged(row: DecisionRow, delivery: Delivery) -> dict[str, Any]:
    """What a stored decision says of its second look; ``text`` of the findings as long as the message is kept."""
    payload, texts = delivery.payload, _texts(row)
    findings = [one for one in payload.get("findings", ()) if one["label"] in payload.get("raised", ())]
    shown = []
    for one in findings:
        text = texts.get(one["field"])
        shown.append({**one, "text": text[one["start"] : one["end"]] if text is not None else None})
    asked = {name: payload.get(name) for name in ("model", "prompt", "version", "cost", "currency", "asked_at")}
    return {
        "state": delivery.state.value,
        "because": delivery.because,
        "action": payload.get("action"),
        "raised": payload.get("raised", []),
        "findings": shown,
        **asked,
    }


def judged(entries: list[Delivery]) -> Delivery | None:
    """The entry of the second look among a decision's."""
    return next((one for one in entries if one.kind is DeliveryKind.JUDGE), None)


def _raise(
    assistant: Assistant,
    transaction: Transaction,
    row: DecisionRow,
    raised: Raised,
    origin: Mapping[str, Any],
    now: datetime,
) -> None:
    details = {
        "labels": sorted(raised.over),
        "action": raised.action.value,
        "findings": [
            {name: value for name, value in one.items() if name != "text"}
            for one in render_findings(raised.findings, _texts(row))
        ],
        **origin,
    }
    audit.write(transaction, row.community, now, actor=MACHINE, action="judge", subject=row.id, details=details)
    around = assistant.registry.of_community(row.community)
    data = {
        "decision_id": row.id,
        "action": raised.action.value,
        "labels": sorted({*row.labels, *raised.over}),
        "degraded": bool(row.degraded),
        "member_id": row.member_id,
        "channel": row.channel,
        "message_id": row.platform_message_id,
        "connection_id": row.connection_id,
        "platform": row.platform,
        "raised_by": {name: origin[name] for name in ("model", "prompt", "version")},
    }
    deliveries.add(transaction, event_entries(around, "decision", f"judge:{row.id}", data, now, row.id))
    if Action.REVIEW in raised.over.values():
        _open(assistant, transaction, row, raised, details, now)
        judge_event(transaction, row.community, row.id, flagged=True, now=now)


def _open(
    assistant: Assistant,
    transaction: Transaction,
    row: DecisionRow,
    raised: Raised,
    details: Mapping[str, Any],
    now: datetime,
) -> None:
    helps = Label.SELF_HARM.value in raised.over
    case = Case(
        id=new_id("cas"),
        community=row.community,
        key=f"decision:{row.id}",
        kind=CaseKind.HELP if helps else CaseKind.REVIEW,
        urgent=helps,
        decision_id=row.id,
        connection_id=row.connection_id,
        member_id=row.member_id,
        channel=row.channel,
        details={"judge": dict(details)},
        created_at=now,
    )
    open_case(assistant, transaction, case)


def seen(transaction: Transaction, row: DecisionRow) -> bool:
    """Whether a person looks at it already, or has."""
    return bool(cases.of_decision(transaction, row.community, row.id)) or is_overturned(
        transaction, row.community, row.id
    )


def _message(row: DecisionRow, delivery: Delivery) -> Message:
    return Message(
        text=row.text or "",
        member_id=row.member_id,
        roles=tuple(delivery.payload["roles"]),
        channel=row.channel,
        purpose=Purpose(row.purpose),
    )


def _texts(row: DecisionRow) -> dict[str, str]:
    return {**({"text": row.text} if row.text is not None else {}), **row.parts}
