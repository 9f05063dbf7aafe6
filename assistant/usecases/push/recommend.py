"""What to show a member next, with the reason in words; every list is logged with what it was chosen from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Transaction

from assistant.push.flow import recommend
from assistant.push.memory import HISTORY
from assistant.push.pool import Taste
from assistant.store import consents, items, recommendations, touches
from assistant.store.recommendations import Made
from assistant.types.item import Item, Reason, Recommendation, Recommended
from assistant.types.member import ConsentPurpose
from assistant.usecases.assistant import Assistant
from assistant.usecases.identity import new_id
from assistant.usecases.members.folding import embedder_of, model_of
from assistant.usecases.push.memories import Kept, as_of, forget_removed
from assistant.words import load_words

MAX_LIMIT = 100
_SPARE, _SPARE_FOR_STOPS = 4, 10
"""Asked for beyond the limit: some may have been taken away since the memory was read, or be of what the member stopped."""


def recommend_items(
    assistant: Assistant, community: str, member_id: str, limit: int, at: datetime | None, language: str
) -> dict[str, Any]:
    """``{"id", "items", "policy_version", "personalised"}``. With ``at``, as of then: nothing later is used, and nothing is explored or
    logged. A list for a member who does not consent to profiling is logged without saying for whom. Blocks.

    Raises:
        NotFound: there is no such community.
    """
    now = at or assistant.clock()
    kept = memory_of(assistant, community, now, past=at is not None)
    with assistant.database.transaction(community) as transaction:
        purposes, stops = consents.standing(transaction, community, member_id)
        personal = ConsentPurpose.PROFILING in purposes
        if not personal:
            _forget(kept, member_id)
        elif at is None:
            _recall(transaction, kept, community, member_id, now)
        wanted = Wanted(member_id if personal else None, now, limit, f"{member_id} {now.isoformat()}", at is not None)
        made, shown = listed(transaction, kept, community, wanted, stops)
        _note_rare(kept, shown, now)
        answer_id = new_id("rec")
        if at is None:
            recommendations.log(
                transaction, community, [_log(answer_id, member_id if personal else "", now, made, shown)]
            )
    return {
        "id": answer_id,
        "items": [_render(one, item, language) for one, item in shown],
        "policy_version": made.policy_version,
        "personalised": made.personalised,
    }


def memory_of(assistant: Assistant, community: str, now: datetime, *, past: bool = False) -> Kept:
    embedder = embedder_of(assistant)
    dimensions = embedder.dimensions if embedder is not None else 0
    if past:
        kept = as_of(assistant.database, community, model_of(embedder), dimensions, now)
        kept.scorer = assistant.memories.get(
            assistant.database, community, model_of(embedder), dimensions, assistant.clock()
        ).scorer
        return kept
    return assistant.memories.get(assistant.database, community, model_of(embedder), dimensions, now)


def _forget(kept: Kept, member_id: str) -> None:
    """A member who takes consent back is gone from the memory as well."""
    with kept.lock:
        kept.memory.forget(member_id)


def _recall(transaction: Transaction, kept: Kept, community: str, member_id: str, now: datetime) -> None:
    """What a member did before they consented, or longer ago than the memory reaches."""
    with kept.lock:
        if not kept.memory.past(member_id):
            told = touches.of_member(transaction, community, member_id, now, HISTORY)
            kept.memory.remember(member_id, [one.touch for one in told])


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list of ``limit`` items at most, for a member, or for nobody in particular; none of the items ``besides``. ``steady``: nothing
    is explored."""

    member_id: str | None
    at: datetime
    limit: int
    seed: str
    steady: bool = False
    besides: Collection[str] = ()


def listed(
    transaction: Transaction, kept: Kept, community: str, wanted: Wanted, stops: Collection[str]
) -> tuple[Recommendation, list[tuple[Recommended, Item]]]:
    """What a memory proposes, and of that in order what the database still holds and allows. What was removed since is forgotten; where
    that leaves too few, so is all else that was, and the list is made once more."""
    made, shown, gone = _proposed(transaction, kept, community, wanted, stops)
    if gone and len(shown) < wanted.limit:
        present = items.ids(transaction, community)
        with kept.lock:
            forget_removed(kept, present)
        made, shown, _ = _proposed(transaction, kept, community, wanted, stops)
    return made, shown[: wanted.limit]


def _proposed(
    transaction: Transaction, kept: Kept, community: str, wanted: Wanted, stops: Collection[str]
) -> tuple[Recommendation, list[tuple[Recommended, Item]], bool]:
    made = _of_memory(kept, wanted, _SPARE_FOR_STOPS if stops else _SPARE)
    ids = [one.item for one in made.items]
    found = items.to_show(transaction, community, ids)
    gone = len(found) < len(ids)
    if gone:
        with kept.lock:
            forget_removed(kept, found, ids)
    there = [(one, found[one.item]) for one in made.items if one.item in found]
    shown = [one for one in there if one[1].holds(wanted.at) and not _stopped(one[1], stops)]
    return made, shown, gone


def _of_memory(kept: Kept, wanted: Wanted, spare: int) -> Recommendation:
    with kept.lock:
        memory, member_id = kept.memory, wanted.member_id
        past = memory.past(member_id) if member_id is not None else ()
        seen = memory.seen(member_id) if member_id is not None else frozenset()
        seen |= set(memory.catalogue.known(wanted.besides).tolist())
        taste = Taste(explore=0.0) if wanted.steady else Taste()
        count = wanted.limit + spare
        return recommend(
            memory, past, seen, wanted.at.timestamp(), count, scorer=kept.scorer, taste=taste, seed=wanted.seed
        )


def _note_rare(kept: Kept, shown: Collection[tuple[Recommended, Item]], now: datetime) -> None:
    with kept.lock:
        rare = kept.memory.catalogue.known(one.item for one, _ in shown if one.rare)
        kept.memory.showed(rare.tolist(), now.timestamp())


def reason_in_words(reason: Reason, language: str) -> str:
    return load_words().get(f"push.reasons.{reason.kind}", language, about=reason.about)


def _stopped(item: Item, stops: Collection[str]) -> bool:
    return any(f"topic:{tag}" in stops or f"stage:{tag}" in stops for tag in item.tags)


def _render(one: Recommended, item: Item, language: str) -> dict[str, Any]:
    return {
        "id": one.item,
        "title": item.title,
        "url": item.url or None,
        "score": round(one.score, 6),
        "propensity": one.propensity,
        "reason": {
            "kind": one.reason.kind,
            "about": one.reason.about or None,
            "text": reason_in_words(one.reason, language),
        },
    }


def _log(
    answer_id: str, member_id: str, now: datetime, made: Recommendation, shown: list[tuple[Recommended, Item]]
) -> Made:
    rows: list[Mapping[str, Any]] = [
        {
            "id": one.item,
            "score": one.score,
            "propensity": one.propensity,
            "features": {name: round(value, 5) for name, value in one.features.items()},
        }
        for one, _ in shown
    ]
    return Made(answer_id, member_id, now, made.policy_version, made.personalised, made.candidates, rows)
