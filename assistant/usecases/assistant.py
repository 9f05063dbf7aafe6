"""The service's parts, as its use cases need them; ``assistant.wiring`` builds them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from assistant.faq.rerank import Reranker
from assistant.moderation.flow import Screener
from assistant.ports import Classifier, Clock, Embedder, Generator, Outgoing
from assistant.settings import Settings
from assistant.store import keys
from assistant.store.database import Database
from assistant.store.embedded import EmbeddedServer
from assistant.store.journal import Journal
from assistant.store.vault import Vault
from assistant.store.writer import DecisionWriter
from assistant.types import Policy
from assistant.types.access import KeyRecord
from assistant.usecases.faq.brain import Brain
from assistant.usecases.faq.replicas import Replicas
from assistant.usecases.fragments import Fragments
from assistant.usecases.harm import KnownHarm
from assistant.usecases.journal import keep_replaying
from assistant.usecases.keys import keep_noting
from assistant.usecases.push.memories import Memories
from assistant.usecases.registry import Registry
from assistant.usecases.retention import keep_purging
from assistant.usecases.screeners import Screeners
from assistant.usecases.screening_threads import ScreeningThreads
from assistant.usecases.together import Together

SWITCH_S = 0.0005
"""How long a thread keeps the interpreter while others want it. A model that loops in pure Python never lets go by itself, and the event
loop, which asks for it many times in one answer, has to come round inside a platform's deadline."""


@dataclass
class Assistant:
    """``start`` and ``stop`` are called on the event loop that serves; ``compile`` raises InvalidPolicy.

    ``batches`` are threads of their own, so that nobody's single message waits behind a batch. ``used_keys`` gathers the ids of
    the keys that callers used, until their time of use is noted. ``unknown_policy`` judges where a community's own cannot be
    read. ``has_faq``: this build holds the FAQ bot's models.
    """

    settings: Settings
    clock: Clock
    classifier: Classifier
    database: Database
    writer: DecisionWriter
    screeners: Screeners
    compile: Callable[[Policy], Screener]
    vault: Vault
    registry: Registry
    outgoing: Outgoing
    threads: ScreeningThreads
    journal: Journal
    fragments: Fragments
    unknown_policy: Policy
    brain: Brain
    generator: Generator | None = None
    has_faq: bool = True
    embedded: EmbeddedServer | None = None
    together: Together = field(default_factory=Together)
    memories: Memories = field(default_factory=Memories)
    known_harm: KnownHarm = field(default_factory=KnownHarm)
    batches: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, thread_name_prefix="batch"))
    used_keys: set[str] = field(default_factory=set)
    _background: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def replicas(self) -> Replicas:
        """Raises: ModelError, the first time."""
        return self.brain.replicas

    @property
    def embedder(self) -> Embedder:
        """Raises: ModelError, the first time."""
        return self.brain.replicas.embedder

    @property
    def reranker(self) -> Reranker:
        """Raises: ModelError, the first time."""
        return self.brain.replicas.reranker

    def find_key(self, key_hash: bytes) -> KeyRecord | None:
        """The key with this SHA-256, whatever its community. Blocks on the database."""
        with self.database.transaction(None) as connection:
            return keys.find(connection, key_hash)

    async def start(self) -> None:
        sys.setswitchinterval(SWITCH_S)
        await self.writer.start()
        for work in (
            keep_purging(self.database, self.clock, self.settings.retention),
            keep_noting(self.database, self.clock, self.used_keys),
            keep_replaying(self.database, self.journal),
            self.registry.keep_fresh(),
        ):
            self._background.add(asyncio.create_task(work))

    async def stop(self) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.writer.stop()
        await self.outgoing.close()
        if self.generator is not None:
            await self.generator.close()
        self.threads.stop()
        self.fragments.close()
        self.batches.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Leaves the database, which stops if it is embedded and nobody else uses it. Called once, after serving or instead of it."""
        self.journal.close()
        self.memories.close()
        self.database.close()
        if self.embedded is not None:
            self.embedded.stop()
