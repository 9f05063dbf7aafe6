"""What comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from assistant.types.advertising import Advertising


class Purpose(StrEnum):
    CHAT = "chat"
    MARKETING = "marketing"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class ContextMessage:
    """An earlier message of the thread, oldest first. Not judged itself: it is read where its author goes on in the message, or where the
    message answers it. ``id`` is what ``Message.reply_to`` names it by; ``scores`` are those it was decided by, where that is known."""

    text: str
    member: str | None = None
    id: str | None = None
    scores: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class PlatformRef:
    name: str
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A further text of the message: ``field`` is the path a finding names (``attachments[0].caption``)."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """``unscreened`` holds the kinds of content that are not text (``image``, ``voice``); ``roles`` are the member's; ``advertising``
    counts with the purpose ``marketing`` alone. ``reply_to`` is the id of the message that this one answers, as its platform has it or as
    ``context`` does."""

    text: str
    member_id: str | None = None
    roles: tuple[str, ...] = ()
    channel: str | None = None
    thread: str | None = None
    context: tuple[ContextMessage, ...] = ()
    reply_to: str | None = None
    platform: PlatformRef | None = None
    sent_at: datetime | None = None
    edit_of: str | None = None
    purpose: Purpose = Purpose.CHAT
    language: str | None = None
    parts: tuple[Part, ...] = ()
    unscreened: tuple[str, ...] = ()
    advertising: Advertising = field(default_factory=Advertising)
