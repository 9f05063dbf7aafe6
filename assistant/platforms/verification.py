"""What the adapters' ``verify`` functions share: exactly one header, fresh timestamps, comparison in constant time on bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from hmac import compare_digest

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from assistant.errors import Unauthenticated
from assistant.types import HookRequest

TOLERANCE_S = 300
_DIGITS = re.compile(r"[0-9]{1,15}", re.ASCII)


def only_header(request: HookRequest, name: str) -> str:
    """The value of a header that came exactly once, in ASCII; Unauthenticated otherwise."""
    return _only(request.headers, name.lower())


def only_query(request: HookRequest, name: str) -> str:
    """The value of a query parameter that came exactly once, in ASCII; Unauthenticated otherwise."""
    return _only(request.query, name)


def _only(pairs: Iterable[tuple[str, str]], name: str) -> str:
    values = [value for key, value in pairs if key == name]
    if len(values) != 1 or not values[0].isascii():
        raise Unauthenticated("signature_wrong")
    return values[0]


def check_fresh(timestamp: str, now: datetime, tolerance_s: float = TOLERANCE_S) -> None:
    """``timestamp`` in seconds since 1970, within the tolerance of ``now``; Unauthenticated otherwise."""
    if not _DIGITS.fullmatch(timestamp) or abs(now.timestamp() - int(timestamp)) > tolerance_s:
        raise Unauthenticated("signature_wrong")


def is_signed(public: bytes, signature: bytes, signed: bytes) -> bool:
    """Whether ``signature`` is that of the Ed25519 key ``public`` under ``signed`` (RFC 8032)."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_equal(given: str | bytes, *expected: str | bytes) -> None:
    """``given`` is one of ``expected``; every one is compared, in constant time. Unauthenticated otherwise, and where none is expected."""
    given = _bytes(given)
    matches = [compare_digest(given, _bytes(one)) for one in expected]
    if not any(matches):
        raise Unauthenticated("signature_wrong")


def _bytes(value: str | bytes) -> bytes:
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
