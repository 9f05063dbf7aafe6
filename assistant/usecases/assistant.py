"""The service's parts, as its use cases need them; ``assistant.wiring`` builds them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.moderation.flow import Screener
from assistant.ports import Classifier, Clock
from assistant.settings import Settings
from assistant.store import keys
from assistant.store.database import Database
from assistant.store.embedded import EmbeddedServer
from assistant.store.writer import DecisionWriter
from assistant.types import Policy
from assistant.types.access import KeyRecord
from assistant.usecases.retention import keep_purging
from assistant.usecases.screeners import Screeners
from assistant.usecases.together import Together


@dataclass
class Assistant:
    """``start`` and ``stop`` are called on the event loop that serves; ``compile`` raises InvalidPolicy."""

    settings: Settings
    clock: Clock
    classifier: Classifier
    database: Database
    writer: DecisionWriter
    screeners: Screeners
    compile: Callable[[Policy], Screener]
    embedded: EmbeddedServer | None = None
    together: Together = field(default_factory=Together)
    _background: set[asyncio.Task[None]] = field(default_factory=set)

    def find_key(self, key_hash: bytes) -> KeyRecord | None:
        """The key with this SHA-256, whatever its community. Blocks on the database."""
        with self.database.transaction(None) as connection:
            return keys.find(connection, key_hash)

    async def start(self) -> None:
        await self.writer.start()
        self._background.add(asyncio.create_task(keep_purging(self.database, self.clock, self.settings.retention)))

    async def stop(self) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.writer.stop()

    def close(self) -> None:
        """Leaves the database, which stops if it is embedded and nobody else uses it. Called once, after serving or instead of it."""
        self.database.close()
        if self.embedded is not None:
            self.embedded.stop()
