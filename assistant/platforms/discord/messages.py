"""Discord's message and member objects as the vocabulary has them
(https://docs.discord.com/developers/resources/message, https://docs.discord.com/developers/events/gateway-events).

These are functions of the JSON alone: the Gateway's reader and the interactions' endpoint use the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from assistant.errors import InvalidInput
from assistant.platforms.discord.components import component_kinds, component_parts, embed_kinds, embed_parts
from assistant.platforms.discord.settings import NAME
from assistant.platforms.reading import as_id, as_iso_time, as_list, as_object, as_text
from assistant.types import Connection, ContextMessage, Did, Event, Joined, Message, Part, PlatformRef, Said
from assistant.types.event import EventType

# Default, thread created (its text is the thread's name) and reply; the others are the system's or answers of bots.
_PEOPLE_SAY = {0, 18, 19}
_MANY = 20

_READ = frozenset(
    {"MESSAGE_CREATE", "MESSAGE_UPDATE", "GUILD_MEMBER_ADD", "GUILD_MEMBER_REMOVE", "MESSAGE_REACTION_ADD"}
)


def gateway_event(connection: Connection, kind: str, payload: Mapping[str, Any]) -> Event | None:
    """The event in a Gateway dispatch named ``kind``, if it is one of the connection's server and of a person.

    Raises: InvalidInput for a payload that is not as Discord's documentation has it.
    """
    if kind not in _READ:
        return None
    if as_text(payload.get("guild_id"), "guild_id") != connection.settings.get("guild_id"):
        return None
    if kind == "GUILD_MEMBER_ADD":
        return member_event(payload)
    if kind == "GUILD_MEMBER_REMOVE":
        return _left(payload)
    if kind == "MESSAGE_REACTION_ADD":
        return _reaction(payload)
    # Without a time of edit it is Discord that changed something: a link's preview, a pin.
    if kind == "MESSAGE_UPDATE" and payload.get("edited_timestamp") is None:
        return None
    return message_event(payload)


def _left(payload: Mapping[str, Any]) -> Did | None:
    """Discord gives neither a time nor an id: the day it was told on makes one."""
    user = as_object(payload.get("user"), "user")
    if user.get("bot") is True:
        return None
    member_id = as_id(user.get("id"), "user.id")
    guild = as_id(payload.get("guild_id"), "guild_id")
    key = f"leave:{guild}:{member_id}:{datetime.now(UTC):%Y-%m-%d}"
    return Did(key=key, type=EventType.LEAVE, member_id=member_id)


def _reaction(payload: Mapping[str, Any]) -> Did | None:
    member = as_object(payload.get("member", {}), "member")
    if as_object(member.get("user", {}), "member.user").get("bot") is True:
        return None
    member_id, message_id = (as_id(payload.get(name), name) for name in ("user_id", "message_id"))
    emoji = as_object(payload.get("emoji"), "emoji")
    sign = as_text(emoji.get("id"), "emoji.id") or as_text(emoji.get("name"), "emoji.name")
    return Did(
        key=f"reaction:{message_id}:{member_id}:{sign}",
        type=EventType.REACTION,
        member_id=member_id,
        channel=as_id(payload.get("channel_id"), "channel_id"),
        message_id=message_id,
        of_member=as_text(payload.get("message_author_id"), "message_author_id") or None,
    )


def message_event(payload: Mapping[str, Any]) -> Said | None:
    """What a person wrote or edited; ``None`` for bots, webhooks and the system."""
    kind = payload.get("type", 0)
    if not isinstance(kind, int):
        raise InvalidInput(field="type", problem="is not a number")
    author = payload.get("author")
    by_bot = author is not None and as_object(author, "author").get("bot") is True
    if by_bot or payload.get("webhook_id") is not None or kind not in _PEOPLE_SAY:
        return None
    return said(payload)


def said(payload: Mapping[str, Any], guild: str | None = None) -> Said:
    """The message, whoever wrote it: a report may point at a bot's."""
    message_id = as_id(payload.get("id"), "id")
    edited = as_text(payload.get("edited_timestamp"), "edited_timestamp")
    guild = guild or as_text(payload.get("guild_id"), "guild_id")
    return Said(
        key=f"{message_id}:{edited}" if edited else message_id,
        message=_message(payload, message_id, edited=bool(edited)),
        refs={"guild": guild} if guild else {},
    )


def member_event(payload: Mapping[str, Any]) -> Joined | None:
    user = as_object(payload.get("user"), "user")
    if user.get("bot") is True:
        return None
    member_id = as_id(user.get("id"), "user.id")
    guild = as_id(payload.get("guild_id"), "guild_id")
    joined_at = as_text(payload.get("joined_at"), "joined_at")
    return Joined(
        key=f"join:{guild}:{member_id}:{joined_at}",
        member_id=member_id,
        name=_display_name(user, payload),
        refs={"guild": guild},
    )


def _message(payload: Mapping[str, Any], message_id: str, *, edited: bool) -> Message:
    author = as_object(payload["author"], "author") if payload.get("author") is not None else {}
    member = as_object(payload["member"], "member") if payload.get("member") is not None else {}
    name = _display_name(author, member)
    parts, kinds = _content(payload, "")
    by_webhook = payload.get("webhook_id") is not None or not author
    return Message(
        text=as_text(payload.get("content"), "content"),
        member_id=None if by_webhook else as_id(author.get("id"), "author.id"),
        roles=tuple(as_id(role, "member.roles") for role in as_list(member.get("roles"), "member.roles")),
        channel=as_id(payload.get("channel_id"), "channel_id"),
        context=_context(payload.get("referenced_message")),
        platform=PlatformRef(NAME, message_id),
        sent_at=as_iso_time(payload.get("timestamp"), "timestamp"),
        edit_of=message_id if edited else None,
        parts=(*([Part("member.name", name)] if name else []), *parts),
        unscreened=tuple(dict.fromkeys(kinds)),
    )


def _display_name(user: Mapping[str, Any], member: Mapping[str, Any]) -> str:
    nick = as_text(member.get("nick"), "member.nick")
    return nick or as_text(user.get("global_name"), "global_name") or as_text(user.get("username"), "username")


def _context(value: Any) -> tuple[ContextMessage, ...]:
    """The message that is replied to: somebody else's words, read and not judged."""
    if value is None:
        return ()
    quoted = as_object(value, "referenced_message")
    text = as_text(quoted.get("content"), "referenced_message.content")
    author = as_object(quoted.get("author", {}), "referenced_message.author")
    member = as_id(author["id"], "referenced_message.author.id") if author.get("id") is not None else None
    return (ContextMessage(text, member),) if text else ()


def _content(payload: Mapping[str, Any], prefix: str) -> tuple[list[Part], list[str]]:
    """Everything beside the text itself, and the kinds of what is not text; ``prefix`` leads every field's name."""
    parts: list[Part] = []
    kinds: list[str] = []
    for field, one in _each(payload, "attachments", prefix):
        parts += _texts(one, field, {"name": "filename", "title": "title", "description": "description"})
        kinds.append(_kind(one, field))
    for field, one in _each(payload, "sticker_items", prefix):
        parts += _texts(one, field, {"name": "name"})
        kinds.append("sticker")
    parts += embed_parts(payload, prefix)
    parts += component_parts(payload, prefix)
    kinds += (*embed_kinds(payload), *component_kinds(payload))
    parts += _poll(payload.get("poll"), prefix)
    if not prefix:
        for field, one in _each(payload, "message_snapshots", prefix):
            forwarded = as_object(one.get("message"), f"{field}.message")
            parts += _texts(forwarded, field, {"text": "content"})
            more, others = _content(forwarded, f"{field}.")
            parts += more
            kinds += others
    return parts, kinds


def _each(payload: Mapping[str, Any], name: str, prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for index, one in enumerate(as_list(payload.get(name), f"{prefix}{name}")[:_MANY]):
        field = f"{prefix}{name}[{index}]"
        yield field, as_object(one, field)


def _texts(one: Mapping[str, Any], field: str, names: Mapping[str, str]) -> Iterator[Part]:
    for shown, name in names.items():
        if text := as_text(one.get(name), f"{field}.{name}"):
            yield Part(f"{field}.{shown}", text)


def _poll(value: Any, prefix: str) -> Iterator[Part]:
    if value is None:
        return
    poll = as_object(value, f"{prefix}poll")
    question = as_object(poll.get("question", {}), f"{prefix}poll.question")
    yield from _texts(question, f"{prefix}poll.question", {"text": "text"})
    for field, one in _each(poll, "answers", f"{prefix}poll."):
        yield from _texts(as_object(one.get("poll_media", {}), field), field, {"text": "text"})


def _kind(attachment: Mapping[str, Any], field: str) -> str:
    if attachment.get("waveform") is not None:
        return "voice"
    family = as_text(attachment.get("content_type"), f"{field}.content_type").partition("/")[0].lower()
    return family if family in {"image", "video", "audio"} else "file"
