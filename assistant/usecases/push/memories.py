"""What each community's members did with its items, in this process: read once, then followed each second."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import Connection as Transaction

from assistant.push.memory import Memory
from assistant.push.scorer import PRIOR, Scorer, read_trees
from assistant.store import erasures, items, recommendations, touches
from assistant.store.database import Database
from assistant.store.items import Stored
from assistant.store.touches import Told
from assistant.usecases.push.item_index import ItemIndex

FRESH_S = 1.0
"""A touch, an item and a new ranker are seen in every process within this many seconds."""
LOOKED_AT = timedelta(days=60)
"""Older touches are not read."""
_RECENT, _OVERLAP = timedelta(seconds=3), timedelta(seconds=20)
"""What is written so much later than it came is seen with the next reading, or with the next sweep."""
_SWEEP = timedelta(seconds=10)
_MOST = 50
_EVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class Kept:
    """One community's memory, and how far it has read."""

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
    erased_at: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    index: ItemIndex = field(init=False)

    def __post_init__(self) -> None:
        self.index = ItemIndex(self.memory, self.lock)


class Memories:
    """At most ``_MOST`` communities, the least used dropped first. Thread-safe; blocks on the database."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, database: Database, community: str, model: str, dimensions: int, now: datetime) -> Kept:
        """The community's memory, at most ``FRESH_S`` old; use it under its ``lock``."""
        with self._lock:
            kept = self._kept.get(community)
            if kept is None or kept.model != model:
                kept = self._kept[community] = Kept(Memory(dimensions), model)
            self._kept.move_to_end(community)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        with kept.lock:
            if time.monotonic() - kept.checked >= FRESH_S:
                _refresh(kept, database, community, now)
                kept.checked = time.monotonic()
        return kept

    def forget(self, community: str) -> None:
        """Read anew when it is next wanted."""
        with self._lock:
            self._kept.pop(community, None)


def as_of(database: Database, community: str, model: str, dimensions: int, moment: datetime) -> Kept:
    """A memory of its own of what was known before ``moment``: for replays. Takes as long as reading everything does."""
    kept = Kept(Memory(dimensions), model)
    with database.transaction(community) as transaction:
        for stored in items.each(transaction, community):
            put_stored(kept, stored)
        told = touches.until(transaction, community, moment - LOOKED_AT, moment)
    _add(kept, told)
    return kept


def _refresh(kept: Kept, database: Database, community: str, now: datetime) -> None:
    since = _since(kept, now)
    with database.transaction(community) as transaction:
        erased_at = erasures.latest(transaction, community)
        if erased_at != kept.erased_at:
            _restart(kept)
            kept.erased_at = erased_at
            if kept.items_read:
                forget_removed(kept, items.ids(transaction, community))
        _read_items(kept, transaction, community, since)
        told: Iterable[Told]
        if kept.deeds_read:
            told = touches.received(transaction, community, since, now + _OVERLAP)
        else:
            told = touches.until(transaction, community, now - LOOKED_AT, now + _OVERLAP)
        ranker = recommendations.ranker(transaction, community)
    kept.index.follow(now.timestamp())
    _move(kept, since, now)
    _add(kept, told)
    if ranker is not None and ranker.version != kept.scorer.version:
        kept.scorer = read_trees(ranker.document) or PRIOR


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


def _read_items(kept: Kept, transaction: Transaction, community: str, since: datetime) -> None:
    """Those that were changed since; at first all of them."""
    if not kept.items_read:
        for stored in items.each(transaction, community):
            put_stored(kept, stored)
        kept.items_read = True
        return
    changed = items.changed_since(transaction, community, since)
    fresh = [item_id for item_id, at in changed.items() if kept.items_known.get(item_id) != at]
    for stored in items.shelved(transaction, community, fresh):
        put_stored(kept, stored)
    kept.items_known |= changed


def forget_removed(kept: Kept, present: Collection[str], among: Iterable[str] | None = None) -> None:
    """Items (of all, or ``among`` these) that the database does not hold any more."""
    for gone in set(kept.memory.catalogue.rows if among is None else among) - set(present):
        kept.memory.catalogue.drop(gone)


def _restart(kept: Kept) -> None:
    """What was done is read anew: somebody was erased, and is in no sum any more. The items stay."""
    memory = Memory(kept.memory.catalogue.dimensions, kept.memory.catalogue)
    kept.index.serve(memory)
    kept.memory = memory
    kept.deeds_read = False
    kept.known.clear()


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
