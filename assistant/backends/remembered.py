"""What is fetched once and used until shortly before it expires: access tokens."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

_MOST = 1_000
_EARLY_S = 60.0
_EARLY_SHARE = 0.1


class Memory:
    """Holds the ``most`` values last used. One fetch at a time per key, so that one refusal does not become fifty fetches."""

    def __init__(self, most: int = _MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._held: OrderedDict[str, tuple[str, float]] = OrderedDict()
        # A lock lives as long as somebody holds or awaits it.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def remembered(self, key: str, fetch: Callable[[], Awaitable[tuple[str, float]]]) -> str:
        """The value under ``key``; ``fetch`` gives one, and the seconds it stays good for. What ``fetch`` raises is raised, not kept."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            value = self._get(key)
            if value is None:
                value, seconds = await fetch()
                self._keep(key, value, seconds)
            return value

    def forget(self, key: str, value: str | None = None) -> None:
        """What is held under ``key``; only while it is ``value``, where that is given: another may have been fetched since."""
        if value is None or self._held.get(key, ("", 0.0))[0] == value:
            self._held.pop(key, None)

    def _get(self, key: str) -> str | None:
        value, until = self._held.get(key, (None, 0.0))
        if value is None or self._clock() >= until:
            return None
        self._held.move_to_end(key)
        return value

    def _keep(self, key: str, value: str, seconds: float) -> None:
        good_for = seconds - min(_EARLY_S, seconds * _EARLY_SHARE)
        if good_for <= 0:
            return
        self._held[key] = (value, self._clock() + good_for)
        self._held.move_to_end(key)
        while len(self._held) > self._most:
            self._held.popitem(last=False)
