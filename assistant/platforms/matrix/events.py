"""What the Synapse module sends (``connectors/synapse``), read as events.

``{"type": "event", "waits": true, "event": {...}, "member": {"name": ..., "level": 50}}`` holds an event as the Client-Server API has it;
``{"type": "join", "id": ..., "room_id": ..., "member": {"id": ..., "name": ...}}`` tells of a local user who comes in.

The homeserver vouches for the envelope, which is read strictly. ``content`` is whatever the sender's client put there: what is of a wrong
kind in it is passed over and the rest is read, since a body that we refuse to read is one that the fail mode may let through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assistant.platforms.matrix.formatted import same, text_of
from assistant.platforms.matrix.settings import NAME, verb_of
from assistant.platforms.reading import as_id, as_object, as_text, json_object, time_or_none
from assistant.types import Connection, Event, Hook, HookRequest, Joined, Message, Part, PlatformRef, Pressed, Said

_LONGEST_ID = 255
_MOST_OPTIONS = 20
_KINDS = {"m.image": "image", "m.video": "video", "m.audio": "audio", "m.file": "file", "m.location": "location"}
_TEXTS = frozenset({"m.text", "m.emote", "m.notice"})
_ROLES = {"moderator": 50, "admin": 100}
_POLLS = ("m.poll.start", "org.matrix.msc3381.poll.start")
_VOICE = ("org.matrix.msc3245.voice", "org.matrix.msc3245.voice.v2", "m.voice")


def parse(connection: Connection, request: HookRequest) -> Hook:
    document = json_object(request.body)
    kind = as_text(document.get("type"), "type")
    if kind == "join":
        event: Event | None = _came_in(document)
    elif kind == "event":
        event = _event(connection, document)
    else:
        event = None
    own = connection.settings.get("user_id")
    return Hook((event,)) if event and _author(event) != own else Hook()


def _author(event: Event) -> str | None:
    return event.message.member_id if isinstance(event, Said) else event.member_id


def _came_in(document: Mapping[str, Any]) -> Joined:
    member = as_object(document.get("member"), "member")
    return Joined(
        key=as_id(document.get("id"), "id"),
        member_id=as_id(member.get("id"), "member.id", _LONGEST_ID),
        name=as_text(member.get("name"), "member.name"),
        channel=as_id(document.get("room_id"), "room_id", _LONGEST_ID),
    )


def _event(connection: Connection, document: Mapping[str, Any]) -> Event | None:
    event = as_object(document.get("event"), "event")
    for name in ("event_id", "room_id", "sender"):
        as_id(event.get(name), f"event.{name}", _LONGEST_ID)
    content = as_object(event.get("content"), "event.content")
    kind = as_text(event.get("type"), "event.type")
    if kind == "m.room.member":
        return _federated_join(event, content)
    if kind == "m.reaction" and event["room_id"] == connection.staff_channel:
        return _pressed(event, content)
    member = as_object(document.get("member", {}), "member")
    return _said(event, content, member, waits=document.get("waits") is True)


def _federated_join(event: Mapping[str, Any], content: Mapping[str, Any]) -> Joined | None:
    """Also when a member of another homeserver changes the display name, which is the same event."""
    if content.get("membership") != "join":
        return None
    return Joined(
        key=_id(event["event_id"]),
        member_id=as_id(event.get("state_key"), "event.state_key", _LONGEST_ID),
        name=_text(content.get("displayname")),
        channel=_id(event["room_id"]),
    )


def _pressed(event: Mapping[str, Any], content: Mapping[str, Any]) -> Pressed | None:
    relation = _object(content.get("m.relates_to"))
    verb, card = verb_of(_text(relation.get("key"))), _target(relation, "m.annotation")
    if verb is None or card is None:
        return None
    return Pressed(
        key=_id(event["event_id"]),
        value=verb,
        member_id=_id(event["sender"]),
        channel=_id(event["room_id"]),
        message_id=card,
    )


def _said(
    event: Mapping[str, Any], content: Mapping[str, Any], member: Mapping[str, Any], *, waits: bool
) -> Said | None:
    name = as_text(member.get("name"), "member.name")
    relation = _object(content.get("m.relates_to"))
    edit_of = _target(relation, "m.replace") if event["type"] == "m.room.message" else None
    shown = _object(content.get("m.new_content")) if edit_of else content
    text, parts, kinds = _read(event["type"], shown)
    if edit_of:
        parts = [*parts, *_fallback(content, text)]
    if not (text or parts or kinds):
        return None
    own_id = _id(event["event_id"])
    message = Message(
        text=text,
        member_id=_id(event["sender"]),
        roles=_roles(member.get("level")),
        channel=_id(event["room_id"]),
        thread=_target(relation, "m.thread"),
        reply_to=_replied(relation),
        platform=PlatformRef(NAME, edit_of or own_id),
        sent_at=time_or_none(event.get("origin_server_ts"), per_second=1000),
        edit_of=edit_of,
        parts=(*([Part("member.name", name)] if name else []), *parts),
        unscreened=kinds,
    )
    return Said(key=own_id, before=waits, message=message, refs={"edit": own_id} if edit_of else {})


def _roles(level: Any) -> tuple[str, ...]:
    """As clients name power levels."""
    if isinstance(level, bool) or not isinstance(level, int):
        return ()
    return tuple(name for name, least in _ROLES.items() if level >= least)


_Read = tuple[str, list[Part], tuple[str, ...]]
"""Text, further texts, and the kinds of content that are not text."""


def _read(kind: str, content: Mapping[str, Any]) -> _Read:
    if kind == "m.room.encrypted":
        return "", [], ("encrypted",)
    if kind == "m.reaction":
        sign = _text(_object(content.get("m.relates_to")).get("key"))
        return (sign, [], ()) if any(map(str.isalnum, sign)) else ("", [], ())
    if kind in {"m.room.name", "m.room.topic"}:
        return _text(content.get(kind.rpartition(".")[2])), [], ()
    if kind in _POLLS:
        return _poll(content)
    if kind == "m.sticker":
        return "", [*_named(_text(content.get("body")))], ("sticker",)
    return _message(content) if kind == "m.room.message" else ("", [], ())


def _message(content: Mapping[str, Any]) -> _Read:
    body, kind = _text(content.get("body")), _text(content.get("msgtype"))
    parts = [*_formatted(content, body)]
    if kind in _TEXTS:
        return body, parts, ()
    if kind not in _KINDS:
        return body, parts, ("other",)
    unscreened = "voice" if any(name in content for name in _VOICE) else _KINDS[kind]
    filename = _text(content.get("filename"))
    if kind == "m.location" or (filename and filename != body):
        return body, [*_named(filename), *parts], (unscreened,)
    return "", [*_named(body), *parts], (unscreened,)


def _poll(content: Mapping[str, Any]) -> _Read:
    poll = next((_object(content[name]) for name in ("m.poll", *_POLLS) if name in content), {})
    answers = poll.get("answers")
    options = [_extensible(_object(one)) for one in (answers if isinstance(answers, list) else [])[:_MOST_OPTIONS]]
    parts = [Part(f"poll.options[{index}]", text) for index, text in enumerate(options) if text]
    question, fallback = _extensible(_object(poll.get("question"))), _extensible(content)
    if fallback and not same(fallback, question):
        parts.append(Part("poll.text", fallback))
    return question, parts, ()


def _extensible(content: Mapping[str, Any]) -> str:
    """Text as extensible events have it (``m.text``), or as it was before they were settled."""
    texts = content.get("m.text")
    for one in texts if isinstance(texts, list) else ():
        if text := _text(_object(one).get("body")):
            return text
    return _text(content.get("org.matrix.msc1767.text")) or _text(content.get("body"))


def _formatted(content: Mapping[str, Any], body: str) -> Iterator[Part]:
    """What clients with formatting show in place of the body, where it reads differently."""
    text = text_of(_text(content.get("formatted_body")))
    if text and not same(text, body):
        yield Part("formatted_body", text)


def _fallback(content: Mapping[str, Any], text: str) -> Iterator[Part]:
    """What clients that know no edits show of one: it need not be the new text."""
    body = _text(content.get("body"))
    plain = body.removeprefix("*").strip()
    if plain and not same(plain, text):
        yield Part("fallback.body", body)
    formatted = text_of(_text(content.get("formatted_body"))).removeprefix("*").strip()
    if formatted and not same(formatted, text) and not same(formatted, plain):
        yield Part("fallback.formatted_body", formatted)


def _named(name: str) -> Iterator[Part]:
    if name:
        yield Part("attachments[0].name", name)


def _target(relation: Mapping[str, Any], kind: str) -> str | None:
    """The event that a relation of this kind points at."""
    target = _text(relation.get("event_id"))
    return target if relation.get("rel_type") == kind and 1 <= len(target) <= _LONGEST_ID else None


def _replied(relation: Mapping[str, Any]) -> str | None:
    """The event that is answered; in a thread without a true reply the one that began it."""
    target = _text(_object(relation.get("m.in_reply_to")).get("event_id"))
    falls_back = relation.get("is_falling_back") is True
    if 1 <= len(target) <= _LONGEST_ID and not falls_back:
        return target
    return _target(relation, "m.thread")


def _id(value: Any) -> str:
    """Of a value that ``_event`` has looked at."""
    return as_id(value, "event", _LONGEST_ID)


def _text(value: Any) -> str:
    return as_text(value, "content") if isinstance(value, str) else ""


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
