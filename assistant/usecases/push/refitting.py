"""The ranker fits itself: once enough new lists were shown a new one is fitted, and takes over only where it is not worse.

Two things are asked first. A replay of the last fifth of what members did: fitted on what came before it, does it guess as well as the
ranker in force? And the logged lists (``judge``): would its first place have earned as much?
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import structlog

from assistant.errors import Conflict, DatabaseUnavailable
from assistant.push.fit import LEAST, Lessons, fit
from assistant.push.flow import recommend
from assistant.push.memory import Memory
from assistant.push.replay import STEADY, seen_before
from assistant.push.rows import F64
from assistant.push.scorer import PRIOR, Scorer, read_trees
from assistant.push.verdict import compare
from assistant.store import background_jobs, recommendations
from assistant.store.background_jobs import Job
from assistant.store.database import EVERY_COMMUNITY
from assistant.store.touches import Told
from assistant.types.item import Touch
from assistant.usecases.assistant import Assistant
from assistant.usecases.identity import new_id
from assistant.usecases.push.settings import settings_in
from assistant.usecases.push.training import fitted, judge, keep, read_past

log = structlog.get_logger()

NAME = "refit"
POLL_S = 60.0
ACTOR = "worker"
_AGAIN = timedelta(hours=1)
_LEASE = timedelta(hours=2)
_REPLAYED = 0.2
_MOST_GUESSES, _DEEP = 1_000, 10


async def keep_refitting(assistant: Assistant) -> None:
    """In the background of a worker, until cancelled."""
    while True:
        busy = False
        try:
            busy = await asyncio.to_thread(refit_next, assistant)
        except DatabaseUnavailable:
            pass
        except ImportError:
            log.info("rankers are not fitted here: the extra train is not installed")
            return
        except Exception:
            log.exception("a ranker could not be fitted")
        if not busy:
            await asyncio.sleep(POLL_S)


def refit_next(assistant: Assistant) -> bool:
    """Looks at one community, and fits its ranker if it is time. Whether there was one to look at."""
    now = assistant.clock()
    with assistant.database.transaction(EVERY_COMMUNITY) as transaction:
        background_jobs.ensure(transaction, NAME, now)
        job = background_jobs.claim(transaction, NAME, new_id("wrk"), now, now + _LEASE)
    if job is None:
        return False
    try:
        if _is_time(assistant, job):
            refit(assistant, job.community)
    except Conflict:
        pass
    finally:
        with assistant.database.transaction(job.community) as transaction:
            background_jobs.finish(transaction, job, now + _AGAIN, {})
    return True


def _is_time(assistant: Assistant, job: Job) -> bool:
    now = assistant.clock()
    with assistant.database.transaction(job.community) as transaction:
        asked = settings_in(transaction, job.community).ranker
        last = next(iter(recommendations.fits(transaction, job.community, 1)), None)
        since = last.at if last is not None else now - timedelta(days=60)
        shown = recommendations.made_since(transaction, job.community, since)
    waited = last is None or now - last.at >= timedelta(hours=asked.every_hours)
    return asked.refit and waited and shown >= asked.after_lists


def refit(assistant: Assistant, community: str) -> dict[str, Any]:
    """Fits a ranker, and puts it in force if it is not worse; logged either way. Blocks, for minutes where there is much.

    Raises:
        Conflict: there is too little to learn from.
        NotFound: there is no such community.
    """
    now = assistant.clock()
    kept, told, made = read_past(assistant, community, now)
    old = _in_force(assistant, community)
    lessons, new_places, old_places = _replayed(kept.memory, told, old)
    ranker = fitted(lessons, now)
    judged, before = (judge(assistant, community, one, told, made) for one in (ranker, old))
    figures = {**judged, "would_have_earned_before": before["would_have_earned"], "guesses": len(new_places)}
    if len(new_places):
        figures |= {"mrr": round(float(new_places.mean()), 5), "mrr_before": round(float(old_places.mean()), 5)}
    verdict = compare(new_places, old_places, _earned(judged, before))
    return keep(assistant, community, ranker, len(lessons), figures, verdict, now, ACTOR)


def _earned(new: dict[str, Any], old: dict[str, Any]) -> tuple[float, float, float] | None:
    if new["would_have_earned"] is None or old["would_have_earned"] is None:
        return None
    effective = min(new["effective_lists"], old["effective_lists"])
    return new["would_have_earned"], old["would_have_earned"], effective


def _in_force(assistant: Assistant, community: str) -> Scorer:
    with assistant.database.transaction(community) as transaction:
        ranker = recommendations.ranker(transaction, community)
    return (read_trees(ranker.document) if ranker is not None else None) or PRIOR


def _replayed(memory: Memory, told: Sequence[Told], old: Scorer) -> tuple[Lessons, F64, F64]:
    """Every lesson, and the reciprocal places at which a ranker fitted on the first four fifths, and the old one, have what was touched in
    the last; none where those are too few to fit one."""
    lessons, places, check = Lessons(), [], None
    begin = max(int(len(told) * (1 - _REPLAYED)), len(told) - _MOST_GUESSES)
    for at, one in enumerate(told):
        if at == begin and len(lessons) >= LEAST:
            check = fit(lessons, "check")
        if one.allowed:
            if check is not None and not seen_before(memory, one.touch):
                places.append((_place(memory, one.touch, check), _place(memory, one.touch, old)))
            lessons.note(memory, one.touch)
        memory.add(one.touch, personal=one.allowed)
    new, before = np.array(places, np.float64).reshape(-1, 2).T
    return lessons, new, before


def _place(memory: Memory, touch: Touch, scorer: Scorer) -> float:
    past, seen = memory.past(touch.member), memory.seen(touch.member)
    made = recommend(memory, past, seen, touch.at, _DEEP, scorer=scorer, taste=STEADY)
    shown = [one.item for one in made.items]
    return 1 / (shown.index(touch.item) + 1) if touch.item in shown else 0.0
