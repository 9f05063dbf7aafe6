"""Appeals: handed in by the page, the API or a command; decided as cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import Connection as Transaction

from assistant.errors import Conflict, InvalidInput, NotFound, TooLarge
from assistant.store import appeals, audit, cases, communities, deliveries, faq_settings
from assistant.store.appeals import AppealRow, AppealState
from assistant.store.decisions import DecisionRow
from assistant.store.decisions import get as get_decision
from assistant.store.paging import Page
from assistant.types import Action, Case, CaseKind
from assistant.usecases.assistant import Assistant
from assistant.usecases.entries import event_entries
from assistant.usecases.faq.settings import read_settings
from assistant.usecases.identity import new_id
from assistant.usecases.opening import open_case
from assistant.usecases.overturn import is_overturned

MAX_APPEAL_CHARS = 2_000


def make_appeal(
    assistant: Assistant, community: str, decision_id: str, *, text: str, language: str, member_id: str | None
) -> AppealRow:
    """Blocks on the database. ``member_id``, where it is known, has to be the decision's.

    Raises:
        NotFound: there is no such decision about this member.
        InvalidInput: there is no text, or nothing that could be appealed.
        Conflict: it has been appealed, or overturned, already.
    """
    said = text.strip()
    if not said:
        raise InvalidInput("text_empty", field="text", limit=1)
    if len(said) > MAX_APPEAL_CHARS:
        raise TooLarge(field="text", limit=MAX_APPEAL_CHARS)
    with assistant.database.transaction(community) as transaction:
        decision = get_decision(transaction, community, decision_id)
        if member_id is not None and decision.member_id != member_id:
            raise NotFound(field="decision")
        if decision.answer["action"] == Action.ALLOW.value and not cases.of_decision(
            transaction, community, decision_id
        ):
            raise InvalidInput(field="decision", problem="allowed the message: there is nothing to appeal")
        if is_overturned(transaction, community, decision_id):
            raise Conflict("overturned", field="decision")
        return _add(assistant, transaction, decision, said, language)


@dataclass(frozen=True, slots=True)
class Appealed:
    """A decision as its member sees it: ``overturned`` by an appeal or without one; ``zone`` is the community's where it has said one."""

    decision: DecisionRow
    appeal: AppealRow | None
    overturned: bool
    community_name: str
    zone: tzinfo


def find_appeal(assistant: Assistant, community: str, decision_id: str) -> Appealed:
    """Blocks on the database. Raises: NotFound."""
    with assistant.database.transaction(community) as transaction:
        decision = get_decision(transaction, community, decision_id)
        appeal = appeals.of_decision(transaction, community, decision_id)
        overturned = is_overturned(transaction, community, decision_id)
        name = communities.get(transaction, community).name
        document, _ = faq_settings.load(transaction, community)
    zone = ZoneInfo(read_settings(document).time_zone) if "time_zone" in document else UTC
    return Appealed(decision, appeal, overturned, name, zone)


def list_appeals(
    assistant: Assistant, community: str, *, state: AppealState | None, cursor: str | None, limit: int
) -> Page[AppealRow]:
    with assistant.database.transaction(community) as transaction:
        return appeals.page(transaction, community, state, cursor, limit)


def _add(assistant: Assistant, transaction: Transaction, decision: DecisionRow, text: str, language: str) -> AppealRow:
    now, community = assistant.clock(), decision.community
    appeal = AppealRow(
        id=new_id("apl"),
        community=community,
        decision_id=decision.id,
        connection_id=decision.connection_id,
        member_id=decision.member_id,
        language=language,
        text=text,
        created_at=now,
    )
    appeals.add(transaction, appeal)
    case = Case(
        id=new_id("cas"),
        community=community,
        key=f"appeal:{decision.id}",
        kind=CaseKind.APPEAL,
        decision_id=decision.id,
        connection_id=decision.connection_id,
        member_id=decision.member_id,
        channel=decision.channel,
        created_at=now,
    )
    open_case(assistant, transaction, case)
    around = assistant.registry.of_community(community)
    data = {"appeal_id": appeal.id, "decision_id": decision.id, "case_id": case.id}
    deliveries.add(transaction, event_entries(around, "appeal", appeal.id, data, now, decision.id))
    actor = f"member:{decision.member_id}" if decision.member_id else "member"
    audit.write(transaction, community, now, actor=actor, action="appeal", subject=decision.id)
    return appeal
