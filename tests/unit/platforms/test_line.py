"""LINE, with the vendor's SDK as the oracle: for signatures, for the shapes of events, and for what is pushed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linebot.v3.messaging import FlexMessage, PushMessageRequest, TextMessage
from linebot.v3.webhook import SignatureValidator, WebhookParser
from linebot.v3.webhooks import Event

from assistant.errors import DeliveryFailed, DeliveryRefused, InvalidInput
from assistant.platforms.line import PLATFORM
from assistant.types import (
    Button,
    Command,
    Connection,
    Do,
    Hook,
    HookRequest,
    Joined,
    Order,
    Outcome,
    Part,
    Pressed,
    Said,
)
from tests.unit.platforms.hostile import JUNK_BODIES, check_hostile, check_junk, check_rotation
from tests.unit.platforms.mutants import mutants, replaced
from tests.unit.platforms.outside import Answer, Outside

NOW = datetime.now(UTC)
SECRET = "0123456789abcdef0123456789abcdef"
CONNECTION = Connection(
    id="con_1",
    community="demo",
    platform="line",
    secrets={"channel_secret": SECRET, "access_token": "token-x"},
)
MEMBER = "U4af4980629000000000000000000000a"
GROUP = "Ca56f94637c00000000000000000000aa"


def event(kind: str, **content: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "mode": "active",
        "timestamp": 1_700_000_000_123,
        "source": {"type": "group", "groupId": GROUP, "userId": MEMBER},
        "webhookEventId": "01FZ74A0TDDPYRVKNK77XKC3ZR",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": "nHuyWiB7yP5Zw52FIkcQobQuGDXCTA",
        **content,
    }


def text(words: str = "加微信 abc", **more: Any) -> dict[str, Any]:
    return event("message", message={"id": "444", "type": "text", "text": words, "quoteToken": "q", **more})


def content(kind: str, **more: Any) -> dict[str, Any]:
    return event("message", message={"id": "444", "type": kind, **more})


PRESS = event("postback", postback={"data": "case:cas_01:remove"})
JOIN = event(
    "memberJoined",
    joined={"members": [{"type": "user", "userId": MEMBER}, {"type": "user", "userId": MEMBER[:-1] + "b"}]},
)
FILE = content("file", fileName="价目表.pdf", fileSize=1)
UNSEND = event("unsend", unsend={"messageId": "444"})
PRIVATE = {"source": {"type": "user", "userId": MEMBER}}


def body_of(*events: dict[str, Any]) -> bytes:
    return json.dumps({"destination": "U" + "0" * 32, "events": list(events)}, ensure_ascii=False).encode()


def signed(secret: str = SECRET, body: bytes = body_of(text())) -> HookRequest:
    signature = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
    return HookRequest("POST", (), (("x-line-signature", signature),), body, NOW)


def parsed(*events: dict[str, Any]) -> tuple[Any, ...]:
    return PLATFORM.parse(CONNECTION, signed(body=body_of(*events))).events


def test_what_the_sdk_takes_is_taken_and_every_forgery_refused() -> None:
    request = signed()
    assert SignatureValidator(SECRET).validate(request.body.decode(), dict(request.headers)["x-line-signature"])
    check_hostile(
        PLATFORM,
        CONNECTION,
        request,
        wrong_key=replace(CONNECTION, secrets={"channel_secret": SECRET[::-1]}),
        headers=("x-line-signature",),
        signs_time=False,
    )
    check_rotation(PLATFORM, CONNECTION, request, "channel_secret", "f" * 32, signed)


def test_the_events_of_these_tests_are_what_the_sdk_knows() -> None:
    request = signed(body=body_of(text(), FILE, PRESS, JOIN, UNSEND))
    events = WebhookParser(SECRET).parse(request.body.decode(), dict(request.headers)["x-line-signature"])
    assert [type(one).__name__ for one in events] == [
        "MessageEvent",
        "MessageEvent",
        "PostbackEvent",
        "MemberJoinedEvent",
        "UnsendEvent",
    ]
    assert all(isinstance(one, Event) for one in events)


def test_lines_own_test_without_events_is_fine() -> None:
    request = signed(body=b'{"destination":"U0","events":[]}')
    PLATFORM.verify(CONNECTION, request)
    hook = PLATFORM.parse(CONNECTION, request)
    assert hook.events == ()
    assert PLATFORM.reply(CONNECTION, hook, []).status == 200


def test_a_message_is_read() -> None:
    (said,) = parsed(text(quotedMessageId="443"))
    assert isinstance(said, Said)
    message = said.message
    assert (said.key, said.private, said.before) == ("01FZ74A0TDDPYRVKNK77XKC3ZR", False, False)
    assert (message.text, message.member_id, message.channel) == ("加微信 abc", MEMBER, GROUP)
    assert message.platform.message_id == "444"
    assert message.sent_at == datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC)
    assert (message.unscreened, said.refs) == ((), {"quoted": "443"})
    assert message.reply_to == "443"


def test_a_redelivery_has_the_key_of_the_first_try() -> None:
    again = text() | {"deliveryContext": {"isRedelivery": True}}
    assert [one.key for one in parsed(text(), again)] == ["01FZ74A0TDDPYRVKNK77XKC3ZR"] * 2


@pytest.mark.parametrize(
    ("one", "kind", "parts"),
    [
        (content("image"), "image", ()),
        (content("video"), "video", ()),
        (content("audio"), "voice", ()),
        (FILE, "file", (Part("file.file_name", "价目表.pdf"),)),
        (content("sticker", text="加我"), "sticker", (Part("sticker.text", "加我"),)),
        (
            content("location", title="加我", address="街"),
            "location",
            (Part("location.title", "加我"), Part("location.address", "街")),
        ),
        (content("something_new"), "other", ()),
    ],
)
def test_other_kinds_are_named_and_their_texts_are_read(
    one: dict[str, Any], kind: str, parts: tuple[Part, ...]
) -> None:
    (said,) = parsed(one)
    assert (said.message.text, said.message.unscreened, said.message.parts) == ("", (kind,), parts)


def test_private_chats_rooms_and_members_who_hide_their_id_are_read() -> None:
    private, room, hidden = parsed(
        text() | PRIVATE,
        text() | {"source": {"type": "room", "roomId": "R1"}},
        text() | {"source": {"type": "group", "groupId": GROUP}},
    )
    assert (private.private, private.message.channel) == (True, MEMBER)
    assert (room.private, room.message.channel) == (False, "R1")
    assert hidden.message.member_id is None


def test_joins_and_presses_are_read_and_the_rest_is_ignored() -> None:
    first, second, press = parsed(JOIN, UNSEND, event("leave"), event("brandNew", source=None), PRESS)
    assert isinstance(first, Joined)
    assert (first.member_id, first.channel, first.key != second.key) == (MEMBER, GROUP, True)
    assert isinstance(press, Pressed)
    assert (press.value, press.member_id, press.channel) == ("case:cas_01:remove", MEMBER, GROUP)


@pytest.mark.parametrize(
    "odd",
    [
        event("memberJoined", joined={"members": [{"type": "user"}]}),
        event("memberJoined", joined={}),
        event("memberJoined", joined={"members": ["x"]}),
        text() | {"webhookEventId": None},
        text() | {"source": "x"},
        text() | {"timestamp": "soon"},
        event("message", message={"id": "5", "type": "text", "text": 5}),
        event("message"),
        event("postback"),
        event(7),
        None,
        [],
    ],
)
def test_an_event_that_cannot_be_read_takes_no_other_with_it(odd: Any) -> None:
    first, press = parsed(text(), odd, PRESS)
    assert (type(first), type(press)) == (Said, Pressed)
    assert parsed(odd) == ()


def test_of_those_who_join_the_known_are_read() -> None:
    some = event("memberJoined", joined={"members": [{"type": "user"}, {"type": "user", "userId": MEMBER}]})
    (joined,) = parsed(some)
    assert joined.member_id == MEMBER


@pytest.mark.parametrize("body", [b"{}", b'{"events":{}}', b'{"events":"x"}', b"[]", b"events"])
def test_a_broken_envelope_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        PLATFORM.parse(CONNECTION, signed(body=body))


def test_the_accounts_own_menus_and_unknown_sources_are_no_presses() -> None:
    assert parsed(event("postback", postback={"data": "x" * 300})) == ()
    assert parsed(event("postback", postback={"data": "选"})) == ()
    assert parsed(PRESS | {"source": {"type": "planet", "planetId": "x"}}) == ()


def test_commands_are_typed_and_a_report_names_the_message_it_quotes() -> None:
    (report,) = parsed(text("/report", quotedMessageId="443"))
    assert isinstance(report, Command)
    assert (report.name, report.about.message.platform.message_id) == ("report", "443")
    command, said = parsed(text("/rules 加微信 abc"))
    assert (command.name, command.text, said.message.text) == ("rules", "加微信 abc", "/rules 加微信 abc")
    (alone,) = parsed(text("/appeal why?") | PRIVATE)
    assert (alone.name, alone.text) == ("appeal", "why?")


def test_nothing_is_answered_in_public() -> None:
    hook = PLATFORM.parse(CONNECTION, signed())
    assert PLATFORM.reply(CONNECTION, hook, [Outcome(text="x", reason="x")]).body == b"{}"


EVENTS = {"destination": "U0", "events": [text("/report x", quotedMessageId="1"), FILE, PRESS, JOIN]}


def test_wrong_kinds_of_values_anywhere_are_no_events_or_a_clear_refusal() -> None:
    check_junk(PLATFORM, CONNECTION, signed(), (*JUNK_BODIES, *replaced(EVENTS)))


@given(st.deferred(lambda: mutants(EVENTS)))
def test_bodies_that_are_almost_right_give_a_hook_or_invalid_input(body: bytes) -> None:
    try:
        hook = PLATFORM.parse(CONNECTION, signed(body=body))
    except InvalidInput as error:
        assert error.field
    else:
        assert isinstance(hook, Hook)


PUSHED = Answer(200, {"sentMessages": [{"id": "461230966842064897", "quoteToken": "q"}]})


def push(order: Order, answer: Answer = PUSHED) -> tuple[Any, Any]:
    http = Outside([answer])
    receipt = asyncio.run(PLATFORM.act(CONNECTION, order, http))
    (asked,) = http.asked
    assert (asked.method, asked.url) == ("POST", "https://api.line.me/v2/bot/message/push")
    assert asked.headers["authorization"] == "Bearer token-x"
    return receipt, asked


def test_a_private_message_is_pushed_with_a_retry_key_that_stays() -> None:
    order = Order(id="ord_1", do=Do.MESSAGE, member_id=MEMBER, channel=GROUP, text="你好")
    receipt, asked = push(order)
    assert receipt.message_id == "461230966842064897"
    sent = PushMessageRequest.from_dict(asked.json)
    assert sent is not None
    assert (sent.to, type(sent.messages[0]), sent.messages[0].text) == (MEMBER, TextMessage, "你好")
    key = asked.headers["x-line-retry-key"]
    assert str(uuid.UUID(key)) == key
    assert push(order)[1].headers["x-line-retry-key"] == key
    assert push(replace(order, id="ord_2"))[1].headers["x-line-retry-key"] != key


def test_a_card_has_buttons_whose_presses_come_back() -> None:
    buttons = (Button("移除" * 20, "case:cas_01:remove"), *(Button("x", f"case:cas_01:{n}") for n in range(5)))
    receipt, asked = push(Order(id="ord_1", do=Do.POST, channel=GROUP, text="字" * 6000, buttons=buttons))
    assert receipt.message_id
    sent = PushMessageRequest.from_dict(asked.json)
    assert sent is not None
    (card,) = sent.messages
    assert isinstance(card, FlexMessage)
    assert (sent.to, len(card.alt_text)) == (GROUP, 400)
    actions = [one.action for one in card.contents.footer.contents]
    assert [one.data for one in actions] == [one.value for one in buttons]
    assert len(actions[0].label) == 20
    assert actions[0].display_text is None
    assert len(card.contents.body.contents[0].text) == 5000


def test_what_was_pushed_before_is_done_already() -> None:
    conflict = Answer(409, {"message": "The retry key is already accepted", "sentMessages": [{"id": "461"}]})
    receipt, _ = push(Order(id="ord_1", do=Do.POST, channel=GROUP, text="x"), conflict)
    assert (receipt.already, receipt.message_id) == (True, "461")


@pytest.mark.parametrize("status", [200, 409])
@pytest.mark.parametrize("raw", [b"", b"ok", b"null", b'{"sentMessages":[{"id":[]}]}'])
def test_what_was_pushed_is_done_however_line_says_so(status: int, raw: bytes) -> None:
    receipt, _ = push(Order(id="ord_1", do=Do.POST, channel=GROUP, text="x"), Answer(status, raw=raw))
    assert (receipt.already, receipt.message_id) == (status == 409, None)


@pytest.mark.parametrize(
    ("status", "advice"), [(400, "unknown"), (401, "token"), (403, "plan"), (404, "unknown"), (418, "418")]
)
@pytest.mark.parametrize("do", [Do.MESSAGE, Do.POST])
def test_what_line_refuses_is_refused_with_what_to_do(do: Do, status: int, advice: str) -> None:
    order = Order(id="ord_1", do=do, channel=GROUP, member_id=MEMBER, text="加微信 abc")
    with pytest.raises(DeliveryRefused, match=advice) as caught:
        push(order, Answer(status, {"message": "Failed to send messages: 加微信 abc"}))
    assert "abc" not in caught.value.problem
    assert "token-x" not in caught.value.problem


def test_being_rate_limited_is_tried_later() -> None:
    with pytest.raises(DeliveryFailed):
        push(Order(id="ord_1", do=Do.POST, channel=GROUP, text="x"), Answer(429))


@pytest.mark.parametrize(
    "order",
    [
        *(
            Order(id="x", do=do, channel=GROUP, member_id=MEMBER, message_id="1", text="x")
            for do in Do
            if do not in PLATFORM.capabilities.does
        ),
        Order(id="x", do=Do.MESSAGE, channel=GROUP, text="x"),
        Order(id="x", do=Do.POST, member_id=MEMBER, text="x"),
        Order(id="x", do=Do.POST, channel=GROUP),
    ],
)
def test_orders_that_cannot_be_carried_out_are_refused_unasked(order: Order) -> None:
    http = Outside()
    with pytest.raises(DeliveryRefused):
        asyncio.run(PLATFORM.act(CONNECTION, order, http))
    assert http.asked == []


def test_pushes_are_never_sent_unless_the_connection_allows_what_is_paid() -> None:
    assert PLATFORM.capabilities.paid == PLATFORM.capabilities.does == {Do.MESSAGE, Do.POST}


INFO = Answer(
    200, {"userId": "U0", "basicId": "@demo", "displayName": "Demo", "chatMode": "bot", "markAsReadMode": "auto"}
)
HOOKED = Answer(200, {"endpoint": "https://a.example/v1/hooks/con_1", "active": True})
LIMIT, USED = Answer(200, {"type": "limited", "value": 200}), Answer(200, {"totalUsage": 20})


def checked(*answers: Answer, **changes: Any) -> dict[str, tuple[bool, str]]:
    lines = asyncio.run(PLATFORM.check(replace(CONNECTION, **changes), Outside(list(answers))))
    return {line.name: (line.ok, line.detail) for line in lines}


def test_the_connection_test_says_what_is_right() -> None:
    lines = checked(INFO, HOOKED, LIMIT, USED, Answer(200, {"groupId": GROUP}), staff_channel=GROUP)
    assert [name for name, (good, _) in lines.items() if not good] == []
    assert set(lines) == {"access_token", "webhook", "quota", "staff channel"}
    assert "20 of 200" in lines["quota"][1]


def test_the_connection_test_says_what_is_wrong() -> None:
    assert checked(Answer(401, {}))["access_token"][0] is False
    assert checked(INFO, secrets={})["access_token"][0] is False
    for hook in (
        Answer(404, {}),
        Answer(200, {"endpoint": "https://x.example", "active": True}),
        Answer(200, HOOKED.document | {"active": False}),
    ):
        assert checked(INFO, hook, LIMIT, USED)["webhook"][0] is False
    assert checked(INFO, HOOKED, LIMIT, Answer(200, {"totalUsage": 200}))["quota"][0] is False
    lines = checked(INFO, HOOKED, LIMIT, USED, Answer(404, {}), staff_channel=GROUP)
    assert lines["staff channel"][0] is False
