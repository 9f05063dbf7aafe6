"""Orders carried out through Slack's Web API, and the connection test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.errors import DeliveryFailed, DeliveryRefused
from assistant.platforms.platform import Check
from assistant.platforms.slack.calls import ask, call, read
from assistant.platforms.slack.markup import escaped
from assistant.platforms.slack.settings import CAPABILITIES
from assistant.ports import Outgoing
from assistant.types import Connection, Do, Order, Receipt

NEEDED = ("chat:write", "channels:history", "im:write", "commands")
_SECTION, _SECTIONS, _FALLBACK, _LABEL, _ROW = 3000, 10, 4000, 75, 25


async def act(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    if order.do not in CAPABILITIES.does:
        raise DeliveryRefused(f"Slack has no {order.do.value} for apps on ordinary plans")
    if order.do is Do.DELETE:
        return await _delete(connection, order, http)
    if order.do is Do.KICK:
        return await _kick(connection, order, http)
    if order.do is Do.AMEND:
        return await _amend(connection, order, http)
    channel = order.channel if order.do is Do.POST else await _direct(connection, order, http)
    return await _post(connection, order, _given(channel, "channel"), http)


async def _delete(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    arguments = {"channel": _given(order.channel, "channel"), "ts": _given(order.message_id, "message_id")}
    secret = _strongest(connection)
    document = await call(connection, http, "chat.delete", arguments, secret=secret, allowed={"message_not_found"})
    return Receipt(already=document.get("ok") is not True)


async def _kick(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    arguments = {"channel": _given(order.channel, "channel"), "user": _given(order.member_id, "member_id")}
    secret = _strongest(connection)
    document = await call(
        connection, http, "conversations.kick", arguments, secret=secret, allowed={"not_in_channel", "not_in_group"}
    )
    return Receipt(already=document.get("ok") is not True)


async def _amend(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    message_id = _given(order.message_id, "message_id")
    arguments = {"channel": _given(order.channel, "channel"), "ts": message_id, **_content(order)}
    await call(connection, http, "chat.update", arguments)
    return Receipt(message_id)


async def _direct(connection: Connection, order: Order, http: Outgoing) -> str:
    """The channel of the member's direct messages; opening it again gives the same one."""
    document = await call(connection, http, "conversations.open", {"users": _given(order.member_id, "member_id")})
    return _inner(document, "channel", "id")


async def _post(connection: Connection, order: Order, channel: str, http: Outgoing) -> Receipt:
    """An answer stays in its thread. Slack takes no idempotency key; the order's id in the metadata lets a repeated post be told apart
    afterwards."""
    arguments = {
        "channel": channel,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {"event_type": "assistant_order", "event_payload": {"order": order.id}},
        **({"thread_ts": thread} if order.do is Do.POST and (thread := order.refs.get("thread")) else {}),
        **_content(order),
    }
    document = await call(connection, http, "chat.postMessage", arguments)
    ts = document.get("ts")
    return Receipt(ts if isinstance(ts, str) else None)


def _content(order: Order) -> dict[str, Any]:
    """Plain text in sections of the length that Block Kit allows, so that nothing in it is markup; ``text`` is what
    notifications show."""
    pieces = [order.text[at : at + _SECTION] for at in range(0, min(len(order.text), _SECTION * _SECTIONS), _SECTION)]
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "plain_text", "text": piece, "emoji": False}} for piece in pieces
    ]
    if order.buttons:
        elements = [
            {
                "type": "button",
                "text": {"type": "plain_text", "text": one.text[:_LABEL], "emoji": False},
                "value": one.value,
                "action_id": f"button_{index}",
            }
            for index, one in enumerate(order.buttons[:_ROW])
        ]
        blocks.append({"type": "actions", "elements": elements})
    return {"text": escaped(order.text[:_FALLBACK]), "blocks": blocks}


def _strongest(connection: Connection) -> str:
    """A bot deletes only its own messages, and most workspaces let nobody but admins remove members."""
    return "user_token" if connection.secrets.get("user_token") else "token"


def _given(value: str | None, name: str) -> str:
    if not value:
        raise DeliveryRefused(f"the order names no {name}")
    return value


def _inner(document: Mapping[str, Any], *path: str) -> str:
    value: Any = document
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    if not isinstance(value, str):
        raise DeliveryFailed(f"Slack's answer lacks {'.'.join(path)}")
    return value


async def check(connection: Connection, http: Outgoing) -> list[Check]:
    lines = await _token_checks(connection, http, "token", NEEDED)
    if connection.secrets.get("user_token"):
        return lines + await _token_checks(connection, http, "user_token", ("chat:write",))
    detail = (
        "none: what members write cannot be deleted, it goes to the staff; add one of an owner or admin to change that"
    )
    return [*lines, Check("user_token", True, detail)]


async def _token_checks(connection: Connection, http: Outgoing, secret: str, needed: tuple[str, ...]) -> list[Check]:
    try:
        answer = await ask(connection, http, "auth.test", {}, secret=secret)
        document = read("auth.test", answer)
    except (DeliveryRefused, DeliveryFailed) as error:
        return [Check(secret, False, error.problem)]
    team = document.get("team_id")
    own = connection.settings.get("team_id")
    if own and own != team:
        return [Check(secret, False, f"belongs to the workspace {team}, the setting team_id says {own}")]
    scopes = {one.strip() for one in answer.headers.get("x-oauth-scopes", "").split(",")}
    missing = [one for one in needed if one not in scopes]
    detail = f"lacks {', '.join(missing)}: add them under OAuth & Permissions and reinstall the app"
    return [
        Check(secret, True, f"taken by the workspace {team}"),
        Check(f"{secret} scopes", not missing, detail if missing else f"has {', '.join(needed)}"),
    ]
