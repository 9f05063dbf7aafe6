"""What Discord posts to an application: interactions (https://docs.discord.com/developers/interactions/receiving-and-responding) and
webhook events (https://docs.discord.com/developers/events/webhook-events), both signed with the application's Ed25519 key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from assistant.errors import InvalidInput, Unauthenticated
from assistant.platforms.discord.commands import COMMANDS, REPORT_NAMES
from assistant.platforms.discord.messages import said
from assistant.platforms.reading import as_id, as_list, as_object, as_text, json_object
from assistant.platforms.verification import check_fresh, is_signed, only_header
from assistant.types import Command, Connection, Hook, HookReply, HookRequest, Outcome, Pressed

_SIGNATURE = re.compile(r"[0-9a-fA-F]{128}", re.ASCII)
_KEY = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_PING, _COMMAND, _COMPONENT, _AUTOCOMPLETE = 1, 2, 3, 4
_CHAT_INPUT, _ON_MESSAGE = 1, 3
_THREADS = (10, 11, 12)
_EPHEMERAL = 1 << 6
_LONGEST = 2000
_DONE, _NOT_OURS = "✓", "✗"


def verify(connection: Connection, request: HookRequest) -> None:
    timestamp = only_header(request, "x-signature-timestamp")
    signature = only_header(request, "x-signature-ed25519")
    check_fresh(timestamp, request.received_at)
    if not _SIGNATURE.fullmatch(signature):
        raise Unauthenticated("signature_wrong")
    signed, given = timestamp.encode() + request.body, bytes.fromhex(signature)
    if not any(_verifies(key, given, signed) for key in connection.accepted("public_key")):
        raise Unauthenticated("signature_wrong")


def _verifies(key: str, signature: bytes, signed: bytes) -> bool:
    return _KEY.fullmatch(key) is not None and is_signed(bytes.fromhex(key), signature, signed)


def parse(connection: Connection, request: HookRequest) -> Hook:
    document = json_object(request.body)
    kind = document.get("type")
    if not isinstance(kind, int) or isinstance(kind, bool):
        raise InvalidInput(field="type", problem="is not a number")
    if kind == 0 or "event" in document:
        return Hook(answer=HookReply(204))  # webhook events: the ping, and what we have no use for
    if kind == _PING:
        return Hook(answer=_answer(1))
    if not _ours(connection, document):
        return Hook(answer=_private(_NOT_OURS))
    if kind == _COMMAND:
        command = _command(document)
        return Hook((command,)) if command else Hook(answer=_private(_NOT_OURS))
    if kind == _COMPONENT:
        return Hook((_pressed(document),))
    return Hook(answer=_answer(8, choices=[]) if kind == _AUTOCOMPLETE else _answer(6))


def reply(connection: Connection, hook: Hook, outcomes: Sequence[Outcome]) -> HookReply:
    """A message that only the asking member sees; a press without one leaves the card as it is."""
    text = outcomes[0].text if outcomes else ""
    if not text and not any(isinstance(event, Command) for event in hook.events):
        return _answer(6)
    return _private(text or _DONE)


def _answer(kind: int, **data: Any) -> HookReply:
    return HookReply(body=orjson.dumps({"type": kind, "data": data} if data else {"type": kind}))


def _private(text: str) -> HookReply:
    return _answer(4, content=text[:_LONGEST], flags=_EPHEMERAL, allowed_mentions={"parse": []})


def _ours(connection: Connection, document: Mapping[str, Any]) -> bool:
    """Buttons under a private message are pressed outside of any server."""
    guild = as_text(document.get("guild_id"), "guild_id")
    return guild == connection.settings.get("guild_id") or (not guild and document.get("type") == _COMPONENT)


def _member_id(document: Mapping[str, Any]) -> str:
    if document.get("member") is not None:
        user = as_object(as_object(document["member"], "member").get("user"), "member.user")
        return as_id(user.get("id"), "member.user.id")
    return as_id(as_object(document.get("user"), "user").get("id"), "user.id")


def _locale(document: Mapping[str, Any]) -> str | None:
    return as_text(document.get("locale"), "locale") or None


def _refs(document: Mapping[str, Any]) -> dict[str, str]:
    refs = {"guild": as_text(document.get("guild_id"), "guild_id")}
    if document.get("channel") is not None:
        channel = as_object(document["channel"], "channel")
        if channel.get("type") in _THREADS and channel.get("parent_id") is not None:
            refs["parent"] = as_id(channel["parent_id"], "channel.parent_id")
    return {name: value for name, value in refs.items() if value}


def _command(document: Mapping[str, Any]) -> Command | None:
    data = as_object(document.get("data"), "data")
    name, kind = as_text(data.get("name"), "data.name"), data.get("type")
    on_message = kind == _ON_MESSAGE and name in REPORT_NAMES
    if not on_message and (kind != _CHAT_INPUT or name not in COMMANDS):
        return None
    refs = _refs(document)
    return Command(
        key=as_id(document.get("id"), "id"),
        name="report" if on_message else name,
        member_id=_member_id(document),
        channel=as_id(document["channel_id"], "channel_id") if document.get("channel_id") is not None else None,
        text="" if on_message else _options(data),
        locale=_locale(document),
        about=said(_target(data), refs.get("guild")) if on_message else None,
        refs=refs,
    )


def _options(data: Mapping[str, Any]) -> str:
    given = (as_object(one, "data.options").get("value") for one in as_list(data.get("options"), "data.options", 25))
    return "\n".join(as_text(value, "data.options.value") for value in given if isinstance(value, str))


def _target(data: Mapping[str, Any]) -> Mapping[str, Any]:
    messages = as_object(as_object(data.get("resolved"), "data.resolved").get("messages"), "data.resolved.messages")
    return as_object(messages.get(as_id(data.get("target_id"), "data.target_id")), "data.resolved.messages")


def _pressed(document: Mapping[str, Any]) -> Pressed:
    message = as_object(document.get("message", {}), "message")
    return Pressed(
        key=as_id(document.get("id"), "id"),
        value=as_id(as_object(document.get("data"), "data").get("custom_id"), "data.custom_id"),
        member_id=_member_id(document),
        channel=as_id(document.get("channel_id"), "channel_id"),
        message_id=as_id(message["id"], "message.id") if message.get("id") is not None else None,
        locale=_locale(document),
        refs=_refs(document),
    )
