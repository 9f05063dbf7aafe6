"""Fitting a community's ranker on its own past, and asking first what it would have earned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from assistant.errors import Conflict
from assistant.push.explore import probability
from assistant.push.fit import LEAST, Lessons, fit
from assistant.push.memory import Memory
from assistant.push.offpolicy import effective_rounds_of, self_normalised
from assistant.push.pool import Taste, chooser_of
from assistant.push.scorer import PRIOR, Scorer, Trees
from assistant.push.verdict import Verdict
from assistant.store import audit, items, recommendations, touches
from assistant.store.recommendations import Fit, Made, Ranker
from assistant.store.touches import Told
from assistant.usecases.assistant import Assistant
from assistant.usecases.members.folding import embedder_of, model_of
from assistant.usecases.push.memories import LOOKED_AT, Kept, put_stored

JUDGED_ON = timedelta(days=14)
COUNTS_FOR = timedelta(hours=24)
"""A touch within this time after a list was made is its reward."""
MOST_LISTS = 20_000


def train(assistant: Assistant, community: str, *, actor: str) -> dict[str, Any]:
    """Learns, judges the new ranker on the lists that the old one logged, and puts it in force. Blocks, for minutes where there is much.

    Raises:
        Conflict: there is too little to learn from.
        NotFound: there is no such community.
    """
    now = assistant.clock()
    kept, told, made = read_past(assistant, community, now)
    lessons = Lessons()
    for one in told:
        if one.allowed:
            lessons.note(kept.memory, one.touch)
        kept.memory.add(one.touch, personal=one.allowed)
    ranker = fitted(lessons, now)
    judged = judge(assistant, community, ranker, told, made)
    return keep(assistant, community, ranker, len(lessons), judged, Verdict(True, "asked_for"), now, actor)


def fitted(lessons: Lessons, now: datetime) -> Trees:
    """Raises: Conflict: there is too little to learn from."""
    if len(lessons) < LEAST:
        raise Conflict("ranker_little", field="events", limit=LEAST, count=len(lessons))
    return fit(lessons, f"trees-{now:%Y%m%d%H%M%S}")


def keep(
    assistant: Assistant,
    community: str,
    ranker: Trees,
    lessons: int,
    judged: dict[str, Any],
    verdict: Verdict,
    now: datetime,
    actor: str,
) -> dict[str, Any]:
    """The fit is logged, and the ranker in force if it is taken."""
    told = Fit(ranker.version, now, actor, lessons, judged, verdict.taken, verdict.because)
    with assistant.database.transaction(community) as transaction:
        recommendations.log_fit(transaction, community, told)
        if verdict.taken:
            recommendations.save_ranker(transaction, community, Ranker(ranker.version, ranker.document(), lessons, now))
        details = {**judged, "taken": verdict.taken, "because": verdict.because}
        audit.write(
            transaction, community, now, actor=actor, action="ranker.fit", subject=ranker.version, details=details
        )
    return {
        "version": ranker.version,
        "lessons": lessons,
        "judged": judged,
        "taken": verdict.taken,
        "because": verdict.because,
    }


def rankers_of(assistant: Assistant, community: str, most: int = 20) -> dict[str, Any]:
    """The version in force, and the last fits, the newest first."""
    with assistant.database.transaction(community) as transaction:
        ranker = recommendations.ranker(transaction, community)
        fits = recommendations.fits(transaction, community, most)
    shown = [asdict(one) | {"at": one.at.isoformat()} for one in fits]
    return {"in_force": ranker.version if ranker is not None else PRIOR.version, "fits": shown}


def judge(
    assistant: Assistant, community: str, scorer: Scorer, told: Sequence[Told], made: Sequence[Made]
) -> dict[str, Any]:
    """What the first place would have earned with ``scorer`` (SNIPS), beside what it did earn; the lists are gone through in time order
    with what was known then."""
    memory = _memory(assistant, community)
    rewards = _rewards(told, made)
    weights: list[float] = []
    upcoming = iter(told)
    ahead = next(upcoming, None)
    for one in sorted(made, key=lambda made_one: made_one.at):
        while ahead is not None and ahead.touch.at < one.at.timestamp():
            memory.add(ahead.touch, personal=ahead.allowed)
            ahead = next(upcoming, None)
        weights.append(_weight(memory, scorer, one))
    w, r = np.array(weights), np.array([rewards[one.id] for one in sorted(made, key=lambda m: m.at)])
    return {
        "lists": len(made),
        "effective_lists": round(effective_rounds_of(w), 1),
        "earned": round(float(r.mean()), 6) if len(r) else None,
        "would_have_earned": round(self_normalised(w, r), 6) if len(r) and w.sum() > 0 else None,
    }


def _weight(memory: Memory, scorer: Scorer, one: Made) -> float:
    """The new policy's probability of what was put first, over the old one's."""
    first = one.shown[0]
    row = memory.catalogue.rows.get(str(first["id"]))
    past = memory.past(one.member_id) if one.personalised else ()
    seen = memory.seen(one.member_id) if one.personalised else frozenset()
    chooser, rows = chooser_of(memory, past, seen, one.at.timestamp(), scorer, Taste())
    places = np.flatnonzero(rows == (-1 if row is None else row)).tolist()
    return probability(chooser, places[0], Taste().explore) / float(first["propensity"]) if places else 0.0


def _rewards(told: Sequence[Told], made: Sequence[Made]) -> dict[str, float]:
    touched: dict[tuple[str, str], list[float]] = {}
    for one in told:
        touched.setdefault((one.touch.member, one.touch.item), []).append(one.touch.at)
    found = {}
    for shown in made:
        begin = shown.at.timestamp()
        times = touched.get((shown.member_id, str(shown.shown[0]["id"])), [])
        found[shown.id] = float(any(begin <= at < begin + COUNTS_FOR.total_seconds() for at in times))
    return found


def read_past(assistant: Assistant, community: str, now: datetime) -> tuple[Kept, Sequence[Told], list[Made]]:
    """A memory with nothing done yet, what was done, and what was shown."""
    embedder = embedder_of(assistant)
    kept = Kept(_memory(assistant, community), model_of(embedder))
    with assistant.database.transaction(community) as transaction:
        told = touches.until(transaction, community, now - LOOKED_AT, now)
        logged = recommendations.logged(transaction, community, now - JUDGED_ON, MOST_LISTS)
    return kept, told, [one for one in logged if one.shown and one.member_id and one.at < now - COUNTS_FOR]


def _memory(assistant: Assistant, community: str) -> Memory:
    embedder = embedder_of(assistant)
    kept = Kept(Memory(embedder.dimensions if embedder is not None else 0), model_of(embedder))
    with assistant.database.transaction(community) as transaction:
        for stored in items.each(transaction, community):
            put_stored(kept, stored)
    return kept.memory
