"""Imports that wait are worked on: by the worker's process, or at once by whoever started a small one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta

import structlog

from assistant.errors import DatabaseUnavailable, NotFound
from assistant.store import faq_jobs
from assistant.store.database import EVERY_COMMUNITY
from assistant.store.faq_jobs import Job
from assistant.usecases.assistant import Assistant
from assistant.usecases.faq import imports
from assistant.usecases.faq.ingest_work import Work

log = structlog.get_logger()

POLL_S = 1.0


async def keep_ingesting(assistant: Assistant) -> None:
    """Until cancelled; what is being read then is finished first."""
    stopping = threading.Event()
    try:
        while True:
            try:
                await asyncio.to_thread(run_jobs, assistant, stopping)
            except DatabaseUnavailable:
                pass
            except Exception:
                log.exception("a round of imports failed")
            await asyncio.sleep(POLL_S)
    finally:
        stopping.set()


def run_jobs(assistant: Assistant, stopping: threading.Event | None = None) -> int:
    """Works on every job that nobody has; how many there were. Blocks on the database and the model. Raises: DatabaseUnavailable."""
    stopping, number = stopping or threading.Event(), 0
    while not stopping.is_set():
        now = assistant.clock()
        with assistant.database.transaction(EVERY_COMMUNITY) as transaction:
            job = faq_jobs.claim(transaction, now, now + timedelta(seconds=imports.LEASE_S))
        if job is None:
            break
        number += 1
        try:
            run_job(assistant, job, stopping=stopping)
        except NotFound:
            log.info("a job is gone, with its community", job=job.id)
    return number


def run_job(
    assistant: Assistant,
    job: Job,
    *,
    stopping: threading.Event | None = None,
    told: Callable[[Job], None] = lambda _: None,
) -> Job:
    """Works on a job that the caller has, until it is over or ``stopping``; ``told`` hears of every document.

    Raises:
        DatabaseUnavailable: whoever takes the job next goes on where it stopped.
        NotFound: the community was removed meanwhile.
    """
    work = Work(assistant, job)
    while not work.job.over:
        if stopping is not None and stopping.is_set():
            return imports.let_go(assistant, work.job)
        work.step()
        told(work.job)
    return work.job
