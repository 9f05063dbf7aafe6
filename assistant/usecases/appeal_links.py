"""Signed addresses of the appeal page: whoever has the link may appeal that one decision, and read nothing else."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta

import orjson

from assistant.errors import NotFound
from assistant.usecases.assistant import Assistant

VALID_DAYS = 60
MAX_TOKEN_CHARS = 2_000
_MAC_BYTES = 32


@dataclass(frozen=True, slots=True)
class AppealToken:
    """What a link is for; ``expires`` in seconds since 1970."""

    decision_id: str
    community: str
    member_id: str | None
    language: str
    expires: int


def appeal_link(
    assistant: Assistant, decision_id: str, community: str, member_id: str | None, language: str
) -> str | None:
    """``None`` where the service does not know its public address."""
    if assistant.settings.public_url is None:
        return None
    token = write_token(assistant, decision_id, community, member_id, language)
    return f"{assistant.settings.public_url.rstrip('/')}/appeals/{token}"


def write_token(assistant: Assistant, decision_id: str, community: str, member_id: str | None, language: str) -> str:
    expires = int((assistant.clock() + timedelta(days=VALID_DAYS)).timestamp())
    content = orjson.dumps([decision_id, community, member_id, language, expires])
    return _encode(assistant.vault.sign(content) + content)


def read_token(assistant: Assistant, token: str) -> AppealToken:
    """Raises: NotFound, where it is not ours, was changed, or its time is over."""
    try:
        raw = urlsafe_b64decode(token[:MAX_TOKEN_CHARS].encode("ascii") + b"=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        raise NotFound("appeal_link") from None
    mac, content = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if not assistant.vault.verifies(content, mac):
        raise NotFound("appeal_link")
    read = AppealToken(*orjson.loads(content))
    if read.expires < assistant.clock().timestamp():
        raise NotFound("appeal_link")
    return read


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
