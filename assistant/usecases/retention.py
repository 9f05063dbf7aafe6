"""Forgetting on time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from assistant.errors import DatabaseUnavailable
from assistant.ports import Clock
from assistant.settings import RetentionSettings
from assistant.store import event_retention, faq_changes, faq_conversations, faq_jobs
from assistant.store.database import EVERY_COMMUNITY, Database
from assistant.store.retention import Purged, purge

log = structlog.get_logger()

EVERY_S = 600.0


async def keep_purging(database: Database, clock: Clock, retention: RetentionSettings) -> None:
    """Purges now and then every ``EVERY_S`` seconds, until cancelled; what fails is logged and tried again next time."""
    while True:
        try:
            done = await asyncio.to_thread(purge_due, database, clock, retention)
        except DatabaseUnavailable:
            log.warning("purge postponed: the database does not answer")
        except Exception:
            log.exception("purge failed")
        else:
            if done.anything:
                log.info("purged", texts=done.decision_texts + done.feedback_texts, decisions=done.decisions)
        await asyncio.sleep(EVERY_S)


def purge_due(database: Database, clock: Clock, retention: RetentionSettings) -> Purged:
    """Everything whose time is up by ``clock``."""
    now = clock()
    with database.transaction(EVERY_COMMUNITY) as transaction:
        faq_conversations.purge(transaction, now - timedelta(days=max(1, retention.text_days)))
        faq_changes.purge(transaction, now - timedelta(days=1))
        faq_jobs.purge(transaction, now - timedelta(days=retention.decision_days))
    event_retention.purge(
        database,
        now,
        events_before=now - timedelta(days=retention.event_days),
        texts_before=now - timedelta(days=retention.text_days),
    )
    return purge(database, now, decisions_before=now - timedelta(days=retention.decision_days))
