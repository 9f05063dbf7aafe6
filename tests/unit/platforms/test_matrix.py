"""The Matrix adapter: what our Synapse module sends, signed by the reference library, and orders against answers as Synapse gives them.

``tests/connectors`` has both with a real Synapse.
"""

from __future__ import annotations

import asyncio
import copy
import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from standardwebhooks.webhooks import Webhook

from assistant.errors import DeliveryFailed, DeliveryRefused, InvalidInput
from assistant.platforms.matrix import PLATFORM, REACTIONS, MatrixSettings
from assistant.platforms.matrix.formatted import text_of
from assistant.platforms.standard_webhooks import make_secret
from assistant.types import Button, Connection, Do, Hook, HookRequest, Joined, Order, Outcome, Pressed, Said, Verdict
from tests.unit.platforms.hostile import JUNK_BODIES, check_hostile, check_junk, check_rotation
from tests.unit.platforms.outside import Answer, Outside

NOW = datetime.now(UTC).replace(microsecond=0)
SECRET = make_secret()
TOKEN = "syt_token"
ROOM, STAFF, BOT, ALICE = "!room:example.org", "!staff:example.org", "@assistant:example.org", "@alice:example.org"
CONNECTION = Connection(
    id="con_1",
    community="demo",
    platform="matrix",
    settings={"api_base": "https://matrix.example.org", "user_id": BOT},
    secrets={"secret": SECRET, "token": TOKEN},
    staff_channel=STAFF,
)


def body(
    content: dict[str, Any], kind: str = "m.room.message", *, waits: bool = True, name: str = "小明", **event: Any
) -> bytes:
    told = {
        "type": kind,
        "event_id": "$event",
        "room_id": ROOM,
        "sender": ALICE,
        "origin_server_ts": 1_700_000_000_000,
        "content": content,
    }
    document = {"type": "event", "waits": waits, "event": told | event, "member": {"name": name}}
    return json.dumps(document, ensure_ascii=False).encode()


TEXT = {"msgtype": "m.text", "body": "加微信 abc"}
JOIN = json.dumps(
    {"type": "join", "id": "evt_1", "room_id": ROOM, "member": {"id": ALICE, "name": "加微信 abc"}}
).encode()


def signed(secret: str = SECRET, content: bytes = body(TEXT)) -> HookRequest:
    """Signed by the reference library."""
    headers = (
        ("content-type", "application/json"),
        ("webhook-id", "evt_1"),
        ("webhook-timestamp", str(int(NOW.timestamp()))),
        ("webhook-signature", Webhook(secret).sign("evt_1", NOW, content.decode())),
    )
    return HookRequest("POST", (), headers, content, NOW)


def parsed(content: bytes) -> Hook:
    return PLATFORM.parse(CONNECTION, replace(signed(), body=content))


def said(content: dict[str, Any], kind: str = "m.room.message", **more: Any) -> Said:
    (event,) = parsed(body(content, kind, **more)).events
    assert isinstance(event, Said)
    return event


def parts(event: Said) -> dict[str, str]:
    return {part.field: part.text for part in event.message.parts}


def test_what_the_reference_library_signs_is_taken_and_every_forgery_refused() -> None:
    check_hostile(
        PLATFORM,
        CONNECTION,
        signed(),
        wrong_key=replace(CONNECTION, secrets={"secret": make_secret()}),
        headers=("webhook-id", "webhook-timestamp", "webhook-signature"),
    )
    check_rotation(PLATFORM, CONNECTION, signed(), "secret", make_secret(), signed)


def test_a_message_is_read_with_what_acting_upon_it_needs() -> None:
    event = said(TEXT)
    assert (event.key, event.before, event.refs) == ("$event", True, {})
    message = event.message
    assert (message.text, message.member_id, message.channel) == ("加微信 abc", ALICE, ROOM)
    assert message.platform is not None
    assert (message.platform.name, message.platform.message_id, message.edit_of) == ("matrix", "$event", None)
    assert message.sent_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert parts(event) == {"member.name": "小明"}
    assert said(TEXT, waits=False).before is False


@pytest.mark.parametrize(
    ("level", "roles"),
    [(100, ("moderator", "admin")), (50, ("moderator",)), (49, ()), (None, ()), ("100", ()), (True, ())],
)
def test_power_levels_are_roles(level: Any, roles: tuple[str, ...]) -> None:
    document = json.loads(body(TEXT))
    document["member"]["level"] = level
    (event,) = parsed(json.dumps(document).encode()).events
    assert isinstance(event, Said)
    assert event.message.roles == roles


@pytest.mark.parametrize("kind", ["m.text", "m.emote", "m.notice"])
def test_a_notice_is_a_message_since_anybody_may_send_one(kind: str) -> None:
    assert said({"msgtype": kind, "body": "加微信 abc"}).message.text == "加微信 abc"


def test_what_our_bot_says_does_and_joins_gives_no_events() -> None:
    press = {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$card", "key": "✅"}}
    assert not parsed(body(TEXT, sender=BOT)).events
    assert not parsed(body(press, "m.reaction", sender=BOT, room_id=STAFF)).events
    assert not parsed(JOIN.replace(ALICE.encode(), BOT.encode())).events


def test_an_edit_names_the_message_it_edits_and_what_old_clients_show_of_it() -> None:
    edit = {
        "msgtype": "m.text",
        "body": "* 加微信 abc",
        "m.new_content": {"msgtype": "m.text", "body": "加微信 abc"},
        "m.relates_to": {"rel_type": "m.replace", "event_id": "$first"},
    }
    event = said(edit)
    assert (event.key, event.message.edit_of, event.message.text) == ("$event", "$first", "加微信 abc")
    assert event.message.platform is not None
    assert event.message.platform.message_id == "$first"
    assert event.refs == {"edit": "$event"}
    assert parts(event) == {"member.name": "小明"}
    hidden = edit | {"m.new_content": {"msgtype": "m.text", "body": "hello"}, "formatted_body": "* <b>QQ</b> 123"}
    assert parts(said(hidden)) == {
        "member.name": "小明",
        "fallback.body": "* 加微信 abc",
        "fallback.formatted_body": "QQ 123",
    }


def test_formatting_that_reads_differently_from_the_body_is_a_text_of_its_own() -> None:
    content = TEXT | {"format": "org.matrix.custom.html", "formatted_body": "加<b>微</b>信&nbsp;abc"}
    assert "formatted_body" not in parts(said(content))
    content["formatted_body"] = '<p>加<i>QQ</i></p><a href="https://spam.example/?a=1&amp;b">here</a><img alt="V信">'
    text = parts(said(content, name=""))["formatted_body"]
    assert text.split() == ["加QQ", "https://spam.example/?a=1&b", "here", "V信"]


@pytest.mark.parametrize("html", ["<" * 60_000, "<a " * 20_000, "<a href='" * 7_000, "href=" * 12_000, "&" * 60_000])
def test_formatting_is_read_in_linear_time(html: str) -> None:
    began = time.process_time()
    text_of(html)
    text_of(f"<{html.replace('<', '')}>")
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("content", "text", "names", "unscreened"),
    [
        ({"msgtype": "m.image", "body": "a.png"}, "", "a.png", "image"),
        ({"msgtype": "m.image", "body": "加微信", "filename": "a.png"}, "加微信", "a.png", "image"),
        ({"msgtype": "m.file", "body": "a.txt", "filename": "a.txt"}, "", "a.txt", "file"),
        ({"msgtype": "m.video", "body": ""}, "", None, "video"),
        ({"msgtype": "m.audio", "body": "a.ogg"}, "", "a.ogg", "audio"),
        ({"msgtype": "m.audio", "body": "a.ogg", "org.matrix.msc3245.voice": {}}, "", "a.ogg", "voice"),
        ({"msgtype": "m.location", "body": "here", "geo_uri": "geo:1,2"}, "here", None, "location"),
        ({"msgtype": "com.example.new", "body": "加微信"}, "加微信", None, "other"),
        ({"body": "加微信"}, "加微信", None, "other"),
    ],
)
def test_media_are_unscreened_and_their_names_and_captions_are_read(
    content: dict[str, Any], text: str, names: str | None, unscreened: str
) -> None:
    event = said(content, name="")
    assert (event.message.text, event.message.unscreened) == (text, (unscreened,))
    assert parts(event).get("attachments[0].name") == names


def test_stickers_room_names_topics_and_reactions_in_words_are_read() -> None:
    sticker = said({"body": "加微信", "url": "mxc://a/b"}, "m.sticker")
    assert (parts(sticker)["attachments[0].name"], sticker.message.unscreened) == ("加微信", ("sticker",))
    assert said({"name": "加微信"}, "m.room.name", state_key="").message.text == "加微信"
    assert said({"topic": "加微信"}, "m.room.topic", state_key="").message.text == "加微信"
    reaction = {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$x", "key": "加微信"}}
    assert said(reaction, "m.reaction").message.text == "加微信"


@pytest.mark.parametrize(
    "content",
    [
        {
            "org.matrix.msc1767.text": "Which?\n1. 加微信",
            "org.matrix.msc3381.poll.start": {
                "question": {"org.matrix.msc1767.text": "Which?", "body": "Which?"},
                "answers": [
                    {"id": "1", "org.matrix.msc1767.text": "加微信"},
                    {"id": "2", "org.matrix.msc1767.text": "no"},
                ],
            },
        },
        {
            "m.text": [{"body": "Which?\n1. 加微信"}],
            "m.poll": {
                "question": {"m.text": [{"body": "Which?"}]},
                "answers": [
                    {"m.id": "1", "m.text": [{"body": "加微信"}]},
                    {"m.id": "2", "m.text": [{"body": "no"}]},
                ],
            },
        },
    ],
)
def test_polls_are_read_with_their_options(content: dict[str, Any]) -> None:
    kind = "m.poll.start" if "m.poll" in content else "org.matrix.msc3381.poll.start"
    event = said(content, kind)
    assert event.message.text == "Which?"
    found = parts(event)
    assert (found["poll.options[0]"], found["poll.options[1]"]) == ("加微信", "no")
    assert found["poll.text"] == "Which?\n1. 加微信"


@pytest.mark.parametrize(
    ("relation", "answered"),
    [
        ({"m.in_reply_to": {"event_id": "$a"}}, "$a"),
        ({"rel_type": "m.thread", "event_id": "$root", "m.in_reply_to": {"event_id": "$a"}}, "$a"),
        (
            {"rel_type": "m.thread", "event_id": "$root", "is_falling_back": True, "m.in_reply_to": {"event_id": "$a"}},
            "$root",
        ),
        ({"rel_type": "m.thread", "event_id": "$root"}, "$root"),
        ({"m.in_reply_to": {"event_id": ""}}, None),
        ({"m.in_reply_to": "$a"}, None),
        ({}, None),
    ],
    ids=str,
)
def test_what_is_answered_is_named(relation: dict[str, Any], answered: str | None) -> None:
    assert said(TEXT | {"m.relates_to": relation}).message.reply_to == answered


def test_a_thread_is_named() -> None:
    assert said(TEXT | {"m.relates_to": {"rel_type": "m.thread", "event_id": "$root"}}).message.thread == "$root"


def test_of_an_encrypted_message_nothing_is_known_and_that_is_said() -> None:
    event = said({}, "m.room.encrypted", waits=False)
    assert (event.before, event.message.text, event.message.unscreened) == (False, "", ("encrypted",))


@pytest.mark.parametrize(
    ("sign", "verb"), [*REACTIONS.items(), ("🗑", "remove"), ("↩", "undo"), ("✅\ufe0f", "approve")]
)
def test_a_reaction_to_a_card_is_a_press_of_its_verb(sign: str, verb: str) -> None:
    reaction = {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$card", "key": sign}}
    (event,) = parsed(body(reaction, "m.reaction", room_id=STAFF, waits=False)).events
    assert event == Pressed(key="$event", value=verb, member_id=ALICE, channel=STAFF, message_id="$card")


@pytest.mark.parametrize("sign", ["👍", "", "approve", 1, None])
def test_other_reactions_press_nothing(sign: Any) -> None:
    reaction = {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$card", "key": sign}}
    assert not parsed(body(reaction, "m.reaction", room_id=STAFF)).events


def test_a_verb_is_pressed_in_the_staff_room_alone() -> None:
    reaction = {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$card", "key": "✅"}}
    assert not parsed(body(reaction, "m.reaction")).events


def test_joins_of_local_and_of_federated_members_are_told() -> None:
    (local,) = parsed(JOIN).events
    assert local == Joined(key="evt_1", member_id=ALICE, name="加微信 abc", channel=ROOM)
    content = {"membership": "join", "displayname": "加微信 abc"}
    (federated,) = parsed(body(content, "m.room.member", state_key=ALICE, waits=False)).events
    assert federated == Joined(key="$event", member_id=ALICE, name="加微信 abc", channel=ROOM)
    assert not parsed(body({"membership": "leave"}, "m.room.member", state_key=ALICE)).events


@pytest.mark.parametrize("kind", ["m.room.redaction", "m.call.invite", "m.room.avatar", ""])
def test_events_of_no_interest_give_none(kind: str) -> None:
    assert not parsed(body({"body": "x"}, kind)).events


@pytest.mark.parametrize(
    "content",
    [
        TEXT | {"format": [], "formatted_body": 1, "m.relates_to": "x", "m.mentions": 3},
        TEXT | {"m.relates_to": {"rel_type": "m.replace", "event_id": 7}, "m.new_content": []},
        TEXT | {"m.relates_to": {"rel_type": [], "event_id": "$x"}},
        TEXT | {"m.relates_to": {"rel_type": "m.replace", "event_id": "$" * 300}},
        TEXT | {"filename": {}, "url": None},
    ],
)
def test_nonsense_beside_a_text_does_not_keep_it_from_being_read(content: dict[str, Any]) -> None:
    """Else it would be left to the fail mode, which may be open."""
    assert said(content).message.text == "加微信 abc"


def test_an_edit_without_sound_new_content_is_still_read() -> None:
    content = TEXT | {"m.relates_to": {"rel_type": "m.replace", "event_id": "$first"}, "m.new_content": "x"}
    assert parts(said(content))["fallback.body"] == "加微信 abc"


@pytest.mark.parametrize("time_ms", [-1, 10**18, True, "x", 1.5, None])
def test_impossible_times_are_left_out(time_ms: Any) -> None:
    assert said(TEXT, origin_server_ts=time_ms).message.sent_at is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event.event_id", {"event_id": None}),
        ("event.sender", {"sender": 1.5}),
        ("event.room_id", {"room_id": "x" * 256}),
        ("event.content", {"content": []}),
        ("event.type", {"type": 3}),
        ("event.state_key", {"type": "m.room.member", "content": {"membership": "join"}, "state_key": ""}),
    ],
)
def test_a_broken_envelope_is_refused_by_name(field: str, value: dict[str, Any]) -> None:
    document = json.loads(body(TEXT))
    document["event"] |= value
    with pytest.raises(InvalidInput) as caught:
        parsed(json.dumps(document).encode())
    assert caught.value.field == field


def test_junk_is_no_event_or_a_clear_refusal() -> None:
    junk = [
        b'{"type":"event"}',
        b'{"type":"event","event":[]}',
        b'{"type":"join","id":[],"member":{}}',
        b'{"type":"x"}',
    ]
    check_junk(PLATFORM, CONNECTION, signed(), (*JUNK_BODIES, *junk))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
WHOLE = [
    body(TEXT | {"formatted_body": "<b>x</b>", "m.relates_to": {"rel_type": "m.thread", "event_id": "$x"}}),
    body({"body": "* x", "m.new_content": TEXT, "m.relates_to": {"rel_type": "m.replace", "event_id": "$x"}}),
    body(
        {"m.poll": {"question": {"m.text": [{"body": "q"}]}, "answers": [{"m.text": [{"body": "a"}]}]}}, "m.poll.start"
    ),
    body({"m.relates_to": {"rel_type": "m.annotation", "event_id": "$x", "key": "✅"}}, "m.reaction", room_id=STAFF),
    body({"membership": "join", "displayname": "x"}, "m.room.member", state_key=ALICE),
    JOIN,
]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, one in inside for place in _places(one, (*path, name)))]


@given(st.data())
def test_a_body_changed_anywhere_gives_events_or_a_clear_refusal(data: st.DataObject) -> None:
    document = json.loads(data.draw(st.sampled_from(WHOLE)))
    path = data.draw(st.sampled_from(_places(document)[1:]))
    changed = copy.deepcopy(document)
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = data.draw(ANYTHING)
    check_junk(PLATFORM, CONNECTION, signed(), [json.dumps(changed).encode()])


def test_the_module_is_answered_with_a_verdict_whatever_it_told() -> None:
    hook = PLATFORM.parse(CONNECTION, signed())
    outcome = Outcome(verdict=Verdict.REJECT, reason="廣告", degraded=True)
    answer = json.loads(PLATFORM.reply(CONNECTION, hook, [outcome]).body)
    assert answer == {"verdict": "reject", "reason": "廣告", "degraded": True}
    allowed = {"verdict": "allow", "reason": None, "degraded": False}
    assert json.loads(PLATFORM.reply(CONNECTION, hook, [Outcome()]).body) == allowed
    assert json.loads(PLATFORM.reply(CONNECTION, Hook(), []).body) == allowed


def test_settings_are_checked() -> None:
    MatrixSettings(api_base="http://10.0.0.1:8008/", user_id=BOT)
    for wrong in ({"api_base": "matrix.example.org"}, {"user_id": "assistant"}, {"api_base": "https://a/_matrix"}):
        with pytest.raises(ValidationError):
            MatrixSettings(**({"api_base": "https://matrix.example.org", "user_id": BOT} | wrong))


def act(do: Do, *answers: Answer, **more: Any) -> tuple[Any, Outside]:
    http = Outside(list(answers) or [Answer(200, {"event_id": "$new"})])
    return asyncio.run(PLATFORM.act(CONNECTION, Order(id="dlv_1", do=do, **more), http)), http


def error(status: int, code: str, **more: Any) -> Answer:
    return Answer(status, {"errcode": code, "error": "加微信 abc syt_token", **more})


TARGET: dict[str, Any] = {"channel": ROOM, "message_id": "$bad/../id", "member_id": ALICE, "text": "<b>規則</b>"}
ALL = sorted(PLATFORM.capabilities.does)


def test_ids_are_escaped_and_the_orders_id_is_the_transaction() -> None:
    _, http = act(Do.DELETE, reason="advert", **TARGET)
    looked, redacted = http.asked
    assert (
        looked.url == "https://matrix.example.org/_matrix/client/v3/rooms/%21room%3Aexample.org/event/%24bad%2F..%2Fid"
    )
    assert redacted.url.endswith("/rooms/%21room%3Aexample.org/redact/%24bad%2F..%2Fid/dlv_1")
    assert (redacted.method, redacted.json) == ("PUT", {"reason": "advert"})
    assert redacted.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("found", "redacted"),
    [
        (Answer(200, {"event_id": "$victims", "sender": ALICE}), ["$victims", "$edit"]),
        (Answer(200, {"event_id": "$victims", "sender": "@victim:example.org"}), ["$edit"]),
        (Answer(200, {"event_id": "$victims", "sender": "@victim:example.org", "redacted_because": {}}), ["$edit"]),
        (Answer(200, {"event_id": "$victims"}), ["$edit"]),
        (Answer(200, {"event_id": "$victims", "sender": [ALICE]}), ["$edit"]),
        (Answer(200, {"event_id": "$victims", "sender": ALICE, "redacted_because": {}}), ["$edit"]),
    ],
)
def test_an_edit_takes_along_the_message_of_its_own_author_alone(found: Answer, redacted: list[str]) -> None:
    order = {"channel": ROOM, "message_id": "$victims", "member_id": ALICE, "refs": {"edit": "$edit"}}
    _, http = act(Do.DELETE, found, Answer(200, {}), **order)
    assert [unquote(one.url).split("/redact/")[1].split("/")[0] for one in http.asked[1:]] == redacted


@pytest.mark.parametrize("hidden", [error(404, "M_NOT_FOUND"), error(403, "M_FORBIDDEN")])
def test_where_the_edited_message_cannot_be_read_the_staff_learn_that_it_stands(hidden: Answer) -> None:
    order = {"channel": ROOM, "message_id": "$victims", "member_id": ALICE, "refs": {"edit": "$edit"}}
    with pytest.raises(DeliveryRefused, match="the edit is deleted"):
        act(Do.DELETE, hidden, Answer(200, {}), **order)


def test_an_edit_of_nobody_known_leaves_the_edited_message() -> None:
    order = {"channel": ROOM, "message_id": "$victims", "refs": {"edit": "$edit"}}
    _, http = act(Do.DELETE, Answer(200, {"sender": "@victim:example.org"}), Answer(200, {}), **order)
    assert len(http.asked) == 2


def test_a_message_is_plain_text_that_notifies_nobody_else() -> None:
    known = Answer(200, {ALICE: ["!dm:example.org"]})
    receipt, http = act(
        Do.MESSAGE, known, Answer(200, {"membership": "join"}), Answer(200, {"event_id": "$m"}), **TARGET
    )
    assert receipt.message_id == "$m"
    assert http.asked[-1].json == {"msgtype": "m.text", "body": "<b>規則</b>", "m.mentions": {}}
    assert http.asked[-1].url.endswith("/rooms/%21dm%3Aexample.org/send/m.room.message/dlv_1")


@pytest.mark.parametrize("taken", [error(400, "M_ROOM_IN_USE"), error(409, "M_UNKNOWN")])
def test_a_room_made_twice_at_once_is_one_by_its_alias(taken: Answer) -> None:
    """Synapse refuses the alias at the beginning, or where it is taken meanwhile in the end; the room may not be there yet."""
    answers = [
        error(404, "M_NOT_FOUND"),
        taken,
        Answer(200, {"room_id": "!dm:example.org"}),
        error(403, "M_FORBIDDEN"),
        Answer(200, {"sender": BOT, "content": {}}),
        Answer(200, {"membership": "invite"}),
        Answer(200, {}),
        Answer(200, {"event_id": "$m"}),
    ]
    receipt, http = act(Do.MESSAGE, *answers, **TARGET)
    assert receipt.message_id == "$m"
    assert http.asked[1].json["room_alias_name"] in http.asked[2].url
    assert http.asked[6].json == {ALICE: ["!dm:example.org"]}


@pytest.mark.parametrize("do", ALL)
def test_missing_rights_are_refused_for_good_without_repeating_what_the_homeserver_said(do: Do) -> None:
    with pytest.raises(DeliveryRefused) as caught:
        act(do, error(403, "M_FORBIDDEN"), **TARGET)
    assert "加微信" not in caught.value.problem
    assert TOKEN not in caught.value.problem


@pytest.mark.parametrize("do", ALL)
@pytest.mark.parametrize("code", ["M_UNKNOWN_TOKEN", "M_USER_DEACTIVATED"])
def test_a_token_that_is_not_taken_is_named(do: Do, code: str) -> None:
    with pytest.raises(DeliveryRefused, match=code):
        act(do, error(401, code), **TARGET)


@pytest.mark.parametrize("do", ALL)
def test_a_limited_rate_is_tried_again_later(do: Do) -> None:
    limited = Answer(429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2500}, {"retry-after": "3"})
    with pytest.raises(DeliveryFailed) as caught:
        act(do, limited, **TARGET)
    assert caught.value.retry_after == 3
    with pytest.raises(DeliveryFailed) as caught:
        act(do, error(400, "M_LIMIT_EXCEEDED", retry_after_ms=2500), **TARGET)
    assert caught.value.retry_after == 2.5


@pytest.mark.parametrize("do", ALL)
@pytest.mark.parametrize("document", [None, [], "x", {"errcode": 5}, {"errcode": "<script>"}, {"errcode": "M_A B"}])
def test_a_stranger_at_the_address_is_refused_with_nothing_of_its_answer(do: Do, document: Any) -> None:
    with pytest.raises(DeliveryRefused, match=r"answered 400: is api_base"):
        act(do, Answer(400, document), **TARGET)


@pytest.mark.parametrize("do", ALL)
def test_an_order_without_its_target_and_a_connection_without_its_token_are_refused(do: Do) -> None:
    with pytest.raises(DeliveryRefused, match="names no"):
        act(do)
    for broken in (replace(CONNECTION, secrets={}), replace(CONNECTION, settings={})):
        with pytest.raises(DeliveryRefused, match="has no"):
            asyncio.run(PLATFORM.act(broken, Order(id="x", do=do, **TARGET), Outside()))


@pytest.mark.parametrize("do", sorted(set(Do) - PLATFORM.capabilities.does))
def test_orders_that_matrix_has_nothing_for_are_refused(do: Do) -> None:
    with pytest.raises(DeliveryRefused, match=do.value):
        act(do, **TARGET)


@pytest.mark.parametrize(
    ("do", "refusal", "membership", "already"),
    [
        (Do.KICK, error(403, "M_FORBIDDEN"), "leave", True),
        (Do.KICK, error(403, "M_FORBIDDEN"), None, True),
        (Do.KICK, error(403, "M_FORBIDDEN"), "join", False),
        (Do.BAN, error(403, "M_FORBIDDEN"), "ban", True),
        (Do.BAN, error(403, "M_FORBIDDEN"), None, False),
        (Do.UNBAN, error(403, "M_BAD_STATE"), "leave", True),
        (Do.UNBAN, error(403, "M_FORBIDDEN"), "ban", False),
    ],
)
def test_what_is_so_already_is_no_error(do: Do, refusal: Answer, membership: str | None, already: bool) -> None:
    found = Answer(200, {"membership": membership}) if membership else error(404, "M_NOT_FOUND")
    if already:
        receipt, _ = act(do, refusal, found, **TARGET)
        assert receipt.already
    else:
        with pytest.raises(DeliveryRefused):
            act(do, refusal, found, **TARGET)


def test_a_mute_keeps_the_level_that_was_there_and_its_end_restores_it() -> None:
    levels = {"users": {ALICE: 10, BOT: 100}, "events": {"m.sticker": -3}, "kick": 50}
    _, http = act(Do.MUTE, Answer(200, levels), Answer(200, {}), **TARGET)
    muted = http.asked[1].json
    assert (muted["users"], muted["kick"]) == ({ALICE: -4, BOT: 100}, 50)
    _, http = act(Do.UNMUTE, Answer(200, muted), Answer(200, {}), **TARGET)
    assert http.asked[1].json == levels


def test_a_mute_by_hand_is_ended_as_well() -> None:
    _, http = act(Do.UNMUTE, Answer(200, {"users": {ALICE: -1}}), Answer(200, {}), **TARGET)
    assert http.asked[1].json == {"users": {}}


def test_an_answer_stays_in_its_thread() -> None:
    order = {"channel": ROOM, "text": "七天內", "refs": {"thread": "$root"}}
    _, http = act(Do.POST, Answer(200, {"event_id": "$new"}), **order)
    assert http.asked[0].json["m.relates_to"] == {
        "rel_type": "m.thread",
        "event_id": "$root",
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": "$root"},
    }
    _, http = act(Do.POST, Answer(200, {"event_id": "$new"}), channel=ROOM, text="七天內")
    assert "m.relates_to" not in http.asked[0].json


def test_a_card_whose_reactions_are_not_allowed_is_posted_all_the_same() -> None:
    buttons = (Button("Remove", "case:cas_1:remove"), Button("Other", "case:cas_1:other"))
    posted = Answer(200, {"event_id": "$card"})
    for code in ("M_FORBIDDEN", "M_DUPLICATE_ANNOTATION"):
        receipt, http = act(Do.POST, posted, error(403, code), buttons=buttons, **TARGET)
        assert receipt.message_id == "$card"
        card, reaction = http.asked
        assert card.json["body"] == "<b>規則</b>\n\n🗑️ Remove"
        assert reaction.json == {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$card", "key": "🗑️"}}


def test_the_connection_test_does_not_raise_for_a_wrong_token_or_address() -> None:
    for answer in (error(401, "M_UNKNOWN_TOKEN"), Answer(404, None), Answer(200, {}), Answer(301, {})):
        (found,) = asyncio.run(PLATFORM.check(CONNECTION, Outside([answer])))
        assert (found.name, found.ok) == ("token", False)
    (found,) = asyncio.run(PLATFORM.check(replace(CONNECTION, secrets={}), Outside()))
    assert not found.ok
