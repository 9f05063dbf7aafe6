"""The ledger of points, only ever added to, and each member's balance, which it never takes below nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert

from assistant.store.member_tables import badges, point_balances, points


@dataclass(frozen=True, slots=True)
class Entry:
    """``kind`` is ``earned``, ``reversed`` (what earned it was taken down), ``granted``, ``redeemed`` or ``returned``."""

    id: str
    member_id: str
    amount: int
    kind: str
    at: datetime
    day: date
    rule: str | None = None
    subject: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Balance:
    """``balance`` can be spent; ``earned`` is what levels go by."""

    balance: int = 0
    earned: int = 0
    level: int = 0


def lock(connection: Connection, community: str, member_id: str, now: datetime) -> Balance:
    """The balance, which nobody else changes until the transaction ends."""
    values = {"community": community, "member_id": member_id, "balance": 0, "earned": 0, "level": 0, "updated_at": now}
    connection.execute(insert(point_balances).values(values).on_conflict_do_nothing())
    query = select(point_balances).where(_mine(community, member_id)).with_for_update()
    row = connection.execute(query).mappings().one()
    return Balance(row["balance"], row["earned"], row["level"])


def balance(connection: Connection, community: str, member_id: str) -> Balance:
    row = connection.execute(select(point_balances).where(_mine(community, member_id))).mappings().one_or_none()
    return Balance(row["balance"], row["earned"], row["level"]) if row is not None else Balance()


def keep(connection: Connection, community: str, member_id: str, after: Balance, now: datetime) -> None:
    """The balance after what was added; it was locked before."""
    query = point_balances.update().where(_mine(community, member_id))
    connection.execute(query.values(balance=after.balance, earned=after.earned, level=after.level, updated_at=now))


def add(connection: Connection, community: str, entry: Entry) -> bool:
    """Whether it was new."""
    row = {name: getattr(entry, name) for name in Entry.__dataclass_fields__} | {"community": community}
    query = insert(points).values(row).on_conflict_do_nothing().returning(points.c.id)
    return connection.execute(query).first() is not None


def known(connection: Connection, community: str, ids: Sequence[str]) -> set[str]:
    query = select(points.c.id).where(points.c.community == community, points.c.id.in_(list(ids)))
    return set(connection.scalars(query))


def earned_on(
    connection: Connection, community: str, member_id: str, days: Sequence[date]
) -> dict[tuple[str, date], int]:
    """What each rule gave on each day, taken back or not: what was taken back makes no room for more."""
    query = (
        select(points.c.rule, points.c.day, func.sum(points.c.amount))
        .where(
            points.c.community == community,
            points.c.member_id == member_id,
            points.c.kind == "earned",
            points.c.day.in_(list(days)),
        )
        .group_by(points.c.rule, points.c.day)
    )
    return {(rule, day): int(amount) for rule, day, amount in connection.execute(query)}


def of_subject(connection: Connection, community: str, subject: str) -> list[Entry]:
    """What an event earned, and what of that was taken back and given again, in order."""
    query = select(points).where(points.c.community == community, points.c.subject == subject)
    rows = connection.execute(query.order_by(points.c.at, points.c.id)).mappings()
    return [_entry(row) for row in rows]


def ledger(
    connection: Connection, community: str, member_id: str, before: tuple[datetime, str] | None, limit: int
) -> list[Entry]:
    """The newest first."""
    query = select(points).where(points.c.community == community, points.c.member_id == member_id)
    if before is not None:
        query = query.where(tuple_(points.c.at, points.c.id) < tuple_(*before))
    rows = connection.execute(query.order_by(points.c.at.desc(), points.c.id.desc()).limit(limit)).mappings()
    return [_entry(row) for row in rows]


_BADGES = text("""
    INSERT INTO badges (community, member_id, badge, at)
    SELECT :community, :member, :badge, :now
    WHERE (SELECT count(*) FROM (
        SELECT FROM events WHERE community = :community AND member_id = :member AND type = :type AND NOT flagged LIMIT :count
    ) AS done) >= :count
    ON CONFLICT DO NOTHING
""")


def award_badge(
    connection: Connection, community: str, member_id: str, badge: str, event: str, count: int, now: datetime
) -> None:
    """If the member has done so many of these events."""
    values = {"community": community, "member": member_id, "badge": badge, "type": event, "count": count, "now": now}
    connection.execute(_BADGES, values)


def badges_of(connection: Connection, community: str, member_id: str) -> dict[str, datetime]:
    query = select(badges.c.badge, badges.c.at).where(badges.c.community == community, badges.c.member_id == member_id)
    return {row.badge: row.at for row in connection.execute(query.order_by(badges.c.at, badges.c.badge))}


def _mine(community: str, member_id: str) -> Any:
    return (point_balances.c.community == community) & (point_balances.c.member_id == member_id)


def _entry(row: RowMapping) -> Entry:
    return Entry(**{name: row[name] for name in Entry.__dataclass_fields__})
