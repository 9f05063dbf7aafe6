"""The connection test: whose token it is, whether it belongs to the public key, what the bot may read and do in the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.errors import DeliveryFailed, DeliveryRefused
from assistant.platforms.discord.calls import call
from assistant.platforms.discord.commands import register_commands
from assistant.platforms.platform import Check
from assistant.ports import Outgoing
from assistant.types import Connection

_ADMINISTRATOR = 1 << 3
_PERMISSIONS = {
    "View Channels": 1 << 10,
    "Send Messages": 1 << 11,
    "Manage Messages": 1 << 13,
    "Timeout Members": 1 << 40,
    "Kick Members": 1 << 1,
    "Ban Members": 1 << 2,
}
# Each intent has two flags: one for approved applications, one for those below the size that needs approval.
_INTENTS = {"Message Content": (1 << 18) | (1 << 19), "Server Members": (1 << 14) | (1 << 15)}


async def check(connection: Connection, http: Outgoing) -> list[Check]:
    try:
        application = _object(await call(connection, http, "GET", "/applications/@me"))
    except (DeliveryRefused, DeliveryFailed) as error:
        return [Check("token", False, error.problem)]
    lines = [Check("token", True, "taken by Discord"), _key(connection, application), _intents(application)]
    try:
        lines.append(await _permissions(connection, http))
    except (DeliveryRefused, DeliveryFailed) as error:
        return [*lines, Check("server", False, f"{error.problem}; add the bot to the server with its invitation link")]
    if connection.settings.get("commands", True):
        lines.append(await _commands(connection, http, application))
    return lines


def _object(document: Any) -> Mapping[str, Any]:
    if not isinstance(document, dict):
        raise DeliveryFailed("Discord answered something else than an object")
    return document


def _number(value: Any) -> int:
    """Permissions are whole numbers written as strings, flags are numbers."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 30 else 0


def _key(connection: Connection, application: Mapping[str, Any]) -> Check:
    if str(application.get("verify_key")).lower() in {one.lower() for one in connection.accepted("public_key")}:
        return Check("public_key", True, "is the application's")
    return Check("public_key", False, "is not the application's: copy it from General Information")


def _intents(application: Mapping[str, Any]) -> Check:
    flags = _number(application.get("flags"))
    missing = [name for name, bits in _INTENTS.items() if not flags & bits]
    if missing:
        detail = f"switched off: {', '.join(missing)}; switch them on under Bot, Privileged Gateway Intents"
        return Check("intents", False, detail)
    return Check("intents", True, f"switched on: {', '.join(_INTENTS)}")


async def _permissions(connection: Connection, http: Outgoing) -> Check:
    guild_id = connection.settings.get("guild_id")
    bot = _object(await call(connection, http, "GET", "/users/@me"))
    guild = _object(await call(connection, http, "GET", f"/guilds/{guild_id}"))
    member = _object(await call(connection, http, "GET", f"/guilds/{guild_id}/members/{_number(bot.get('id'))}"))
    held = {str(guild_id), *map(str, _listed(member.get("roles")))}  # the role of everybody has the server's id
    granted = 0
    for role in _listed(guild.get("roles")):
        if isinstance(role, dict) and str(role.get("id")) in held:
            granted |= _number(role.get("permissions"))
    missing = [] if granted & _ADMINISTRATOR else [name for name, bit in _PERMISSIONS.items() if not granted & bit]
    if missing:
        return Check(
            "server", False, f"the bot's role lacks {', '.join(missing)}: add them under Server Settings, Roles"
        )
    return Check("server", True, "the bot is in it and has its permissions")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


async def _commands(connection: Connection, http: Outgoing, application: Mapping[str, Any]) -> Check:
    try:
        count = await register_commands(connection, http, str(_number(application.get("id"))))
    except (DeliveryRefused, DeliveryFailed) as error:
        return Check("commands", False, f"{error.problem}; invite the bot with the scope applications.commands")
    return Check("commands", True, f"{count} are in the server")
