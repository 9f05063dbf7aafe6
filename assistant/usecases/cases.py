"""Cases: listed, claimed, resolved by the staff, through the API or by a button on a card."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection as Transaction

from assistant.errors import Conflict, Forbidden, NotFound
from assistant.moderation.enforce import can
from assistant.store import appeals, audit, cases, deliveries, feedback, penalties
from assistant.store.appeals import AppealState
from assistant.store.decisions import DecisionRow
from assistant.store.decisions import get as get_decision
from assistant.store.feedback import NewFeedback
from assistant.store.paging import Page
from assistant.types import (
    Action,
    Case,
    CaseKind,
    CaseState,
    Do,
    Order,
    PenaltyState,
    Resolution,
)
from assistant.types.delivery import OVERTURNED
from assistant.types.penalties import ANY, Weights
from assistant.usecases.assistant import Assistant
from assistant.usecases.entries import event_entries, order_entry
from assistant.usecases.follow_up import Followed, apply, message_privately, strike, tell
from assistant.usecases.identity import new_id
from assistant.usecases.lifting import lift
from assistant.usecases.members.judging import judge_event
from assistant.usecases.notices import upheld_notice
from assistant.usecases.opening import amended_cards
from assistant.usecases.overturn import is_overturned, lock_author, overturn
from assistant.usecases.policies import policy_in
from assistant.usecases.registry import Held
from assistant.usecases.speech import language_of

SPARED = "spared"
_REMOVES = (Do.DELETE, Do.HIDE)
_DOES = frozenset({Action.MASK, Action.HIDE, Action.BLOCK})


def list_cases(
    assistant: Assistant,
    community: str,
    *,
    state: CaseState | None,
    kind: CaseKind | None,
    cursor: str | None,
    limit: int,
) -> Page[Case]:
    with assistant.database.transaction(community) as transaction:
        return cases.page(transaction, community, state=state, kind=kind, cursor=cursor, limit=limit)


def waiting_cases(
    assistant: Assistant, community: str, limit: int, state: CaseState | None, kind: CaseKind | None
) -> list[Case]:
    """Urgent ones first, then the oldest."""
    with assistant.database.transaction(community) as transaction:
        return cases.waiting(transaction, community, limit, state, kind)


def claim_case(assistant: Assistant, community: str, case_id: str, actor: str) -> Case:
    """Raises: NotFound; Conflict, where it is not open."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        case = cases.claim(transaction, community, case_id, actor, now)
        audit.write(transaction, community, now, actor=actor, action="claim", subject=case_id)
        return case


def resolve_case(
    assistant: Assistant,
    community: str,
    case_id: str,
    resolution: Resolution,
    *,
    actor: str,
    note: str | None,
    refs: Mapping[str, str] = MappingProxyType({}),
) -> Case:
    """The case as it is afterwards. The same resolution again changes nothing. ``refs`` came with the press of a button and may be what
    changing its card needs.

    Raises:
        NotFound: there is no such case.
        Conflict: it was resolved otherwise, or there is nothing to undo.
        Forbidden: an appeal, by the one who decided first.
    """
    with assistant.database.transaction(community) as transaction:
        if (decision := _decision(transaction, cases.get(transaction, community, case_id))) is not None:
            lock_author(transaction, decision)
        case = cases.get(transaction, community, case_id, lock=True)
        if case.state is CaseState.RESOLVED and case.resolution is resolution:
            return case
        if (case.state is CaseState.RESOLVED) is not (resolution is Resolution.UNDO):
            done = case.resolution.value if case.resolution else case.state.value
            raise Conflict("case_closed", field="case", resolution=done)
        now = assistant.clock()
        _carry_out(assistant, transaction, case, resolution, actor, note, now)
        if resolution is Resolution.UNDO:
            cases.reopen(transaction, case)
        else:
            cases.resolve(transaction, case, resolution, actor, note, now)
        action = f"case.{resolution.value}"
        audit.write(transaction, community, now, actor=actor, action=action, subject=case_id, reason=note or "")
        resolved = cases.get(transaction, community, case_id)
        deliveries.add(transaction, amended_cards(assistant, transaction, resolved, refs, now))
        around = assistant.registry.of_community(community)
        data = {"id": case_id, "kind": case.kind.value, "resolution": resolution.value, "actor": actor}
        key = f"{case_id}:{now.timestamp()}"
        deliveries.add(transaction, event_entries(around, "case", key, data, now, case.decision_id))
        return resolved


def _carry_out(
    assistant: Assistant,
    transaction: Transaction,
    case: Case,
    resolution: Resolution,
    actor: str,
    note: str | None,
    now: datetime,
) -> None:
    decision = _decision(transaction, case)
    if decision is None:
        return
    if case.kind is CaseKind.PENALTY:
        _penalty(assistant, transaction, case, decision, resolution, actor, now)
    elif case.kind is CaseKind.APPEAL:
        _appeal(assistant, transaction, case, decision, resolution, actor, note, now)
    elif resolution is Resolution.REMOVE:
        _remove(assistant, transaction, case, decision, actor, now)
    elif resolution is Resolution.UNDO and case.resolution is Resolution.REMOVE:
        _take_back(assistant, transaction, case, decision, actor, note)
    elif resolution is Resolution.APPROVE and case.kind is not CaseKind.HELP:
        _approve(assistant, transaction, case, decision, actor, note, now)


def _approve(
    assistant: Assistant,
    transaction: Transaction,
    case: Case,
    decision: DecisionRow,
    actor: str,
    note: str | None,
    now: datetime,
) -> None:
    """Nothing is wrong with it: what was done is taken back, and where nothing was, the model may learn that."""
    if decision.answer["action"] in _DOES:
        _take_back(assistant, transaction, case, decision, actor, note or "approved")
    else:
        _learn(transaction, case, decision, "approved", 0.0, now)
        judge_event(transaction, decision.community, decision.id, flagged=False, now=now)


def _remove(
    assistant: Assistant, transaction: Transaction, case: Case, decision: DecisionRow, actor: str, now: datetime
) -> None:
    """Off the platform, with the strike that such a violation brings, and a word to its author."""
    _learn(transaction, case, decision, "removed", 1.0, now)
    judge_event(transaction, case.community, decision.id, flagged=True, now=now)
    if is_overturned(transaction, case.community, decision.id):
        audit.write(transaction, case.community, now, actor=actor, action="reinstate", subject=decision.id)
        penalties.reinstate_strike(transaction, case.community, decision.id)
    held = assistant.registry.get(decision.connection_id or "")
    if held is None:
        return
    do = next((one for one in _REMOVES if can(held.capabilities, one, held.connection) is None), None)
    if do is not None and decision.platform_message_id:
        order = Order(
            id=new_id("dlv"),
            do=do,
            channel=decision.channel,
            message_id=decision.platform_message_id,
            member_id=decision.member_id,
            reason=f"removed by staff, case {case.id}",
            refs=decision.refs or {},
        )
        key = f"remove:{case.id}:{now.timestamp()}"
        deliveries.add(transaction, [order_entry(held, order, key, now, decision_id=decision.id)])
    if decision.member_id and case.kind is not CaseKind.HELP:
        _punish(assistant, transaction, held, case, decision, actor)


def _punish(
    assistant: Assistant, transaction: Transaction, held: Held, case: Case, decision: DecisionRow, actor: str
) -> None:
    language = language_of(decision.locale, decision.answer["detected_language"], held.language)
    followed = Followed(held, decision, language, decision.locale, held.dry_run, actor)
    policy = policy_in(transaction, decision.community)
    weights = {label: _removal_weight(policy.penalties.weights, label) for label in _labels(case, decision) or (ANY,)}
    label = max(weights, key=lambda one: weights[one])
    step = strike(assistant, transaction, followed, policy, label, weights[label])
    tell(assistant, transaction, followed, step)


def _removal_weight(weights: Any, label: str) -> int:
    """What a person removes weighs as what the policy would have hidden."""
    if label == "self_harm":
        return 0
    found: Weights = weights.get(label) or weights.get(ANY) or Weights()
    return found.hide


def _take_back(
    assistant: Assistant, transaction: Transaction, case: Case, decision: DecisionRow, actor: str, note: str | None
) -> None:
    if not is_overturned(transaction, decision.community, decision.id):
        overturn(assistant, transaction, decision, actor=actor, reason=note or "undone", case_id=case.id)


def _penalty(
    assistant: Assistant,
    transaction: Transaction,
    case: Case,
    decision: DecisionRow,
    resolution: Resolution,
    actor: str,
    now: datetime,
) -> None:
    """``remove`` takes the step that was held, ``approve`` spares the member; what is undone is held again."""
    penalty = penalties.penalty_of(transaction, decision.community, decision.id)
    held = assistant.registry.get(decision.connection_id or "")
    if penalty is None or held is None:
        return
    if resolution is Resolution.REMOVE and penalty.state is PenaltyState.HELD:
        taken = penalties.take(transaction, penalty, now)
        apply(assistant, transaction, held, taken, now, actor=actor)
        language = language_of(decision.locale, decision.answer["detected_language"], held.language)
        tell(assistant, transaction, Followed(held, decision, language, decision.locale, held.dry_run, actor), taken)
    elif resolution is Resolution.APPROVE and penalty.state is PenaltyState.HELD:
        penalties.set_state(transaction, penalty, PenaltyState.LIFTED, now, SPARED)
    elif resolution is Resolution.UNDO and penalty.state is PenaltyState.LIFTED and penalty.because == SPARED:
        penalties.set_state(transaction, penalty, PenaltyState.HELD, now, case.details.get("because"))
    elif resolution is Resolution.UNDO and case.resolution is Resolution.REMOVE:
        lift(
            transaction,
            held,
            decision,
            now,
            deliveries.call_off(transaction, case.community, decision.id, OVERTURNED, now),
        )
        penalties.set_state(transaction, penalty, PenaltyState.HELD, now, case.details.get("because"))


def _appeal(
    assistant: Assistant,
    transaction: Transaction,
    case: Case,
    decision: DecisionRow,
    resolution: Resolution,
    actor: str,
    note: str | None,
    now: datetime,
) -> None:
    """``approve`` takes the decision back, ``remove`` upholds it; by somebody other than the one who decided first."""
    appeal = appeals.of_decision(transaction, case.community, decision.id)
    if appeal is None:
        return
    if resolution is Resolution.UNDO:
        raise Conflict("case_closed", field="case", resolution=case.resolution.value if case.resolution else "")
    first = {
        one.resolved_by for one in cases.of_decision(transaction, case.community, decision.id) if one.id != case.id
    }
    if actor in first:
        raise Forbidden("second_person", field="actor")
    if resolution is Resolution.APPROVE:
        appeals.decide(transaction, appeal, AppealState.OVERTURNED, actor, note, now)
        _take_back(assistant, transaction, case, decision, actor, note or "appeal")
        return
    appeals.decide(transaction, appeal, AppealState.UPHELD, actor, note, now)
    held = assistant.registry.get(decision.connection_id or "")
    if held is not None and decision.member_id:
        text = upheld_notice(held, decision, appeal.language)
        message_privately(assistant, transaction, held, decision, text, f"upheld:{decision.id}")


def _labels(case: Case, decision: DecisionRow) -> tuple[str, ...]:
    """What the person was asked about: what was found at first, and what a judge raised."""
    return tuple(dict.fromkeys((*decision.labels, *case.details.get("judge", {}).get("labels", ()))))


def _learn(
    transaction: Transaction, case: Case, decision: DecisionRow, source: str, score: float, now: datetime
) -> None:
    """A person's judgement of the labels, to train and to choose thresholds by."""
    labels = dict.fromkeys(_labels(case, decision), score)
    row = NewFeedback(decision.community, now, source, labels, decision_id=decision.id, member_id=decision.member_id)
    feedback.add(transaction, row)


def _decision(transaction: Transaction, case: Case) -> DecisionRow | None:
    if case.decision_id is None:
        return None
    try:
        return get_decision(transaction, case.community, case.decision_id)
    except NotFound:
        return None
