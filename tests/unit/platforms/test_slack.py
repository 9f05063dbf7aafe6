"""Slack, with the vendor's SDK as the oracle of signatures and of Block Kit's limits."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.signature import SignatureVerifier

from assistant.errors import DeliveryFailed, DeliveryRefused, InvalidInput
from assistant.platforms.slack import PLATFORM
from assistant.platforms.slack.markup import readable
from assistant.types import (
    Button,
    Command,
    Connection,
    Did,
    Do,
    Event,
    Hook,
    HookRequest,
    Joined,
    Order,
    Outcome,
    Pressed,
    Receipt,
    Said,
)
from assistant.types.event import EventType
from tests.unit.platforms.hostile import JUNK_BODIES, check_hostile, check_junk, check_rotation
from tests.unit.platforms.mutants import mutants
from tests.unit.platforms.outside import Answer, Outside

NOW = datetime.now(UTC).replace(microsecond=0)
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
CONNECTION = Connection(
    id="con_1",
    community="demo",
    platform="slack",
    settings={"team_id": "T1"},
    secrets={"signing_secret": SECRET, "token": "xoxb-secret-bot", "user_token": "xoxp-secret-admin"},
)
MESSAGE: dict[str, Any] = {
    "type": "message",
    "channel": "C1",
    "user": "U1",
    "text": "加微信 &lt;abc&gt; <https://spam.example|點此> <@U9>",
    "ts": "1355517523.000005",
    "thread_ts": "1355517000.000001",
    "channel_type": "channel",
    "user_profile": {"display_name": "小明", "real_name": "Ming"},
    "blocks": [
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "加微信 <abc> "},
                        {"type": "link", "url": "https://spam.example", "text": "點此"},
                        {"type": "user", "user_id": "U9"},
                        {"type": "text", "text": "只在方塊裡"},
                    ],
                }
            ],
        },
    ],
    "attachments": [
        {"title": "轉貼", "text": "quoted <https://x.example|x>", "fields": [{"title": "a", "value": "b"}]}
    ],
    "files": [
        {"id": "F1", "name": "vx.png", "title": "掃碼", "mimetype": "image/png", "alt_txt": "a code"},
        {"id": "F2", "name": "a.m4a", "title": "a.m4a", "mimetype": "audio/mp4", "subtype": "slack_audio"},
        {"id": "F3", "name": "b.zip", "mimetype": "application/zip"},
    ],
    "subtype": "file_share",
}
CHANGED: dict[str, Any] = {
    "type": "message",
    "subtype": "message_changed",
    "hidden": True,
    "channel": "C1",
    "ts": "1358878755.000001",
    "message": {
        "type": "message",
        "user": "U1",
        "text": "加微信",
        "ts": "1355517523.000005",
        "edited": {"user": "U1", "ts": "1358878755.000001"},
    },
    "previous_message": {"type": "message", "user": "U1", "text": "早", "ts": "1355517523.000005"},
}
PRESS: dict[str, Any] = {
    "type": "block_actions",
    "team": {"id": "T1"},
    "user": {"id": "U2", "team_id": "T1"},
    "channel": {"id": "C9"},
    "container": {"type": "message", "message_ts": "1700000000.000100", "channel_id": "C9"},
    "actions": [
        {"type": "button", "action_id": "button_0", "value": "case:cas_01:remove", "action_ts": "1700000001.1"}
    ],
}
REPORT: dict[str, Any] = {
    "type": "message_action",
    "callback_id": "report_message",
    "team": {"id": "T1"},
    "user": {"id": "U2"},
    "channel": {"id": "C1"},
    "action_ts": "1700000002.1",
    "message": {"user": "U1", "text": "加微信", "ts": "1355517523.000005"},
}
SLASH = {
    "command": "/report",
    "text": "有人發廣告",
    "user_id": "U2",
    "channel_id": "C1",
    "team_id": "T1",
    "trigger_id": "13345224609.738474920.8088930838d88f008e0",
}


def wrapped(event: dict[str, Any], /, **more: Any) -> bytes:
    return json.dumps(
        {
            "type": "event_callback",
            "team_id": "T1",
            "api_app_id": "A1",
            "event_id": "Ev1",
            "authorizations": [{"user_id": "UBOT"}],
            "event": event,
        }
        | more
    ).encode()


def form(payload: dict[str, Any]) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


def signed(secret: str = SECRET, body: bytes | None = None, media_type: str = "application/json") -> HookRequest:
    body = wrapped(MESSAGE) if body is None else body
    timestamp = str(int(NOW.timestamp()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    headers = (
        ("content-type", media_type),
        ("x-slack-request-timestamp", timestamp),
        ("x-slack-signature", str(signature)),
    )
    return HookRequest("POST", (), headers, body, NOW)


def parsed(body: bytes, media_type: str = "application/json", connection: Connection = CONNECTION) -> Hook:
    request = HookRequest("POST", (), (("content-type", media_type),), body, NOW)
    return PLATFORM.parse(connection, request)


def event_of(event: dict[str, Any], **more: Any) -> Event | None:
    events = parsed(wrapped(event, **more)).events
    return events[0] if events else None


def of_form(payload: dict[str, Any]) -> tuple[Event, ...]:
    return parsed(form(payload), "application/x-www-form-urlencoded").events


def slash(**more: str) -> Hook:
    return parsed(urlencode(SLASH | more).encode(), "application/x-www-form-urlencoded")


def test_what_the_vendors_sdk_signs_is_taken_and_every_forgery_refused() -> None:
    check_hostile(
        PLATFORM,
        CONNECTION,
        signed(),
        wrong_key=replace(CONNECTION, secrets={"signing_secret": "x"}),
        headers=("x-slack-request-timestamp", "x-slack-signature"),
    )
    check_rotation(PLATFORM, CONNECTION, signed(), "signing_secret", "fresh", signed)


def test_the_example_of_the_vendors_documentation_verifies() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    headers = (("x-slack-request-timestamp", "1531420618"), ("x-slack-signature", signature))
    request = HookRequest("POST", (), headers, body, datetime.fromtimestamp(1531420618, UTC))
    PLATFORM.verify(CONNECTION, request)


def test_the_handshake_returns_the_challenge() -> None:
    hook = parsed(b'{"type":"url_verification","token":"x","challenge":"3eZbrw1aB"}')
    assert hook.answer is not None
    assert json.loads(hook.answer.body) == {"challenge": "3eZbrw1aB"}


def test_a_message_is_read_whole() -> None:
    said = event_of(MESSAGE)
    assert isinstance(said, Said)
    message = said.message
    assert message.text == "加微信 <abc> 點此 https://spam.example @U9"
    assert (message.member_id, message.channel, message.thread) == ("U1", "C1", "1355517000.000001")
    assert message.reply_to == "1355517000.000001"
    assert message.platform is not None
    assert (message.platform.message_id, message.edit_of, said.private) == ("1355517523.000005", None, False)
    assert message.sent_at == datetime.fromtimestamp(1355517523.000005, UTC)
    assert message.unscreened == ("image", "voice", "file")
    assert [(part.field, part.text) for part in message.parts] == [
        ("member.name", "小明"),
        ("files[0].name", "vx.png"),
        ("files[0].title", "掃碼"),
        ("files[0].alt_txt", "a code"),
        ("files[1].name", "a.m4a"),
        ("files[2].name", "b.zip"),
        ("blocks[0]", "只在方塊裡"),
        ("attachments[0].title", "轉貼"),
        ("attachments[0].text", "quoted x https://x.example"),
        ("attachments[0].fields[0].title", "a"),
        ("attachments[0].fields[0].value", "b"),
    ]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a &amp;lt; b", "a &lt; b"),
        ("<tel:+8613800|+8613800>", "tel:+8613800"),
        ("<!here> <!subteam^S1|@staff> <#C1|general> <#C2>", "@here @staff #general #C2"),
        ("1 < 2 > 0", "1 < 2 > 0".replace("< 2 >", " 2 ")),
    ],
)
def test_markup_is_read_as_people_see_it(raw: str, shown: str) -> None:
    assert readable(raw).split() == shown.split()


def test_an_edit_has_its_own_key_and_points_at_the_message() -> None:
    said, edit = event_of(MESSAGE), event_of(CHANGED)
    assert isinstance(said, Said)
    assert isinstance(edit, Said)
    assert (said.key, edit.key) == ("T1:C1:1355517523.000005", "T1:C1:1355517523.000005:1358878755.000001")
    assert (edit.message.edit_of, edit.message.text) == ("1355517523.000005", "加微信")
    assert event_of(MESSAGE, event_id="Ev2") == said


@pytest.mark.parametrize(
    "event",
    [
        MESSAGE | {"bot_id": "B1", "user": "UBOT"},
        MESSAGE | {"bot_id": "B1", "user": "U8", "bot_profile": {"id": "B1", "user_id": "U8"}},
        MESSAGE | {"bot_id": "B1", "app_id": "A1"},
        MESSAGE | {"bot_id": "B1", "bot_profile": {"app_id": "A1"}},
        MESSAGE | {"bot_id": "B1", "channel_type": "im"},
        MESSAGE | {"bot_id": "B1", "user": None},
        MESSAGE | {"subtype": "bot_message"},
        MESSAGE | {"subtype": "channel_join"},
        MESSAGE | {"user": "USLACKBOT"},
        MESSAGE | {"user": None},
        CHANGED | {"message": CHANGED["message"] | {"bot_id": "B1", "app_id": "A1"}},
        CHANGED | {"message": CHANGED["message"] | {"bot_id": "B1", "user": "UBOT"}},
        CHANGED | {"message": CHANGED["message"] | {"subtype": "tombstone"}},
        CHANGED | {"message": {k: v for k, v in CHANGED["message"].items() if k != "edited"}},
        CHANGED | {"previous_message": CHANGED["message"]},
        {"type": "message", "subtype": "message_deleted", "channel": "C1", "deleted_ts": "1.2", "ts": "1.3"},
        MESSAGE | {"type": "app_mention"},
        {"type": "reaction_added", "user": "U1"},
        {"type": "team_join", "user": {"id": "U7", "is_bot": True}},
        {"type": "member_joined_channel", "user": "UBOT", "channel": "C1"},
    ],
)
def test_bots_unfurls_deletions_and_mentions_give_nothing(event: dict[str, Any]) -> None:
    assert event_of(event) is None


@pytest.mark.parametrize(
    "bot",
    [
        {"bot_id": "B1"},
        {"bot_id": "B1", "app_id": "A2", "bot_profile": {"id": "B1", "app_id": "A2", "name": "Poster"}},
        {"bot_id": "B1", "bot_profile": {"id": "B1", "user_id": "U1"}},
    ],
)
def test_what_may_be_another_apps_bot_is_no_members(bot: dict[str, Any]) -> None:
    assert event_of(MESSAGE | bot) is None
    assert event_of(CHANGED | {"message": CHANGED["message"] | bot}) is None


OTHERS = {"bot_id": "B1", "app_id": "A2", "bot_profile": {"id": "B1", "user_id": "U8"}}


@pytest.mark.parametrize("token", [OTHERS, {key: OTHERS[key] for key in ("bot_id", "bot_profile")}])
def test_what_a_member_posts_through_another_app_is_the_members(token: dict[str, Any]) -> None:
    said, edit = event_of(MESSAGE | token), event_of(CHANGED | {"message": CHANGED["message"] | token})
    assert isinstance(said, Said)
    assert isinstance(edit, Said)
    assert (said.message.member_id, edit.message.member_id) == ("U1", "U1")


def test_whoever_may_be_our_own_bot_is_not_listened_to() -> None:
    """Else an answer of ours could be taken for a question."""
    unknown: dict[str, Any] = {"authorizations": []}
    assert event_of(MESSAGE | OTHERS | {"app_id": None}, **unknown) is None
    assert event_of(MESSAGE | OTHERS | {"app_id": "A1"}, **unknown) is None
    assert event_of(MESSAGE | OTHERS, api_app_id=None, **unknown) is None
    assert event_of(MESSAGE | OTHERS, **unknown) is not None


def test_another_workspace_is_ignored_and_direct_messages_are_private() -> None:
    assert event_of(MESSAGE, team_id="T2") is None
    said = event_of(MESSAGE | {"channel_type": "im"})
    assert isinstance(said, Said)
    assert said.private


def test_newcomers_are_told_of() -> None:
    user = {"id": "U7", "is_bot": False, "profile": {"display_name": "加微信", "real_name": "x"}, "locale": "zh-TW"}
    assert event_of({"type": "team_join", "user": user}) == Joined(
        key="Ev1", member_id="U7", name="加微信", locale="zh-TW"
    )
    joined = event_of({"type": "member_joined_channel", "user": "U7", "channel": "C1"})
    assert joined == Joined(key="Ev1", member_id="U7", channel="C1")


def test_reactions_are_for_the_stream() -> None:
    item = {"type": "message", "channel": "C1", "ts": "1700000000.000100"}
    event = {"type": "reaction_added", "user": "U7", "reaction": "tada", "item_user": "U8", "item": item}
    reacted = event_of(event | {"event_ts": "1700000060.000200"})
    assert isinstance(reacted, Did)
    assert (reacted.type, reacted.member_id, reacted.of_member) == (EventType.REACTION, "U7", "U8")
    assert (reacted.channel, reacted.message_id) == ("C1", item["ts"])
    assert reacted.at is not None
    assert int(reacted.at.timestamp()) == 1_700_000_060
    assert event_of(event | {"item": {"type": "file", "file": "F1"}}) is None
    with pytest.raises(InvalidInput):
        event_of(event | {"event_ts": "soon"})


def test_a_press_brings_the_buttons_value_and_the_card() -> None:
    (pressed,) = of_form(PRESS)
    assert isinstance(pressed, Pressed)
    assert (pressed.value, pressed.member_id, pressed.channel, pressed.message_id) == (
        "case:cas_01:remove",
        "U2",
        "C9",
        "1700000000.000100",
    )
    (again,) = of_form(PRESS)
    (other,) = of_form(PRESS | {"actions": [PRESS["actions"][0] | {"action_ts": "1700000009.1"}]})
    assert pressed.key == again.key != other.key
    assert of_form(PRESS | {"actions": [{"type": "overflow", "action_ts": "1.1"}]}) == ()
    assert of_form({**PRESS, "channel": None}) == ()
    assert of_form(PRESS | {"team": {"id": "T2"}}) == ()


def test_the_shortcut_reports_a_message_whoever_wrote_it() -> None:
    for message in (REPORT["message"], {"bot_id": "B1", "text": "加微信", "ts": "1355517523.000005"}):
        (command,) = of_form(REPORT | {"message": message})
        assert isinstance(command, Command)
        assert (command.name, command.member_id, command.channel) == ("report", "U2", "C1")
        assert command.about is not None
        assert (command.about.message.text, command.about.message.channel) == ("加微信", "C1")
        assert command.about.key == "T1:C1:1355517523.000005"
    assert of_form(REPORT | {"callback_id": "other"}) == ()


def test_slash_commands_are_answered_to_the_asking_member_alone() -> None:
    hook = slash()
    (command,) = hook.events
    assert isinstance(command, Command)
    assert (command.name, command.text, command.member_id, command.channel) == ("report", "有人發廣告", "U2", "C1")
    answer = json.loads(PLATFORM.reply(CONNECTION, hook, [Outcome(text="收到 <!channel>")]).body)
    assert answer == {"response_type": "ephemeral", "text": "收到 &lt;!channel&gt;"}
    assert PLATFORM.reply(CONNECTION, hook, [Outcome()]).body == b""
    assert slash(command="/myshop-appeal").events[0].name == "appeal"  # type: ignore[union-attr]
    assert slash(command="/weather").events == slash(team_id="T2").events == slash(ssl_check="1").events == ()


def test_messages_presses_and_shortcuts_are_acknowledged_with_an_empty_body() -> None:
    for hook in (parsed(wrapped(MESSAGE)), Hook(of_form(PRESS)), Hook(of_form(REPORT)), Hook()):
        outcomes = [Outcome(text="private") for _ in hook.events]
        answer = PLATFORM.reply(CONNECTION, hook, outcomes)
        assert (answer.status, answer.body) == (200, b"")


WRONG = (None, 1, True, "x", [], [1], {}, {"id": 1}, "\ud800")


def vendor_shaped() -> list[bytes]:
    """Every field of every body with every wrong kind of value."""
    bodies: list[bytes] = []
    for event in (MESSAGE, CHANGED, {"type": "team_join", "user": {"id": "U", "profile": {}}}):
        bodies += [wrapped(event | {field: value}) for field in event for value in WRONG]
    for field in CHANGED["message"]:
        bodies += [wrapped(CHANGED | {"message": CHANGED["message"] | {field: value}}) for value in WRONG]
    for field in ("files", "blocks", "attachments"):
        bodies += [wrapped(MESSAGE | {field: [value]}) for value in WRONG]
        bodies += [wrapped(MESSAGE | {field: [one | {k: v}]}) for one in MESSAGE[field] for k in one for v in WRONG]
    for field in ("type", "team_id", "event_id", "authorizations", "event"):
        bodies += [wrapped({"type": "member_joined_channel", "user": "U"}, **{field: value}) for value in WRONG]
    return bodies


def test_junk_is_no_event_or_a_clear_refusal() -> None:
    check_junk(PLATFORM, CONNECTION, signed(), (*JUNK_BODIES, *vendor_shaped()))
    as_form = signed(body=form(PRESS), media_type="application/x-www-form-urlencoded")
    forms = [form(one | {field: value}) for one in (PRESS, REPORT) for field in one for value in WRONG]
    forms += [form(PRESS | {"actions": [PRESS["actions"][0] | {f: v}]}) for f in PRESS["actions"][0] for v in WRONG]
    forms += [urlencode(SLASH | {field: value}).encode() for field in SLASH for value in ("", "x" * 300, "\x00")]
    forms += [b"payload=%7B%7D&payload=%7B%7D", b"payload=%ff", b"&".join(b"a%d=1" % n for n in range(200))]
    check_junk(PLATFORM, CONNECTION, as_form, (*JUNK_BODIES, *forms))


@pytest.mark.parametrize(("field", "value"), [("ts", "x"), ("user", []), ("files", {}), ("text", 3), ("ts", "9" * 15)])
def test_wrong_kinds_of_values_are_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        event_of(MESSAGE | {field: value})
    assert field in str(caught.value.field)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(MESSAGE)), inner, max_size=3),
    max_leaves=8,
)


@given(event=mutants(MESSAGE) | mutants(CHANGED))
def test_events_that_are_almost_right_are_hooks_or_refusals(event: bytes) -> None:
    check_junk(PLATFORM, CONNECTION, signed(), [wrapped(json.loads(event))])


@given(payload=mutants(PRESS) | mutants(REPORT))
def test_interactions_that_are_almost_right_are_hooks_or_refusals(payload: bytes) -> None:
    media_type = "application/x-www-form-urlencoded"
    check_junk(PLATFORM, CONNECTION, signed(media_type=media_type), [form(json.loads(payload))])


@given(field=st.sampled_from(sorted(MESSAGE)), value=JSON, changed=st.booleans())
def test_any_value_anywhere_is_an_event_or_a_refusal(field: str, value: Any, changed: bool) -> None:
    event = MESSAGE | {field: value}
    body = wrapped(CHANGED | {"message": event, "previous_message": value} if changed else event)
    try:
        assert isinstance(parsed(body), Hook)
    except InvalidInput as error:
        assert error.field


def order(do: Do, **more: Any) -> Order:
    given: dict[str, Any] = {"channel": "C1", "message_id": "1.2", "member_id": "U1", "text": "請遵守規則 <!channel>"}
    return Order(id="ord_1", do=do, **(given | more))


def ok(**more: Any) -> Answer:
    return Answer(document={"ok": True} | more)


def bad(error: str, **more: Any) -> Answer:
    return Answer(document={"ok": False, "error": error} | more)


def done(one: Order, *answers: Answer, connection: Connection = CONNECTION) -> tuple[Receipt, Outside]:
    http = Outside(list(answers))
    return asyncio.run(PLATFORM.act(connection, one, http)), http


def test_deleting_takes_the_admins_token_and_is_done_once() -> None:
    receipt, http = done(order(Do.DELETE), ok())
    (asked,) = http.asked
    assert (asked.method, asked.url, asked.json) == (
        "POST",
        "https://slack.com/api/chat.delete",
        {"channel": "C1", "ts": "1.2"},
    )
    assert asked.headers["authorization"] == "Bearer xoxp-secret-admin"
    assert not receipt.already
    assert done(order(Do.DELETE), bad("message_not_found"))[0].already
    bot_only = replace(CONNECTION, secrets={"token": "xoxb-secret-bot"})
    with pytest.raises(DeliveryRefused, match="user_token"):
        done(order(Do.DELETE), bad("cant_delete_message"), connection=bot_only)


def test_kicking_is_leaving_the_channel() -> None:
    receipt, http = done(order(Do.KICK), ok())
    assert (http.asked[0].url.rpartition("/")[2], http.asked[0].json) == (
        "conversations.kick",
        {"channel": "C1", "user": "U1"},
    )
    assert not receipt.already
    assert done(order(Do.KICK), bad("not_in_channel"))[0].already
    with pytest.raises(DeliveryRefused, match="general"):
        done(order(Do.KICK), bad("cant_kick_from_general"))


def test_a_card_has_its_buttons_and_nothing_in_it_is_markup() -> None:
    buttons = (Button("刪除", "case:cas_01:remove"), Button("x" * 100, "case:cas_01:keep"))
    receipt, http = done(order(Do.POST, text="<!channel> " + "長" * 7000, buttons=buttons), ok(ts="1700.1"))
    assert receipt == Receipt("1700.1")
    sent = http.asked[0].json
    assert http.asked[0].headers["authorization"] == "Bearer xoxb-secret-bot"
    assert sent["text"].startswith("&lt;!channel&gt;")
    assert (sent["unfurl_links"], sent["metadata"]["event_payload"]) == (False, {"order": "ord_1"})
    assert "".join(block["text"]["text"] for block in sent["blocks"][:-1]) == "<!channel> " + "長" * 7000
    assert {block["text"]["type"] for block in sent["blocks"][:-1]} == {"plain_text"}
    assert [one["value"] for one in sent["blocks"][-1]["elements"]] == ["case:cas_01:remove", "case:cas_01:keep"]
    for block in Block.parse_all(sent["blocks"]):
        block.validate_json()


def test_an_answer_stays_in_its_thread_and_a_notice_in_none() -> None:
    thread = {"thread": "1355517000.000001"}
    assert done(order(Do.POST, refs=thread), ok(ts="1700.1"))[1].asked[0].json["thread_ts"] == thread["thread"]
    assert "thread_ts" not in done(order(Do.POST), ok(ts="1700.1"))[1].asked[0].json
    _, http = done(order(Do.MESSAGE, refs=thread), ok(channel={"id": "D1"}), ok(ts="1700.2", channel="D1"))
    assert "thread_ts" not in http.asked[1].json


def test_a_member_is_written_to_in_their_own_channel() -> None:
    receipt, http = done(order(Do.MESSAGE), ok(channel={"id": "D1"}), ok(ts="1700.2", channel="D1"))
    assert receipt == Receipt("1700.2")
    assert [asked.url.rpartition("/")[2] for asked in http.asked] == ["conversations.open", "chat.postMessage"]
    assert http.asked[0].json == {"users": "U1"}
    assert http.asked[1].json["channel"] == "D1"
    with pytest.raises(DeliveryRefused, match="no such member"):
        done(order(Do.MESSAGE), bad("user_not_found"))


@pytest.mark.parametrize(("buttons", "kinds"), [((), ["section"]), ((Button("a", "b"),), ["section", "actions"])])
def test_amending_leaves_the_buttons_that_are_given(buttons: tuple[Button, ...], kinds: list[str]) -> None:
    receipt, http = done(order(Do.AMEND, buttons=buttons), ok(ts="1.2"))
    assert receipt == Receipt("1.2")
    assert http.asked[0].url.endswith("/chat.update")
    assert [block["type"] for block in http.asked[0].json["blocks"]] == kinds


def test_a_card_that_is_gone_cannot_be_amended() -> None:
    with pytest.raises(DeliveryRefused, match="gone"):
        done(order(Do.AMEND), bad("message_not_found"))


@pytest.mark.parametrize("do", sorted(set(Do) - PLATFORM.capabilities.does))
def test_what_slack_does_not_do_is_refused_without_asking(do: Do) -> None:
    http = Outside()
    with pytest.raises(DeliveryRefused):
        asyncio.run(PLATFORM.act(CONNECTION, order(do), http))
    assert not http.asked


@pytest.mark.parametrize("do", sorted(PLATFORM.capabilities.does))
def test_every_order_says_what_is_wrong_and_never_the_token(do: Do) -> None:
    with pytest.raises(DeliveryRefused, match="reinstall"):
        done(order(do), bad("token_revoked"))
    with pytest.raises(DeliveryRefused, match="chat:write"):
        done(order(do), bad("missing_scope", needed="chat:write", provided="commands"))
    with pytest.raises(DeliveryFailed) as limited:
        done(order(do), Answer(429, headers={"retry-after": "30"}))
    assert limited.value.retry_after == 30
    with pytest.raises(DeliveryFailed) as later:
        done(order(do), bad("internal_error"))
    assert later.value.retry_after
    with pytest.raises(DeliveryRefused) as odd:
        done(order(do), bad("<xoxb-secret-bot> 請遵守規則"))
    assert "secret" not in odd.value.problem
    with pytest.raises(DeliveryFailed):
        done(order(do), Answer(document=[]))
    with pytest.raises(DeliveryRefused):
        done(order(do), ok(), connection=replace(CONNECTION, secrets={}))


def test_another_address_of_the_interface_is_asked() -> None:
    elsewhere = replace(CONNECTION, settings={"api_base": "https://slack.test/api"})
    _, http = done(order(Do.DELETE), ok(), connection=elsewhere)
    assert http.asked[0].url == "https://slack.test/api/chat.delete"


def checked(*answers: Answer, connection: Connection = CONNECTION) -> dict[str, tuple[bool, str]]:
    checks = asyncio.run(PLATFORM.check(connection, Outside(list(answers))))
    return {one.name: (one.ok, one.detail) for one in checks}


def test_the_connection_test_tells_tokens_scopes_and_the_workspace() -> None:
    scopes = {"x-oauth-scopes": "chat:write,channels:history,im:write,commands"}
    good = Answer(document={"ok": True, "team_id": "T1", "user_id": "UBOT"}, headers=scopes)
    assert all(passed for passed, _ in checked(good).values())
    fewer = replace(good, headers={"x-oauth-scopes": "chat:write"})
    passed, detail = checked(fewer)["token scopes"]
    assert not passed
    assert "channels:history" in detail
    assert not checked(replace(good, document={"ok": True, "team_id": "T2"}))["token"][0]
    wrong = checked(bad("invalid_auth"))
    assert not wrong["token"][0]
    assert "reinstall" in wrong["token"][1]
    assert not checked(Answer(503))["token"][0]
    without = replace(CONNECTION, secrets={"token": "xoxb-secret-bot"})
    assert "cannot be deleted" in checked(good, connection=without)["user_token"][1]
