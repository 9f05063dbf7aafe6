"""Updates (Bot API, ``Update``) read into events.

Whoever writes as a channel is a member by the channel's id, which is negative. What administrators say as the group itself, what is
forwarded from the linked channel, and a channel's own posts give nothing: their authors run the place. A command in a group is an event
and, where words follow it, a message too: others read them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.errors import InvalidInput
from assistant.platforms.reading import as_id, as_list, as_object, as_text, as_time, json_object
from assistant.platforms.telegram.content import kinds_of, texts_of
from assistant.types import (
    Command,
    Connection,
    ContextMessage,
    Did,
    Event,
    Hook,
    HookRequest,
    Joined,
    Message,
    Part,
    PlatformRef,
    Pressed,
    Said,
)
from assistant.types.event import EventType

NAME = "telegram"
_COMMAND = re.compile(
    r"/(report|appeal|rules)(?:@([A-Za-z0-9_]{1,64}))?(?:\s+(.*))?", re.ASCII | re.DOTALL | re.IGNORECASE
)
_NUMBER = re.compile(r"-?[0-9]{1,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Author:
    id: str
    name: str
    locale: str | None


def parse(connection: Connection, request: HookRequest) -> Hook:
    update = json_object(request.body)
    update_id = _number(update.get("update_id"), "update_id")
    if "message" in update:
        return Hook(tuple(_new(connection, as_object(update["message"], "message"))))
    if "edited_message" in update:
        said = _said(as_object(update["edited_message"], "edited_message"), update_id)
        return Hook((said,) if said else ())
    if "callback_query" in update:
        return Hook(tuple(_pressed(as_object(update["callback_query"], "callback_query"))))
    if "chat_member" in update:
        return Hook(tuple(_member(as_object(update["chat_member"], "chat_member"))))
    if "message_reaction" in update:
        return Hook(tuple(_reaction(as_object(update["message_reaction"], "message_reaction"), update_id)))
    return Hook()


def _new(connection: Connection, message: Mapping[str, Any]) -> Iterator[Event]:
    if "new_chat_members" in message:
        yield from _joined(message)
        return
    said = _said(message)
    if said is None:
        return
    command = _command(connection, message, said)
    if command:
        yield command
    if command is None or (command.text and not said.private):
        yield said


def _said(message: Mapping[str, Any], edited_by: str | None = None) -> Said | None:
    """``None`` where nobody speaks who is moderated, or nothing is said. ``edited_by`` is the id of the update that tells of an edit:
    two edits within one second have the same date."""
    author, chat = _author(message), _chat(message)
    if author is None:
        return None
    text = as_text(message.get("text"), "message.text")
    parts, kinds = tuple(texts_of(message)), tuple(kinds_of(message))
    if not (text or parts or kinds) or (edited_by and kinds == ("location",) and not parts):
        return None
    message_id = _number(message.get("message_id"), "message.message_id")
    edit = _number(message["edit_date"], "message.edit_date") if "edit_date" in message else None
    thread = _thread(message)
    name = (Part("member.name", author.name),) if author.name else ()
    return Said(
        key=":".join(one for one in (_chat_id(chat), message_id, edit, edited_by) if one),
        private=chat.get("type") == "private",
        locale=author.locale,
        refs={"thread": thread} if thread else {},
        message=Message(
            text=text,
            member_id=author.id,
            channel=_chat_id(chat),
            thread=thread,
            context=_context(message),
            platform=PlatformRef(NAME, message_id),
            sent_at=as_time(message.get("date"), "message.date"),
            edit_of=message_id if edited_by else None,
            parts=name + parts,
            unscreened=kinds,
        ),
    )


def _author(message: Mapping[str, Any]) -> _Author | None:
    if message.get("sender_chat") is not None:
        sender = as_object(message["sender_chat"], "message.sender_chat")
        sender_id = _number(sender.get("id"), "message.sender_chat.id")
        if message.get("is_automatic_forward") is True or sender_id == _chat_id(_chat(message)):
            return None
        return _Author(sender_id, as_text(sender.get("title"), "message.sender_chat.title"), None)
    if message.get("from") is None:
        return None
    return _user(as_object(message["from"], "message.from"), "message.from")


def _user(user: Mapping[str, Any], field: str) -> _Author | None:
    """``None`` for a bot."""
    if user.get("is_bot") is True:
        return None
    names = (as_text(user.get(one), f"{field}.{one}") for one in ("first_name", "last_name"))
    return _Author(
        _number(user.get("id"), f"{field}.id"),
        " ".join(one for one in names if one),
        as_text(user.get("language_code"), f"{field}.language_code") or None,
    )


def _replied(message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The message replied to; in a forum each message formally replies to the one that began the topic."""
    if message.get("reply_to_message") is None:
        return None
    replied = as_object(message["reply_to_message"], "message.reply_to_message")
    return None if "forum_topic_created" in replied else replied


def _context(message: Mapping[str, Any]) -> tuple[ContextMessage, ...]:
    replied = _replied(message)
    if replied is None:
        return ()
    field = "message.reply_to_message"
    text = as_text(replied.get("text", replied.get("caption")), f"{field}.text")
    author = _author(replied)
    return (ContextMessage(text, author.id if author else None),) if text else ()


def _command(connection: Connection, message: Mapping[str, Any], said: Said) -> Command | None:
    match = _COMMAND.fullmatch(said.message.text)
    own = connection.settings.get("bot_username")
    if match is None or (own and match[2] and match[2].lower() != str(own).lower().removeprefix("@")):
        return None
    replied = _replied(message)
    return Command(
        key=f"{said.key}:command",
        name=match[1].lower(),
        member_id=said.message.member_id or "",
        channel=said.message.channel,
        text=(match[3] or "").strip(),
        locale=said.locale,
        about=_said(replied) if replied is not None else None,
        refs=said.refs,
    )


def _joined(message: Mapping[str, Any]) -> Iterator[Joined]:
    chat = _chat_id(_chat(message))
    for index, one in enumerate(as_list(message["new_chat_members"], "message.new_chat_members")):
        field = f"message.new_chat_members[{index}]"
        if user := _user(as_object(one, field), field):
            yield _join(chat, user, _number(message.get("date"), "message.date"))


def _member(change: Mapping[str, Any]) -> Iterator[Joined | Did]:
    """Joins that no message tells of, as in large groups, and leavings."""
    before, after = (
        as_object(change.get(f"{one}_chat_member"), f"chat_member.{one}_chat_member") for one in ("old", "new")
    )
    if _inside(before) == _inside(after):
        return
    field = "chat_member.new_chat_member.user"
    user = _user(as_object(after.get("user"), field), field)
    if user is None:
        return
    chat, date = _chat_id(_chat(change)), _number(change.get("date"), "chat_member.date")
    if _inside(after):
        yield _join(chat, user, date)
    else:
        yield Did(
            key=f"leave:{chat}:{user.id}:{date}",
            type=EventType.LEAVE,
            member_id=user.id,
            at=as_time(change.get("date"), "chat_member.date"),
            channel=chat,
        )


def _reaction(change: Mapping[str, Any], update_id: str) -> Iterator[Did]:
    """A reaction that was not there before; whoever reacts for a chat, or takes one back, is nobody."""
    if change.get("user") is None:
        return
    user = _user(as_object(change["user"], "message_reaction.user"), "message_reaction.user")
    before, after = (
        as_list(change.get(f"{one}_reaction"), f"message_reaction.{one}_reaction") for one in ("old", "new")
    )
    if user is not None and any(one not in before for one in after):
        yield Did(
            key=f"reaction:{update_id}",
            type=EventType.REACTION,
            member_id=user.id,
            at=as_time(change.get("date"), "message_reaction.date"),
            channel=_chat_id(_chat(change)),
            message_id=_number(change.get("message_id"), "message_reaction.message_id"),
        )


def _inside(member: Mapping[str, Any]) -> bool:
    status = as_text(member.get("status"), "chat_member.status")
    return status in {"creator", "administrator", "member"} or (
        status == "restricted" and member.get("is_member") is True
    )


def _join(chat: str, user: _Author, date: str) -> Joined:
    """A join that is told of twice, as a message and as a change of status, has one key."""
    return Joined(
        key=f"join:{chat}:{user.id}:{date}", member_id=user.id, name=user.name, channel=chat, locale=user.locale
    )


def _pressed(query: Mapping[str, Any]) -> Iterator[Pressed]:
    user = _user(as_object(query.get("from"), "callback_query.from"), "callback_query.from")
    if user is None or query.get("data") is None or query.get("message") is None:
        return
    message = as_object(query["message"], "callback_query.message")
    query_id = as_id(query.get("id"), "callback_query.id")
    yield Pressed(
        key=f"press:{query_id}",
        value=as_id(query["data"], "callback_query.data", 64),
        member_id=user.id,
        channel=_chat_id(_chat(message)),
        message_id=_number(message.get("message_id"), "callback_query.message.message_id"),
        locale=user.locale,
        refs={"callback_query": query_id},
    )


def _chat(holder: Mapping[str, Any]) -> Mapping[str, Any]:
    return as_object(holder.get("chat"), "chat")


def _chat_id(chat: Mapping[str, Any]) -> str:
    return _number(chat.get("id"), "chat.id")


def _thread(message: Mapping[str, Any]) -> str | None:
    """The topic of a forum; elsewhere a thread is only who replied to whom."""
    if message.get("is_topic_message") is not True or message.get("message_thread_id") is None:
        return None
    return _number(message["message_thread_id"], "message.message_thread_id")


def _number(value: Any, field: str) -> str:
    """Telegram's ids are whole numbers; those of groups and channels are negative."""
    text = as_id(value, field, 21)
    if not _NUMBER.fullmatch(text):
        raise InvalidInput(field=field, problem="is not a whole number")
    return text
