"""One call of Discord's REST API, and what its error codes mean
(https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import quote

import orjson

from assistant.errors import DeliveryFailed, DeliveryRefused
from assistant.platforms.discord.settings import API_BASE
from assistant.ports import Answered, Outgoing
from assistant.types import Connection

UNKNOWN_MEMBER, UNKNOWN_MESSAGE, UNKNOWN_BAN = 10007, 10008, 10026
_DIRECT_MESSAGES_TOO_FAST, _WAIT_S = 40003, 120.0
_LONGEST_REASON = 512
_USER_AGENT = "DiscordBot (community-assistant, 1)"  # without this form Discord's edge refuses the call
_ROLE = "move the bot's role above the member's and give it the permission; the owner and admins cannot be acted upon"
_ADVICE = {
    10003: "no such channel: check its id",
    10004: "no such server: check guild_id, and that the bot was added to it",
    UNKNOWN_MEMBER: "the member is not in the server any more",
    UNKNOWN_MESSAGE: "the message is gone",
    10013: "no such user",
    30035: "the server has banned as many people from outside as Discord allows",
    50001: "the bot cannot see the channel: give its role View Channel there",
    50005: "the message was not written by this bot",
    50007: "the member takes no private messages from this server's bots",
    50013: f"permission is missing: {_ROLE}",
    50278: "the member takes no private messages from this server's bots",
    60003: "the server asks moderators for two-factor authentication: the bot's owner must switch it on",
}


async def call(
    connection: Connection,
    http: Outgoing,
    method: str,
    path: str,
    *,
    json: Any = None,
    reason: str = "",
    already: Collection[int] = (),
) -> Any:
    """The answer's document (``{}`` where it is empty), or ``None`` where its error code is among ``already``."""
    token = connection.secrets.get("token")
    if not token:
        raise DeliveryRefused("the connection has no secret token", field="token")
    headers = {"authorization": f"Bot {token}", "user-agent": _USER_AGENT}
    if reason:
        headers["x-audit-log-reason"] = _quoted(reason)
    base = (connection.settings.get("api_base") or API_BASE).rstrip("/")
    answer = await http.request(method, f"{base}{path}", headers=headers, json=json)
    if 200 <= answer.status < 300:
        return answer.json() if answer.body else {}
    code = _code(answer)
    if code in already:
        return None
    raise _error(answer.status, code)


def _quoted(reason: str) -> str:
    """As much of the reason as the header holds once it is encoded."""
    kept = reason[:_LONGEST_REASON]
    while len(quoted := quote(kept, safe=" /:,")) > _LONGEST_REASON:
        kept = kept[:-1]
    return quoted


def _code(answer: Answered) -> int:
    try:
        document = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return 0
    code = document.get("code") if isinstance(document, dict) else 0
    return code if isinstance(code, int) else 0


def _error(status: int, code: int) -> DeliveryRefused | DeliveryFailed:
    if code == _DIRECT_MESSAGES_TOO_FAST:
        return DeliveryFailed("the bot opens private conversations too fast", retry_after=_WAIT_S)
    if status == 401:
        return DeliveryRefused("the token is not taken any more: reset it under Bot and set the secret again")
    advice = _ADVICE.get(code)
    told = f"Discord answered {status}, code {code}"
    return DeliveryRefused(f"{told}: {advice}" if advice else told)
