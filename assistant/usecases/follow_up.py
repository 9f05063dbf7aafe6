"""What a decision brings upon a member: the strike, the ladder's step, and what they are told in private."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection as Transaction

from assistant.moderation.enforce import can
from assistant.moderation.penalties import step_for
from assistant.store import audit, deliveries, penalties
from assistant.store.decisions import DecisionRow
from assistant.store.decisions import get as get_decision
from assistant.store.penalties import PenaltyRow, StrikeRow
from assistant.types import Case, CaseKind, Delivery, Do, LadderStep, Order, PenaltyState, Policy, Step
from assistant.usecases.assistant import Assistant
from assistant.usecases.entries import event_entries, order_entry
from assistant.usecases.identity import new_id
from assistant.usecases.notices import MACHINE, help_notice, step_notice
from assistant.usecases.opening import open_case
from assistant.usecases.registry import Held

NOT_AUTOMATIC, HOURLY = "not_automatic", "hourly"
_ORDERS = {Step.MUTE: Do.MUTE, Step.KICK: Do.KICK, Step.BAN: Do.BAN}
ENDS = {Do.MUTE: Do.UNMUTE, Do.BAN: Do.UNBAN}


@dataclass(frozen=True, slots=True)
class Followed:
    """The strike's decision, where it was said, and how to speak to its author. ``actor`` is who decided: the machine, or a person."""

    held: Held
    decision: DecisionRow
    language: str
    locale: str | None
    dry_run: bool
    actor: str = MACHINE

    @property
    def member_id(self) -> str:
        return self.decision.member_id or ""


def follow_up(assistant: Assistant, transaction: Transaction, held: Held, delivery: Delivery, policy: Policy) -> None:
    """Carries out the follow-up of a decision, in the transaction that finishes its entry."""
    payload, community = delivery.payload, delivery.community
    decision = get_decision(transaction, community, delivery.decision_id or "")
    dry_run = bool(payload.get("dry_run")) or held.dry_run
    held = replace(held, dry_run=dry_run)  # what was decided on a dry run stays one, even if that has ended since
    followed = Followed(held, decision, payload["language"], payload.get("locale"), dry_run)
    if payload.get("help"):
        _offer_help(assistant, transaction, followed)
        return
    step = strike(assistant, transaction, followed, policy, payload["label"], payload["weight"])
    if step is not None or payload.get("tell"):
        tell(assistant, transaction, followed, step)


def strike(
    assistant: Assistant,
    transaction: Transaction,
    followed: Followed,
    policy: Policy,
    label: str | None,
    weight: int,
) -> PenaltyRow | None:
    """Adds the strike and takes the step that it brings; the step, if it is applied. A decision brings one strike, however often
    this runs."""
    held, decision = followed.held, followed.decision
    if not weight or label is None or not policy.penalties.enabled:
        return None
    community, connection_id, member_id = decision.community, held.connection.id, followed.member_id
    penalties.lock(transaction, community, f"{connection_id}/{member_id}")
    now = assistant.clock()  # in the order in which they count: what one strike brought is found again by its time
    before = penalties.points(transaction, community, connection_id, member_id, now, dry_run=followed.dry_run)
    added = penalties.add_strike(
        transaction,
        StrikeRow(
            id=new_id("str"),
            community=community,
            connection_id=connection_id,
            member_id=member_id,
            decision_id=decision.id,
            label=label,
            weight=weight,
            dry_run=followed.dry_run,
            created_at=now,
            expires_at=now + timedelta(days=policy.penalties.expire_days),
        ),
    )
    step = step_for(policy.penalties, before, before + weight) if added else None
    return _take_step(assistant, transaction, followed, policy, step, now) if step is not None else None


def _take_step(
    assistant: Assistant,
    transaction: Transaction,
    followed: Followed,
    policy: Policy,
    step: LadderStep,
    now: datetime,
) -> PenaltyRow | None:
    held, decision = followed.held, followed.decision
    because = None if followed.dry_run else _held_because(transaction, held, policy, step, now)
    state = PenaltyState.DRY_RUN if followed.dry_run else PenaltyState.HELD if because else PenaltyState.APPLIED
    penalty = PenaltyRow(
        id=new_id("pen"),
        community=decision.community,
        connection_id=held.connection.id,
        member_id=followed.member_id,
        channel=decision.channel,
        refs=decision.refs,
        step=step.step,
        ends_at=now + timedelta(minutes=step.minutes) if step.minutes else None,
        decision_id=decision.id,
        state=state,
        because=because,
        created_at=now,
    )
    penalties.add_penalty(transaction, penalty)
    if state is PenaltyState.HELD:
        _hold(assistant, transaction, followed, penalty, now)
        return None
    apply(assistant, transaction, held, penalty, now, actor=followed.actor)
    return penalty


def _held_because(transaction: Transaction, held: Held, policy: Policy, step: LadderStep, now: datetime) -> str | None:
    if not step.automatic:
        return NOT_AUTOMATIC
    if step.step in _ORDERS and (cannot := can(held.capabilities, _ORDERS[step.step], held.connection)):
        return cannot
    community = held.connection.community
    penalties.lock(transaction, community, "")
    since = now - timedelta(hours=1)
    taken = penalties.steps_since(transaction, community, step.step, since)
    return HOURLY if taken >= policy.penalties.hourly.of(step.step) else None


def _hold(
    assistant: Assistant, transaction: Transaction, followed: Followed, penalty: PenaltyRow, now: datetime
) -> None:
    """The step waits for a person, who is told; so are the community's systems where a bound was tripped."""
    held = followed.held
    case = Case(
        id=new_id("cas"),
        community=penalty.community,
        key=f"penalty:{penalty.decision_id}",
        kind=CaseKind.PENALTY,
        decision_id=penalty.decision_id,
        connection_id=held.connection.id,
        member_id=penalty.member_id,
        channel=penalty.channel,
        details={"step": penalty.step.value, "because": penalty.because, "ends_at": _iso(penalty.ends_at)},
        created_at=now,
    )
    open_case(assistant, transaction, case)
    if penalty.because == HOURLY:
        around = assistant.registry.of_community(penalty.community)
        data = {"alert": "penalties_held", "step": penalty.step.value, "case_id": case.id}
        hour = now.strftime("%Y%m%d%H")
        deliveries.add(transaction, event_entries(around, "alert", f"hourly:{penalty.step.value}:{hour}", data, now))


def apply(
    assistant: Assistant, transaction: Transaction, held: Held, penalty: PenaltyRow, now: datetime, *, actor: str
) -> None:
    """Order what the step asks for, and the end of a mute or a ban where the platform does not end it by itself."""
    do = _ORDERS.get(penalty.step)
    if do is not None:
        deliveries.add(transaction, [_penalty_entry(held, penalty, do, now)])
        ends_itself = {Do.MUTE: held.capabilities.ends_mutes, Do.BAN: held.capabilities.ends_bans}.get(do, True)
        if penalty.ends_at and not ends_itself:
            deliveries.add(transaction, [_penalty_entry(held, penalty, ENDS[do], now, due_at=penalty.ends_at)])
    data = {
        "penalty_id": penalty.id,
        "step": penalty.step.value,
        "member_id": penalty.member_id,
        "ends_at": _iso(penalty.ends_at),
        "decision_id": penalty.decision_id,
        "state": penalty.state.value,
    }
    around = assistant.registry.of_community(penalty.community)
    deliveries.add(transaction, event_entries(around, "penalty", penalty.id, data, now))
    audit.write(
        transaction, penalty.community, now, actor=actor, action="penalty", subject=penalty.decision_id, details=data
    )


def _penalty_entry(held: Held, penalty: PenaltyRow, do: Do, now: datetime, due_at: datetime | None = None) -> Delivery:
    order = Order(
        id=new_id("dlv"),
        do=do,
        channel=penalty.channel,
        member_id=penalty.member_id,
        until=penalty.ends_at if do in {Do.MUTE, Do.BAN} else None,
        reason=f"community rules, decision {penalty.decision_id}",
        refs=penalty.refs or {},
    )
    key = f"{do.value}:{penalty.id}:{now.timestamp()}"
    return order_entry(held, order, key, now, decision_id=penalty.decision_id, due_at=due_at)


def tell(assistant: Assistant, transaction: Transaction, followed: Followed, penalty: PenaltyRow | None) -> None:
    """In private, or not at all: a notice that cannot be private is entered as skipped, and no public one takes its place."""
    text = step_notice(assistant, followed.held, followed.decision, followed.language, penalty, actor=followed.actor)
    key = f"notice:{penalty.id if penalty is not None else followed.decision.id}"
    message_privately(assistant, transaction, followed.held, followed.decision, text, key)


def _offer_help(assistant: Assistant, transaction: Transaction, followed: Followed) -> None:
    """Once a day for one member, however much they write."""
    day = assistant.clock().strftime("%Y%m%d")
    text = help_notice(followed.held, followed.language, followed.locale)
    key = f"help:{followed.held.connection.id}:{followed.member_id}:{day}"
    message_privately(assistant, transaction, followed.held, followed.decision, text, key, bounded=False)


def message_privately(
    assistant: Assistant,
    transaction: Transaction,
    held: Held,
    decision: DecisionRow,
    text: str,
    key: str,
    *,
    bounded: bool = True,
) -> None:
    """Unless the member has had as many messages in a day as the settings allow; what is not ``bounded`` is sent all the same."""
    now = assistant.clock()
    member_id, since = decision.member_id or "", now - timedelta(days=1)
    sent = deliveries.messages_since(transaction, decision.community, held.connection.id, member_id, since)
    if bounded and sent >= assistant.settings.outbox.notices_per_day:
        return
    refs: dict[str, Any] = dict(decision.refs or {})
    order = Order(
        id=new_id("dlv"), do=Do.MESSAGE, channel=decision.channel, member_id=decision.member_id, text=text, refs=refs
    )
    deliveries.add(transaction, [order_entry(held, order, key, now, decision_id=decision.id)])


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
