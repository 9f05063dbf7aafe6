"""The FAQ bot's models and indexes, loaded when they are first needed: a community without a bot does not pay for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from assistant.faq.rerank import Reranker
from assistant.ports import Embedder
from assistant.store.database import Database
from assistant.usecases.faq.replicas import Replicas


@dataclass
class Brain:
    """``load`` gives the model and the judge that was fitted to it; it raises ModelError. ``earlier`` gives the model that serves while
    another's vectors are made. Thread-safe."""

    database: Database
    load: Callable[[], tuple[Embedder, Reranker]]
    budget_bytes: int
    earlier: Callable[[], Embedder] | None = None
    _replicas: Replicas | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def replicas(self) -> Replicas:
        with self._lock:
            if self._replicas is None:
                embedder, reranker = self.load()
                self._replicas = Replicas(
                    self.database, embedder, reranker, budget_bytes=self.budget_bytes, earlier=self.earlier
                )
            return self._replicas
