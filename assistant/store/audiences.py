"""Members in the order of their ids, chunk by chunk, with what a permit asks of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

_EVERYONE = text("SELECT id FROM members WHERE community = :community AND id > :after ORDER BY id LIMIT :most")
_SEGMENT = text("""
    SELECT member_id FROM segment_members
    WHERE community = :community AND segment_id = :segment AND member_id > :after ORDER BY member_id LIMIT :most
""")
_JOINED = text("""
    SELECT m.id FROM members m
    WHERE m.community = :community AND m.created_at >= :since
        AND EXISTS (SELECT FROM events e WHERE e.community = m.community AND e.member_id = m.id AND e.type = 'join')
        AND NOT EXISTS (SELECT FROM sends s
            WHERE s.community = m.community AND s.campaign_id = :campaign AND s.member_id = m.id)
    ORDER BY m.created_at LIMIT :most
""")
_AGREED = text("SELECT count(*) FROM consents WHERE community = :community AND purpose = 'push' AND granted")
_STANDING = text("""
    SELECT m.id,
        coalesce((SELECT granted FROM consents c
            WHERE c.community = m.community AND c.member_id = m.id AND c.purpose = 'push'), false) AS consents,
        coalesce((SELECT granted FROM consents c
            WHERE c.community = m.community AND c.member_id = m.id AND c.purpose = 'profiling'), false) AS profiled,
        (SELECT value #>> '{}' FROM member_attributes a
            WHERE a.community = m.community AND a.member_id = m.id AND a.name = 'time_zone') AS zone,
        (SELECT value #>> '{}' FROM member_attributes a
            WHERE a.community = m.community AND a.member_id = m.id AND a.name = 'language') AS language,
        (SELECT array_agg(topic) FROM member_stops s WHERE s.community = m.community AND s.member_id = m.id) AS stops,
        (SELECT document FROM push_preferences p WHERE p.community = m.community AND p.member_id = m.id) AS preferences,
        EXISTS (SELECT FROM penalties n WHERE n.community = m.community AND n.member_id = m.id AND n.step IN ('mute', 'kick', 'ban')
            AND n.state = 'applied' AND (n.ends_at IS NULL OR n.ends_at > :now)) AS sanctioned
    FROM members m WHERE m.community = :community AND m.id = ANY(:ids)
""")
_HOURS = text("""
    SELECT member_id, array_agg(extract(epoch FROM at)::bigint) FROM (
        SELECT member_id, at, row_number() OVER (PARTITION BY member_id ORDER BY at DESC) AS place FROM events
        WHERE community = :community AND member_id = ANY(:ids) AND at > :since AND type <> 'dismiss'
    ) last WHERE place <= 100 GROUP BY member_id
""")


@dataclass(frozen=True, slots=True)
class Row:
    """A member as the database knows them: ``zone`` and ``language`` as declared, ``preferences`` as saved."""

    id: str
    consents: bool
    profiled: bool
    zone: str | None
    language: str | None
    stops: Sequence[str] | None
    preferences: dict[str, Any] | None
    sanctioned: bool


def everyone(connection: Connection, community: str, after: str, most: int) -> list[str]:
    return list(connection.scalars(_EVERYONE, {"community": community, "after": after, "most": most}))


def segment(connection: Connection, community: str, segment_id: str, after: str, most: int) -> list[str]:
    """Of a snapshot or a cluster."""
    values = {"community": community, "segment": segment_id, "after": after, "most": most}
    return list(connection.scalars(_SEGMENT, values))


def standing(connection: Connection, community: str, ids: Sequence[str], now: object) -> dict[str, Row]:
    """Of those that are known."""
    values = {"community": community, "ids": list(ids), "now": now}
    return {row["id"]: Row(**row) for row in connection.execute(_STANDING, values).mappings()}


def active_times(connection: Connection, community: str, ids: Sequence[str], since: object) -> dict[str, list[int]]:
    """Seconds since 1970 of each one's last hundred deeds."""
    values = {"community": community, "ids": list(ids), "since": since}
    return {row[0]: row[1] for row in connection.execute(_HOURS, values)}


def agreed(connection: Connection, community: str) -> int:
    """How many members have agreed to messages."""
    return int(connection.scalar(_AGREED, {"community": community}) or 0)


def joined(connection: Connection, community: str, campaign_id: str, since: object, most: int) -> list[str]:
    """Members known since then who have joined, and had no part in the campaign yet."""
    values = {"community": community, "campaign": campaign_id, "since": since, "most": most}
    return list(connection.scalars(_JOINED, values))
