"""What is carried out on a platform: an order, and the receipt for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Do(StrEnum):
    """What an adapter may be told to do.

    ``message`` is private, to one member; ``post`` writes into a channel (a card for the staff); ``amend`` replaces the text of a post
    and its buttons, of which none may be left. ``hide`` can be undone by ``restore``; where a platform only deletes, ``restore`` is not
    among its capabilities.
    """

    DELETE = "delete"
    HIDE = "hide"
    RESTORE = "restore"
    MESSAGE = "message"
    MUTE = "mute"
    UNMUTE = "unmute"
    KICK = "kick"
    BAN = "ban"
    UNBAN = "unban"
    POST = "post"
    AMEND = "amend"


@dataclass(frozen=True, slots=True)
class Button:
    """``value`` comes back when it is pressed: at most 64 bytes of ASCII (Telegram's limit, the lowest)."""

    text: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One thing to do. ``id`` is the same whenever it is tried again: adapters send it as the idempotency key where the platform takes one.

    ``text`` is what a member or the staff read; ``reason`` goes into the platform's own audit log, in English, without the message's words.
    ``until`` ends a mute or a ban; ``None`` has no end. ``refs`` is what the adapter's ``parse`` gave along with the message.
    """

    id: str
    do: Do
    channel: str | None = None
    message_id: str | None = None
    member_id: str | None = None
    text: str = ""
    reason: str = ""
    until: datetime | None = None
    buttons: tuple[Button, ...] = ()
    refs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """``message_id`` is the platform's id of what was posted; ``already`` says that it had been done before."""

    message_id: str | None = None
    already: bool = False
