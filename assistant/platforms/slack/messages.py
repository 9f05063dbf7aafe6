"""A Slack message as the vocabulary has it (https://docs.slack.dev/reference/events/message)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from assistant.errors import InvalidInput
from assistant.platforms.reading import as_id, as_list, as_object, as_text
from assistant.platforms.slack.markup import attachment_parts, block_parts, readable
from assistant.platforms.slack.settings import NAME
from assistant.types import Message, Part, PlatformRef, Said

_TS = re.compile(r"[0-9]{1,10}\.[0-9]{1,9}", re.ASCII)
_PEOPLE_SAY = {"", "file_share", "thread_broadcast", "me_message"}
_SLACKBOT = "USLACKBOT"
_FILES = 20


@dataclass(frozen=True, slots=True)
class Ours:
    """Our app, as a request's envelope names it: its id, and the users for whom it receives the event, its bot among them."""

    app: str
    users: frozenset[str]


def message_event(event: Mapping[str, Any], team: str, ours: Ours) -> Said | None:
    """The event's message if a person wrote or edited it. Slack changes messages by itself too (unfurled links, a language found):
    only a change that brings a new ``edited`` is somebody's."""
    if as_text(event.get("subtype"), "event.subtype") != "message_changed":
        return said(event, event, team) if _by_person(event, event, ours) else None
    message = as_object(event.get("message"), "event.message")
    before = event.get("previous_message")
    previous = as_object(before, "event.previous_message") if before is not None else {}
    edited = _edited_ts(message)
    if edited is None or edited == _edited_ts(previous) or not _by_person(message, event, ours):
        return None
    return said(message, event, team, edited=edited)


def said(message: Mapping[str, Any], around: Mapping[str, Any], team: str, *, edited: str | None = None) -> Said:
    """``around`` holds the channel; ``edited`` is the time of the edit, in Slack's writing."""
    channel = as_id(around.get("channel"), "channel")
    ts = as_ts(message.get("ts"), "ts")
    key = f"{team}:{channel}:{ts}"
    return Said(
        key=f"{key}:{edited}" if edited else key,
        private=around.get("channel_type") == "im",
        message=_message(message, channel, ts, edited=edited is not None),
        refs={"team": team} if team else {},
    )


def as_ts(value: Any, field: str) -> str:
    """Slack's time stamp, which is also a message's id within its channel."""
    ts = as_id(value, field, 20)
    if not _TS.fullmatch(ts):
        raise InvalidInput(field=field, problem="is not a time stamp of Slack's")
    return ts


def _by_person(message: Mapping[str, Any], around: Mapping[str, Any], ours: Ours) -> bool:
    author = message.get("user")
    subtype = as_text(message.get("subtype"), "event.subtype")
    if author is None or author == _SLACKBOT or message.get("hidden") is True or subtype not in _PEOPLE_SAY:
        return False
    return message.get("bot_id") is None or _with_own_token(message, around, ours)


def _with_own_token(message: Mapping[str, Any], around: Mapping[str, Any], ours: Ours) -> bool:
    """Whether a person posted it through an app. Slack marks that as it marks what the app's bot says: only where its profile names another
    user than the author is it a person's. Where the app may be ours it is none: its posts must not be taken for members'."""
    author = as_id(message["user"], "user")
    profile = as_object(message["bot_profile"], "bot_profile") if message.get("bot_profile") is not None else {}
    apps = {as_text(one.get("app_id"), "app_id") for one in (message, profile)} - {""}
    known = bool(ours.users) or bool(ours.app and apps)
    own = not known or author in ours.users or ours.app in apps or around.get("channel_type") == "im"
    return not own and profile.get("user_id") not in {None, author}


def _edited_ts(message: Mapping[str, Any]) -> str | None:
    edited = message.get("edited")
    return None if edited is None else as_ts(as_object(edited, "edited").get("ts"), "edited.ts")


def _message(message: Mapping[str, Any], channel: str, ts: str, *, edited: bool) -> Message:
    text = readable(as_text(message.get("text"), "text"))
    files, kinds = _files(message.get("files"))
    parts = (
        *_names(message.get("user_profile")),
        *files,
        *block_parts(message.get("blocks"), text),
        *attachment_parts(message.get("attachments")),
    )
    thread = as_ts(message["thread_ts"], "thread_ts") if message.get("thread_ts") is not None else None
    return Message(
        text=text,
        member_id=as_id(message["user"], "user") if message.get("user") is not None else None,
        channel=channel,
        thread=thread,
        reply_to=thread if thread != ts else None,
        platform=PlatformRef(NAME, ts),
        sent_at=datetime.fromtimestamp(float(ts), UTC),
        edit_of=ts if edited else None,
        parts=parts,
        unscreened=kinds,
    )


def _names(profile: Any) -> list[Part]:
    return [Part("member.name", name)] if profile is not None and (name := display_name(profile)) else []


def display_name(profile: Any) -> str:
    """What others see of a user's profile."""
    shown = as_object(profile, "profile")
    display = as_text(shown.get("display_name"), "profile.display_name")
    return display or as_text(shown.get("real_name"), "profile.real_name")


def _files(value: Any) -> tuple[list[Part], tuple[str, ...]]:
    parts, kinds = [], []
    for index, entry in enumerate(as_list(value, "files", 1000)[:_FILES]):
        field = f"files[{index}]"
        one = as_object(entry, field)
        name = as_text(one.get("name"), f"{field}.name")
        title = as_text(one.get("title"), f"{field}.title")
        alt = as_text(one.get("alt_txt"), f"{field}.alt_txt")
        texts = {"name": name, "title": "" if title == name else title, "alt_txt": alt}
        parts += [Part(f"{field}.{key}", text) for key, text in texts.items() if text]
        kinds.append(_kind(one, field))
    return parts, tuple(dict.fromkeys(kinds))


def _kind(file: Mapping[str, Any], field: str) -> str:
    if file.get("subtype") == "slack_audio":
        return "voice"
    family = as_text(file.get("mimetype"), f"{field}.mimetype").partition("/")[0].lower()
    return family if family in {"image", "video", "audio"} else "file"
