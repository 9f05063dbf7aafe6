"""Signed addresses in messages: to an item, to the end of all messages, to the member's own page. Each opens that one thing, for that one
member."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

import orjson

from assistant.errors import NotFound
from assistant.usecases.assistant import Assistant

VALID_DAYS = 400
MAX_TOKEN_CHARS = 4_000
_MAC_BYTES = 32


class Leads(StrEnum):
    """What a link is for: one kind never passes for another."""

    CLICK = "r"
    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"


@dataclass(frozen=True, slots=True)
class PushToken:
    """``about`` is the item of a click, ``position`` its place in the message; ``expires`` in seconds since 1970."""

    leads: str
    community: str
    member_id: str
    delivery_id: str
    language: str
    expires: int
    about: str = ""
    url: str = ""
    position: int = 0


def link(
    assistant: Assistant,
    leads: Leads,
    community: str,
    member_id: str,
    delivery_id: str,
    language: str,
    *,
    about: str = "",
    url: str = "",
    position: int = 0,
) -> str | None:
    """``None`` where the service does not know its public address."""
    if assistant.settings.public_url is None:
        return None
    expires = int((assistant.clock() + timedelta(days=VALID_DAYS)).timestamp())
    content = orjson.dumps([leads.value, community, member_id, delivery_id, language, expires, about, url, position])
    token = urlsafe_b64encode(assistant.vault.sign(content) + content).decode().rstrip("=")
    return f"{assistant.settings.public_url.rstrip('/')}/{leads.value}/{token}"


def read_link(assistant: Assistant, leads: Leads, token: str) -> PushToken:
    """Raises: NotFound, where it is not ours, was changed, is of another kind, or its time is over."""
    try:
        raw = urlsafe_b64decode(token[:MAX_TOKEN_CHARS].encode("ascii") + b"=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        raise NotFound("push_link") from None
    mac, content = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if not assistant.vault.verifies(content, mac):
        raise NotFound("push_link")
    fields = orjson.loads(content)
    if not isinstance(fields, list) or len(fields) != len(PushToken.__dataclass_fields__) or fields[0] != leads.value:
        raise NotFound("push_link")
    read = PushToken(*fields)
    if read.expires < assistant.clock().timestamp():
        raise NotFound("push_link")
    return read


def allowed_target(url: str, hosts: tuple[str, ...]) -> bool:
    """Whether a link in a message may lead there: over HTTPS, to a host of the list or below one."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    known = any(host == one or host.endswith(f".{one}") for one in hosts)
    return parts.scheme == "https" and known and parts.username is None
