"""Taking a decision back, with everything it brought: the strike, the penalty, what waits in the outbox, what can be restored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection as Transaction

from assistant.errors import Conflict
from assistant.moderation.enforce import can
from assistant.store import appeals, audit, cases, deliveries, feedback, penalties
from assistant.store.appeals import AppealState
from assistant.store.decisions import DecisionRow
from assistant.store.decisions import get as get_decision
from assistant.store.feedback import NewFeedback
from assistant.types import CaseState, DeliveryState, Do, Order
from assistant.types.delivery import OVERTURNED
from assistant.usecases.assistant import Assistant
from assistant.usecases.entries import event_entries, order_entry
from assistant.usecases.follow_up import message_privately
from assistant.usecases.identity import new_id
from assistant.usecases.lifting import lift, lift_unfounded
from assistant.usecases.members.judging import judge_event
from assistant.usecases.notices import overturned_notice
from assistant.usecases.opening import settle_case
from assistant.usecases.registry import Held
from assistant.usecases.speech import language_of

ACTION = "overturn"


@dataclass(frozen=True, slots=True)
class Overturned:
    """What was taken back. ``restored`` is ``None`` where nothing had been hidden, false where the platform cannot bring it back;
    ``lifted`` are the steps that other decisions brought and that the strikes left do not reach."""

    decision_id: str
    strike: bool
    penalty: str | None
    restored: bool | None
    lifted: tuple[str, ...] = ()


def lock_author(transaction: Transaction, decision: DecisionRow) -> None:
    """Before its cases, its penalty or its strike are locked: in another order two people would wait for each other."""
    penalties.lock(transaction, decision.community, f"{decision.connection_id}/{decision.member_id}")


def overturn(
    assistant: Assistant,
    transaction: Transaction,
    decision: DecisionRow,
    *,
    actor: str,
    reason: str,
    case_id: str | None = None,
) -> Overturned:
    """In one transaction. ``actor`` and ``reason`` go into the audit trail; ``case_id`` is the case that is decided by this, and that the
    caller resolves.

    Raises:
        Conflict: it has been overturned already.
    """
    community, now = decision.community, assistant.clock()
    lock_author(transaction, decision)
    if is_overturned(transaction, community, decision.id):
        raise Conflict("overturned", field="decision")
    free_at = deliveries.call_off(transaction, community, decision.id, OVERTURNED, now)
    strike = penalties.revoke_strike(transaction, community, decision.id, now)
    held = assistant.registry.get(decision.connection_id or "")
    penalty = lift(transaction, held, decision, now, free_at)
    restored = _restore(transaction, held, decision, now, free_at) if held is not None else None
    lifted = lift_unfounded(assistant, transaction, decision, now, actor=actor) if strike else ()
    found = Overturned(decision.id, strike, penalty.step.value if penalty else None, restored, lifted)
    _record(assistant, transaction, decision, found, actor, reason, now)
    for case in cases.of_decision(transaction, community, decision.id):
        if case.state is not CaseState.RESOLVED and case.id != case_id:
            settle_case(assistant, transaction, case, OVERTURNED, now, actor=actor)
    judge_event(transaction, community, decision.id, flagged=False, now=now)
    if held is not None and decision.member_id and (strike or penalty or restored):
        language = language_of(decision.locale, decision.answer["detected_language"], held.language)
        text = overturned_notice(held, language)
        message_privately(assistant, transaction, held, decision, text, f"overturned:{decision.id}")
    return found


def is_overturned(transaction: Transaction, community: str, decision_id: str) -> bool:
    rows, _ = audit.page(transaction, community, decision_id, None, 200)
    marks = [row.action for row in rows if row.action in {ACTION, "reinstate"}]
    return bool(marks) and marks[0] == ACTION


def _restore(
    transaction: Transaction, held: Held, decision: DecisionRow, now: datetime, free_at: datetime
) -> bool | None:
    gone = [
        one
        for one in deliveries.of_decision(transaction, decision.community, decision.id)
        if one.payload.get("do") in {Do.HIDE.value, Do.DELETE.value}
        and (one.state is DeliveryState.DONE or (one.because == OVERTURNED and one.attempts))
    ]
    if not gone:
        return None
    if can(held.capabilities, Do.RESTORE, held.connection) is not None:
        return False
    order = Order(
        id=new_id("dlv"),
        do=Do.RESTORE,
        channel=decision.channel,
        message_id=decision.platform_message_id,
        member_id=decision.member_id,
        reason=f"decision {decision.id} overturned",
        refs=decision.refs or {},
    )
    key = f"restore:{gone[-1].id}"
    deliveries.add(transaction, [order_entry(held, order, key, now, decision_id=decision.id, due_at=free_at)])
    return True


def _record(
    assistant: Assistant,
    transaction: Transaction,
    decision: DecisionRow,
    found: Overturned,
    actor: str,
    reason: str,
    now: datetime,
) -> None:
    """The audit trail, the label that the model learns from, the appeal that this settles, and the community's systems."""
    community = decision.community
    details = {
        "strike": found.strike,
        "penalty": found.penalty,
        "restored": found.restored,
        "lifted": list(found.lifted),
    }
    audit.write(
        transaction, community, now, actor=actor, action=ACTION, subject=decision.id, reason=reason, details=details
    )
    labels = dict.fromkeys(decision.labels, 0.0)
    feedback.add(
        transaction,
        NewFeedback(community, now, "overturn", labels, decision_id=decision.id, member_id=decision.member_id),
    )
    appeal = appeals.of_decision(transaction, community, decision.id)
    if appeal is not None and appeal.state is AppealState.OPEN:
        appeals.decide(transaction, appeal, AppealState.OVERTURNED, actor, reason, now)
    around = assistant.registry.of_community(community)
    data = {"decision_id": decision.id, "action": ACTION, **details}
    deliveries.add(transaction, event_entries(around, "action", f"overturn:{decision.id}:{now.timestamp()}", data, now))


def overturn_decision(assistant: Assistant, community: str, decision_id: str, *, actor: str, reason: str) -> Overturned:
    """As ``overturn``, in a transaction of its own. Blocks on the database.

    Raises:
        NotFound, Conflict, DatabaseUnavailable.
    """
    with assistant.database.transaction(community) as transaction:
        decision = get_decision(transaction, community, decision_id)
        return overturn(assistant, transaction, decision, actor=actor, reason=reason)
