"""What is to be forgotten is forgotten: expired texts, idempotency keys, old decisions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import text

from assistant.store.database import Database
from assistant.store.purging import every, in_chunks

_DECISION_TEXTS = text("""
    UPDATE decisions SET text = NULL, masked_text = NULL, parts = NULL, context = NULL, text_expires_at = NULL
    WHERE id IN (SELECT id FROM decisions WHERE text_expires_at <= :moment LIMIT :chunk)
""")
_FEEDBACK_TEXTS = text("""
    UPDATE feedback SET text = NULL, text_expires_at = NULL
    WHERE id IN (SELECT id FROM feedback WHERE text_expires_at <= :moment LIMIT :chunk)
""")
_KEYS = text("""
    DELETE FROM idempotency_keys
    WHERE (community, key) IN (SELECT community, key FROM idempotency_keys WHERE expires_at <= :moment LIMIT :chunk)
""")
_DECISIONS = text(
    "DELETE FROM decisions WHERE id IN (SELECT id FROM decisions WHERE created_at < :moment LIMIT :chunk)"
)
_DELIVERIES = text(
    "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE finished_at < :moment LIMIT :chunk)"
)
_DELIVERY_WORDS = text("""
    UPDATE deliveries SET payload = payload - 'text' - 'question'
    WHERE id IN (
        SELECT id FROM deliveries WHERE finished_at < :moment AND payload ?| ARRAY['text', 'question'] LIMIT :chunk
    )
""")
_RECOMMENDATIONS = text("""
    DELETE FROM recommendations
    WHERE (community, id) IN (SELECT community, id FROM recommendations WHERE at < :moment LIMIT :chunk)
""")
_SENDS = text("""
    DELETE FROM sends WHERE (community, campaign_id, member_id, round) IN (
        SELECT community, campaign_id, member_id, round FROM sends WHERE created_at < :moment LIMIT :chunk
    )
""")
_ROUNDS = text("""
    DELETE FROM campaign_rounds WHERE (community, campaign_id, round) IN (
        SELECT community, campaign_id, round FROM campaign_rounds WHERE created_at < :moment LIMIT :chunk
    )
""")
_RESTOCKS = text("""
    DELETE FROM restocks WHERE (community, id) IN (SELECT community, id FROM restocks WHERE at < :moment LIMIT :chunk)
""")
_DELIVERY_DATA = text("""
    UPDATE deliveries SET payload = jsonb_set(
        payload, '{data}', (payload -> 'data') - ARRAY['text', 'items', 'headers', 'question', 'turns', 'answer', 'contact']
    )
    WHERE id IN (
        SELECT id FROM deliveries WHERE finished_at < :moment AND payload ->> 'type' IN ('push', 'handoff')
            AND payload -> 'data' ?| ARRAY['text', 'question']
        LIMIT :chunk
    )
""")
_MEMBERS = [
    text(f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE created_at < :moment LIMIT :chunk)")  # noqa: S608
    for table in ("cases", "strikes", "penalties", "appeals")
]
_FEEDBACK = text("DELETE FROM feedback WHERE id IN (SELECT id FROM feedback WHERE created_at < :moment LIMIT :chunk)")


_RECORDS = (*_MEMBERS, _RECOMMENDATIONS, _SENDS, _ROUNDS, _RESTOCKS)
_WORDS_FOR = timedelta(days=7)
"""The words of a delivery are kept so long after it is over, in case it has to be driven again."""


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows lost their text, or went; ``records`` are cases, strikes, penalties, appeals,
    recommendations, sends, rounds and restocks."""

    decision_texts: int = 0
    feedback_texts: int = 0
    idempotency_keys: int = 0
    decisions: int = 0
    feedback: int = 0
    deliveries: int = 0
    records: int = 0

    @property
    def anything(self) -> bool:
        return self != Purged()


def purge(database: Database, now: datetime, decisions_before: datetime, chunk: int = 1000) -> Purged:
    """Everything due, the words first."""
    words_before = now - _WORDS_FOR
    steps = (
        ("decision_texts", _DECISION_TEXTS, now),
        ("feedback_texts", _FEEDBACK_TEXTS, now),
        ("deliveries", _DELIVERY_WORDS, words_before),
        ("deliveries", _DELIVERY_DATA, words_before),
        ("idempotency_keys", _KEYS, now),
        ("decisions", _DECISIONS, decisions_before),
        ("feedback", _FEEDBACK, decisions_before),
        ("deliveries", _DELIVERIES, decisions_before),
        *(("records", statement, decisions_before) for statement in _RECORDS),
    )
    done = every(*(partial(in_chunks, database, statement, chunk, moment=at) for _, statement, at in steps))
    total: Counter[str] = Counter()
    for (kind, _, _), rows in zip(steps, done, strict=True):
        total[kind] += rows
    return Purged(**total)
