"""Orders carried out through Discord's REST API."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from assistant.errors import DeliveryFailed, DeliveryRefused
from assistant.platforms.discord.calls import UNKNOWN_BAN, UNKNOWN_MEMBER, UNKNOWN_MESSAGE, call
from assistant.platforms.discord.settings import CAPABILITIES, LONGEST_MUTE_S, LONGEST_TEXT
from assistant.ports import Outgoing
from assistant.types import Connection, Do, Order, Receipt

_SNOWFLAKE = re.compile(r"[0-9]{1,20}", re.ASCII)
_LABEL, _ROW, _ROWS, _NONCE = 80, 5, 5, 25
_MARGIN_S = 60  # Discord measures the 28 days by its own clock
_SUPPRESS_EMBEDS = 1 << 2
_ACTION_ROW, _BUTTON, _GREY = 1, 2, 2
_NOBODY: dict[str, list[str]] = {"parse": []}


async def act(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    if order.do not in CAPABILITIES.does:
        raise DeliveryRefused(f"Discord has no {order.do.value} for bots")
    return await _ORDERS[order.do](connection, order, http)


async def _delete(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    path = f"/channels/{_id(order.channel, 'channel')}/messages/{_id(order.message_id, 'message_id')}"
    done = await call(connection, http, "DELETE", path, reason=order.reason, already={UNKNOWN_MESSAGE})
    return Receipt(already=done is None)


async def _mute(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    """A mute without an end gets the longest there is."""
    now = datetime.now(UTC)
    longest = now + timedelta(seconds=LONGEST_MUTE_S - _MARGIN_S)
    until = min(order.until, longest) if order.until else longest
    if until <= now:
        return Receipt(already=True)
    body = {"communication_disabled_until": until.astimezone(UTC).isoformat(timespec="seconds")}
    await call(connection, http, "PATCH", _member(connection, order), json=body, reason=order.reason)
    return Receipt()


async def _unmute(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    path, body = _member(connection, order), {"communication_disabled_until": None}
    done = await call(connection, http, "PATCH", path, json=body, reason=order.reason, already={UNKNOWN_MEMBER})
    return Receipt(already=done is None)


async def _kick(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    path = _member(connection, order)
    done = await call(connection, http, "DELETE", path, reason=order.reason, already={UNKNOWN_MEMBER})
    return Receipt(already=done is None)


async def _ban(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    body = {"delete_message_seconds": 0}
    await call(connection, http, "PUT", _banned(connection, order), json=body, reason=order.reason)
    return Receipt()


async def _unban(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    path = _banned(connection, order)
    done = await call(connection, http, "DELETE", path, reason=order.reason, already={UNKNOWN_BAN})
    return Receipt(already=done is None)


async def _message(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    body = {"recipient_id": _id(order.member_id, "member_id")}
    opened = await call(connection, http, "POST", "/users/@me/channels", json=body)
    return await _say(connection, order, _answered_id(opened), http)


async def _post(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    return await _say(connection, order, _id(order.channel, "channel"), http)


async def _say(connection: Connection, order: Order, channel: str, http: Outgoing) -> Receipt:
    """The nonce makes a repetition within a few minutes give the first message again."""
    body = {
        "content": order.text[:LONGEST_TEXT],
        "components": _rows(order),
        "allowed_mentions": _NOBODY,
        "flags": _SUPPRESS_EMBEDS,
        "nonce": hashlib.sha256(order.id.encode()).hexdigest()[:_NONCE],
        "enforce_nonce": True,
    }
    return Receipt(_answered_id(await call(connection, http, "POST", f"/channels/{channel}/messages", json=body)))


async def _amend(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    message_id = _id(order.message_id, "message_id")
    path = f"/channels/{_id(order.channel, 'channel')}/messages/{message_id}"
    body = {"content": order.text[:LONGEST_TEXT], "components": _rows(order), "allowed_mentions": _NOBODY}
    await call(connection, http, "PATCH", path, json=body)
    return Receipt(message_id)


def _rows(order: Order) -> list[dict[str, Any]]:
    buttons = [
        {"type": _BUTTON, "style": _GREY, "label": one.text[:_LABEL], "custom_id": one.value} for one in order.buttons
    ][: _ROW * _ROWS]
    return [{"type": _ACTION_ROW, "components": buttons[at : at + _ROW]} for at in range(0, len(buttons), _ROW)]


def _member(connection: Connection, order: Order) -> str:
    return f"/guilds/{_guild(connection)}/members/{_id(order.member_id, 'member_id')}"


def _banned(connection: Connection, order: Order) -> str:
    return f"/guilds/{_guild(connection)}/bans/{_id(order.member_id, 'member_id')}"


def _guild(connection: Connection) -> str:
    return _id(connection.settings.get("guild_id"), "guild_id")


def _id(value: str | None, name: str) -> str:
    """An id goes into an address: digits only."""
    if not value or not _SNOWFLAKE.fullmatch(value):
        raise DeliveryRefused(f"{name} is not an id of Discord's", field=name)
    return value


def _answered_id(document: Any) -> str:
    value = document.get("id") if isinstance(document, dict) else None
    if not isinstance(value, str) or not _SNOWFLAKE.fullmatch(value):
        raise DeliveryFailed("Discord's answer names no id")
    return value


_ORDERS: dict[Do, Callable[[Connection, Order, Outgoing], Awaitable[Receipt]]] = {
    Do.DELETE: _delete,
    Do.MUTE: _mute,
    Do.UNMUTE: _unmute,
    Do.KICK: _kick,
    Do.BAN: _ban,
    Do.UNBAN: _unban,
    Do.MESSAGE: _message,
    Do.POST: _post,
    Do.AMEND: _amend,
}
