"""Who a member is, said by the community's own server: a JSON Web Token (RFC 7519) signed with HS256 and no other way (RFC 8725)."""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from assistant.errors import Unauthenticated

MAX_CHARS = 4_000
LONGEST_S = 24 * 3600
_LEEWAY_S = 60
_MAX_ROLES = 50


@dataclass(frozen=True, slots=True)
class Member:
    """``sub`` and ``roles`` of the token."""

    id: str
    roles: frozenset[str] = frozenset()


def read_member_token(token: str, secret: str, now: datetime) -> Member:
    """Raises: Unauthenticated, whatever is wrong with it: the signature, the algorithm, its time, its content."""
    parts = token[: MAX_CHARS + 1].split(".")
    if len(token) > MAX_CHARS or len(parts) != 3:
        raise Unauthenticated("member_token")
    signed = f"{parts[0]}.{parts[1]}".encode("utf-8", "surrogateescape")
    expected = hmac.digest(secret.encode(), signed, hashlib.sha256)
    if not hmac.compare_digest(_decode(parts[2]), expected):
        raise Unauthenticated("member_token")
    header, claims = _object(parts[0]), _object(parts[1])
    if header.get("alg") != "HS256" or "crit" in header:
        raise Unauthenticated("member_token")
    expires, begins, moment = _number(claims.get("exp")), _number(claims.get("nbf", 0)), now.timestamp()
    if not moment - _LEEWAY_S < expires <= moment + LONGEST_S or begins > moment + _LEEWAY_S:
        raise Unauthenticated("member_token")
    subject, roles = claims.get("sub"), claims.get("roles", [])
    if not isinstance(subject, str) or not 1 <= len(subject) <= 200 or "\0" in subject:
        raise Unauthenticated("member_token")
    if not isinstance(roles, list) or len(roles) > _MAX_ROLES or not all(isinstance(role, str) for role in roles):
        raise Unauthenticated("member_token")
    return Member(subject, frozenset(roles))


def _decode(part: str) -> bytes:
    try:
        return urlsafe_b64decode(part.encode("ascii") + b"=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        raise Unauthenticated("member_token") from None


def _object(part: str) -> dict[str, Any]:
    try:
        document = orjson.loads(_decode(part))
    except orjson.JSONDecodeError:
        raise Unauthenticated("member_token") from None
    if not isinstance(document, dict):
        raise Unauthenticated("member_token")
    return document


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Unauthenticated("member_token")
    return float(value)
