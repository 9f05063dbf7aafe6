"""What a decision brings, to be stored with it: an order, a case and its cards, events, a follow-up for the member's record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from assistant.faq.addressed import question_to
from assistant.moderation.enforce import Enforcement, needs_help
from assistant.types import (
    Action,
    Case,
    CaseKind,
    Decision,
    Delivery,
    DeliveryKind,
    Do,
    Label,
    Message,
    Order,
    Said,
    Verdict,
)
from assistant.types.delivery import DRY_RUN
from assistant.usecases.assistant import Assistant
from assistant.usecases.entries import card_entries, event_entries, follow_up, order_entry
from assistant.usecases.identity import new_id
from assistant.usecases.registry import Held
from assistant.usecases.speech import language_of

_SHOWN_WITHIN_S = 1.0


def consequences(
    assistant: Assistant,
    held: Held,
    said: Said,
    decision: Decision,
    enforcement: Enforcement,
    answer: Mapping[str, Any],
) -> tuple[list[Case], list[Delivery]]:
    """``answer`` is the native answer, whose id is the decision's."""
    now, decision_id = assistant.clock(), answer["id"]
    around = assistant.registry.of_community(held.connection.community)
    deliveries: list[Delivery] = []
    cases: list[Case] = []
    if enforcement.do is not None:
        order = _order(said, enforcement.do)
        deliveries.append(order_entry(held, order, f"act:{decision_id}", now, decision_id=decision_id))
    if enforcement.case is not None:
        case = _case(held, said, decision_id, enforcement, assistant)
        cases.append(case)
        deliveries += card_entries(around, case, now)
        deliveries += event_entries(around, "case", case.id, {"id": case.id, "kind": case.kind.value}, now, decision_id)
    if decision.action is not Action.ALLOW:
        where = {"connection_id": held.connection.id, "platform": held.connection.platform, "dry_run": held.dry_run}
        data = event_data(answer, said.message) | where
        deliveries += event_entries(around, "decision", decision_id, data, now, decision_id)
    if said.message.member_id and (enforcement.strike or enforcement.help or _tells(enforcement, said)):
        payload = _follow_up(held, said, decision, enforcement)
        deliveries.append(follow_up(held.connection.community, held.connection.id, decision_id, payload, now))
    if assistant.has_faq and (asked := _question(held, said, decision)):
        deliveries.append(_question_entry(held, said, asked, decision_id, now))
    return cases, deliveries


def _question(held: Held, said: Said, decision: Decision) -> str:
    """What the message asks the community's bot; empty where it asks nothing, or may not be shown."""
    message, faq = said.message, held.faq
    if (
        decision.action is not Action.ALLOW
        or message.edit_of is not None
        or message.member_id is None
        or not faq.enabled
    ):
        return ""
    return question_to(message.text, faq.called, to_bot_alone=said.private and faq.in_private)


def _question_entry(held: Held, said: Said, question: str, decision_id: str, now: datetime) -> Delivery:
    """Kept in the outbox: a bot that is restarted answers all the same. Where the platform still holds the message, it comes first."""
    message = said.message
    payload = {
        "question": question,
        "member_id": message.member_id,
        "channel": message.channel,
        "private": said.private,
        "refs": ({"thread": message.thread} if message.thread else {}) | dict(said.refs),
    }
    return Delivery(
        id=new_id("dlv"),
        community=held.connection.community,
        connection_id=held.connection.id,
        kind=DeliveryKind.QUESTION,
        key=f"question:{decision_id}",
        payload=payload,
        due_at=now + timedelta(seconds=_SHOWN_WITHIN_S) if said.before else now,
        created_at=now,
    )


def asked_consequences(
    assistant: Assistant, community: str, message: Message, decision: Decision, answer: Mapping[str, Any]
) -> tuple[list[Case], list[Delivery]]:
    """Of a decision that somebody asked for by the API, who carries it out themselves: a case where a person has to look, and events."""
    if decision.action is Action.ALLOW:
        return [], []
    now, decision_id = assistant.clock(), answer["id"]
    around = assistant.registry.of_community(community)
    data = event_data(answer, message) | {"connection_id": None, "platform": None, "dry_run": False}
    deliveries = event_entries(around, "decision", decision_id, data, now, decision_id)
    helps = needs_help(decision)
    if decision.action is not Action.REVIEW and not helps:
        return [], deliveries
    case = Case(
        id=new_id("cas"),
        community=community,
        key=f"decision:{decision_id}",
        kind=CaseKind.HELP if helps else CaseKind.REVIEW,
        urgent=Label.SELF_HARM.value in decision.over,
        decision_id=decision_id,
        member_id=message.member_id,
        channel=message.channel,
        created_at=now,
    )
    deliveries += card_entries(around, case, now)
    deliveries += event_entries(around, "case", case.id, {"id": case.id, "kind": case.kind.value}, now, decision_id)
    return [case], deliveries


def marks(held: Held, said: Said, decision: Decision, enforcement: Enforcement) -> dict[str, Any]:
    """What the answer says of its being carried out: ``carried_out`` is ``None`` while that is under way, and where there is nothing to do;
    ``because`` is why it is not."""
    found: dict[str, Any] = {"carried_out": _carried_out(held, decision, enforcement)}
    if said.before:
        found["verdict"] = enforcement.verdict.value
    if enforcement.cannot or (held.dry_run and decision.action is not Action.ALLOW):
        found["because"] = enforcement.cannot or DRY_RUN
    return found


def event_data(answer: Mapping[str, Any], message: Message) -> dict[str, Any]:
    """What systems of the community are told of a decision: no word of the message."""
    return {
        "decision_id": answer["id"],
        "action": answer["action"],
        "labels": sorted({finding["label"] for finding in answer["findings"]}),
        "degraded": answer["degraded"],
        "member_id": message.member_id,
        "channel": message.channel,
        "message_id": message.platform.message_id if message.platform else None,
    }


def _case(held: Held, said: Said, decision_id: str, enforcement: Enforcement, assistant: Assistant) -> Case:
    assert enforcement.case is not None  # noqa: S101 - asked for by the caller
    return Case(
        id=new_id("cas"),
        community=held.connection.community,
        key=f"decision:{decision_id}",
        kind=enforcement.case,
        urgent=enforcement.urgent,
        decision_id=decision_id,
        connection_id=held.connection.id,
        member_id=said.message.member_id,
        channel=said.message.channel,
        details={"because": enforcement.cannot} if enforcement.cannot else {},
        created_at=assistant.clock(),
    )


def _follow_up(held: Held, said: Said, decision: Decision, enforcement: Enforcement) -> dict[str, Any]:
    strike = enforcement.strike
    return {
        "label": strike.label if strike else None,
        "weight": strike.weight if strike else 0,
        "help": enforcement.help,
        "tell": _tells(enforcement, said),
        "language": language_of(said.locale, decision.detected_language, held.language),
        "locale": said.locale,
        "dry_run": held.dry_run,
    }


def _tells(enforcement: Enforcement, said: Said) -> bool:
    """Whether the member has to be told what became of the message: the answer of a hook that waits does so by itself."""
    return enforcement.do is not None or (said.before and enforcement.verdict is Verdict.DROP)


def _order(said: Said, do: Do) -> Order:
    message = said.message
    return Order(
        id=new_id("dlv"),
        do=do,
        channel=message.channel,
        message_id=message.platform.message_id if message.platform else None,
        member_id=message.member_id,
        reason="community rules",
        refs=said.refs,
    )


def _carried_out(held: Held, decision: Decision, enforcement: Enforcement) -> bool | None:
    if decision.action in {Action.ALLOW, Action.REVIEW} and enforcement.verdict is Verdict.ALLOW:
        return None
    if enforcement.cannot is not None or held.dry_run:
        return False
    return None if enforcement.do is not None else True
