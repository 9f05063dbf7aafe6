"""What WeChat's Official Accounts and WeCom share of the message: both send the same XML for what a member writes to an account.

Everything here is between one member and the account, so private; a text that is one of the words below is a command.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from assistant.platforms.reading import as_id, as_text
from assistant.types import Command, Joined, Message, Part, PlatformRef, Said

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "/appeal": "appeal",
        "申訴": "appeal",
        "申诉": "appeal",
        "/rules": "rules",
        "規則": "rules",
        "规则": "rules",
    }
)
_UNSCREENED = {
    "image": ("image",),
    "voice": ("voice",),
    "video": ("video",),
    "shortvideo": ("video",),
    "location": ("location",),
    "file": ("file",),
}
_PARTS = {
    "voice": (("voice.recognition", "Recognition"),),
    "location": (("location.label", "Label"),),
    "link": (("link.title", "Title"), ("link.description", "Description"), ("link.url", "Url")),
    "file": (("file.name", "Title"), ("file.description", "Description")),
}


def written(platform: str, fields: Mapping[str, str], channel: str | None) -> Said | Command:
    """What a member wrote. ``refs["account"]`` is whom it was written to."""
    member = as_id(fields.get("FromUserName"), "FromUserName")
    refs = {"account": as_id(fields.get("ToUserName"), "ToUserName")}
    kind = as_id(fields.get("MsgType"), "MsgType", 32).lower()
    text = fields.get("Content", "") if kind == "text" else ""
    words = text.split(maxsplit=1)
    key = key_of(fields)
    if words and (name := COMMANDS.get(words[0].lower())):
        rest = words[1].strip() if len(words) > 1 else ""
        return Command(key=key, name=name, member_id=member, channel=channel, text=rest, refs=refs)
    parts = tuple(Part(field, fields[name]) for field, name in _PARTS.get(kind, ()) if fields.get(name))
    known = kind in {"text", "link"}
    message = Message(
        text=text,
        member_id=member,
        channel=channel,
        platform=PlatformRef(platform, as_text(fields.get("MsgId"), "MsgId")[:200] or None),
        parts=parts,
        unscreened=() if known else _UNSCREENED.get(kind, ("other",)),
    )
    return Said(key=key, private=True, message=message, refs=refs)


def joined(fields: Mapping[str, str], channel: str | None) -> Joined:
    member = as_id(fields.get("FromUserName"), "FromUserName")
    refs = {"account": as_id(fields.get("ToUserName"), "ToUserName")}
    return Joined(key=key_of(fields), member_id=member, channel=channel, refs=refs)


def key_of(fields: Mapping[str, str]) -> str:
    """What the three tries have in common: the message's id; for an event who, when and what."""
    if fields.get("MsgId"):
        return as_id(fields["MsgId"], "MsgId")
    member, created = (
        as_id(fields.get("FromUserName"), "FromUserName"),
        as_id(fields.get("CreateTime"), "CreateTime", 20),
    )
    return f"{member}:{created}:{as_text(fields.get('Event'), 'Event')[:64]}:{as_text(fields.get('TaskId'), 'TaskId')[:128]}"


def clipped(text: str, limit: int) -> str:
    """At most ``limit`` bytes of UTF-8, cut between characters."""
    return text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")
