"""Secrets are of their documented form, or refused before they are kept; an error never holds one."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assistant.errors import DeliveryRefused, InvalidInput, Unauthenticated
from assistant.platforms import PLATFORMS, platform_named
from assistant.platforms.standard_webhooks import PLATFORM, signed_headers
from assistant.types import Connection, HookRequest
from assistant.usecases.connections import _check_secret as check_secret

NOW = datetime.now(UTC)
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def encoded(count: int) -> str:
    return base64.b64encode(bytes(range(count))).decode()


def secret_of(platform: str, name: str):
    return next(one for one in platform_named(platform).secrets if one.name == name)


RIGHT = [
    ("webhooks", "secret", f"whsec_{encoded(24)}"),
    ("webhooks", "secret", f"whsec_{encoded(64)}"),
    ("webhooks", "public_key", f"whpk_{encoded(32)}"),
    ("wecom", "encoding_aes_key", LETTERS),
    ("wecom", "token", "x"),
    ("wechat", "encoding_aes_key", LETTERS[::-1]),
    ("wechat", "token", "a1B"),
    ("telegram", "token", "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"),
    ("telegram", "webhook_secret", "a_-" * 85),
]
WRONG = [
    *(
        ("webhooks", "secret", value)
        for value in (
            "whsec_",
            "whsec_----",
            "MyLongSecretPassphrase!",
            encoded(32),
            f"whsec_{encoded(23)}",
            f"whsec_{encoded(65)}",
            f"whsec_{encoded(32)[:-1]}",
            f"whsec_{encoded(32)} ",
            f"whsec_{encoded(30)}密",
            f"whsec_whsec_{encoded(32)}",
        )
    ),
    *(("webhooks", "public_key", value) for value in (f"whpk_{encoded(31)}", f"whsec_{encoded(32)}", "whpk_")),
    *(
        (platform, "encoding_aes_key", value)
        for platform in ("wecom", "wechat")
        for value in ("short", LETTERS[:-1], LETTERS + "x", LETTERS[:-1] + "-", LETTERS[:-1] + "密")
    ),
    *(("wechat", "token", value) for value in ("ab", "x" * 33, "a b c", "密密密")),
    ("wecom", "token", "x" * 33),
    *(("telegram", "token", value) for value in ("110201543", ":abc", "1:a/../b", "bot1:abc", "１:abc")),
    *(("telegram", "webhook_secret", value) for value in ("x" * 257, "a b", "a.b")),
]


@pytest.mark.parametrize(("platform", "name", "value"), RIGHT)
def test_what_has_the_form_is_taken(platform: str, name: str, value: str) -> None:
    assert check_secret(secret_of(platform, name), value) == value


@pytest.mark.parametrize(("platform", "name", "value"), WRONG)
def test_what_has_another_is_refused_by_name_and_form_alone(platform: str, name: str, value: str) -> None:
    secret = secret_of(platform, name)
    with pytest.raises(InvalidInput) as caught:
        check_secret(secret, value)
    assert caught.value.field == f"secrets.{name}"
    assert caught.value.values["problem"] == f"has another form: {secret.description}"


def test_what_we_invent_has_its_own_form() -> None:
    for platform in PLATFORMS.values():
        for secret in platform.secrets:
            if secret.make is not None:
                assert check_secret(secret, secret.make())


@pytest.mark.parametrize("kept", ["whsec_", "whsec_----", "MyLongSecretPassphrase!", "whsec_a"])
def test_a_secret_kept_before_that_is_no_key_signs_nothing(kept: str) -> None:
    connection = Connection(id="con_1", community="demo", platform="webhooks", secrets={"secret": kept})
    time = str(int(NOW.timestamp()))
    mac = base64.b64encode(hmac.digest(b"", f"msg_1.{time}.{{}}".encode(), hashlib.sha256)).decode()
    headers = (("webhook-id", "msg_1"), ("webhook-timestamp", time), ("webhook-signature", f"v1,{mac}"))
    request = HookRequest("POST", (), headers, b"{}", NOW)
    with pytest.raises(Unauthenticated):
        PLATFORM.verify(connection, request)
    with pytest.raises(DeliveryRefused, match="rotate"):
        signed_headers(connection, "msg_1", NOW, b"{}")
    rotating = replace(connection, previous={"secret": f"whsec_{encoded(32)}"})
    assert signed_headers(rotating, "msg_1", NOW, b"{}")["webhook-signature"].count("v1,") == 1
