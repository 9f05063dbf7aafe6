"""Standard Webhooks, with the reference library as the oracle."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from standardwebhooks.webhooks import Webhook

from assistant.errors import DeliveryRefused, InvalidInput
from assistant.platforms.standard_webhooks import PLATFORM, make_secret, signed_headers
from assistant.types import Command, Connection, Do, HookRequest, Order, Outcome, Said, Verdict
from tests.unit.platforms.hostile import check_hostile, check_junk, check_rotation
from tests.unit.platforms.outside import Answer, Outside

NOW = datetime.now(UTC).replace(microsecond=0)
SECRET = make_secret()
CONNECTION = Connection(
    id="con_1",
    community="demo",
    platform="webhooks",
    settings={"url": "https://shop.example/hook", "orders": (Do.DELETE,), "events": ("*",)},
    secrets={"secret": SECRET},
)
BODY = json.dumps(
    {
        "type": "message.send",
        "timestamp": NOW.isoformat(),
        "data": {
            "id": "m1",
            "text": "加微信 abc",
            "member": {"id": "u1", "name": "小明", "locale": "zh-TW"},
            "channel": "c1",
        },
    },
    ensure_ascii=False,
).encode()


def signed(secret: str = SECRET, body: bytes = BODY) -> HookRequest:
    """Signed by the reference library."""
    signature = Webhook(secret).sign("msg_1", NOW, body.decode())
    headers = (
        ("content-type", "application/json"),
        ("webhook-id", "msg_1"),
        ("webhook-timestamp", str(int(NOW.timestamp()))),
        ("webhook-signature", signature),
    )
    return HookRequest("POST", (), headers, body, NOW)


def test_what_the_reference_library_signs_is_taken_and_every_forgery_refused() -> None:
    check_hostile(
        PLATFORM,
        CONNECTION,
        signed(),
        wrong_key=replace(CONNECTION, secrets={"secret": make_secret()}),
        headers=("webhook-id", "webhook-timestamp", "webhook-signature"),
    )
    check_rotation(PLATFORM, CONNECTION, signed(), "secret", make_secret(), signed)


def test_one_good_signature_among_several_is_enough() -> None:
    request = signed()
    several = f"v1,AAAA v2,xx v1a,bm8= {dict(request.headers)['webhook-signature']}"
    headers = tuple((n, several if n == "webhook-signature" else v) for n, v in request.headers)
    PLATFORM.verify(CONNECTION, replace(request, headers=headers))


def test_ed25519_signatures_are_taken_from_the_holder_of_the_private_key() -> None:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    request = signed()
    content = f"msg_1.{int(NOW.timestamp())}.".encode() + BODY
    signature = "v1a," + base64.b64encode(private.sign(content)).decode()
    headers = tuple((n, signature if n == "webhook-signature" else v) for n, v in request.headers)
    connection = replace(CONNECTION, secrets={"public_key": "whpk_" + base64.b64encode(public).decode()})
    check_hostile(
        PLATFORM, connection, replace(request, headers=headers), wrong_key=CONNECTION, headers=("webhook-signature",)
    )


def test_the_reference_library_takes_what_we_sign() -> None:
    http = Outside()
    order = Order(id="dlv_1", do=Do.DELETE, channel="c1", message_id="m1")
    asyncio.run(PLATFORM.act(CONNECTION, order, http))
    (asked,) = http.asked
    document = Webhook(SECRET).verify(asked.content, dict(asked.headers))
    assert asked.headers["webhook-id"] == "dlv_1"
    assert document["type"] == "order.delete"
    assert document["data"]["message_id"] == "m1"


def test_during_a_rotation_receivers_with_either_secret_are_served() -> None:
    fresh = make_secret()
    rotating = replace(CONNECTION, secrets={"secret": fresh}, previous={"secret": SECRET})
    headers = signed_headers(rotating, "id", datetime.now(UTC), b"{}")
    Webhook(SECRET).verify(b"{}", headers)
    Webhook(fresh).verify(b"{}", headers)


def test_a_message_is_read_with_what_acting_upon_it_needs() -> None:
    (said,) = PLATFORM.parse(CONNECTION, signed()).events
    assert isinstance(said, Said)
    assert (said.before, said.locale, said.message.text, said.message.member_id) == (True, "zh-TW", "加微信 abc", "u1")
    assert [(part.field, part.text) for part in said.message.parts] == [("member.name", "小明")]


def test_retries_share_a_key_and_edits_have_their_own() -> None:
    def key(kind: str, **more: object) -> str:
        body = json.dumps({"type": kind, "data": {"id": "m1", "text": "x", **more}}).encode()
        return PLATFORM.parse(CONNECTION, signed(body=body)).events[0].key

    assert key("message.created") == key("message.created")
    assert key("message.created") != key("message.updated", version="2") != key("message.updated", version="3")


@pytest.mark.parametrize(
    ("kind", "more"), [("message.send", {}), ("message.created", {}), ("message.updated", {"version": "2"})]
)
def test_an_id_is_a_message_s_within_its_channel(kind: str, more: dict[str, object]) -> None:
    def key(**where: object) -> str:
        data = {"id": "m1", "text": "x", **more, **where}
        return PLATFORM.parse(CONNECTION, signed(body=json.dumps({"type": kind, "data": data}).encode())).events[0].key

    assert key(channel="a") == key(channel="a")
    assert len({key(), key(channel="a"), key(channel="b")}) == 3


def test_a_report_is_about_the_message_of_its_channel() -> None:
    def key(**about: object) -> str:
        data = {"name": "report", "member": {"id": "u2"}, "channel": "a", "about": {"id": "m1", "text": "x", **about}}
        (asked,) = PLATFORM.parse(
            CONNECTION, signed(body=json.dumps({"type": "command", "data": data}).encode())
        ).events
        assert isinstance(asked, Command)
        assert asked.about is not None
        return asked.about.key

    assert key() == key(channel="a") != key(channel="b")


@pytest.mark.parametrize(
    "data",
    [{"text": 1}, {"member": []}, {"member": {"id": ""}}, {"attachments": [1]}, {"purpose": "x"}, {"id": "x" * 201}],
)
def test_wrong_kinds_of_values_are_refused_by_name(data: dict[str, object]) -> None:
    body = json.dumps({"type": "message.created", "data": data}).encode()
    with pytest.raises(InvalidInput) as caught:
        PLATFORM.parse(CONNECTION, signed(body=body))
    assert str(caught.value.field).startswith("data.")


@pytest.mark.parametrize("kind", ["message.send", "message.created", "message.updated"])
@pytest.mark.parametrize(
    "data",
    [
        {"id": "w2", "content": "加微信 abc"},
        {},
        {"text": None},
        {"text": " \n"},
        {"member": {"id": "u1", "name": "小明"}},
    ],
)
def test_a_message_without_text_and_attachment_is_refused(kind: str, data: dict[str, object]) -> None:
    body = json.dumps({"type": kind, "data": data}).encode()
    with pytest.raises(InvalidInput) as caught:
        PLATFORM.parse(CONNECTION, signed(body=body))
    assert (caught.value.message, caught.value.field, caught.value.limit) == ("text_empty", "data.text", 1)


def test_an_attachment_is_a_message_without_text() -> None:
    body = json.dumps({"type": "message.send", "data": {"attachments": [{"kind": "image"}]}}).encode()
    (said,) = PLATFORM.parse(CONNECTION, signed(body=body)).events
    assert said.message.unscreened == ("image",)


def test_a_report_may_name_its_message_alone() -> None:
    data = {"name": "report", "member": {"id": "u2"}, "about": {"id": "m7"}}
    (command,) = PLATFORM.parse(CONNECTION, signed(body=json.dumps({"type": "command", "data": data}).encode())).events
    assert command.about.message.platform.message_id == "m7"


def test_junk_is_no_event_or_a_clear_refusal() -> None:
    check_junk(PLATFORM, CONNECTION, signed())


def test_the_verdict_is_answered() -> None:
    hook = PLATFORM.parse(CONNECTION, signed())
    outcome = Outcome(verdict=Verdict.REJECT, reason="廣告", action="block", decision_id="dec_1", degraded=True)
    answer = json.loads(PLATFORM.reply(CONNECTION, hook, [outcome]).body)
    assert (answer["verdict"], answer["reason"], answer["degraded"]) == ("reject", "廣告", True)


def test_orders_the_receiver_does_not_take_and_gone_receivers_are_refused_for_good() -> None:
    with pytest.raises(DeliveryRefused):
        asyncio.run(PLATFORM.act(CONNECTION, Order(id="x", do=Do.BAN), Outside()))
    with pytest.raises(DeliveryRefused, match="410"):
        asyncio.run(PLATFORM.act(CONNECTION, Order(id="x", do=Do.DELETE), Outside([Answer(410)])))
