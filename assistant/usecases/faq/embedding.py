"""After a change of the embedder every entry is embedded anew, as a job that goes on where it stopped; until it is done, what the model
before has left serves."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta

import structlog

from assistant.errors import DatabaseUnavailable
from assistant.faq.texts import entry_texts
from assistant.store import faq_entries, faq_jobs
from assistant.store.database import EVERY_COMMUNITY
from assistant.store.faq_entries import Vectors
from assistant.store.faq_jobs import EMBED, Job, JobState
from assistant.types.faq import Entry
from assistant.usecases.assistant import Assistant
from assistant.usecases.faq.entries import model_name
from assistant.usecases.identity import new_id

log = structlog.get_logger()

ENTRIES_AT_ONCE = 64
LEASE_S = 180.0
EVERY_S = 60.0
"""Between one look for entries that the model has not seen and the next: a process of the version before may still put some."""


async def keep_embedding(assistant: Assistant) -> None:
    """Until cancelled; the entries under way are finished first."""
    stopping = threading.Event()
    try:
        while True:
            try:
                await asyncio.to_thread(embed_all, assistant, stopping)
            except DatabaseUnavailable:
                pass
            except Exception:
                log.exception("entries could not be embedded anew")
            await asyncio.sleep(EVERY_S)
    finally:
        stopping.set()


def embed_all(assistant: Assistant, stopping: threading.Event | None = None) -> int:
    """Works on every community whose entries this model has not all seen; how many entries it was shown. Blocks on the database and the
    model. Raises: DatabaseUnavailable, ModelError."""
    stopping, number = stopping or threading.Event(), 0
    _open_jobs(assistant)
    while not stopping.is_set():
        now = assistant.clock()
        with assistant.database.transaction(EVERY_COMMUNITY) as transaction:
            job = faq_jobs.claim(transaction, now, now + timedelta(seconds=LEASE_S), EMBED)
        if job is None:
            break
        number += _work(assistant, job, stopping)
    return number


def _open_jobs(assistant: Assistant) -> None:
    now = assistant.clock()
    with assistant.database.transaction(EVERY_COMMUNITY) as transaction:
        for community, number in faq_entries.lacking(transaction, model_name(assistant)).items():
            if not faq_jobs.is_open(transaction, community, EMBED):
                details = {"model": model_name(assistant)}
                job = Job(id=new_id("job"), community=community, created_at=now, updated_at=now, kind=EMBED)
                faq_jobs.add(transaction, replace(job, total=number, details=details))


def _work(assistant: Assistant, job: Job, stopping: threading.Event) -> int:
    """Until no entry is left, or ``stopping``; somebody else may take the job at once then."""
    number = 0
    while entries := _unseen(assistant, job):
        vectors = _vectors(assistant, entries)
        kept = _keep(assistant, job, entries, vectors, leave=stopping.is_set())
        number += len(entries)
        if kept is None or stopping.is_set():
            return number
        job = kept
    now, model = assistant.clock(), model_name(assistant)
    with assistant.database.transaction(job.community) as transaction:
        faq_entries.drop_vectors(transaction, job.community, but=model)
        faq_jobs.lease(transaction, job.id, None, state=JobState.DONE.value, finished_at=now, updated_at=now)
    log.info("entries are embedded anew", community=job.community, model=model, entries=job.done)
    return number


def _unseen(assistant: Assistant, job: Job) -> list[Entry]:
    with assistant.database.transaction(job.community) as transaction:
        return faq_entries.without_vectors(transaction, job.community, model_name(assistant), ENTRIES_AT_ONCE)


def _vectors(assistant: Assistant, entries: list[Entry]) -> dict[str, Vectors]:
    texts = [entry_texts(entry) for entry in entries]
    encoded = assistant.embedder.encode([text for its in texts for text in its])
    found, at = {}, 0
    for entry, its in zip(entries, texts, strict=True):
        found[entry.id] = encoded[at : at + len(its)]
        at += len(its)
    return found


def _keep(
    assistant: Assistant, job: Job, entries: list[Entry], vectors: dict[str, Vectors], *, leave: bool
) -> Job | None:
    """``None``: the job was stopped."""
    now = assistant.clock()
    until = None if leave else now + timedelta(seconds=LEASE_S)
    with assistant.database.transaction(job.community) as transaction:
        added = faq_entries.add_vectors(transaction, job.community, entries, vectors, model_name(assistant))
        done = min(job.done + added, job.total)
        return faq_jobs.lease(transaction, job.id, until, done=done, entries=done, updated_at=now)
