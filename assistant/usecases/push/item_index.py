"""What reads alike among very many items: an index that is built beside the requests, and follows the items."""

from __future__ import annotations

import threading

import numpy as np
import structlog

from assistant.backends.faiss_index import FaissVectors
from assistant.push.catalogue import FLAT
from assistant.push.memory import Memory
from assistant.push.rows import F32, Ints

log = structlog.get_logger()

STEP = 2_000
"""New items that are added at once, each costing some ten microseconds; of more the index is built anew."""


class ItemIndex:
    """Of one memory, and used under its lock but for the building. Until the first is built, and without FAISS, nothing is found alike
    among more than ``FLAT`` items; where there are fewer, they are looked at one by one without it."""

    def __init__(self, memory: Memory, lock: threading.Lock) -> None:
        self._memory, self._lock = memory, lock
        self._vectors: FaissVectors | None = None
        self._live = np.zeros(0, np.bool_)
        self._built_from = 0
        self._building: threading.Thread | None = None
        self._impossible = False

    def follow(self, at: float) -> None:
        """Items that came or changed are added; what may not be shown ``at`` is left out of what is found. Built anew in a thread of its
        own when the items have doubled, when fewer than half of what it holds may still be shown, and after very many at once."""
        catalogue = self._memory.catalogue
        if len(catalogue) <= FLAT or not catalogue.dimensions or self._impossible:
            return
        self._live = catalogue.live(at)
        if self._building is not None:
            return
        vectors = self._vectors
        behind = len(catalogue) - len(vectors.rows) + len(catalogue.changed) if vectors is not None else len(catalogue)
        stale = vectors is not None and 2 * np.count_nonzero(self._live) < int(vectors.index.ntotal)
        if vectors is None or behind > 10 * STEP or len(catalogue) > 2 * self._built_from or stale:
            self._start(at)
        elif behind:
            self._catch_up(vectors)

    def serve(self, memory: Memory) -> None:
        """Another memory of the same items, from now on; the index is built anew, for it may hold what somebody who was erased had made."""
        memory.nearest, self._memory = self._memory.nearest, memory
        self._built_from = 0

    def wait(self) -> None:
        """Until what is being built is in use. Not under the lock."""
        building = self._building
        if building is not None:
            building.join()

    def nearest(self, vector: F32, count: int) -> Ints:
        if self._vectors is None:
            return np.zeros(0, np.int64)
        allowed = self._live[: len(self._vectors.rows)]
        return self._vectors.nearest(vector, count, allowed)[0].astype(np.int64)

    def _catch_up(self, vectors: FaissVectors) -> None:
        catalogue = self._memory.catalogue
        held = len(vectors.rows)
        vectors.add(catalogue.stored())
        again = np.array(sorted(row for row in catalogue.changed if row < held), np.int64)
        catalogue.changed.clear()
        vectors.replace(again)

    def _start(self, at: float) -> None:
        catalogue = self._memory.catalogue
        catalogue.changed.clear()
        self._built_from = len(catalogue)
        rows, places = catalogue.stored(), catalogue.lasting(at)
        self._building = threading.Thread(target=self._build, args=(rows, places), name="item-index", daemon=True)
        self._building.start()

    def _build(self, rows: F32, places: Ints) -> None:
        try:
            built = FaissVectors.build(rows, places=places, threads=1)
        except ImportError:
            built = None
        except Exception:
            log.exception("the index of items could not be built")
            built = None
        with self._lock:
            self._building = None
            if built is None:
                self._impossible = True
                return
            self._catch_up(built)
            self._vectors, self._memory.nearest = built, self.nearest
