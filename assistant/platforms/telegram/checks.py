"""The connection test: the token, the webhook, and the bot's rights in the chats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.errors import DeliveryFailed, DeliveryRefused
from assistant.platforms.platform import Check
from assistant.platforms.telegram.api import Declined, call
from assistant.ports import Outgoing
from assistant.types import Connection

_NEEDED = ("message", "edited_message", "callback_query", "chat_member")
UPDATES = (*_NEEDED, "message_reaction")
_DEFAULT = _NEEDED[:-1]  # what comes where allowed_updates was never given
_RIGHTS = ("can_delete_messages", "can_restrict_members")


async def check(connection: Connection, http: Outgoing) -> list[Check]:
    try:
        me = _object(await call(connection, http, "getMe"))
    except (Declined, DeliveryRefused, DeliveryFailed) as error:
        return [Check("token", False, _problem(error))]
    lines = [Check("token", True, f"the bot is @{me.get('username')}")]
    if me.get("can_read_all_group_messages") is not True:
        lines.append(Check("privacy", True, "privacy mode is on: the bot reads only the groups it administers"))
    lines.append(await _line("webhook", _webhook(connection, http)))
    if connection.staff_channel:
        lines.append(await _line("staff channel", _staff(connection, me, http)))
    chats = connection.settings.get("chats", ())
    return lines + [await _line(f"rights in {chat}", _rights(connection, me, chat, http)) for chat in chats]


async def set_webhook(connection: Connection, public_url: str, http: Outgoing) -> None:
    """Have updates sent to this connection's hook, with its current secret."""
    await call(
        connection,
        http,
        "setWebhook",
        url=f"{public_url.rstrip('/')}{_path(connection)}",
        secret_token=connection.secrets.get("webhook_secret", ""),
        allowed_updates=list(UPDATES),
    )


async def _line(name: str, coroutine: Any) -> Check:
    try:
        ok, detail = await coroutine
    except (Declined, DeliveryRefused, DeliveryFailed) as error:
        ok, detail = False, _problem(error)
    return Check(name, ok, detail)


async def _webhook(connection: Connection, http: Outgoing) -> tuple[bool, str]:
    if public_url := connection.settings.get("public_url"):
        await set_webhook(connection, public_url, http)
    info = _object(await call(connection, http, "getWebhookInfo"))
    url = str(info.get("url") or "")
    if not url:
        return False, f"none is set: call setWebhook with the address that ends in {_path(connection)}"
    if not url.endswith(_path(connection)):
        return False, f"it leads elsewhere: call setWebhook with the address that ends in {_path(connection)}"
    allowed = info.get("allowed_updates") or _DEFAULT
    missing = [one for one in _NEEDED if one not in allowed]
    if missing:
        return False, f"allowed_updates lacks {', '.join(missing)}: call setWebhook with them"
    if info.get("last_error_message") and info.get("pending_update_count"):
        return False, f"Telegram's last try failed ({info['last_error_message']}); {_waiting(info)}"
    return True, f"set to this connection; {_waiting(info)}"


async def _staff(connection: Connection, me: Mapping[str, Any], http: Outgoing) -> tuple[bool, str]:
    member = _object(
        await call(connection, http, "getChatMember", chat_id=connection.staff_channel, user_id=me.get("id"))
    )
    inside = member.get("status") in {"member", "administrator", "creator"}
    return inside, "the bot is in it" if inside else "the bot is not in it: add it"


async def _rights(connection: Connection, me: Mapping[str, Any], chat: str, http: Outgoing) -> tuple[bool, str]:
    kind = _object(await call(connection, http, "getChat", chat_id=chat)).get("type")
    member = _object(await call(connection, http, "getChatMember", chat_id=chat, user_id=me.get("id")))
    missing = [right for right in _RIGHTS if member.get(right) is not True]
    if member.get("status") != "administrator" or missing:
        return False, f"the bot lacks {', '.join(missing) or 'them'}: make it an administrator with these rights"
    if kind == "group":
        return False, "a basic group: members cannot be muted there; turn it into a supergroup"
    return True, "it may delete messages and ban members"


def _path(connection: Connection) -> str:
    return f"/v1/hooks/{connection.id}"


def _waiting(info: Mapping[str, Any]) -> str:
    return f"{info.get('pending_update_count', 0)} updates wait"


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _problem(error: Declined | DeliveryRefused | DeliveryFailed) -> str:
    return error.advice if isinstance(error, Declined) else error.problem
