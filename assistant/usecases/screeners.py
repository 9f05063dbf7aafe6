"""The compiled policy of each community, kept fresh."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from assistant.errors import DatabaseUnavailable
from assistant.moderation.flow import Screener
from assistant.types import Policy

FRESH_S = 1.0
"""A changed policy takes effect in every process within this many seconds."""


@dataclass(slots=True)
class _Kept:
    screener: Screener
    checked: float


class Screeners:
    """At most ``capacity`` compiled policies, the least used dropped first.

    ``load`` reads a community's policy from the store (NotFound if there is no such community); ``compile_policy`` makes its screener. Both
    run in a worker thread, once per community at a time.
    """

    def __init__(
        self, load: Callable[[str], Policy], compile_policy: Callable[[Policy], Screener], capacity: int = 200
    ) -> None:
        self._load = load
        self._compile = compile_policy
        self._capacity = capacity
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._locks: dict[str, asyncio.Lock] = {}
        self._fetching: dict[str, asyncio.Task[Screener]] = {}

    async def get(self, community: str) -> Screener:
        """The screener of the community's policy, at most ``FRESH_S`` seconds old; the last one known while the database is away.

        Raises:
            NotFound: there is no such community.
            DatabaseUnavailable: the database is away, and this community's policy was not read before.
        """
        kept = self._kept.get(community)
        if kept is not None and time.monotonic() - kept.checked < FRESH_S:
            return kept.screener
        lock = self._locks.setdefault(community, asyncio.Lock())
        try:
            async with lock:
                kept = self._kept.get(community)
                if kept is not None and time.monotonic() - kept.checked < FRESH_S:
                    return kept.screener
                return await self._fresh(community, kept)
        finally:
            if not lock.locked():
                self._locks.pop(community, None)

    async def at_hand(self, community: str, within_s: float) -> Screener:
        """The last screener known, at once, while a fresher one is fetched behind it; ``within_s`` at most for one not known yet.

        Raises:
            NotFound: there is no such community.
            DatabaseUnavailable: it is not known, and was not read in time.
        """
        kept = self._kept.get(community)
        if kept is not None and time.monotonic() - kept.checked < FRESH_S:
            return kept.screener
        task = self._fetching.get(community)
        if task is None:
            task = self._fetching[community] = asyncio.create_task(self.get(community))
            task.add_done_callback(lambda done: self._fetched(community, done))
        if kept is not None:
            return kept.screener
        try:
            async with asyncio.timeout(within_s):
                return await asyncio.shield(task)
        except TimeoutError:
            raise DatabaseUnavailable from None

    def _fetched(self, community: str, task: asyncio.Task[Screener]) -> None:
        self._fetching.pop(community, None)
        if not task.cancelled():
            task.exception()

    async def _fresh(self, community: str, kept: _Kept | None) -> Screener:
        try:
            return await asyncio.to_thread(self.refresh, community)
        except DatabaseUnavailable:
            if kept is None:
                raise
            kept.checked = time.monotonic()
            return kept.screener

    def refresh(self, community: str) -> Screener:
        """Reads the policy again; compiles only what has changed."""
        policy = self._load(community)
        kept = self._kept.get(community)
        screener = kept.screener if kept is not None and kept.screener.policy == policy else self._compile(policy)
        self._kept[community] = _Kept(screener, time.monotonic())
        self._kept.move_to_end(community)
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)
        return screener
