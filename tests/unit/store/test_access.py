"""API keys: form, checksum, hash."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.access import key_prefix, make_key, parse_key
from assistant.errors import Unauthenticated
from assistant.types.access import KeyRecord, MadeKey, Scope

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_a_made_key_parses_to_its_sha256() -> None:
    key = make_key()
    assert parse_key(key) == hashlib.sha256(key.encode()).digest()
    assert len(key) == 4 + 43 + 1 + 6
    assert key.replace("_", "").isalnum()
    assert key.isascii()


def test_keys_differ() -> None:
    assert len({make_key() for _ in range(100)}) == 100


@given(
    at=st.integers(0, 53), letter=st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-")
)
def test_any_one_letter_wrong_is_noticed(at: int, letter: str) -> None:
    key = make_key()
    slipped = key[:at] + letter + key[at + 1 :]
    if slipped != key:
        with pytest.raises(Unauthenticated):
            parse_key(slipped)


@given(st.text())
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Unauthenticated):
        parse_key(text)


@pytest.mark.parametrize(
    "change", [str.upper, str.strip, lambda key: key + " ", lambda key: key + "\n", lambda key: f"x{key}"]
)
def test_near_keys_are_refused(change: object) -> None:
    key = make_key()
    if change(key) != key:
        with pytest.raises(Unauthenticated):
            parse_key(change(key))


def test_the_secret_is_not_in_the_repr() -> None:
    secret = make_key()
    record = KeyRecord("key_1", None, Scope.ADMIN, "", b"h" * 32, key_prefix(secret), NOW)
    assert secret not in repr(MadeKey(secret, record))
    assert secret[12:47] not in repr(MadeKey(secret, record))


@pytest.mark.parametrize(
    ("expires_at", "revoked_at", "works"),
    [
        (None, None, True),
        (NOW + timedelta(seconds=1), None, True),
        (NOW, None, False),
        (None, NOW - timedelta(days=1), False),
    ],
)
def test_works(expires_at: datetime | None, revoked_at: datetime | None, works: bool) -> None:
    record = KeyRecord("k", None, Scope.MEMBER, "", b"", "", NOW, expires_at=expires_at, revoked_at=revoked_at)
    assert record.works(NOW) is works
