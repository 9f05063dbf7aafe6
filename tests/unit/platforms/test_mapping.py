"""Mapped platforms: the documentation's own examples, and settings that are refused before they can do harm."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from assistant.errors import DeliveryFailed, DeliveryRefused, InvalidInput
from assistant.platforms.dotted_path import steps_of, value_at, values_at
from assistant.platforms.mapping import PLATFORM
from assistant.platforms.mapping_settings import MappingSettings
from assistant.platforms.template import filled, filled_url
from assistant.types import Connection, Do, Hook, HookRequest, Order, Outcome, Said, Verdict
from tests.unit.platforms.hostile import check_hostile, check_junk, check_rotation, refuses
from tests.unit.platforms.outside import Answer, Outside

NOW = datetime.now(UTC).replace(microsecond=0)
STAMP = str(int(NOW.timestamp()))
SECRET = "s3cret"
DOCS = Path(__file__).parents[3] / "docs" / "platforms"
EXAMPLES = {
    name: tomllib.loads(text)
    for page in ("mapping.md", "mattermost.md")
    for name, text in re.findall(r"```toml\n# (\w+)\.toml\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)
}


def connected(settings: dict[str, Any], secret: str = SECRET) -> Connection:
    """With settings as they come back from a database."""
    stored = MappingSettings.model_validate(settings).model_dump(mode="json")
    secrets = {"secret": secret, "api_token": "t0ken"}
    return Connection(id="con_1", community="demo", platform="mapping", settings=stored, secrets=secrets)


def posted(body: Any, headers: dict[str, str] | None = None) -> HookRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    pairs = {"content-type": "application/json", **(headers or {})}
    return HookRequest("POST", (), tuple(pairs.items()), raw, NOW)


def with_mac(header: str, body: Any, secret: str = SECRET) -> HookRequest:
    request = posted(body)
    mac = hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()
    return replace(request, headers=(*request.headers, (header, mac)))


def said(connection: Connection, request: HookRequest) -> Said:
    PLATFORM.verify(connection, request)
    (event,) = PLATFORM.parse(connection, request).events
    assert isinstance(event, Said)
    return event


def carried_out(connection: Connection, order: Order, *answers: Answer) -> tuple[Any, Any]:
    http = Outside(list(answers) or [Answer()])
    return asyncio.run(PLATFORM.act(connection, order, http)), http.asked[-1]


def test_the_documentation_has_all_its_examples() -> None:
    assert set(EXAMPLES) == {"stream", "sendbird", "rocketchat", "mattermost"}


STREAM = {
    "message": {
        "id": "m1",
        "text": "加微信 abc",
        "type": "regular",
        "attachments": [{"type": "image", "title": "加我"}, {"type": "image", "text": None}],
    },
    "user": {"id": "u1", "name": "小明", "role": "user"},
    "channel": {"cid": "messaging:fun", "id": "fun", "type": "messaging"},
}


def test_stream_is_asked_before_a_message_is_sent() -> None:
    connection = connected(EXAMPLES["stream"])
    request = with_mac("x-signature", STREAM)
    wrong = replace(connection, secrets={"secret": "other"})
    check_hostile(PLATFORM, connection, request, wrong_key=wrong, headers=("x-signature",), signs_time=False)
    check_rotation(
        PLATFORM, connection, request, "secret", "fresh", lambda secret: with_mac("x-signature", STREAM, secret)
    )
    event = said(connection, request)
    assert (event.before, event.key, event.message.text) == (True, "fun:m1:", "加微信 abc")
    assert (event.message.member_id, event.message.channel, event.message.unscreened) == ("u1", "fun", ("file",))
    assert [(part.field, part.text) for part in event.message.parts] == [
        ("member.name", "小明"),
        ("message.attachments[0].title", "加我"),
    ]


def stream(**message: Any) -> HookRequest:
    return posted({**STREAM, "message": {**STREAM["message"], "attachments": [], **message}})


@pytest.mark.parametrize(
    ("title", "words", "unscreened"),
    [
        (5, "5", ()),
        (123456789, "123456789", ()),
        (1.5, "1.5", ()),
        ("a\0b", "a\ufffdb", ()),
        ({"en": "加我"}, None, ("other",)),
        (["加我"], None, ("other",)),
        (True, None, ()),
        ({}, None, ()),
        (None, None, ()),
    ],
)
def test_what_an_author_writes_into_an_attachment_keeps_no_message_from_being_screened(
    title: Any, words: str | None, unscreened: tuple[str, ...]
) -> None:
    request = stream(attachments=[{"title": title}, {"title": "尾"}])
    (event,) = PLATFORM.parse(connected(EXAMPLES["stream"]), request).events
    assert [part.text for part in event.message.parts] == ["小明", *([words] if words else []), "尾"]
    assert event.message.unscreened == ("file", *unscreened)


@pytest.mark.parametrize("name", [5, {"x": "小明"}, ["x"], True, None])
def test_nor_does_their_name_or_an_id_of_their_own_choice(name: Any) -> None:
    connection = connected({**EXAMPLES["stream"], "fields": {**EXAMPLES["stream"]["fields"], "refs": {"own": "own"}}})
    body = {**STREAM, "user": {"id": "u1", "name": name}, "own": name}
    (event,) = PLATFORM.parse(connection, posted(body)).events
    assert (event.message.text, event.message.member_id) == ("加微信 abc", "u1")
    for long in ("x" * 255, "漢" * 201, {"a": 1}):
        (event,) = PLATFORM.parse(connection, stream(id=long)).events
        assert (event.message.text, event.message.platform.message_id) == ("加微信 abc", None)
        (other,) = PLATFORM.parse(connection, stream(id=long, text="別的")).events
        assert event.key != other.key


@pytest.mark.parametrize(("titles", "over"), [(98, False), (99, False), (100, True), (5000, True)])
def test_more_texts_than_are_screened_are_named(titles: int, over: bool) -> None:
    """A hundred with the author's name; what is empty is none."""
    attachments = [{"title": f"第{n}", "text": None, "fallback": ""} for n in range(titles)]
    (event,) = PLATFORM.parse(connected(EXAMPLES["stream"]), stream(attachments=attachments)).events
    assert len(event.message.parts) == min(titles + 1, 100)
    assert event.message.unscreened == (("file", "text_over_limit") if over else ("file",))


def test_settings_that_an_earlier_version_stored_serve_on() -> None:
    kept = connected(EXAMPLES["stream"])
    calls = {"delete": {"url": "https://x.example/{ref:a}/{b}", "body": {"a": "{messageId}"}}}
    fields = {**kept.settings["fields"], "refs": {"a b": "message.id"}}
    stale = replace(kept, settings={**kept.settings, "fields": fields, "calls": calls})
    with pytest.raises(ValidationError):
        MappingSettings.model_validate(stale.settings)
    assert PLATFORM.parse(stale, stream()).events


def test_stream_is_answered_in_its_own_words() -> None:
    connection = connected(EXAMPLES["stream"])
    hook = PLATFORM.parse(connection, with_mac("x-signature", STREAM))

    def answer(outcome: Outcome) -> Any:
        reply = PLATFORM.reply(connection, hook, [outcome])
        assert reply.status == 200
        return json.loads(reply.body)

    assert answer(Outcome()) == {}
    hostile = 'no "adverts"}, {text} \\'
    assert answer(Outcome(verdict=Verdict.REJECT, reason=hostile, text="x")) == {
        "message": {"type": "error", "text": hostile}
    }
    assert answer(Outcome(verdict=Verdict.REWRITE, text="加▇▇")) == {"message": {"text": "加▇▇"}}
    assert answer(Outcome(verdict=Verdict.DROP, reason="x"))["message"]["type"] == "error"


def test_sendbird_tells_of_messages() -> None:
    body = {
        "category": "group_channel:message_send",
        "sender": {"user_id": "u1", "nickname": "小明"},
        "payload": {"message_id": 238247928, "message": "加微信 abc", "created_at": 1540866408000},
        "channel": {"channel_url": "sendbird_group_channel_1"},
        "app_id": "x",
    }
    connection = connected(EXAMPLES["sendbird"])
    event = said(connection, with_mac("x-sendbird-signature", body))
    assert (event.before, event.key, event.message.text) == (False, "sendbird_group_channel_1:238247928:", "加微信 abc")
    order = Order(id="a1", do=Do.DELETE, channel=event.message.channel, message_id="238247928")
    _, asked = carried_out(connection, order)
    assert (asked.method, asked.url) == (
        "DELETE",
        "https://api-YOUR_APP_ID.sendbird.com/v3/group_channels/sendbird_group_channel_1/messages/238247928",
    )
    assert (asked.headers, asked.json) == ({"api-token": "t0ken"}, None)


MATTERMOST = {
    "token": "s3cret",
    "team_id": "t1",
    "channel_id": "c1",
    "timestamp": 1700000000000,
    "user_id": "u1",
    "user_name": "xiaoming",
    "post_id": "p1",
    "text": "加微信 abc",
    "trigger_word": "",
    "file_ids": "",
}


def form(document: dict[str, Any]) -> HookRequest:
    return posted(urlencode(document).encode(), {"content-type": "application/x-www-form-urlencoded; charset=utf-8"})


@pytest.mark.parametrize("make", [posted, form])
def test_mattermost_sends_its_token_in_json_or_in_a_form(make: Any) -> None:
    connection = connected(EXAMPLES["mattermost"])
    wrong = replace(connection, secrets={"secret": "other"})
    check_hostile(PLATFORM, connection, make(MATTERMOST), wrong_key=wrong, signs_body=False, signs_time=False)
    for token in ("", "é", "s3cre", "s3cret ", ["s3cret"]):
        refuses(PLATFORM, connection, make({**MATTERMOST, "token": token}))
    for body in (b"", b"[]", b"{", b"\xff", b"token=s3cret&token=s3cret"):
        refuses(PLATFORM, connection, replace(make(MATTERMOST), body=body))
    event = said(connection, make(MATTERMOST))
    assert (event.key, event.message.text, event.message.member_id) == ("c1:p1:", "加微信 abc", "u1")
    assert (event.message.channel, event.message.unscreened) == ("c1", ())
    assert PLATFORM.parse(connection, make({**MATTERMOST, "user_name": "assistant-bot"})) == Hook()
    assert said(connection, make({**MATTERMOST, "file_ids": "f1,f2", "text": ""})).message.unscreened == ("file",)


def test_mattermost_is_told_what_to_do() -> None:
    connection = connected(EXAMPLES["mattermost"])
    assert PLATFORM.reply(connection, PLATFORM.parse(connection, posted(MATTERMOST)), [Outcome()]).body == b""
    delete = Order(id="a1", do=Do.DELETE, channel="c1", message_id="p1", reason="x")
    receipt, asked = carried_out(connection, delete)
    assert (asked.method, asked.url) == ("DELETE", "https://chat.example.org/api/v4/posts/p1")
    assert (dict(asked.headers), receipt.already) == ({"authorization": "Bearer t0ken"}, False)
    assert carried_out(connection, delete, Answer(404))[0].already
    _, asked = carried_out(connection, Order(id="a1", do=Do.KICK, channel="c1", member_id="u1"))
    assert asked.url == "https://chat.example.org/api/v4/channels/c1/members/u1"
    post = Order(id="a1", do=Do.POST, channel="staff", text='待審 "x" {channel}')
    receipt, asked = carried_out(connection, post, Answer(201, {"id": "p2"}))
    assert asked.json == {"channel_id": "staff", "message": '待審 "x" {channel}'}
    assert receipt.message_id == "p2"


@pytest.mark.parametrize(
    "raw", [b"", b"200 ok", b"<html>", b"\xff", b'{"id":', b"[]", b"null", b'{"id": {"x": 1}}', b'{"id": ""}']
)
def test_what_was_posted_is_done_however_the_platform_says_so(raw: bytes) -> None:
    post = Order(id="a1", do=Do.POST, channel="staff", text="待審")
    receipt, _ = carried_out(connected(EXAMPLES["mattermost"]), post, Answer(201 if raw else 204, raw=raw))
    assert (receipt.message_id, receipt.already) == (None, False)


@pytest.mark.parametrize(
    ("named", "kept"), [("p2", "p2"), (7, "7"), ("a\0b", "a\ufffdb"), (True, None), ("x" * 201, None)]
)
def test_the_id_of_what_was_posted_is_one_that_can_be_kept(named: Any, kept: str | None) -> None:
    post = Order(id="a1", do=Do.POST, channel="staff", text="待審")
    receipt, _ = carried_out(connected(EXAMPLES["mattermost"]), post, Answer(200, {"id": named}))
    assert receipt.message_id == kept


def test_the_same_id_in_another_channel_is_another_message() -> None:
    """Or the second would get the first one's answer, whatever it says."""
    connection = connected(EXAMPLES["mattermost"])
    keys = [said(connection, posted({**MATTERMOST, "channel_id": one})).key for one in ("c1", "c2", "c1")]
    assert keys[0] == keys[2] != keys[1]


def test_rocket_chat_names_edits_and_bots() -> None:
    connection = connected(EXAMPLES["rocketchat"])
    body: dict[str, Any] = {
        "token": "s3cret",
        "bot": False,
        "channel_id": "c1",
        "channel_name": "general",
        "message_id": "m1",
        "timestamp": "2026-11-28T10:00:00.000Z",
        "user_id": "u1",
        "user_name": "xiaoming",
        "text": "加微信 abc",
    }
    first, edit = said(connection, posted(body)), said(connection, posted({**body, "isEdited": True}))
    assert (first.message.edit_of, edit.message.edit_of) == (None, "m1")
    assert first.key != edit.key != said(connection, posted({**body, "isEdited": True, "text": "再改"})).key
    for bot in (True, {"i": "bot_1"}):
        assert PLATFORM.parse(connection, posted({**body, "bot": bot})) == Hook()
    _, asked = carried_out(connection, Order(id="a1", do=Do.DELETE, channel="c1", message_id="m1"))
    assert asked.json == {"roomId": "c1", "msgId": "m1"}


MINIMAL: dict[str, Any] = {"fields": {"text": "text"}, "signature": {"name": "x-sign"}}


def test_a_signed_time_has_to_be_fresh() -> None:
    signature = {
        "name": "x-sign",
        "algorithm": "sha1",
        "encoding": "base64",
        "prefix": "v0=",
        "timestamp_header": "x-time",
        "template": "v0:{timestamp}:{body}",
    }
    connection = connected({**MINIMAL, "signature": signature})

    def sign(secret: str) -> HookRequest:
        mac = hmac.new(secret.encode(), f"v0:{STAMP}:".encode() + b'{"text":"x"}', hashlib.sha1).digest()
        return posted(b'{"text":"x"}', {"x-time": STAMP, "x-sign": "v0=" + base64.b64encode(mac).decode()})

    wrong = replace(connection, secrets={"secret": "other"})
    check_hostile(PLATFORM, connection, sign("s3cret"), wrong_key=wrong, headers=("x-sign", "x-time"))
    check_rotation(PLATFORM, connection, sign("s3cret"), "secret", "fresh", sign)


@pytest.mark.parametrize("place", ["header", "query"])
def test_a_token_may_stand_in_a_header_or_the_query(place: str) -> None:
    signature = {"scheme": "token", "place": place, "name": "x-token", "prefix": "Bearer "}
    connection = connected({**MINIMAL, "signature": signature})
    pair = (("x-token", "Bearer s3cret"),)
    request = replace(posted({"text": "x"}), **({"headers": pair} if place == "header" else {"query": pair}))
    where = {"headers" if place == "header" else "query": ("x-token",)}
    wrong = replace(connection, secrets={"secret": "other"})
    check_hostile(PLATFORM, connection, request, wrong_key=wrong, signs_body=False, signs_time=False, **where)


@pytest.mark.parametrize(
    "more",
    [
        {"fields": {"text": "a..b"}},
        {"fields": {"text": ""}},
        {"fields": {"text": "$.text"}, "unknown": 1},
        {"signature": {"name": "x", "template": "{timestamp}.{body}"}},
        {"signature": {"name": "x", "template": "fixed"}},
        {"signature": {"name": "x", "template": "{body}{secret}"}},
        {"signature": {"name": "x", "place": "body"}},
        {"signature": {"name": "a..b", "place": "body", "scheme": "token"}},
        {"before": True},
        {"answers": {"allow": {"body": {"x": ["{secret:secret}"]}}}},
        {"answers": {"allow": {"status": 99}}},
        {"answers": {"perhaps": {}}},
        {"calls": {"delete": {"url": "https://{channel}.example.org/x"}}},
        {"calls": {"delete": {"url": "ftp://example.org/x"}}},
        {"calls": {"delete": {"url": "https://example.org/{secret:api_token}"}}},
        {"calls": {"delete": {"url": "https://example.org/", "body": "{secret:api_token}"}}},
        {"calls": {"delete": {"url": "https://example.org/", "headers": {"x": "{member_id}"}}}},
        {"calls": {"delete": {"url": "https://example.org/", "method": "TRACE"}}},
        {"calls": {"obliterate": {"url": "https://example.org/"}}},
        *(
            {"calls": {"delete": {"url": f"https://example.org/{slip}"}}}
            for slip in (
                "{messageId}",
                "{ message_id }",
                "{ref:}",
                "{ref:a b}",
                "{",
                "a}",
                "{{message_id}}",
                "{0}",
                "%7B}",
            )
        ),
        *(
            {"calls": {"delete": {"url": "https://example.org/", "body": {"x": [slip]}}}}
            for slip in ("{messageId}", "id {Text} of", "{0}", '{"id": {message-id}}', "{訊息}")
        ),
        {"calls": {"delete": {"url": "https://example.org/", "headers": {"x": "{secret:apiToken}"}}}},
        {"calls": {"delete": {"url": "https://example.org/", "headers": {"x": "{ID}"}}}},
        {"answers": {"allow": {"body": "{decisionId}"}}},
        {"signature": {"name": "x", "template": "{Body}{body}"}},
        *({"fields": {"text": "text", "refs": {name: "a"}}} for name in ("", "a b", "a}", "{a", "a\n", "x" * 101)),
    ],
)
def test_settings_that_cannot_work_or_would_leak_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MappingSettings.model_validate({**MINIMAL, **more})


def calling(**call: Any) -> Connection:
    return connected({**MINIMAL, "calls": {"ban": {"url": "https://example.org/{member_id}", **call}}})


def ban(member: str | None) -> Order:
    until = datetime(2026, 12, 1, tzinfo=UTC)
    return Order(id="act_1", do=Do.BAN, member_id=member, until=until, refs={"name": "小明"})


def test_what_a_member_is_called_becomes_neither_address_nor_structure() -> None:
    connection = calling(body={"why": "{reason}", "until": "{until}", "who": ["{ref:name}", "{ref:gone}", 7]})
    _, asked = carried_out(connection, ban("../a?b=c#d é"))
    assert asked.url == "https://example.org/..%2Fa%3Fb%3Dc%23d%20%C3%A9"
    assert asked.json == {"why": "", "until": "2026-12-01T00:00:00+00:00", "who": ["小明", "", 7]}
    for member in (None, "", ".", ".."):
        with pytest.raises(DeliveryRefused, match="member_id"):
            carried_out(connection, ban(member))


@pytest.mark.parametrize("name", ["threadId", "thread-id", "T1", "a.b", "thread_id", "執行緒", "a:b", "$x"])
def test_what_a_call_needs_beside_may_have_any_name(name: str) -> None:
    call = {"url": f"https://example.org/{{ref:{name}}}/1", "body": {"in": f"<{{ref:{name}}}>"}}
    connection = connected({"fields": {"text": "text", "refs": {name: "x.y"}}, **calls_of(call)})
    event = PLATFORM.parse(connection, posted({"text": "x", "x": {"y": "a/b"}})).events[0]
    _, asked = carried_out(connection, Order(id="a1", do=Do.DELETE, refs=event.refs))
    assert (asked.url, asked.json) == ("https://example.org/a%2Fb/1", {"in": "<a/b>"})
    with pytest.raises(DeliveryRefused, match=re.escape(name)):
        carried_out(connection, Order(id="a1", do=Do.DELETE))


def calls_of(call: dict[str, Any]) -> dict[str, Any]:
    return {"signature": MINIMAL["signature"], "calls": {"delete": call}}


def test_json_in_a_string_and_braces_that_are_no_slip_stay() -> None:
    body = {
        "payload": '{"id": "{message_id}", "more": {}, "list": [{"a": 1}]}',
        "query": 'mutation { remove(id: "{message_id}") { id } }',
        "say": "{one, or two} {} } {",
    }
    call = {"url": "https://example.org/", "body": body}
    connection = connected({"fields": MINIMAL["fields"], **calls_of(call)})
    _, asked = carried_out(connection, Order(id="a1", do=Do.DELETE, message_id="m1"))
    assert json.loads(asked.json["payload"])["id"] == "m1"
    assert asked.json["query"] == 'mutation { remove(id: "m1") { id } }'
    assert asked.json["say"] == body["say"]


def test_secrets_stand_in_headers_and_in_no_error() -> None:
    connection = calling(headers={"x-key": "{secret:secret}:{secret:api_token}", "idempotency-key": "{id}"})
    _, asked = carried_out(connection, ban("u1"))
    assert dict(asked.headers) == {"x-key": "s3cret:t0ken", "idempotency-key": "act_1"}
    for status in (301, 400, 401, 403, 404):
        with pytest.raises(DeliveryRefused, match=str(status)) as caught:
            carried_out(connection, ban("u1"), Answer(status))
        assert "t0ken" not in str(caught.value)
    with pytest.raises(DeliveryFailed):
        carried_out(connection, ban("u1"), Answer(503))
    with pytest.raises(DeliveryRefused, match="api_token"):
        carried_out(replace(connection, secrets={"secret": "s3cret"}), ban("u1"))


def test_what_is_not_configured_is_not_done() -> None:
    for do in Do:
        with pytest.raises(DeliveryRefused, match=do.value):
            carried_out(connected(MINIMAL), Order(id="x", do=do))


def test_the_connection_test_sends_nothing_and_says_so() -> None:
    http = Outside()
    (none,) = asyncio.run(PLATFORM.check(connected(MINIMAL), http))
    checks = asyncio.run(PLATFORM.check(connected(EXAMPLES["mattermost"]), http))
    assert none.ok
    assert [one.ok for one in checks] == [True, True, True]
    assert "not tried" in checks[0].detail
    keyless = replace(connected(EXAMPLES["mattermost"]), secrets={"secret": "x"})
    assert not any(one.ok for one in asyncio.run(PLATFORM.check(keyless, http)))
    assert http.asked == []


def test_further_texts_are_a_message_where_there_is_no_text() -> None:
    connection = connected({**MINIMAL, "fields": {"text": "text", "member_name": "name", "parts": ["card.title"]}})
    (event,) = PLATFORM.parse(connection, posted({"name": "小明", "card": {"title": "加微信 abc"}})).events
    assert [(part.field, part.text) for part in event.message.parts][1:] == [("card.title", "加微信 abc")]
    assert PLATFORM.parse(connection, posted({"name": "小明"})) == Hook()


def test_events_without_a_message_are_none_and_get_the_allowing_answer() -> None:
    settings = {**MINIMAL, "before": True, "answers": {"reject": {"status": 403}, "allow": {"status": 202}}}
    connection = connected(settings)
    hook = PLATFORM.parse(connection, posted({"kind": "ping"}))
    assert hook == Hook()
    assert PLATFORM.reply(connection, hook, []).status == 202
    hook = PLATFORM.parse(connection, posted({"text": "x"}))
    for verdict in (Verdict.REJECT, Verdict.DROP, Verdict.REWRITE):
        assert PLATFORM.reply(connection, hook, [Outcome(verdict=verdict, text="x")]).status == 403


def test_junk_is_no_event_or_a_clear_refusal() -> None:
    wrong = (1, 1.5, True, "", "x" * 300, [], [1], {}, {"a": [{}]}, "\x00")
    for name, body in (("stream", STREAM), ("mattermost", MATTERMOST)):
        connection = connected(EXAMPLES[name])
        check_junk(PLATFORM, connection, posted(body))
        check_junk(PLATFORM, connection, form(MATTERMOST))
        spoiled = [{**body, key: value} for key in body for value in wrong]
        spoiled += [
            {**STREAM, "message": {**STREAM["message"], key: value}} for key in STREAM["message"] for value in wrong
        ]
        check_junk(PLATFORM, connection, posted(body), (json.dumps(one).encode() for one in spoiled))


@given(st.integers(0, 400), st.binary(max_size=4), st.sampled_from(["stream", "rocketchat"]))
def test_any_spoiled_document_is_read_or_refused(at: int, what: bytes, name: str) -> None:
    body = json.dumps(STREAM).encode()
    spoiled = (body[:at] + what + body[at + len(what) :], body[:at] + what)
    check_junk(PLATFORM, connected(EXAMPLES[name]), posted(STREAM), spoiled)
    check_junk(PLATFORM, connected(EXAMPLES["mattermost"]), form(MATTERMOST), spoiled)


def test_a_wrong_kind_of_value_is_refused_by_its_path() -> None:
    with pytest.raises(InvalidInput) as caught:
        PLATFORM.parse(connected(EXAMPLES["stream"]), posted({**STREAM, "user": {"id": []}}))
    assert caught.value.field == "user.id"


def test_dotted_paths() -> None:
    document = {"a": {"b": [{"c": 1}, {"c": 2}, {}]}, "x": None, "l": [[1, 2], [3]]}
    assert list(values_at(document, "a.b[*].c")) == [("a.b[0].c", 1), ("a.b[1].c", 2)]
    assert list(values_at(document, "l[*][0]")) == [("l[0][0]", 1), ("l[1][0]", 3)]
    assert value_at(document, "a.b[1].c") == 2
    assert list(values_at(document, "x")) == [("x", None)]
    for nowhere in ("a.b.c", "a[0]", "a.b[9].c", "x.y", "z", "a.b[*].d"):
        assert value_at(document, nowhere) is None
    assert value_at([7], "[0]") == 7
    assert steps_of("訊息.text[0]") == ("訊息", "text", 0)
    for wrong in ("", ".", "a.", ".a", "a[", "a[]", "a[-1]", "a]b", "a[x]", "a[0]b", "a..b"):
        with pytest.raises(ValueError, match="path"):
            steps_of(wrong)


@given(st.text(), st.text())
def test_what_is_put_in_is_never_read_as_a_template(text: str, reason: str) -> None:
    values = {"text": text, "reason": reason}
    assert filled({"a": ["{text}|{reason}"]}, values) == {"a": [f"{text}|{reason}"]}


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_an_address_keeps_its_shape(member: str) -> None:
    try:
        url = filled_url("https://example.org/a/{member_id}/b", {"member_id": member})
    except DeliveryRefused:
        assert member in {"", ".", ".."}
    else:
        assert url.isascii()
        assert url.count("/") == 5
        assert not set(url) & set("?# \r\n")


def test_a_signed_time_of_another_day_is_refused() -> None:
    connection = connected(
        {**MINIMAL, "signature": {"name": "x", "timestamp_header": "t", "template": "{timestamp}{body}"}}
    )
    body = b'{"text":"x"}'
    mac = hmac.new(b"s3cret", STAMP.encode() + body, hashlib.sha256).hexdigest()
    request = posted(body, {"t": STAMP, "x": mac})
    PLATFORM.verify(connection, request)
    refuses(PLATFORM, connection, replace(request, received_at=NOW + timedelta(minutes=6)))
