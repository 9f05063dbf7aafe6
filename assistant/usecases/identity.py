"""Ids of stored things: a prefix that says what it is, the time, and randomness."""

from __future__ import annotations

import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_BITS = 48
_RANDOM_BITS = 80
_BITS_PER_CHARACTER = 5


def new_decision_id() -> str:
    return new_id("dec")


def new_id(prefix: str) -> str:
    """``prefix``, ``_`` and a ULID (https://github.com/ulid/spec) in lower case: sorts by the millisecond it was made in."""
    number = (time.time_ns() // 1_000_000 << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    width = (_TIME_BITS + _RANDOM_BITS + _BITS_PER_CHARACTER - 1) // _BITS_PER_CHARACTER
    characters = [_ALPHABET[number >> (_BITS_PER_CHARACTER * at) & 31] for at in reversed(range(width))]
    return f"{prefix}_" + "".join(characters)
