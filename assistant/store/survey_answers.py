"""Answers to questionnaires: events of the type ``answer`` whose item is the draft."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

MOST: Final = 20_000
"""Different answers that are read; a questionnaire at its limits has 20 questions of 1,023, and hardly anybody gives most of them."""
_COUNTED = text("""
    WITH latest AS (
        SELECT DISTINCT ON (member_id, properties ->> 'question')
            properties ->> 'question' AS question, properties -> 'option' AS option
        FROM events
        WHERE community = :community AND type = 'answer' AND item_id = :draft AND at >= :since
            AND properties ->> 'question' = ANY(:questions)
        ORDER BY member_id, properties ->> 'question', at DESC, id DESC
    )
    SELECT question, option, count(*) FROM latest
    GROUP BY question, option ORDER BY count(*) DESC, question, option LIMIT :most
""")
_MEMBERS = text("""
    SELECT count(DISTINCT member_id) FROM events
    WHERE community = :community AND type = 'answer' AND item_id = :draft AND at >= :since
        AND properties ->> 'question' = ANY(:questions)
""")


def counted(
    connection: Connection, community: str, draft_id: str, since: datetime, questions: list[str]
) -> tuple[list[tuple[str, Any, int]], int]:
    """Of how many members each answer is the latest to its question, the most frequent first; and how many members answered at all."""
    values = {"community": community, "draft": draft_id, "since": since, "questions": questions}
    rows = connection.execute(_COUNTED, values | {"most": MOST})
    return [(row[0], row[1], int(row[2])) for row in rows], int(connection.scalar(_MEMBERS, values) or 0)
