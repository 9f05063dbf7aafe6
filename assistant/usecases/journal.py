"""What the journal holds is stored as soon as the database answers again."""

from __future__ import annotations

import asyncio
import time

import structlog

from assistant.errors import DatabaseUnavailable
from assistant.store.database import Database
from assistant.store.journal import Journal

log = structlog.get_logger()

EVERY_S = 1.0
OTHERS_S = 30.0
"""How often the journals of processes that are gone are looked for."""


async def keep_replaying(database: Database, journal: Journal) -> None:
    """Until cancelled."""
    looked = float("-inf")
    while True:
        if journal.waiting or time.monotonic() - looked >= OTHERS_S:
            looked = time.monotonic()
            try:
                if stored := await journal.replay(database):
                    log.info("decisions of the journal are stored", decisions=stored)
            except DatabaseUnavailable:
                looked = float("-inf")
            except Exception:
                log.exception("the journal could not be replayed")
        await asyncio.sleep(EVERY_S)
