"""The indexes of the communities that are asked, in this process's memory: they propose, and PostgreSQL has the last word."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection as Transaction

from assistant.faq.dense import FlatVectors, VectorsBuilder
from assistant.faq.index import FaqIndex
from assistant.faq.rerank import Reranker
from assistant.faq.texts import entry_texts
from assistant.ports import Embedder
from assistant.store import faq_changes, faq_entries, faq_insight
from assistant.store.database import Database
from assistant.types.faq import Entry

_BYTES_PER_CHARACTER = 24
FRESH_S = 0.2
"""A changed entry is found in every process within this many seconds, in that which changed it at once; a removed one nowhere."""


@dataclass(frozen=True, slots=True)
class Serving:
    """An index, and the model that questions to it are read by."""

    index: FaqIndex
    embedder: Embedder


@dataclass(slots=True)
class _Replica:
    """``horizon``: every change of a transaction before it is in. ``settled``: our model has seen every entry."""

    index: FaqIndex
    embedder: Embedder
    settled: bool
    horizon: str
    checked: float
    size: int
    lock: Lock = field(default_factory=Lock)


@dataclass
class Replicas:
    """Loaded on first use; over ``budget_bytes`` of vectors and texts, those used longest ago go. Thread-safe; its methods block.

    After a change of the model ``earlier`` serves those communities of whose entries it has seen more, until ours has seen them all.
    """

    database: Database
    embedder: Embedder
    reranker: Reranker
    make: VectorsBuilder = FlatVectors.build
    budget_bytes: int = 512 * 1024 * 1024
    earlier: Callable[[], Embedder] | None = None
    _replicas: OrderedDict[str, _Replica] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, community: str) -> Serving:
        """At most ``FRESH_S`` old. Raises: DatabaseUnavailable."""
        with self._lock:
            replica = self._replicas.get(community)
            if replica is not None:
                self._replicas.move_to_end(community)
        if replica is None:
            return self._keep(community, self._load(community))
        if time.monotonic() - replica.checked < FRESH_S:
            return Serving(replica.index, replica.embedder)
        with replica.lock:
            if time.monotonic() - replica.checked >= FRESH_S:
                if not replica.settled and self._has_seen_all(community):
                    return self._keep(community, self._load(community))
                self._catch_up(community, replica)
        return Serving(replica.index, replica.embedder)

    def look_again(self, community: str) -> None:
        """Something was changed here: the next to ask finds it."""
        with self._lock:
            replica = self._replicas.get(community)
        if replica is not None:
            replica.checked = -FRESH_S

    def _has_seen_all(self, community: str) -> bool:
        with self.database.transaction(community) as transaction:
            return not faq_entries.without_vectors(transaction, community, name_of(self.embedder), 1)

    def _chosen(self, transaction: Transaction, community: str) -> tuple[Embedder, bool]:
        """The model that serves, and whether ours has seen all."""
        own = name_of(self.embedder)
        if not faq_entries.without_vectors(transaction, community, own, 1):
            return self.embedder, True
        if self.earlier is not None:
            seen, earlier = faq_entries.seen_by(transaction, community), self.earlier()
            if seen.get(name_of(earlier), 0) > seen.get(own, 0):
                return earlier, False
        return self.embedder, False

    def _load(self, community: str) -> _Replica:
        began = time.monotonic()
        with self.database.transaction(community) as transaction:
            horizon = faq_changes.horizon(transaction)
            embedder, settled = self._chosen(transaction, community)
            entries = faq_entries.load_all(transaction, community)
            vectors = faq_entries.load_vectors(transaction, community, name_of(embedder))
            feedback = faq_insight.feedback(transaction, community)
        stacked = _stack(entries, vectors, embedder.dimensions)
        index = FaqIndex.build(entries, stacked, embedder.ref, self.reranker, make=self.make, feedback=feedback)
        return _Replica(index, embedder, settled, horizon, began, _size(entries, stacked))

    def _catch_up(self, community: str, replica: _Replica) -> None:
        began = time.monotonic()
        with self.database.transaction(community) as transaction:
            horizon = faq_changes.horizon(transaction)
            changed = faq_changes.since(transaction, community, replica.horizon, horizon)
            entries, vectors = _read(transaction, community, changed, name_of(replica.embedder))
        if changed:
            gone = sorted(set(changed) - {entry.id for entry in entries})
            index = replica.index.with_changes(entries, _stack(entries, vectors, replica.embedder.dimensions), gone)
            replica.index = index.rebuilt() if index.worn else index
        replica.horizon, replica.checked = horizon, began

    def _keep(self, community: str, replica: _Replica) -> Serving:
        with self._lock:
            self._replicas[community] = replica
            while len(self._replicas) > 1 and sum(one.size for one in self._replicas.values()) > self.budget_bytes:
                self._replicas.popitem(last=False)
        return Serving(replica.index, replica.embedder)


def name_of(embedder: Embedder) -> str:
    """By which vectors of one model are told from another's."""
    return f"{embedder.ref.id}@{embedder.ref.version}"


def _size(entries: Sequence[Entry], vectors: NDArray[np.float32]) -> int:
    """Bytes, about: the vectors, and the texts with what the lexical index holds of them."""
    characters = sum(len(text) for entry in entries for text in entry_texts(entry))
    return int(vectors.nbytes) + characters * _BYTES_PER_CHARACTER


def _read(
    transaction: Transaction, community: str, ids: Sequence[str], model: str
) -> tuple[list[Entry], dict[str, NDArray[np.float32]]]:
    if not ids:
        return [], {}
    entries = faq_entries.get_many(transaction, community, ids)
    vectors = faq_entries.load_vectors(transaction, community, model, ids)
    return [entries[one] for one in sorted(entries)], vectors


def _stack(entries: Sequence[Entry], vectors: dict[str, NDArray[np.float32]], dimensions: int) -> NDArray[np.float32]:
    """A row per text of each entry, in order; zeros, which resemble nothing, where the model has not seen the entry yet."""
    rows: list[NDArray[np.float32]] = []
    for entry in entries:
        shape = (len(entry_texts(entry)), dimensions)
        its = vectors.get(entry.id)
        rows.append(its if its is not None and its.shape == shape else np.zeros(shape, np.float32))
    return np.concatenate(rows) if rows else np.zeros((0, dimensions), np.float32)
