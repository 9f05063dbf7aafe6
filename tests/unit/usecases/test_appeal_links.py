"""Links to the appeal page: for one decision, for a while, and nobody can make one up."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import NotFound
from assistant.store.vault import Vault
from assistant.usecases.appeal_links import VALID_DAYS, AppealToken, appeal_link, read_token, write_token
from assistant.usecases.identity import new_decision_id

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
KEY, OTHER_KEY = b"k" * 32, b"o" * 32
DECISION = new_decision_id()


def service(
    key: bytes = KEY, now: datetime = NOW, public_url: str | None = "https://mod.example.org/"
) -> SimpleNamespace:
    return SimpleNamespace(vault=Vault([key]), clock=lambda: now, settings=SimpleNamespace(public_url=public_url))


def refused(token: str, **options: object) -> None:
    with pytest.raises(NotFound) as caught:
        read_token(service(**options), token)
    assert caught.value.message == "appeal_link"


TOKEN = write_token(service(), DECISION, "shop", "u1", "zh-Hant")


@given(st.text(min_size=1, max_size=63), st.none() | st.text(st.characters(exclude_categories=("Cs",)), max_size=200))
def test_what_is_written_is_read(community: str, member_id: str | None) -> None:
    token = write_token(service(), DECISION, community, member_id, "zh-Hant-HK")
    expires = int((NOW + timedelta(days=VALID_DAYS)).timestamp())
    assert read_token(service(), token) == AppealToken(DECISION, community, member_id, "zh-Hant-HK", expires)


def test_it_stands_in_an_address_as_it_is() -> None:
    token = write_token(service(), DECISION, "shop", "成員／?#&+ \n", "en")
    assert token.isascii()
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert len(write_token(service(), DECISION, "s" * 63, "員" * 200, "zh-Hant-HK")) < 2_000


def test_every_byte_of_it_counts() -> None:
    raw = base64.urlsafe_b64decode(TOKEN + "=" * (-len(TOKEN) % 4))
    for at in range(len(raw)):
        changed = bytearray(raw)
        changed[at] ^= 1
        refused(base64.urlsafe_b64encode(bytes(changed)).decode().rstrip("="))


@pytest.mark.parametrize("cut", [1, 4, 20, 43, len(TOKEN) - 1])
def test_a_part_of_it_is_none(cut: int) -> None:
    refused(TOKEN[:-cut])
    refused(TOKEN[cut:])
    refused(TOKEN + "AAAA")


def test_another_services_is_none() -> None:
    refused(TOKEN, key=OTHER_KEY)


def test_what_is_unsigned_or_signed_otherwise_is_none() -> None:
    content = orjson.dumps([DECISION, "shop", "u1", "en", 4_102_444_800])
    for mac in (b"", b"\0" * 32, Vault([OTHER_KEY]).sign(content), Vault([KEY]).sign(content)[:31]):
        refused(base64.urlsafe_b64encode(mac + content).decode().rstrip("="))


def test_a_secret_of_the_vault_signs_no_link() -> None:
    """The key that encrypts is not the one that signs."""
    content = orjson.dumps([DECISION, "shop", "u1", "en", 4_102_444_800])
    refused(base64.urlsafe_b64encode(hmac.digest(KEY, content, hashlib.sha256) + content).decode().rstrip("="))


def test_its_time_ends() -> None:
    end = NOW + timedelta(days=VALID_DAYS)
    assert read_token(service(now=end - timedelta(seconds=1)), TOKEN).decision_id == DECISION
    refused(TOKEN, now=end + timedelta(seconds=1))


@given(st.text(max_size=300) | st.binary(max_size=200).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_junk_is_not_found_and_nothing_else(token: str) -> None:
    refused(token)


@pytest.mark.parametrize(
    "token", ["", "=", "====", "A", "A" * 5, "é", "\0", "A" * 100_000, "../../etc", "%00", "🙂" * 9]
)
def test_more_junk(token: str) -> None:
    refused(token)


def test_the_address_is_the_services_public_one() -> None:
    link = appeal_link(service(), DECISION, "shop", "u1", "en")
    assert link is not None
    base, _, token = link.rpartition("/")
    assert base == "https://mod.example.org/appeals"
    assert replace(read_token(service(), token), expires=0) == AppealToken(DECISION, "shop", "u1", "en", 0)
    assert appeal_link(service(public_url=None), DECISION, "shop", "u1", "en") is None
