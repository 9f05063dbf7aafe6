"""What each community's members did with its items, in this process: read once, then followed each second."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from assistant.backends.faiss_index import FaissVectors
from assistant.push.catalogue import FLAT
from assistant.push.memory import Memory
from assistant.push.rows import F32, Ints
from assistant.push.scorer import PRIOR, Scorer, read_trees
from assistant.store import erasures, items, recommendations, touches
from assistant.store.database import Database
from assistant.store.items import Stored
from assistant.store.touches import Told

FRESH_S = 1.0
"""A touch, an item and a new ranker are seen in every process within this many seconds."""
LOOKED_AT = timedelta(days=60)
"""Older touches are not read."""
_OVERLAP = timedelta(seconds=20)
_MOST = 50


@dataclass
class Kept:
    """One community's memory, and how far it has read."""

    memory: Memory
    model: str
    scorer: Scorer = PRIOR
    checked: float = 0.0
    items_to: datetime | None = None
    touches_to: datetime | None = None
    known: dict[str, datetime] = field(default_factory=dict)
    indexed: int = 0
    erased_at: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


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
        for stored in items.changed_since(transaction, community, None):
            put_stored(kept, stored)
        told = touches.until(transaction, community, moment - LOOKED_AT, moment)
    _add(kept, told)
    return kept


def _refresh(kept: Kept, database: Database, community: str, now: datetime) -> None:
    with database.transaction(community) as transaction:
        erased_at = erasures.latest(transaction, community)
        if erased_at != kept.erased_at:
            _restart(kept)
            kept.erased_at = erased_at
        changed = items.changed_since(transaction, community, kept.items_to)
        present = items.ids(transaction, community)
        if kept.touches_to is None:
            told = touches.until(transaction, community, now - LOOKED_AT, now + _OVERLAP)
        else:
            told = touches.received(transaction, community, kept.touches_to - _OVERLAP, now + _OVERLAP)
        ranker = recommendations.ranker(transaction, community)
    for stored in changed:
        put_stored(kept, stored)
    for gone in kept.memory.catalogue.rows.keys() - present:
        kept.memory.catalogue.drop(gone)
    if changed:
        kept.items_to = changed[-1].updated_at
    _index(kept)
    _add(kept, told)
    kept.touches_to = max((one.received_at for one in told), default=kept.touches_to or now - _OVERLAP)
    _forget_known(kept)
    if ranker is not None and ranker.version != kept.scorer.version:
        kept.scorer = read_trees(ranker.document) or PRIOR


def _index(kept: Kept) -> None:
    """Very many items are looked up in FAISS, where it is installed; rebuilt when a twentieth of them is new."""
    catalogue = kept.memory.catalogue
    if len(catalogue) <= FLAT or not catalogue.dimensions or len(catalogue) < kept.indexed * 1.05:
        return
    try:
        index = FaissVectors.build(catalogue.vectors(slice(None)))
    except ImportError:
        return
    kept.indexed = len(catalogue)

    def nearest(vector: F32, count: int) -> Ints:
        return index.nearest(vector, count)[0].astype(np.int64)

    kept.memory.nearest = nearest


def _restart(kept: Kept) -> None:
    """Everything is read anew: somebody was erased, and is in no sum any more."""
    kept.memory = Memory(kept.memory.catalogue.dimensions)
    kept.items_to = kept.touches_to = None
    kept.known.clear()
    kept.indexed = 0


def put_stored(kept: Kept, stored: Stored) -> None:
    fits = stored.model == kept.model and len(stored.vector) == kept.memory.catalogue.dimensions
    kept.memory.put(stored.item, stored.vector if fits else np.zeros(kept.memory.catalogue.dimensions, np.float32))


def _add(kept: Kept, told: Sequence[Told]) -> None:
    for one in told:
        if one.id not in kept.known:
            kept.known[one.id] = one.received_at
            kept.memory.add(one.touch, personal=one.allowed)


def _forget_known(kept: Kept) -> None:
    """What came so long ago is not read again, and need not be known by its id."""
    if kept.touches_to is not None:
        since = kept.touches_to - 2 * _OVERLAP
        kept.known = {event_id: at for event_id, at in kept.known.items() if at >= since}
