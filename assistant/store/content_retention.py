"""Drafts, earlier posts and what was spent on them are forgotten on time."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import text

from assistant.store.database import Database
from assistant.store.purging import every, in_chunks

_DRAFTS = text("""
    DELETE FROM content_drafts WHERE id IN (
        SELECT d.id FROM content_drafts d WHERE d.updated_at < :before AND NOT EXISTS (
            SELECT FROM content_calendar e WHERE e.draft_id = d.id AND (e.state = 'planned' OR e.at >= :before)
        ) LIMIT :chunk
    )
""")
_POSTS = text("""
    DELETE FROM content_posts WHERE (community, id) IN (
        SELECT community, id FROM content_posts WHERE updated_at < :before AND at < :before LIMIT :chunk
    )
""")
_SPENDING = text("""
    DELETE FROM content_spending WHERE (community, day) IN (
        SELECT community, day FROM content_spending WHERE day < CAST(:before AS date) LIMIT :chunk
    )
""")


def purge(database: Database, before: datetime, chunk: int = 1_000) -> int:
    """Everything that was last changed before then, a transaction per chunk; a draft goes with its edits and its places in the calendar,
    and stays while it is planned. How many rows."""
    statements = (_DRAFTS, _POSTS, _SPENDING)
    return sum(every(*(partial(in_chunks, database, statement, chunk, before=before) for statement in statements)))
