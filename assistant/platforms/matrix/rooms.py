"""Power levels: who may what in a room, and taking a member's voice away.

A mute is a level below what any message needs, in ``m.room.power_levels``. The level that was there before is kept in the same event, under
a key of ours: it is set and forgotten together with the mute. Matrix offers no change that depends on what was read: changes from this
process wait for each other, and one that somebody else makes in the same moment may be lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.platforms.matrix.client import Client
from assistant.platforms.matrix.turns import turn
from assistant.types import Receipt

LEVELS = "m.room.power_levels"
MUTED = "community_assistant.muted"
_CREATORS_ARE_ABOVE_ALL = 12
_DEFAULTS = {
    "ban": 50,
    "kick": 50,
    "redact": 50,
    "invite": 0,
    "state_default": 50,
    "events_default": 0,
    "users_default": 0,
}


async def mute(client: Client, room: str, member: str) -> Receipt:
    async with turn(client.user_id, room):
        levels = dict(await client.state(room, LEVELS) or {})
        users, kept = _map(levels, "users"), _map(levels, MUTED)
        silent = _lowest(levels) - 1
        if member in kept and level_of(levels, member) <= silent:
            return Receipt(already=True)
        kept.setdefault(member, users.get(member))
        users[member] = silent
        await _set(client, room, levels | {"users": users, MUTED: kept})
    return Receipt()


async def unmute(client: Client, room: str, member: str) -> Receipt:
    async with turn(client.user_id, room):
        levels = dict(await client.state(room, LEVELS) or {})
        users, kept = _map(levels, "users"), _map(levels, MUTED)
        if member not in kept and level_of(levels, member) >= _lowest(levels):
            return Receipt(already=True)
        before = kept.pop(member, None)
        users.pop(member, None)
        if before is not None:
            users[member] = before
        await _set(client, room, levels | {"users": users, MUTED: kept})
    return Receipt()


def level(levels: Mapping[str, Any], name: str) -> int:
    """What ``name`` (``redact``, ``kick``...) takes. Old rooms may hold levels as strings, which count as well."""
    return _number(levels.get(name), _DEFAULTS[name])


def level_of(levels: Mapping[str, Any], member: str) -> int:
    return _number(_map(levels, "users").get(member), level(levels, "users_default"))


def level_for_state(levels: Mapping[str, Any], kind: str) -> int:
    return _number(_map(levels, "events").get(kind), level(levels, "state_default"))


async def is_creator(client: Client, room: str, user: str) -> bool:
    """Whether the user made the room and so, from room version 12 on, stands above all levels."""
    reply = await client.ask("GET", "rooms", room, "state", "m.room.create", "", query="?format=event")
    content = _map(reply.document, "content")
    version = content.get("room_version")
    if not (isinstance(version, str) and version.isdecimal() and int(version) >= _CREATORS_ARE_ABOVE_ALL):
        return False
    more = content.get("additional_creators")
    return reply.document.get("sender") == user or (isinstance(more, list) and user in more)


def _lowest(levels: Mapping[str, Any]) -> int:
    """The least that any event takes, at most 0."""
    return min(0, level(levels, "events_default"), *(_number(one, 0) for one in _map(levels, "events").values()))


async def _set(client: Client, room: str, levels: Mapping[str, Any]) -> None:
    kept = {name: value for name, value in levels.items() if name != MUTED or value}
    await client.done("PUT", "rooms", room, "state", LEVELS, "", document=kept)


def _map(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = document.get(name)
    return dict(value) if isinstance(value, dict) else {}


def _number(value: Any, otherwise: int) -> int:
    try:
        return int(value) if isinstance(value, int | str) else otherwise
    except ValueError:
        return otherwise
