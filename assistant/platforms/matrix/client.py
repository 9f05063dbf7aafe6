"""The Client-Server API (https://spec.matrix.org/latest/client-server-api/), called with the bot's token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from assistant.errors import DeliveryFailed, DeliveryRefused
from assistant.ports import Outgoing
from assistant.types import Connection

_CODE = re.compile(r"[A-Z][A-Z_]{0,63}")
_OK = 200
_TOKEN = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED", "M_USER_SUSPENDED", "M_USER_LOCKED"})
_MISSING = frozenset({"M_NOT_FOUND", "M_UNKNOWN"})


@dataclass(frozen=True, slots=True)
class Reply:
    """``code`` is the error's (``M_FORBIDDEN``), empty where there is none."""

    status: int
    code: str
    document: Mapping[str, Any]

    @property
    def ok(self) -> bool:
        return self.status == _OK


class Client:
    """One connection's account. ``ask`` gives whatever the homeserver answers; ``done`` raises where it is no success."""

    def __init__(self, connection: Connection, http: Outgoing) -> None:
        self._http = http
        self._base = _setting(connection, "api_base").rstrip("/")
        self._token = connection.secrets.get("token")
        self.user_id = _setting(connection, "user_id")
        if not self._token:
            raise DeliveryRefused("the connection has no access token: give it one", field="token")

    async def ask(self, method: str, *path: str, document: Any = None, version: str = "v3", query: str = "") -> Reply:
        """``path`` by its segments, each of which is escaped."""
        url = f"{self._base}/_matrix/client/{version}/{'/'.join(quote(one, safe='') for one in path)}{query}"
        answer = await self._http.request(
            method, url, headers={"authorization": f"Bearer {self._token}"}, json=document
        )
        try:
            body = answer.json()
        except DeliveryFailed:
            if answer.status < 300:
                raise
            body = None
        given = body if isinstance(body, dict) else {}
        code = given.get("errcode")
        return Reply(answer.status, code if isinstance(code, str) and _CODE.fullmatch(code) else "", given)

    async def done(self, method: str, *path: str, document: Any = None) -> Mapping[str, Any]:
        """Raises: DeliveryRefused, DeliveryFailed."""
        reply = await self.ask(method, *path, document=document)
        if not reply.ok:
            raise failure(reply)
        return reply.document

    async def state(self, room: str, kind: str, key: str = "") -> Mapping[str, Any] | None:
        """A state event's content; ``None`` where the room has none such. Raises as ``done``."""
        reply = await self.ask("GET", "rooms", room, "state", kind, key)
        if reply.ok:
            return reply.document
        if reply.code == "M_NOT_FOUND":
            return None
        raise failure(reply)

    async def send(self, room: str, kind: str, transaction: str, content: Mapping[str, Any]) -> str:
        """The id of the event, the same for a transaction however often it is sent with one token."""
        answer = await self.done("PUT", "rooms", room, "send", kind, transaction, document=content)
        return str(answer.get("event_id", ""))


def failure(reply: Reply) -> DeliveryRefused | DeliveryFailed:
    """What a refusal means and what to do about it, without the homeserver's own words."""
    if reply.code == "M_LIMIT_EXCEEDED":
        wait = reply.document.get("retry_after_ms")
        seconds = wait / 1000 if isinstance(wait, int | float) and not isinstance(wait, bool) else None
        return DeliveryFailed("the homeserver limits the bot's rate", retry_after=seconds)
    if reply.code in _TOKEN:
        return DeliveryRefused(f"the homeserver does not take the access token ({reply.code}): give a new one")
    if reply.status == 403:
        return DeliveryRefused(
            f"the bot may not ({reply.code or 403}): let it into the room, with power above the member's and enough to"
            " redact, kick, ban and change power levels"
        )
    if reply.status == 404 and reply.code in _MISSING:
        return DeliveryRefused("the homeserver knows no such room, event or user: is the bot still in the room?")
    if 300 <= reply.status < 400 or not reply.code:
        return DeliveryRefused(f"answered {reply.status}: is api_base the homeserver's client address?")
    return DeliveryRefused(f"the homeserver answered {reply.status} {reply.code}")


def _setting(connection: Connection, name: str) -> str:
    value = connection.settings.get(name)
    if not isinstance(value, str) or not value:
        raise DeliveryRefused(f"the connection has no {name}", field=name)
    return value
