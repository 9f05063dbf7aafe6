"""The question over HTTP: signed as Standard Webhooks 1.0 has it, with one deadline over all of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import treq
from synapse.module_api import make_deferred_yieldable
from treq.client import HTTPClient
from twisted.internet import reactor
from twisted.web import client
from twisted.web.client import RequestTransmissionFailed, ResponseNeverReceived

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred
    from twisted.web.iweb import IResponse

_twisted: Any = client  # its Agent has no annotations
_clock: Any = reactor
_LONGEST_ANSWER = 64 * 1024
_DEEPEST = 10
_LARGEST = 2**53  # "Canonical JSON"; rooms before version 6 hold larger ones
_IDLE_S = 4  # below the five seconds after which uvicorn closes an idle connection
_WORTH_ASKING_S = 0.1
_OK = 200


class BadAnswer(Exception):
    """An answer that is none; its text holds nothing of what was answered."""


class Hook:
    """One hook address. Connections are kept; redirects and proxies are not followed."""

    def __init__(self, url: str, key: bytes) -> None:
        pool = _twisted.HTTPConnectionPool(reactor)
        pool.maxPersistentPerHost = 20
        pool.cachedConnectionTimeout = _IDLE_S
        self._http = HTTPClient(_twisted.Agent(reactor, connectTimeout=5, pool=pool))
        self._url = url
        self._key = key

    async def post(self, identifier: str, document: Mapping[str, Any], timeout_s: float) -> Any:
        """The answer's JSON, of a 200. Any exception means that there is none.

        A connection that the other side closed while it was idle is noticed only in use: then the same question is asked once more.
        """
        body = json.dumps(pruned(document), ensure_ascii=False).encode("utf-8", "replace")
        deadline = time.monotonic() + timeout_s
        try:
            return await self._once(identifier, body, deadline)
        except (RequestTransmissionFailed, ResponseNeverReceived):  # a timeout may come as the latter, too
            if deadline - time.monotonic() < _WORTH_ASKING_S:
                raise
            return await self._once(identifier, body, deadline)

    async def _once(self, identifier: str, body: bytes, deadline: float) -> Any:
        asked: Deferred[Any] = self._http.post(
            self._url, data=body, headers=self._headers(identifier, body), allow_redirects=False, unbuffered=True
        )
        asked.addCallback(_read)
        asked.addTimeout(max(deadline - time.monotonic(), 0.001), _clock)
        status, answer = await make_deferred_yieldable(asked)
        if status != _OK:
            raise BadAnswer(f"the hook answered {status}")
        return json.loads(answer)

    def _headers(self, identifier: str, body: bytes) -> dict[bytes | str, bytes | str]:
        timestamp = str(int(time.time()))
        signed = b".".join((identifier.encode(), timestamp.encode(), body))
        signature = base64.b64encode(hmac.digest(self._key, signed, hashlib.sha256)).decode()
        return {
            "content-type": "application/json",
            "webhook-id": identifier,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{signature}",
        }


def _read(response: IResponse) -> Deferred[tuple[int, bytes]]:
    collected = bytearray()

    def take(data: bytes) -> None:
        collected.extend(data)
        if len(collected) > _LONGEST_ANSWER:
            raise BadAnswer("the hook's answer is too long")

    return treq.collect(response, take).addCallback(lambda _: (response.code, bytes(collected)))


def pruned(value: Any, depth: int = _DEEPEST) -> Any:
    """``value`` as plain JSON, what is nested too deep or no number of Matrix's left out: nobody gets past us with a content that the
    other side cannot read."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int):
        return value if abs(value) < _LARGEST else None
    if value is None or isinstance(value, str):
        return value
    if depth == 0:
        return None
    if isinstance(value, Mapping):
        return {str(name): pruned(one, depth - 1) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [pruned(one, depth - 1) for one in value]
    return None
