"""Forgetting on time."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from datetime import datetime, timedelta
from functools import partial

import structlog

from assistant.errors import DatabaseUnavailable
from assistant.ports import Clock
from assistant.settings import RetentionSettings
from assistant.store import content_retention, event_retention, faq_changes, faq_conversations, faq_jobs
from assistant.store.database import EVERY_COMMUNITY, Database
from assistant.store.purging import PURGING_S, alone, every, in_chunks
from assistant.store.retention import Purged, purge

log = structlog.get_logger()

EVERY_S = 600.0
_CHUNK = 1_000


async def keep_purging(database: Database, clock: Clock, retention: RetentionSettings) -> None:
    """Purges now and then every ``EVERY_S`` seconds, until cancelled; what fails is logged and tried again next time. Whoever finds another
    process of the database at it leaves it to that one."""
    while True:
        try:
            done = await _purged(database, clock, retention)
        except DatabaseUnavailable:
            log.warning("purge postponed: the database does not answer")
        except Exception:
            log.exception("purge failed")
        else:
            if done.anything:
                log.info("purged", texts=done.decision_texts + done.feedback_texts, decisions=done.decisions)
        await asyncio.sleep(EVERY_S)


async def _purged(database: Database, clock: Clock, retention: RetentionSettings) -> Purged:
    """``purge_alone`` in a thread that nobody waits for when the service ends: a statement may take minutes, and is rolled back then."""
    future: Future[Purged] = Future()
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            future.set_result(purge_alone(database, clock, retention))
        except Exception as error:
            future.set_exception(error)

    threading.Thread(target=run, name="retention", daemon=True).start()
    return await asyncio.wrap_future(future)


def purge_alone(database: Database, clock: Clock, retention: RetentionSettings) -> Purged:
    """As ``purge_due``; nothing where another process is at it."""
    with alone(database) as is_alone:
        return purge_due(database, clock, retention) if is_alone else Purged()


def purge_due(database: Database, clock: Clock, retention: RetentionSettings) -> Purged:
    """Everything whose time is up by ``clock``. What fails is raised when everything else had its turn."""
    now = clock()
    texts_before = now - timedelta(days=retention.text_days)
    talk_before = now - timedelta(days=max(1, retention.text_days))
    decisions_before = now - timedelta(days=retention.decision_days)
    done = Purged()

    def decisions() -> int:
        nonlocal done
        done = purge(database, now, decisions_before=decisions_before)
        return 0

    every(
        partial(in_chunks, database, faq_conversations.PURGE, _CHUNK, before=talk_before),
        partial(in_chunks, database, faq_changes.PURGE, _CHUNK, before=now - timedelta(days=1)),
        partial(_forget_jobs, database, decisions_before),
        partial(
            event_retention.purge,
            database,
            now,
            events_before=now - timedelta(days=retention.event_days),
            texts_before=texts_before,
        ),
        partial(content_retention.purge, database, now - timedelta(days=retention.content_days)),
        decisions,
    )
    return done


def _forget_jobs(database: Database, before: datetime) -> int:
    with database.transaction(EVERY_COMMUNITY, PURGING_S) as transaction:
        return faq_jobs.purge(transaction, before)
