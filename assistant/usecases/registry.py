"""The connections at hand: all of them, in memory, so that no hook waits for the database to be known."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from assistant.errors import ConfigurationError, DatabaseUnavailable, NotFound
from assistant.platforms import PLATFORMS, Platform
from assistant.ports import Clock
from assistant.store import communities, connections, faq_settings
from assistant.store.connections import ConnectionRow
from assistant.store.database import EVERY_COMMUNITY, Database
from assistant.store.vault import Vault
from assistant.types import Capabilities, Connection
from assistant.types.faq_settings import FaqSettings
from assistant.usecases.faq.settings import read_settings

log = structlog.get_logger()

FRESH_S = 2.0
"""A changed connection is known in every process within about this many seconds."""


@dataclass(frozen=True, slots=True)
class Held:
    """A connection at hand. ``language`` is its community's default; ``dry_run`` holds for the connection or the whole community;
    ``capabilities`` are those of this very connection; ``faq`` is how the community's FAQ bot behaves."""

    connection: Connection
    platform: Platform
    language: str
    community_name: str
    dry_run: bool
    capabilities: Capabilities
    overlap_ends: datetime | None = None
    faq: FaqSettings = field(default_factory=FaqSettings)
    time_zone: ZoneInfo | None = None
    """The community's, where it has said one."""

    def at(self, now: datetime) -> Held:
        """Without the secrets whose overlap has ended."""
        if self.overlap_ends is None or now < self.overlap_ends:
            return self
        return replace(self, connection=replace(self.connection, previous={}), overlap_ends=None)


@dataclass
class Registry:
    """Read by one process; ``keep_fresh`` runs in the background of its event loop."""

    database: Database
    vault: Vault
    clock: Clock
    _held: Mapping[str, Held] = field(default_factory=dict)
    _by_community: Mapping[str, Sequence[Held]] = field(default_factory=dict)
    _state: object = None
    _refreshing: asyncio.Task[None] | None = None
    _looking: Lock = field(default_factory=Lock)

    def get(self, connection_id: str) -> Held | None:
        """As it was at most ``FRESH_S`` ago, or longer while the database is away. Never waits."""
        held = self._held.get(connection_id)
        return held.at(self.clock()) if held is not None else None

    def every(self) -> Sequence[Held]:
        """Those in use, of every community. Never waits."""
        return [held.at(self.clock()) for held in self._held.values() if not held.connection.disabled]

    def of_community(self, community: str) -> Sequence[Held]:
        """Those in use. Never waits."""
        return self._by_community.get(community, ())

    async def find(self, connection_id: str) -> Held:
        """As ``get``, looking again, twice at most, for one that is not known yet.

        Raises:
            NotFound: there is no such connection, or it is disabled.
            DatabaseUnavailable: it is not known here, and the database does not answer.
        """
        held = self.get(connection_id)
        for _ in range(2):  # a look under way may have begun before the connection was there
            if held is None:
                await self._refreshed_in_time()
                held = self.get(connection_id)
        if held is None or held.connection.disabled:
            raise NotFound("connection_unknown", field="connection")
        return held

    async def _refreshed_in_time(self) -> None:
        try:
            async with asyncio.timeout(self.database.timeout_s):
                await self.refresh_soon()
        except TimeoutError:
            raise DatabaseUnavailable from None

    async def refresh_soon(self) -> None:
        """One look at the database for all who ask at the same time. Raises: DatabaseUnavailable."""
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(asyncio.to_thread(self.refresh))
        await asyncio.shield(self._refreshing)

    async def keep_fresh(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.refresh_soon()
            except DatabaseUnavailable:
                pass
            except Exception:
                log.exception("connections could not be read")
            await asyncio.sleep(FRESH_S)

    def look(self, connection_id: str) -> Held | None:
        """As ``get``, after a look for one that is not known yet. Blocks on the database. Raises: DatabaseUnavailable."""
        if connection_id not in self._held:
            self.refresh()
        return self.get(connection_id)

    def refresh(self) -> None:
        """Reads what has changed. Raises: DatabaseUnavailable."""
        with self._looking, self.database.transaction(EVERY_COMMUNITY) as transaction:
            state = (
                connections.stamp(transaction),
                communities.stamp(transaction),
                faq_settings.stamp(transaction),
            )
            if state != self._state:
                rows = connections.list_all(transaction)
                owners = {one.id: one for one in communities.list_all(transaction)}
                self._take(rows, owners, faq_settings.documents(transaction))
                self._state = state

    def _take(
        self,
        rows: Sequence[ConnectionRow],
        owners: Mapping[str, communities.Community],
        settings: Mapping[str, Mapping[str, Any]],
    ) -> None:
        held: dict[str, Held] = {}
        by_community: defaultdict[str, list[Held]] = defaultdict(list)
        for row in rows:
            owner = owners.get(row.community)  # gone between the two queries, perhaps
            one = _held(row, owner, self.vault, self.clock()) if owner is not None else None
            if one is not None:
                document = settings.get(row.community, {})
                faq = read_settings(document)
                one = replace(one, faq=faq, time_zone=ZoneInfo(faq.time_zone) if "time_zone" in document else None)
                held[row.id] = one
                if not one.connection.disabled:
                    by_community[row.community].append(one)
        self._held, self._by_community = held, by_community


def _held(row: ConnectionRow, owner: communities.Community, vault: Vault, now: datetime) -> Held | None:
    platform = PLATFORMS.get(row.platform)
    if platform is None:
        log.warning("a connection's platform is not known to this version", connection=row.id, platform=row.platform)
        return None
    try:
        connection = row.opened(vault, now)
    except ConfigurationError as error:
        log.warning("a connection cannot be used", connection=row.id, reason=error.detail)
        return None
    return Held(
        connection=connection,
        platform=platform,
        language=owner.default_language,
        community_name=owner.name,
        dry_run=row.dry_run or owner.dry_run,
        capabilities=platform.capable(row.settings),
        overlap_ends=row.overlap_ends,
    )
