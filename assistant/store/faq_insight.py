"""What the conversations tell of the entries: how often each was asked, what helped, what is asked most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

_REPORT = text("""
    SELECT e.id, e.question, e.title, e.updated_at, e.valid_to,
        count(t.id) AS asked,
        count(t.id) FILTER (WHERE t.thumb = 1) AS up,
        count(t.id) FILTER (WHERE t.thumb = -1) AS down,
        count(t.id) FILTER (WHERE NOT EXISTS (
            SELECT 1 FROM faq_turns l WHERE l.conversation_id = t.conversation_id AND l.community = t.community
            AND l.created_at > t.created_at AND l.outcome = 'handoff')) AS quiet
    FROM faq_entries e
    LEFT JOIN faq_turns t ON t.community = e.community AND t.outcome = 'answer' AND t.created_at >= :since
        AND t.entry_ids @> ARRAY[e.id]
    WHERE e.community = :community
    GROUP BY e.community, e.id ORDER BY asked DESC, e.id LIMIT :limit
""")
_FEEDBACK = text("""
    SELECT entry_id, count(*) FILTER (WHERE thumb = 1), count(*) FILTER (WHERE thumb = -1)
    FROM faq_turns, unnest(entry_ids) AS entry_id
    WHERE community = :community AND outcome = 'answer' AND thumb IS NOT NULL GROUP BY entry_id
""")
_TOP = text("""
    SELECT e.question FROM faq_entries e
    LEFT JOIN LATERAL (
        SELECT count(*) AS asked FROM faq_turns t WHERE t.community = e.community AND t.outcome = 'answer'
        AND t.created_at >= :since AND t.entry_ids @> ARRAY[e.id]
    ) AS counted ON true
    WHERE e.community = :community AND e.question <> '' AND e.roles = '{}' AND e.language = ANY(:languages)
        AND (e.valid_from IS NULL OR e.valid_from <= :now) AND (e.valid_to IS NULL OR :now < e.valid_to)
    ORDER BY counted.asked DESC, e.created_at, e.id LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class EntryReport:
    """``asked``: how often it was the answer; ``solved``: how often nothing was handed over in the conversation afterwards and nobody said
    that it was wrong."""

    id: str
    question: str
    title: str
    updated_at: datetime
    valid_to: datetime | None
    asked: int
    up: int
    down: int
    quiet: int

    @property
    def solved(self) -> int:
        return max(0, self.quiet - self.down)


def report(connection: Connection, community: str, since: datetime, limit: int) -> list[EntryReport]:
    """Those asked most first."""
    values = {"community": community, "since": since, "limit": limit}
    return [EntryReport(**row) for row in connection.execute(_REPORT, values).mappings()]


def feedback(connection: Connection, community: str) -> Mapping[str, tuple[int, int]]:
    """By entry: how often its answer was found helpful, and how often not."""
    return {row[0]: (row[1], row[2]) for row in connection.execute(_FEEDBACK, {"community": community})}


def top_questions(
    connection: Connection, community: str, languages: list[str], since: datetime, now: datetime, limit: int
) -> list[str]:
    """Of everyone's entries in these languages: what is asked most, then what was there first."""
    values = {"community": community, "languages": languages, "since": since, "now": now, "limit": limit}
    return [row[0] for row in connection.execute(_TOP, values)]
