"""Whether the token is the bot's, what it may do in its rooms, and which rooms it cannot read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.errors import DeliveryRefused
from assistant.platforms.matrix.client import Client
from assistant.platforms.matrix.rooms import LEVELS, is_creator, level, level_for_state, level_of
from assistant.platforms.platform import Check
from assistant.ports import Outgoing
from assistant.types import Connection

_MOST_ROOMS = 30
_MOST_NAMED = 10


@dataclass
class _Found:
    lacking: list[str] = field(default_factory=list)
    encrypted: list[str] = field(default_factory=list)


async def check(connection: Connection, http: Outgoing) -> list[Check]:
    try:
        client = Client(connection, http)
        who = (await client.done("GET", "account", "whoami")).get("user_id")
    except DeliveryRefused as refused:
        return [Check("token", False, refused.problem)]
    if who != client.user_id:
        return [Check("token", False, f"it is another account's than {client.user_id}: set user_id, or give its token")]
    try:
        rooms = _names((await client.done("GET", "joined_rooms")).get("joined_rooms"))
        found = await _look(client, rooms[:_MOST_ROOMS])
    except DeliveryRefused as refused:
        return [Check("token", True, f"is {who}'s"), Check("rooms", False, refused.problem)]
    return [
        Check("token", True, f"is {who}'s"),
        _rooms(rooms),
        _rights(found.lacking),
        _encrypted(found.encrypted),
        _staff(connection.staff_channel, rooms, found.encrypted),
    ]


async def _look(client: Client, rooms: Sequence[str]) -> _Found:
    found = _Found()
    for room in rooms:
        if missing := await _missing(client, room):
            found.lacking.append(f"{room} ({', '.join(missing)})")
        if await client.state(room, "m.room.encryption") is not None:
            found.encrypted.append(room)
    return found


async def _missing(client: Client, room: str) -> list[str]:
    """What the bot's level does not suffice for."""
    levels = await client.state(room, LEVELS) or {}
    own = level_of(levels, client.user_id)
    needed = {name: level(levels, name) for name in ("redact", "kick", "ban")}
    needed["change power levels"] = level_for_state(levels, LEVELS)
    missing = [name for name, least in needed.items() if own < least]
    return [] if missing and await is_creator(client, room, client.user_id) else missing


def _rooms(rooms: Sequence[str]) -> Check:
    if not rooms:
        return Check("rooms", False, "the bot is in no room: invite it and let it join")
    looked = "" if len(rooms) <= _MOST_ROOMS else f"; the first {_MOST_ROOMS} were looked at"
    return Check("rooms", True, f"the bot is in {len(rooms)}{looked}")


def _rights(lacking: Sequence[str]) -> Check:
    if lacking:
        return Check("rights", False, f"give the bot power (a moderator's or more) for: {_listed(lacking, '; ')}")
    return Check("rights", True, "it may redact, kick, ban and mute in every room looked at")


def _encrypted(rooms: Sequence[str]) -> Check:
    if not rooms:
        return Check("encryption", True, "none of the rooms looked at is encrypted")
    return Check(
        "encryption",
        False,
        f"only ciphertext reaches us from {_listed(rooms)}: nothing is screened there, and nothing there counts as clean."
        " Encryption cannot be turned off; move to an unencrypted room if it is to be moderated",
    )


def _staff(channel: str | None, rooms: Sequence[str], encrypted: Sequence[str]) -> Check:
    if channel is None:
        return Check("staff room", True, "none is set: no cards are posted")
    if channel not in rooms:
        return Check("staff room", False, f"the bot is not in {channel}: invite it there")
    if channel in encrypted:
        return Check(
            "staff room", False, f"{channel} is encrypted, and cards would stand there in the clear: use another"
        )
    return Check("staff room", True, f"is {channel}; staff press by reacting to a card")


def _listed(names: Sequence[str], between: str = ", ") -> str:
    more = len(names) - _MOST_NAMED
    return between.join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _names(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
