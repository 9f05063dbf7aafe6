"""Profiles follow events: what waits in the queue is folded in, in batches that any number of workers share."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection as Transaction
from sqlalchemy import exc

from assistant.errors import DatabaseUnavailable, ModelError
from assistant.members import flow
from assistant.members.interests import F32, shorten
from assistant.members.meaning import Allowed, ItemText
from assistant.members.state import State
from assistant.members.topics import shipped_topics
from assistant.ports import Embedder
from assistant.store import consents, profiles
from assistant.store.database import EVERY_COMMUNITY
from assistant.store.profiles import BEGINNING, Kept, Work
from assistant.types.event import Event
from assistant.types.member import ConsentPurpose
from assistant.usecases.assistant import Assistant
from assistant.usecases.members import points
from assistant.usecases.members.items import item_texts

log = structlog.get_logger()

POLL_S = 0.25
BATCH = 4_000
"""Where more waits, more members have several events in it, and each is read and written once."""
MOST_EVENTS = 5_000
"""Of one member in one pass; the rest waits for the next."""
NO_MODEL = "none"


async def keep_folding(assistant: Assistant) -> None:
    """Until cancelled; what fails is logged and tried again, in smaller batches until it goes well."""
    limit = BATCH
    while True:
        try:
            done = await asyncio.to_thread(fold_waiting, assistant, limit)
            limit = min(BATCH, limit * 2)
        except DatabaseUnavailable:
            log.warning("profiles wait: the database does not answer")
            done, limit = 0, max(1, limit // 4)
        except Exception:
            log.exception("profiles could not be folded")
            done, limit = 0, max(1, limit // 4)
        if not done:
            await asyncio.sleep(POLL_S)


def fold_waiting(assistant: Assistant, limit: int = BATCH) -> int:
    """One batch, in one transaction: it is done or it still waits. How many members it was about."""
    with _uncollected(), assistant.database.transaction(EVERY_COMMUNITY) as transaction:
        claimed = profiles.claim(transaction, limit)
        for community, work in claimed.items():
            if not _folded(assistant, transaction, community, work):
                for one in work:
                    _folded(assistant, transaction, community, [one])
    return sum(map(len, claimed.values()))


@contextmanager
def _uncollected() -> Iterator[None]:
    """A batch makes a hundred thousand objects and no cycles: looking for those would take a fifth of its time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _folded(assistant: Assistant, transaction: Transaction, community: str, work: Sequence[Work]) -> bool:
    """Whether it went well. What is wrong with one member's profile keeps nobody else's: the member is left as before, and logged."""
    try:
        with transaction.begin_nested():
            fold_members(assistant, transaction, community, work)
    except (exc.OperationalError, exc.InterfaceError):
        raise
    except Exception:
        log.exception("profiles could not be folded", community=community, members=len(work))
        return False
    return True


def fold_members(assistant: Assistant, transaction: Transaction, community: str, work: Sequence[Work]) -> None:
    """Those who consent to profiling; of the others nothing is kept."""
    ids = [one.member_id for one in work]
    _award(assistant, transaction, community, work)
    allowed = allowed_of(transaction, community, ids)
    refused = {one for one in ids if ConsentPurpose.PROFILING not in allowed[one].purposes}
    if refused:
        profiles.forget(transaction, community, sorted(refused))
    _fold(assistant, transaction, community, [one for one in work if one.member_id not in refused], allowed)


def _award(assistant: Assistant, transaction: Transaction, community: str, work: Sequence[Work]) -> None:
    """Points need no profile: they are for what members do."""
    now = assistant.clock()
    rules = points.rules_of(transaction, community, now)
    if rules is None:
        return
    since = {one.member_id: (max(one.since, rules.since), "") for one in work}
    for member_id, its in profiles.events_after(transaction, community, since, MOST_EVENTS).items():
        points.award(transaction, community, rules, member_id, its, now)


def _fold(
    assistant: Assistant,
    transaction: Transaction,
    community: str,
    work: Sequence[Work],
    allowed: Mapping[str, Allowed],
) -> None:
    if not work:
        return
    now, embedder = assistant.clock(), embedder_of(assistant)
    model = model_of(embedder)
    kept = profiles.kept(transaction, community, [one.member_id for one in work], model)
    bases, late = _bases(transaction, community, work, kept, model)
    if late:
        profiles.drop_later(transaction, community, late)
    places = {one.member_id: place_of(bases.get(one.member_id)) for one in work}
    events = profiles.events_after(transaction, community, places, MOST_EVENTS)
    states = fold_on(transaction, community, bases, events, allowed, embedder)
    again = {one.member_id for one in late}
    due = {one for one, state in states.items() if _snapshot_due(state, kept.get(one), one in again)}
    profiles.save(transaction, community, states, model, now, due)
    for member_id, its in events.items():
        if len(its) >= MOST_EVENTS:
            profiles.queue(transaction, community, [member_id], its[-1].at + timedelta(microseconds=1), now)


def _bases(
    transaction: Transaction, community: str, work: Sequence[Work], kept: Mapping[str, Kept], model: str
) -> tuple[dict[str, State], list[Work]]:
    """Where each fold begins: the profile itself, or the snapshot before what came late."""
    bases = {}
    late = []
    for one in work:
        held = kept.get(one.member_id)
        if held is None:
            continue
        if held.state is not None and one.since > held.state.at:
            bases[one.member_id] = held.state
        else:
            late.append(one if held.state is not None else Work(one.member_id, BEGINNING))
    return bases | (profiles.before(transaction, community, late, model) if late else {}), late


def fold_on(
    transaction: Transaction,
    community: str,
    bases: Mapping[str, State],
    events: Mapping[str, Sequence[Event]],
    allowed: Mapping[str, Allowed],
    embedder: Embedder | None,
) -> dict[str, State]:
    """The states of the members with events; all their texts are embedded together."""
    flat = [event for its in events.values() for event in its]
    wanted = sorted({event.item_id for event in flat if event.item_id is not None})
    items: Mapping[str, ItemText] = item_texts(transaction, community, wanted) if wanted else {}
    words = flow.words(flat, items)
    vectors = embedded(embedder, words) if embedder is not None and any(words) else None
    states: dict[str, State] = {}
    at = 0
    for member_id, its in events.items():
        part = slice(at, at + len(its))
        at += len(its)
        own = vectors[part] if vectors is not None else None
        may = allowed.get(member_id, Allowed())
        state = flow.folded(bases.get(member_id), its, words[part], own, items, shipped_topics(), may)
        if state is not None:
            states[member_id] = state
    return states


def embedded(embedder: Embedder, words: Sequence[str]) -> F32:
    """Shape (words, dimensions). Many events are about the same few items: each text is embedded once."""
    place = {one: at for at, one in enumerate(dict.fromkeys(words))}
    return shorten(embedder.encode(list(place)))[[place[one] for one in words]]


def allowed_of(transaction: Transaction, community: str, member_ids: Sequence[str]) -> dict[str, Allowed]:
    """What each member consents to, and what they want to hear nothing of."""
    granted = consents.granted(transaction, community, member_ids)
    stops = consents.stops(transaction, community, member_ids)
    return {one: Allowed(frozenset(granted.get(one, ())), frozenset(stops.get(one, ()))) for one in member_ids}


def embedder_of(assistant: Assistant) -> Embedder | None:
    """``None`` in a build without the model: profiles then hold no interests, and everything else."""
    if not assistant.has_faq:
        return None
    try:
        return assistant.embedder
    except ModelError:
        log.warning("profiles are folded without interests: the embedder cannot be loaded")
        return None


def model_of(embedder: Embedder | None) -> str:
    return f"{embedder.ref.id}@{embedder.ref.version}" if embedder is not None else NO_MODEL


def place_of(state: State | None) -> tuple[datetime, str]:
    return state.place if state is not None else (BEGINNING, "")


def _snapshot_due(state: State, kept: Kept | None, late: bool) -> bool:
    if late or kept is None or kept.snapshot_at is None:
        return True
    return state.at - kept.snapshot_at >= timedelta(days=profiles.SNAPSHOT_DAYS)
