"""The room in which the bot and one member are alone.

It is remembered in the account's ``m.direct``. A room that was made without its being noted (a crash between the two) is found again by its
alias, which follows from the two user ids: a homeserver makes it once.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

from assistant.errors import DeliveryRefused
from assistant.platforms.matrix.client import Client, failure
from assistant.platforms.matrix.turns import turn

_THERE = frozenset({"join", "invite"})
_LOOKS_AFTER_S = (0, 0.25, 0.5, 1)
_CONFLICT = 409  # Synapse's, where another process makes the room at the same moment


async def direct_room(client: Client, member: str) -> str:
    """The room, the member being in it or invited to it.

    Raises: DeliveryRefused, DeliveryFailed.
    """
    async with turn(client.user_id, "m.direct"):
        return await _found_or_made(client, member)


async def _found_or_made(client: Client, member: str) -> str:
    noted = await _noted(client)
    rooms = noted.get(member)
    for room in rooms if isinstance(rooms, list) else ():
        if isinstance(room, str) and await _reaches(client, room, member):
            return room
    room = await _made(client, member)
    document = noted | {member: [room, *(one for one in (rooms if isinstance(rooms, list) else ()) if one != room)]}
    await client.done("PUT", "user", client.user_id, "account_data", "m.direct", document=document)
    return room


async def _noted(client: Client) -> dict[str, Any]:
    reply = await client.ask("GET", "user", client.user_id, "account_data", "m.direct")
    if not reply.ok and reply.code != "M_NOT_FOUND":
        raise failure(reply)
    return dict(reply.document) if reply.ok else {}


async def _reaches(client: Client, room: str, member: str) -> bool:
    """Whether the room will do. A member who left is invited once more; a room that the bot is no longer in will not do."""
    reply = await client.ask("GET", "rooms", room, "state", "m.room.member", member)
    if reply.ok and reply.document.get("membership") in _THERE:
        return True
    if not reply.ok and reply.code != "M_NOT_FOUND":
        if reply.status in {403, 404}:
            return False
        raise failure(reply)
    await client.done("POST", "rooms", room, "invite", document={"user_id": member})
    return True


async def _made(client: Client, member: str) -> str:
    name = f"assistant-{hashlib.sha256(f'{client.user_id} {member}'.encode()).hexdigest()[:32]}"
    document = {"preset": "private_chat", "is_direct": True, "invite": [member], "room_alias_name": name}
    reply = await client.ask("POST", "createRoom", document=document)
    if reply.code == "M_ROOM_IN_USE" or reply.status == _CONFLICT:
        return await _made_before(client, f"#{name}:{client.user_id.partition(':')[2]}", member)
    if not reply.ok:
        raise failure(reply)
    return str(reply.document.get("room_id", ""))


async def _made_before(client: Client, alias: str, member: str) -> str:
    """The room behind our alias, if it is the bot's own: anybody may take an alias, and would read what the member is told."""
    found = await client.done("GET", "directory", "room", alias)
    room = str(found.get("room_id", ""))
    if await _creator(client, room) != client.user_id or not await _reaches(client, room, member):
        raise DeliveryRefused(
            "the alias of the member's direct room leads to a room that is not the bot's: remove the alias"
        )
    return room


async def _creator(client: Client, room: str) -> Any:
    """``None`` where the bot may not see it; a room that is only being made has its alias first, and is seen a moment later."""
    for pause_s in _LOOKS_AFTER_S:
        await asyncio.sleep(pause_s)
        reply = await client.ask("GET", "rooms", room, "state", "m.room.create", "", query="?format=event")
        if reply.ok:
            return reply.document.get("sender")
    return None
