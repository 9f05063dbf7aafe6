"""Webhooks of Discourse (``X-Discourse-Event``, its serializers) read into events.

A post is in a category (its number is the channel), or in a personal message (``private``: others may read it, so it is not private as
events have it); in the staff's topic or category the channel is the staff's. A chat message's ids begin with ``chat-``, since it shares no
numbers with posts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from assistant.errors import InvalidInput
from assistant.platforms.reading import as_id, as_iso_time, as_list, as_object, as_text, json_object
from assistant.types import Connection, Event, Hook, HookRequest, Joined, Message, Part, PlatformRef, Pressed, Said

NAME = "discourse"
PRIVATE = "private"
CHAT = "chat-"
TOPIC = "topic-"
"""Before a topic's number: its first post, where only the topic is known."""
_NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_CODE = re.compile(r"`?(case:[A-Za-z0-9_]{1,40}:[a-z_]{1,20})`?", re.ASCII)
_REGULAR = "1"  # post_type: not a moderator's action, a small action or a whisper
# Markdown of uploads: ![words|690x388](upload://…), with |video or |audio for those, and [name|attachment](upload://…) for the rest.
_UPLOADS = re.compile(r"(!?)\[([^\]\n]{0,400})\]\((?:upload://|https?://)")
_IMAGES = frozenset({"jpg", "jpeg", "png", "gif", "webp", "avif", "heic", "svg"})


def parse(connection: Connection, request: HookRequest) -> Hook:
    name = _event(request)
    body = json_object(request.body)
    if name in {"post_created", "post_edited"}:
        return Hook(tuple(_post(connection, as_object(body.get("post"), "post"), edited=name == "post_edited")))
    if name == "topic_edited":
        return Hook(tuple(_topic(connection, as_object(body.get("topic"), "topic"), request.received_at)))
    if name in {"chat_message_created", "chat_message_edited"}:
        payload = as_object(body.get("chat_message"), "chat_message")
        return Hook(tuple(_chat(connection, payload, edited=name == "chat_message_edited")))
    if name == "user_created":
        return Hook(tuple(_user(as_object(body.get("user"), "user"))))
    return Hook()


def _event(request: HookRequest) -> str:
    return next((value for key, value in request.headers if key == "x-discourse-event"), "")


def _post(connection: Connection, post: Mapping[str, Any], *, edited: bool) -> Iterator[Event]:
    if post.get("user_id") is None or post.get("deleted_at") is not None:
        return
    member_id, post_id = _number(post["user_id"], "post.user_id"), _number(post.get("id"), "post.id")
    username = as_text(post.get("username"), "post.username")
    kind = _number(post.get("post_type", 1), "post.post_type")
    if kind != _REGULAR or _acts(connection, member_id, username):
        return
    topic, number = (_number(post.get(one), f"post.{one}") for one in ("topic_id", "post_number"))
    raw = as_text(post.get("raw"), "post.raw")
    channel = _channel(connection, post.get("topic_archetype"), post.get("category_id"), topic)
    code = _CODE.fullmatch(raw.strip())
    if code and not edited and channel not in {None, PRIVATE} and channel == connection.staff_channel:
        yield Pressed(key=f"press:{post_id}", value=code[1], member_id=member_id, channel=str(channel))
        return
    title = as_text(post.get("topic_title"), "post.topic_title") if number == "1" else ""
    texts = {
        "member.name": _shown(post, "post"),
        "title": title,
        "edit_reason": as_text(post.get("edit_reason"), "post.edit_reason"),
    }
    yield Said(
        key=f"post:{post_id}:{_version(post)}" if edited else f"post:{post_id}",
        refs={"topic": topic, "username": username},
        message=Message(
            text=raw,
            member_id=member_id,
            roles=_roles(post, "post"),
            channel=channel,
            thread=topic,
            platform=PlatformRef(NAME, post_id),
            sent_at=as_iso_time(post.get("created_at"), "post.created_at"),
            edit_of=post_id if edited else None,
            parts=tuple(Part(field, text) for field, text in texts.items() if text),
            unscreened=_uploads(raw),
        ),
    )


def _topic(connection: Connection, topic: Mapping[str, Any], at: datetime) -> Iterator[Event]:
    """A changed title (or category). Discourse sends this in place of the first post's edit, and names neither the post nor a time: by
    itself an edit is known by its title and the day."""
    if topic.get("created_by") is None or topic.get("deleted_at") is not None:
        return
    author = as_object(topic["created_by"], "topic.created_by")
    member_id, number = _number(author.get("id"), "topic.created_by.id"), _number(topic.get("id"), "topic.id")
    username = as_text(author.get("username"), "topic.created_by.username")
    channel = _channel(connection, topic.get("archetype"), topic.get("category_id"), number)
    title = as_text(topic.get("title"), "topic.title")
    if _acts(connection, member_id, username) or not title:
        return
    first_post = TOPIC + number
    texts = {"member.name": _shown(author, "topic.created_by"), "title": title}
    yield Said(
        key=f"{first_post}:{_digest(title)}:{at:%Y-%m-%d}",
        refs={"topic": number, "username": username},
        message=Message(
            text="",
            member_id=member_id,
            roles=_roles(author, "topic.created_by"),
            channel=channel,
            thread=number,
            platform=PlatformRef(NAME, first_post),
            edit_of=first_post,
            parts=tuple(Part(field, text) for field, text in texts.items() if text),
        ),
    )


def with_first_post(said: Said, post: Mapping[str, Any]) -> Said:
    """``_topic``'s event with the topic's first post as it is now: its text may have changed in the same call. Raises: InvalidInput, where
    the post is none, or holds no text that could be looked at."""
    if post.get("raw") is None:
        raise InvalidInput(field="post.raw", problem="is missing")
    post_id, raw = _number(post.get("id"), "post.id"), as_text(post.get("raw"), "post.raw")
    title = next(part.text for part in said.message.parts if part.field == "title")
    reason = as_text(post.get("edit_reason"), "post.edit_reason")
    message = replace(
        said.message,
        text=raw,
        platform=PlatformRef(NAME, post_id),
        sent_at=as_iso_time(post.get("created_at"), "post.created_at"),
        edit_of=post_id,
        parts=(*said.message.parts, *((Part("edit_reason", reason),) if reason else ())),
        unscreened=_uploads(raw),
    )
    return replace(said, key=f"post:{post_id}:{_version(post)}:{_digest(title)}", message=message)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _version(post: Mapping[str, Any]) -> str:
    """Edits soon after the first writing raise no version, so that the time of the change belongs to it."""
    version = _number(post.get("version", 1), "post.version")
    return f"{version}:{as_text(post.get('updated_at'), 'post.updated_at')[:40]}"


def _channel(connection: Connection, archetype: Any, category_id: Any, topic: str) -> str | None:
    """The staff's, written as the connection has it, wherever the post is in it; a personal message is in no category."""
    if archetype == "private_message":
        here, category = {f"topic:{topic}"}, PRIVATE
    elif category_id is None:
        here, category = {f"topic:{topic}"}, None
    else:
        category = _number(category_id, "category_id")
        here = {f"topic:{topic}", f"category:{category}"}
    return connection.staff_channel if connection.staff_channel in here else category


def _chat(connection: Connection, payload: Mapping[str, Any], *, edited: bool) -> Iterator[Event]:
    said = as_object(payload.get("message"), "chat_message.message")
    if said.get("deleted_at") is not None:
        return
    user = as_object(said.get("user"), "chat_message.message.user")
    member_id = _number(user.get("id"), "chat_message.message.user.id")
    username = as_text(user.get("username"), "chat_message.message.user.username")
    if _acts(connection, member_id, username):
        return
    text = as_text(said.get("message"), "chat_message.message.message")
    message_id = CHAT + _number(said.get("id"), "chat_message.message.id")
    parts, kinds = _files(said)
    name = _shown(user, "chat_message.message.user")
    # A chat message has neither a version nor a time of its edit: an edit is known by what it says.
    version = _digest(text)
    yield Said(
        key=f"{message_id}:{version}" if edited else message_id,
        refs={"username": username},
        message=Message(
            text=text,
            member_id=member_id,
            roles=_roles(user, "chat_message.message.user"),
            channel=CHAT + _number(said.get("chat_channel_id"), "chat_message.message.chat_channel_id"),
            thread=_number(said["thread_id"], "chat_message.message.thread_id")
            if said.get("thread_id") is not None
            else None,
            platform=PlatformRef(NAME, message_id),
            sent_at=as_iso_time(said.get("created_at"), "chat_message.message.created_at"),
            edit_of=message_id if edited else None,
            parts=((Part("member.name", name),) if name else ()) + parts,
            unscreened=kinds,
        ),
    )


def _files(said: Mapping[str, Any]) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    parts: list[Part] = []
    kinds: dict[str, None] = {}
    for index, one in enumerate(as_list(said.get("uploads"), "chat_message.message.uploads")):
        field = f"uploads[{index}].original_filename"
        name = as_text(as_object(one, f"uploads[{index}]").get("original_filename"), field)
        kinds["image" if name.rpartition(".")[2].lower() in _IMAGES else "file"] = None
        if name:
            parts.append(Part(field, name))
    return tuple(parts), tuple(kinds)


def _user(user: Mapping[str, Any]) -> Iterator[Event]:
    member_id = _number(user.get("id"), "user.id")
    if not _is_bot(member_id):
        username = as_text(user.get("username"), "user.username")
        yield Joined(
            key=f"user:{member_id}", member_id=member_id, name=_shown(user, "user"), refs={"username": username}
        )


def _acts(connection: Connection, member_id: str, username: str) -> bool:
    """A bot (its number is negative, system's is -1), or the account that this service acts by."""
    own = str(connection.settings.get("api_username") or "")
    return _is_bot(member_id) or (bool(own) and username.lower() == own.lower())


def _is_bot(member_id: str) -> bool:
    return member_id.startswith("-")


def _shown(user: Mapping[str, Any], field: str) -> str:
    """Both the name and the username stand beside what a member writes."""
    names = (as_text(user.get(one), f"{field}.{one}") for one in ("name", "username"))
    return " ".join(dict.fromkeys(one for one in names if one))


def _roles(user: Mapping[str, Any], field: str) -> tuple[str, ...]:
    """admin, moderator, staff, and the member's primary group."""
    roles = [role for role in ("admin", "moderator", "staff") if user.get(role) is True]
    group = as_text(user.get("primary_group_name"), f"{field}.primary_group_name")
    return (*roles, group) if group else tuple(roles)


def _uploads(raw: str) -> tuple[str, ...]:
    kinds: dict[str, None] = {}
    for mark, words in _UPLOADS.findall(raw):
        last = words.rpartition("|")[2]
        if mark:
            kinds[{"video": "video", "audio": "voice"}.get(last, "image")] = None
        elif last == "attachment":
            kinds["file"] = None
    return tuple(kinds)


def _number(value: Any, field: str) -> str:
    """Discourse's ids are whole numbers; those of its own users are negative."""
    text = as_id(value, field, 19)
    if not _NUMBER.fullmatch(text):
        raise InvalidInput(field=field, problem="is not a whole number")
    return text
