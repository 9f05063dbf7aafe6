"""What members said, as suggestions read it, and who may be named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, text

from assistant.types.content import Said

_SAID = text("""
    WITH told AS (
        SELECT community, id, member_id, at, text, channel,
            row_number() OVER (ORDER BY at, id) - 1 AS place, count(*) OVER () AS messages
        FROM events
        WHERE community = :community AND type = 'message' AND at >= :since AND at < :until AND NOT flagged
            AND text IS NOT NULL AND length(btrim(text)) >= 4
            AND (CAST(:members AS text[]) IS NULL OR member_id = ANY(:members))
    ), chosen AS (
        SELECT DISTINCT ON (part) *
        FROM (SELECT *, place * CAST(:limit AS bigint) / greatest(messages, :limit) AS part FROM told) parts
        ORDER BY part, md5(id)
    )
    SELECT e.id, e.member_id, e.at, e.text, e.channel, 1 + ln(1 + coalesce(r.reactions, 0)) AS weight,
        greatest(1.0, CAST(e.messages AS float8) / :limit) AS stands_for
    FROM chosen e
    LEFT JOIN LATERAL (
        SELECT count(*) AS reactions FROM events r
        WHERE r.community = e.community AND r.item_id = e.id AND r.type NOT IN ('view', 'dismiss')
            AND r.at >= e.at AND r.at < :until
    ) r ON true
    ORDER BY e.at, e.id
""")
_MOMENTS = text("""
    SELECT at FROM events WHERE community = :community AND type = 'message' AND at >= :since AND at < :until
        AND (CAST(:members AS text[]) IS NULL OR member_id = ANY(:members))
    ORDER BY at DESC LIMIT :limit
""")
_NAMED = text("""
    SELECT member_id FROM consents
    WHERE community = :community AND purpose = 'profiling' AND granted AND member_id = ANY(:members)
""")
_ACTIVE = text("""
    SELECT count(DISTINCT member_id) FROM events
    WHERE community = :community AND at >= :since AND at < :until
""")
_KNOWN = text("SELECT id FROM events WHERE community = :community AND type = 'message' AND id = ANY(:ids)")


def said(
    connection: Connection,
    community: str,
    since: datetime,
    until: datetime,
    limit: int,
    members: Sequence[str] | None = None,
) -> list[Said]:
    """The messages of the time, of ``members`` or everybody, oldest first, without those that moderation acted on. Of more than ``limit``
    one is taken of each of ``limit`` equal parts, and ``stands_for`` says how many each part has. ``weight`` is 1 and the logarithm of the
    reactions there were by ``until``."""
    own = list(members) if members is not None else None
    values = {"community": community, "since": since, "until": until, "limit": limit, "members": own}
    rows = connection.execute(_SAID, values).mappings()
    return [Said(**{**row, "weight": float(row["weight"])}) for row in rows]


def moments(
    connection: Connection,
    community: str,
    since: datetime,
    until: datetime,
    limit: int,
    members: Sequence[str] | None = None,
) -> list[datetime]:
    """When messages were written, by ``members`` or everybody, the newest first."""
    own = list(members) if members is not None else None
    values = {"community": community, "since": since, "until": until, "limit": limit, "members": own}
    return [row[0] for row in connection.execute(_MOMENTS, values)]


def may_be_named(connection: Connection, community: str, members: Sequence[str]) -> frozenset[str]:
    """Those who consented to being known by what they do: only they are named to operators as people to invite."""
    return frozenset(row[0] for row in connection.execute(_NAMED, {"community": community, "members": list(members)}))


def active(connection: Connection, community: str, since: datetime, until: datetime) -> int:
    """How many members did anything in the time."""
    return int(connection.scalar(_ACTIVE, {"community": community, "since": since, "until": until}) or 0)


def known(connection: Connection, community: str, ids: Sequence[str]) -> frozenset[str]:
    """Those of the ids that are messages of the community."""
    return frozenset(row[0] for row in connection.execute(_KNOWN, {"community": community, "ids": list(ids)}))
