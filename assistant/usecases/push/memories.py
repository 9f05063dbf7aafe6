"""What each community's members did with its items, in this process: read once, then followed each second, beside the requests."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import random

import numpy as np
import structlog
from sqlalchemy import Connection as Transaction

from assistant.errors import DatabaseUnavailable
from assistant.push.memory import Memory
from assistant.push.rotation import Rotation
from assistant.push.scorer import PRIOR, Scorer, read_trees
from assistant.store import erasures, items, recommendations, touches
from assistant.store.database import Database
from assistant.store.items import Stored
from assistant.store.recommendations import Ranker
from assistant.store.touches import Told
from assistant.usecases.push.item_index import ItemIndex

log = structlog.get_logger()

FRESH_S = 1.0
"""A touch, an item and a new ranker are seen in every process within this many seconds."""
AHEAD_S = 0.5
"""From this age on a memory is read anew in a thread of its own while requests still use it; at ``FRESH_S`` they wait for it."""
LOOKED_AT = timedelta(days=60)
"""Older touches are not read."""
_RECENT, _OVERLAP = timedelta(seconds=3), timedelta(seconds=20)
"""What is written so much later than it came is seen with the next reading, or with the next sweep."""
_SWEEP = timedelta(seconds=10)
_MOST = 50
_EVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class Kept:
    """One community's memory, and how far it has read. Who takes both locks takes ``reading`` first."""

    memory: Memory
    model: str
    scorer: Scorer = PRIOR
    checked: float = 0.0
    read_to: datetime = _EVER
    swept_to: datetime = _EVER
    items_read: bool = False
    items_known: dict[str, datetime] = field(default_factory=dict)
    deeds_read: bool = False
    known: dict[str, datetime] = field(default_factory=dict)
    arrived: dict[datetime, int] = field(default_factory=dict)
    erased_at: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    reading: threading.Lock = field(default_factory=threading.Lock)
    ahead: bool = False
    index: ItemIndex = field(init=False)

    def __post_init__(self) -> None:
        self.index = ItemIndex(self.memory, self.lock)


@dataclass(frozen=True, slots=True)
class _News:
    """What was read since the last time; ``present`` are the ids of all items, where somebody was erased."""

    since: datetime
    erased_at: datetime | None
    present: Collection[str] | None
    changed: Mapping[str, datetime]
    fresh: Sequence[Stored]
    arrived: Mapping[datetime, int]
    told: Iterable[Told]
    ranker: Ranker | None


class Memories:
    """At most ``_MOST`` communities, the least used dropped first. Thread-safe; blocks on the database."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="memories")

    def get(self, database: Database, community: str, model: str, dimensions: int, now: datetime) -> Kept:
        """The community's memory, at most ``FRESH_S`` old; use it under its ``lock``."""
        with self._lock:
            kept = self._kept.get(community)
            if kept is None or kept.model != model:
                kept = self._kept[community] = Kept(Memory(dimensions, rotation=Rotation(random())), model)  # noqa: S311 - no secret
            self._kept.move_to_end(community)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
            age = time.monotonic() - kept.checked
            ahead = AHEAD_S <= age < FRESH_S and not kept.ahead
            kept.ahead = kept.ahead or ahead
        if age >= FRESH_S:
            _refresh(kept, database, community, now)
        elif ahead:
            self._beside.submit(_refresh_ahead, kept, database, community, now)
        return kept

    def forget(self, community: str) -> None:
        """Read anew when it is next wanted."""
        with self._lock:
            self._kept.pop(community, None)

    def close(self) -> None:
        """Nothing is read any more, and what is being read is waited for: before the database closes."""
        self._beside.shutdown(cancel_futures=True)


def as_of(database: Database, community: str, model: str, dimensions: int, moment: datetime) -> Kept:
    """A memory of its own of what was known before ``moment``: for replays. Takes as long as reading everything does."""
    kept = Kept(Memory(dimensions), model)
    with database.transaction(community) as transaction:
        for stored in items.each(transaction, community):
            put_stored(kept, stored)
        told = touches.until(transaction, community, moment - LOOKED_AT, moment)
    _add(kept, told)
    return kept


def _refresh_ahead(kept: Kept, database: Database, community: str, now: datetime) -> None:
    """A failure is not lost: the next request that finds the memory too old reads it itself, and fails."""
    try:
        _refresh(kept, database, community, now)
    except DatabaseUnavailable as reason:
        log.warning("what members did could not be read ahead", community=community, reason=str(reason))
    finally:
        kept.ahead = False


def _refresh(kept: Kept, database: Database, community: str, now: datetime) -> None:
    """Returns at once where another thread has just done it."""
    with kept.reading:
        began = time.monotonic()
        if began - kept.checked < AHEAD_S:
            return
        with database.transaction(community) as transaction:
            news = _read(kept, transaction, community, now)
        with kept.lock:
            _learn(kept, news, now)
        kept.checked = began


def _read(kept: Kept, transaction: Transaction, community: str, now: datetime) -> _News:
    """Of the memory nothing is changed, but that at first all items are put into it."""
    since, present = _since(kept, now), None
    erased_at = erasures.latest(transaction, community)
    restart = erased_at != kept.erased_at
    if restart and kept.items_read:
        present = items.ids(transaction, community)
    if kept.items_read:
        changed = items.changed_since(transaction, community, since)
        fresh = [item_id for item_id, at in changed.items() if kept.items_known.get(item_id) != at]
        stored = items.shelved(transaction, community, fresh)
    else:
        changed, stored = {}, []
        with kept.lock:
            for one in items.each(transaction, community):
                put_stored(kept, one)
            kept.items_read = True
    arrived: Mapping[datetime, int] = {}
    told: Iterable[Told]
    if kept.deeds_read and not restart:
        arrived = touches.arrivals(transaction, community, since, now + _OVERLAP)
        changed_at = [at for at, number in arrived.items() if kept.arrived.get(at) != number]
        told = touches.received(transaction, community, changed_at, now + _OVERLAP, kept.known)
    else:
        told = touches.until(transaction, community, now - LOOKED_AT, now + _OVERLAP)
    ranker = recommendations.ranker(transaction, community)
    return _News(since, erased_at, present, changed, stored, arrived, told, ranker)


def _learn(kept: Kept, news: _News, now: datetime) -> None:
    if news.erased_at != kept.erased_at:
        _restart(kept)
        kept.erased_at = news.erased_at
    if news.present is not None:
        forget_removed(kept, news.present)
    for stored in news.fresh:
        put_stored(kept, stored)
    kept.items_known |= news.changed
    kept.arrived |= news.arrived
    kept.index.follow(now.timestamp())
    _move(kept, news.since, now)
    _add(kept, news.told)
    if news.ranker is not None and news.ranker.version != kept.scorer.version:
        kept.scorer = read_trees(news.ranker.document) or PRIOR


def _since(kept: Kept, now: datetime) -> datetime:
    """From when on it is read what came: a little before what was read last, and now and then long before, for what came then and was
    written late."""
    return kept.swept_to - _OVERLAP if now - kept.swept_to >= _SWEEP else kept.read_to - _RECENT


def _move(kept: Kept, since: datetime, now: datetime) -> None:
    """What was known before it is read again may be forgotten."""
    if since == kept.swept_to - _OVERLAP:
        kept.swept_to = max(now, kept.swept_to)
    kept.read_to = max(now, kept.read_to)
    kept.deeds_read = True
    for known in (kept.known, kept.items_known):
        for gone in [one for one, at in known.items() if at < kept.swept_to - _OVERLAP]:
            del known[gone]
    for earlier in [at for at in kept.arrived if at < kept.swept_to - _OVERLAP]:
        del kept.arrived[earlier]


def forget_removed(kept: Kept, present: Collection[str], among: Iterable[str] | None = None) -> None:
    """Items (of all, or ``among`` these) that the database does not hold any more."""
    for gone in set(kept.memory.catalogue.rows if among is None else among) - set(present):
        kept.memory.catalogue.drop(gone)


def _restart(kept: Kept) -> None:
    """What was done is read anew: somebody was erased, and is in no sum any more. The items stay, and whose turn it is among them."""
    memory = Memory(kept.memory.catalogue.dimensions, kept.memory.catalogue, kept.memory.rotation)
    kept.index.serve(memory)
    kept.memory = memory
    kept.deeds_read = False
    kept.known.clear()
    kept.arrived.clear()


def put_stored(kept: Kept, stored: Stored) -> None:
    fits = stored.model == kept.model and len(stored.vector) == kept.memory.catalogue.dimensions
    kept.memory.put(stored.item, stored.vector if fits else np.zeros(kept.memory.catalogue.dimensions, np.float32))


def _add(kept: Kept, told: Iterable[Told]) -> None:
    since = kept.swept_to - _OVERLAP
    for one in told:
        if one.id not in kept.known:
            if one.received_at >= since:
                kept.known[one.id] = one.received_at
            kept.memory.add(one.touch, personal=one.allowed)
