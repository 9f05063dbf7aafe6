"""Penalties that hold no longer: a decision's own, and those of other decisions whose points were taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection as Transaction

from assistant.moderation.penalties import step_for
from assistant.store import audit, cases, deliveries, penalties
from assistant.store.decisions import DecisionRow
from assistant.store.penalties import PenaltyRow
from assistant.types import CaseKind, CaseState, Delivery, Do, Order, PenaltyState, Step
from assistant.types.delivery import OVERTURNED
from assistant.types.penalties import Penalties
from assistant.usecases.assistant import Assistant
from assistant.usecases.entries import event_entries, order_entry
from assistant.usecases.identity import new_id
from assistant.usecases.opening import settle_case
from assistant.usecases.policies import policy_in
from assistant.usecases.registry import Held

_DO = {Step.MUTE: Do.MUTE, Step.BAN: Do.BAN}
_UNDO = {Step.MUTE: Do.UNMUTE, Step.BAN: Do.UNBAN}
ENDED = {undo.value: step for step, undo in _UNDO.items()}
"""What an order of this name ends."""


def another_holds(assistant: Assistant, delivery: Delivery) -> bool:
    """Whether an order to end a mute or a ban comes while another one of its member is in force. Blocks on the database."""
    step, member_id = ENDED[delivery.payload["do"]], delivery.payload.get("member_id") or ""
    now, connection_id = assistant.clock(), delivery.connection_id or ""
    with assistant.database.transaction(delivery.community) as transaction:
        return bool(penalties.in_force(transaction, delivery.community, connection_id, member_id, [step], now))


def lift(
    transaction: Transaction, held: Held | None, decision: DecisionRow, now: datetime, free_at: datetime
) -> PenaltyRow | None:
    """The decision's penalty, which holds no longer; its end is ordered for ``free_at``, or the end of another of its kind that is in
    force where the platform was told a later one."""
    penalty = penalties.penalty_of(transaction, decision.community, decision.id)
    if penalty is None or penalty.state is PenaltyState.LIFTED:
        return None
    _end(transaction, held, penalty, decision.id, now, free_at)
    return penalty


def lift_unfounded(
    assistant: Assistant, transaction: Transaction, decision: DecisionRow, now: datetime, *, actor: str
) -> tuple[str, ...]:
    """The steps, brought by other decisions of the member, that the strikes left do not reach once ``decision`` is taken back: a mute or
    ban in force ends, what waits for a person waits no longer."""
    if decision.connection_id is None or decision.member_id is None:
        return ()
    ladder = policy_in(transaction, decision.community).penalties
    held = assistant.registry.get(decision.connection_id)
    lifted = []
    for penalty in penalties.standing(transaction, decision.community, decision.connection_id, decision.member_id):
        if _matters(penalty, now) and _is_unfounded(transaction, penalty, ladder):
            free_at = deliveries.call_off(
                transaction, penalty.community, penalty.decision_id, OVERTURNED, now, penalty_id=penalty.id
            )
            _end(transaction, held, penalty, decision.id, now, free_at)
            _record(assistant, transaction, penalty, decision.id, now, actor)
            lifted.append(penalty.step.value)
    return tuple(lifted)


def _matters(penalty: PenaltyRow, now: datetime) -> bool:
    """Whether it waits, or is in force and can be ended."""
    if penalty.state is PenaltyState.HELD:
        return True
    return penalty.step in _UNDO and (penalty.ends_at is None or penalty.ends_at > now)


def _is_unfounded(transaction: Transaction, penalty: PenaltyRow, ladder: Penalties) -> bool:
    """Whether the strikes that still stand, later ones too, are fewer points than the step asked for. Where the ladder has changed since
    and brings another step for those points, the penalty stays."""
    found = penalties.strikes_behind(transaction, penalty)
    own = next((one for one in found if one.decision_id == penalty.decision_id), None)
    if own is None:
        return False
    counted = [
        one
        for one in found
        if one.created_at <= own.created_at and (one.revoked_at is None or one.revoked_at > penalty.created_at)
    ]
    after = sum(one.weight for one in counted)
    step = step_for(ladder, after - own.weight, after)
    if step is None or step.step is not penalty.step:
        return False
    return sum(one.weight for one in found if one.revoked_at is None) < step.at


def _end(
    transaction: Transaction,
    held: Held | None,
    penalty: PenaltyRow,
    decision_id: str,
    now: datetime,
    free_at: datetime,
) -> None:
    penalties.set_state(transaction, penalty, PenaltyState.LIFTED, now, OVERTURNED)
    undo = _UNDO.get(penalty.step)
    over = penalty.ends_at is not None and penalty.ends_at <= now
    if held is None or undo is None or penalty.state is not PenaltyState.APPLIED or over:
        return
    others = penalties.in_force(
        transaction, penalty.community, penalty.connection_id, penalty.member_id, [penalty.step], now
    )
    do, until = undo, None
    if others:
        do, until = _DO[penalty.step], _last_end(others)
        if not _ends_itself(held, penalty.step) or not _outlasts(penalty.ends_at, until):
            return
    order = Order(
        id=new_id("dlv"),
        do=do,
        channel=penalty.channel,
        member_id=penalty.member_id,
        until=until,
        reason=f"decision {decision_id} overturned",
        refs=penalty.refs or {},
    )
    key = f"lift:{penalty.id}:{now.timestamp()}"
    deliveries.add(transaction, [order_entry(held, order, key, now, decision_id=penalty.decision_id, due_at=free_at)])


def _ends_itself(held: Held, step: Step) -> bool:
    return held.capabilities.ends_mutes if step is Step.MUTE else held.capabilities.ends_bans


def _last_end(others: Sequence[PenaltyRow]) -> datetime | None:
    ends = [one.ends_at for one in others]
    return None if None in ends else max(end for end in ends if end is not None)


def _outlasts(end: datetime | None, other: datetime | None) -> bool:
    """Whether what the platform was told last is to be cut to what still holds; no end is the longest."""
    return other is not None and (end is None or end > other)


def _record(
    assistant: Assistant, transaction: Transaction, penalty: PenaltyRow, decision_id: str, now: datetime, actor: str
) -> None:
    """The audit trail of the decision that brought it, the community's systems, and the case in which it waited."""
    community = penalty.community
    details = {"penalty_id": penalty.id, "step": penalty.step.value, "overturned": decision_id}
    audit.write(transaction, community, now, actor=actor, action="lift", subject=penalty.decision_id, details=details)
    around = assistant.registry.of_community(community)
    data = {**details, "action": "lift", "decision_id": penalty.decision_id, "member_id": penalty.member_id}
    deliveries.add(transaction, event_entries(around, "action", f"lift:{penalty.id}:{now.timestamp()}", data, now))
    for case in cases.of_decision(transaction, community, penalty.decision_id):
        if case.kind is CaseKind.PENALTY and case.state is not CaseState.RESOLVED:
            settle_case(assistant, transaction, case, OVERTURNED, now, actor=actor)
