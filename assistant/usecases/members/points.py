"""Points: earned by events, taken back with what earned them, granted by people; never below nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Transaction

from assistant.errors import Conflict
from assistant.members.points import Earned, PointsRules, earned_by, read_points
from assistant.store import audit, members, points
from assistant.store.points import Balance, Entry
from assistant.types.event import Event
from assistant.usecases.assistant import Assistant

MAX_GRANT = 1_000_000


def rules_of(transaction: Transaction, community: str, now: datetime) -> PointsRules | None:
    """``None`` where the community gives no points."""
    document = members.settings(transaction, community).get("points")
    return read_points(document, now) if document else None


def award(
    transaction: Transaction,
    community: str,
    rules: PointsRules,
    member_id: str,
    events: Sequence[Event],
    now: datetime,
) -> None:
    """What these events earn that has not been counted yet, each day's caps kept."""
    causes = [one for event in events for one in earned_by(rules, event)]
    counted = points.known(transaction, community, [one.id for one in causes]) if causes else set()
    fresh = {one.id: one for one in causes if one.id not in counted}
    if fresh:
        before = points.lock(transaction, community, member_id, now)
        given = _give(transaction, community, member_id, list(fresh.values()))
        _keep(transaction, community, member_id, rules, before, given, given, now)
    types = {event.type for event in events}
    for badge in rules.badges:
        if badge.event in types:
            points.award_badge(transaction, community, member_id, badge.id, badge.event.value, badge.count, now)


def _give(transaction: Transaction, community: str, member_id: str, fresh: Sequence[Earned]) -> int:
    """How many points in all."""
    given = points.earned_on(transaction, community, member_id, sorted({one.day for one in fresh}))
    total = 0
    for one in fresh:
        room = one.rule.per_day - given.get((one.rule.id, one.day), 0)
        amount = min(one.rule.points, room)
        if amount <= 0:
            continue
        entry = Entry(one.id, member_id, amount, "earned", one.at, one.day, one.rule.id, one.subject)
        if points.add(transaction, community, entry):
            total += amount
            given[one.rule.id, one.day] = given.get((one.rule.id, one.day), 0) + amount
    return total


def take_back(transaction: Transaction, community: str, subject: str, now: datetime) -> None:
    """What an event earned goes with it; never more than the member still has."""
    for member_id, entries in _by_member(points.of_subject(transaction, community, subject)).items():
        left = sum(one.amount for one in entries)
        before = points.lock(transaction, community, member_id, now)
        amount = min(left, before.balance)
        if amount > 0:
            _add(transaction, community, member_id, -amount, "reversed", subject, len(entries), now)
            rules = rules_of(transaction, community, now)
            _keep(transaction, community, member_id, rules, before, -amount, -min(left, before.earned), now)


def give_again(transaction: Transaction, community: str, subject: str, now: datetime) -> None:
    """It was no violation after all: what was taken back is there again."""
    for member_id, entries in _by_member(points.of_subject(transaction, community, subject)).items():
        missing = -sum(one.amount for one in entries if one.kind in {"reversed", "returned"})
        if missing > 0:
            before = points.lock(transaction, community, member_id, now)
            _add(transaction, community, member_id, missing, "returned", subject, len(entries), now)
            _keep(
                transaction, community, member_id, rules_of(transaction, community, now), before, missing, missing, now
            )


def _by_member(entries: Sequence[Entry]) -> Mapping[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for one in entries:
        if one.kind in {"earned", "reversed", "returned"}:
            found.setdefault(one.member_id, []).append(one)
    return found


def _add(
    transaction: Transaction,
    community: str,
    member_id: str,
    amount: int,
    kind: str,
    subject: str,
    number: int,
    now: datetime,
) -> None:
    entry = Entry(f"{kind}:{subject}:{number}"[:300], member_id, amount, kind, now, now.date(), None, subject)
    points.add(transaction, community, entry)


def grant(
    assistant: Assistant, community: str, member_id: str, key: str, amount: int, note: str, actor: str
) -> dict[str, Any]:
    """Points that a person gives; the same ``key`` gives them once. Raises: NotFound, Conflict (the key gave another amount)."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        members.find(transaction, community, member_id)
        before = points.lock(transaction, community, member_id, now)
        entry = Entry(f"grant:{key}", member_id, amount, "granted", now, now.date(), None, None, note)
        if points.add(transaction, community, entry):
            rules = rules_of(transaction, community, now)
            _keep(transaction, community, member_id, rules, before, amount, amount, now)
            audit.write(
                transaction,
                community,
                now,
                actor=actor,
                action="points.grant",
                subject=member_id,
                details={"amount": amount},
            )
        elif not _same(transaction, community, entry):
            raise Conflict(field="key")
        return render(transaction, community, member_id, now)


def _same(transaction: Transaction, community: str, entry: Entry) -> bool:
    found = points.ledger(transaction, community, entry.member_id, None, 10_000)
    return any(one.id == entry.id and one.amount == entry.amount for one in found)


def _keep(
    transaction: Transaction,
    community: str,
    member_id: str,
    rules: PointsRules | None,
    before: Balance,
    spendable: int,
    earned: int,
    now: datetime,
) -> None:
    after = replace(before, balance=before.balance + spendable, earned=max(0, before.earned + earned))
    level = rules.level_of(after.earned) if rules is not None else before.level
    points.keep(transaction, community, member_id, replace(after, level=level), now)


def read(
    assistant: Assistant, community: str, member_id: str, before: tuple[datetime, str] | None, limit: int
) -> tuple[dict[str, Any], list[Entry]]:
    """Where the member stands, and a page of the ledger, one entry more than ``limit`` where there are more. Raises: NotFound."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        members.find(transaction, community, member_id)
        return render(transaction, community, member_id, now), points.ledger(
            transaction, community, member_id, before, limit + 1
        )


def render(transaction: Transaction, community: str, member_id: str, now: datetime) -> dict[str, Any]:
    rules, held = rules_of(transaction, community, now), points.balance(transaction, community, member_id)
    levels = rules.levels if rules is not None else ()
    mine = next((one for one in levels if one.level == held.level), None)
    following = next((one for one in levels if one.earned > held.earned), None)
    names = {one.id: dict(one.name) for one in rules.badges} if rules is not None else {}
    return {
        "member_id": member_id,
        "balance": held.balance,
        "earned": held.earned,
        "level": {
            "level": held.level,
            "name": dict(mine.name) if mine else {},
            "perks": list(mine.perks) if mine else [],
        },
        "next_level": {"level": following.level, "missing": following.earned - held.earned} if following else None,
        "badges": [
            {"badge": badge, "name": names.get(badge, {}), "at": at.isoformat()}
            for badge, at in points.badges_of(transaction, community, member_id).items()
        ],
    }
