"""Rounds of campaigns that recur: how far each is planned, and what items are back in stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text, update
from sqlalchemy.dialects.postgresql import insert

from assistant.store.push_tables import campaign_rounds, restocks

_ZONES = text("""
    SELECT DISTINCT value #>> '{}' FROM member_attributes WHERE community = :community AND name = 'time_zone'
""")
_IN_ZONE = text("""
    SELECT m.id FROM members m LEFT JOIN member_attributes a
        ON a.community = m.community AND a.member_id = m.id AND a.name = 'time_zone'
    WHERE m.community = :community AND m.id > :after AND (CAST(:among AS text[]) IS NULL OR m.id = ANY(:among))
        AND (a.value #>> '{}' = ANY(:zones) OR (:undeclared AND a.value IS NULL))
    ORDER BY m.id LIMIT :most
""")
_LOOKED = text("""
    SELECT e.member_id FROM events e
    WHERE e.community = :community AND e.item_id = :item AND e.at >= :since AND NOT e.flagged AND e.type = ANY(:types)
        AND e.member_id > :after AND (CAST(:among AS text[]) IS NULL OR e.member_id = ANY(:among))
        AND EXISTS (SELECT FROM consents c WHERE c.community = e.community AND c.member_id = e.member_id
            AND c.purpose = 'profiling' AND c.granted)
    GROUP BY e.member_id HAVING (array_agg(e.type ORDER BY e.at DESC, e.id DESC))[1] <> 'purchase'
    ORDER BY e.member_id LIMIT :most
""")
_WANTED_BY = ["view", "click", "share", "reaction", "message", "answer", "purchase"]


@dataclass(frozen=True, slots=True)
class Restock:
    id: str
    item_id: str
    at: datetime


def hold(connection: Connection, community: str, campaign_id: str, name: str, now: datetime) -> tuple[str, bool]:
    """The member up to whom a round is planned, and whether it is over; it is the caller's alone until the transaction ends."""
    row = {"community": community, "campaign_id": campaign_id, "round": name, "created_at": now}
    connection.execute(insert(campaign_rounds).values(row).on_conflict_do_nothing())
    query = select(campaign_rounds.c.planned_to, campaign_rounds.c.ended_at).where(*_key(community, campaign_id, name))
    planned_to, ended_at = connection.execute(query.with_for_update()).one()
    return planned_to or "", ended_at is not None


def move(
    connection: Connection, community: str, campaign_id: str, name: str, planned_to: str | None, now: datetime
) -> None:
    """Planned up to that member; without one it is over."""
    query = update(campaign_rounds).where(*_key(community, campaign_id, name))
    connection.execute(query.values(planned_to=planned_to, ended_at=None if planned_to else now))


def ended(connection: Connection, community: str, campaign_id: str, names: Sequence[str]) -> set[str]:
    """Those of the rounds that are over."""
    query = select(campaign_rounds.c.round).where(
        campaign_rounds.c.community == community,
        campaign_rounds.c.campaign_id == campaign_id,
        campaign_rounds.c.round.in_(list(names)),
        campaign_rounds.c.ended_at.is_not(None),
    )
    return set(connection.scalars(query))


def note_restocks(connection: Connection, community: str, given: Sequence[Restock]) -> None:
    rows = [{"community": community, "id": one.id, "item_id": one.item_id, "at": one.at} for one in given]
    if rows:
        connection.execute(insert(restocks), rows)


def restocked(connection: Connection, community: str, since: datetime, most: int) -> list[Restock]:
    """The oldest first."""
    query = select(restocks).where(restocks.c.community == community, restocks.c.at >= since)
    rows = connection.execute(query.order_by(restocks.c.at, restocks.c.id).limit(most)).mappings()
    return [Restock(row["id"], row["item_id"], row["at"]) for row in rows]


def zones(connection: Connection, community: str) -> list[str]:
    """As members declared them."""
    return list(connection.scalars(_ZONES, {"community": community}))


def in_zone(
    connection: Connection,
    community: str,
    declared: Sequence[str],
    after: str,
    most: int,
    *,
    undeclared: bool,
    among: Sequence[str] | None,
) -> list[str]:
    """Members who declared one of these zones, or none, in order; ``among`` these ids alone."""
    values = {
        "community": community,
        "zones": list(declared),
        "undeclared": undeclared,
        "among": None if among is None else list(among),
        "after": after,
        "most": most,
    }
    return list(connection.scalars(_IN_ZONE, values))


def looked(
    connection: Connection,
    community: str,
    item_id: str,
    since: datetime,
    after: str,
    most: int,
    *,
    among: Sequence[str] | None,
) -> list[str]:
    """Members, in order, who consent to profiling and looked at an item or asked for it since then, and have not bought it after."""
    values = {
        "community": community,
        "item": item_id,
        "since": since,
        "types": _WANTED_BY,
        "among": None if among is None else list(among),
        "after": after,
        "most": most,
    }
    return list(connection.scalars(_LOOKED, values))


def _key(community: str, campaign_id: str, name: str) -> tuple[Any, ...]:
    table = campaign_rounds.c
    return table.community == community, table.campaign_id == campaign_id, table.round == name
