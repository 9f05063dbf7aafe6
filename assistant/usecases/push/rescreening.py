"""When a community's policy changes its items are screened anew: what it forbids now is hidden, what it allows again is shown.

Items are gone through in the order of their ids, a part in one transaction, under a lease; whoever is killed is followed by another
that goes on where the last whole part ended.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import structlog

from assistant.backends.no_classifier import NoClassifier
from assistant.errors import DatabaseUnavailable, InvalidPolicy
from assistant.store import audit, background_jobs, items
from assistant.store.background_jobs import Job
from assistant.store.database import EVERY_COMMUNITY
from assistant.store.items import Stored
from assistant.usecases.assistant import Assistant
from assistant.usecases.identity import new_id
from assistant.usecases.push.items import OPERATOR, screened

log = structlog.get_logger()

NAME = "rescreen"
PART = 200
POLL_S = 20.0
_LEASE = timedelta(minutes=5)
_WRONG = timedelta(hours=1)
"""Until a policy that does not compile is looked at again."""


async def keep_rescreening(assistant: Assistant) -> None:
    """In the background of a worker, until cancelled. Does nothing in a process that holds no classifier."""
    if isinstance(assistant.classifier, NoClassifier):
        return
    while True:
        busy = False
        try:
            busy = await asyncio.to_thread(rescreen_next, assistant)
        except DatabaseUnavailable:
            pass
        except Exception:
            log.exception("items could not be screened anew")
        if not busy:
            await asyncio.sleep(POLL_S)


def rescreen_next(assistant: Assistant) -> bool:
    """All items of one community whose policy has changed. Whether there was one."""
    now = assistant.clock()
    with assistant.database.transaction(EVERY_COMMUNITY) as transaction:
        background_jobs.ensure(transaction, NAME, now)
        job = background_jobs.claim_changed(transaction, NAME, new_id("wrk"), now, now + _LEASE)
    if job is None:
        return False
    try:
        while rescreen_part(assistant, job):
            with assistant.database.transaction(job.community) as transaction:
                job = replace(job, document=background_jobs.document_of(transaction, job.community, NAME))
    except InvalidPolicy as error:
        log.warning("a policy is wrong, and items stay as they are", community=job.community, field=error.field)
        with assistant.database.transaction(job.community) as transaction:
            background_jobs.finish(transaction, job, now + _WRONG, job.document)
    return True


def rescreen_part(assistant: Assistant, job: Job, most: int = PART) -> bool:
    """The next items in the order of their ids. Whether there may be more, and the job still is ours."""
    screener, now = assistant.screeners.refresh(job.community), assistant.clock()
    version, done = screener.policy.version, dict(job.document)
    if done.get("under") != version:
        done = {"policy": done.get("policy"), "under": version, "after": "", "hidden": 0, "shown": 0}
    with assistant.database.transaction(job.community) as transaction:
        part = items.after(transaction, job.community, done["after"], most)
        because = screened(screener, [one.item for one in part])
        changed = [new for one, labels in zip(part, because, strict=True) if (new := _judged(one, labels)) is not None]
        items.put(transaction, job.community, changed, now)
        done["hidden"] += sum(one.item.hidden for one in changed)
        done["shown"] += sum(not one.item.hidden for one in changed)
        if len(part) == most:
            done["after"] = part[-1].item.id
            return background_jobs.keep(transaction, job, now + _LEASE, done)
        if background_jobs.finish(transaction, job, now, {"policy": version}):
            details = {"policy": version, "hidden": done["hidden"], "shown": done["shown"]}
            audit.write(
                transaction,
                job.community,
                now,
                actor="worker",
                action="items.rescreen",
                subject="items",
                details=details,
            )
    return False


def _judged(stored: Stored, labels: tuple[str, ...]) -> Stored | None:
    """As it has to be kept now; ``None`` where nothing changes. What the operators took away stays away."""
    reasons = (*labels, *((OPERATOR,) if OPERATOR in stored.hidden_because else ()))
    if reasons == stored.hidden_because:
        return None
    return replace(stored, item=replace(stored.item, hidden=bool(reasons)), hidden_because=reasons)
