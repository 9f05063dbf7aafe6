"""Who is asking: the key of a request, looked up at most every few seconds."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.requests import Request

from assistant.access import hash_key, parse_key
from assistant.errors import Forbidden, Unauthenticated
from assistant.types.access import KeyRecord, Scope
from assistant.usecases.caller import Caller
from assistant.web.site import Site, site_of

FRESH_S = 5.0
"""A revoked key stops working in every process within this many seconds."""
MAX_KEYS = 10_000

_RANK = {Scope.MEMBER: 0, Scope.PLATFORM: 1, Scope.OPERATOR: 2, Scope.ADMIN: 3}


class KeyRing:
    """The keys seen lately. ``find`` asks the store by hash; it blocks, so it runs in a worker thread, once per key at a time."""

    def __init__(self, find: Callable[[bytes], KeyRecord | None], clock: Callable[[], float] = time.monotonic) -> None:
        self._find = find
        self._clock = clock
        self._seen: OrderedDict[bytes, tuple[KeyRecord | None, float]] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[KeyRecord | None]] = {}

    async def record(self, key: str) -> KeyRecord:
        """The record of ``key``, whether it still works or not; Unauthenticated where there is none."""
        found, asked = self._seen.get(hash_key(key), (None, float("-inf")))
        if self._clock() - asked >= FRESH_S:
            found = await self._ask(parse_key(key))
        if found is None:
            raise Unauthenticated("key_wrong")
        return found

    async def _ask(self, hashed: bytes) -> KeyRecord | None:
        task = self._asking.get(hashed)
        if task is None:
            task = self._asking[hashed] = asyncio.create_task(asyncio.to_thread(self._find, hashed))
            task.add_done_callback(lambda done: self._remember(hashed, done))
        return await asyncio.shield(task)

    def _remember(self, hashed: bytes, done: asyncio.Task[KeyRecord | None]) -> None:
        self._asking.pop(hashed, None)
        if done.cancelled() or done.exception() is not None:
            return
        self._seen[hashed] = (done.result(), self._clock())
        self._seen.move_to_end(hashed)
        while len(self._seen) > MAX_KEYS:
            self._seen.popitem(last=False)


async def authenticate(request: Request, least: Scope, *, url_key: bool = False) -> Caller:
    """The caller, after their rate limit was charged.

    Raises:
        Unauthenticated: no key, or one that is unknown, expired or revoked.
        Forbidden: the key's scope is below ``least``.
        RateLimited: too many requests with this key.
    """
    site = site_of(request)
    record = await site.keys.record(_key(request, url_key=url_key))
    if not record.works(site.assistant.clock()):
        raise Unauthenticated("key_expired")
    state = request.scope["state"]
    state["key_id"], state["community"], state["origins"] = record.id, record.community, record.origins
    site.assistant.used_keys.add(record.id)
    site.rate.take(record.id, record.requests_per_minute or site.assistant.settings.limits.requests_per_minute)
    if _RANK[record.scope] < _RANK[least]:
        raise Forbidden("scope_missing", scope=least.value)
    return Caller(record.id, record.scope, record.community)


async def operator_of(request: Request, community: str | None) -> tuple[Caller, Site, str]:
    """The caller, by an operator's key; the service; and the community that the request is about, ``community`` where the key may name one.

    Raises: as ``authenticate`` and ``Caller.community_for`` do.
    """
    caller = await authenticate(request, Scope.OPERATOR)
    return caller, site_of(request), caller.community_for(community)


def _key(request: Request, *, url_key: bool) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key.strip():
        return key.strip()
    if url_key:
        key = request.scope["state"].get("url_key") or request.headers.get("x-goog-api-key", "")
        if key:
            return str(key)
    raise Unauthenticated("key_missing")
