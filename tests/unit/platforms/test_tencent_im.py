"""Tencent Cloud IM: callbacks as its documentation shows them, and its published UserSig algorithm decoded and computed anew."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import DeliveryFailed, DeliveryRefused, InvalidInput
from assistant.platforms.tencent_im import PLATFORM, make_token
from assistant.platforms.tencent_im_api import user_sig
from assistant.types import Connection, Do, Hook, HookRequest, Joined, Order, Outcome, Said, Verdict
from tests.unit.platforms.hostile import check_hostile, check_junk, check_rotation, refuses, with_query
from tests.unit.platforms.outside import Answer, Outside

NOW = datetime.now(UTC).replace(microsecond=0)
STAMP = str(int(NOW.timestamp()))
TOKEN = make_token()
CONNECTION = Connection(
    id="con_1",
    community="demo",
    platform="tencent_im",
    settings={"sdk_app_id": 1400000000, "identifier": "administrator"},
    secrets={"token": TOKEN, "secret_key": "k" * 64},
)
TEXT = {"MsgType": "TIMTextElem", "MsgContent": {"Text": "加微信 abc"}}
GROUP: dict[str, Any] = {
    "CallbackCommand": "Group.CallbackBeforeSendMsg",
    "GroupId": "@TGS#2J4SZEAEL",
    "Type": "Public",
    "From_Account": "jared",
    "Operator_Account": "admin",
    "Random": 123456,
    "OnlineOnlyFlag": 0,
    "MsgBody": [TEXT],
    "CloudCustomData": "your cloud custom data",
    "EventTime": "1670574414123",
}
C2C: dict[str, Any] = {
    "CallbackCommand": "C2C.CallbackBeforeSendMsg",
    "From_Account": "jared",
    "To_Account": "Jonh",
    "MsgSeq": 48374,
    "MsgRandom": 2837546,
    "MsgTime": 1557481126,
    "MsgKey": "48374_2837546_1557481126",
    "MsgId": "144115233406643804",
    "OnlineOnlyFlag": 0,
    "MsgBody": [TEXT],
}
AFTER = {**GROUP, "CallbackCommand": "Group.CallbackAfterSendMsg", "MsgSeq": 123, "MsgTime": 1490686222}


def signed(token: str = TOKEN, document: Any = None) -> HookRequest:
    sign = hashlib.sha256((token + STAMP).encode()).hexdigest()
    query = (
        ("SdkAppid", "1400000000"),
        ("CallbackCommand", "Group.CallbackBeforeSendMsg"),
        ("contenttype", "json"),
        ("ClientIP", "127.0.0.1"),
        ("OptPlatform", "Android"),
        ("Sign", sign),
        ("RequestTime", STAMP),
    )
    return HookRequest("POST", query, (), json.dumps(document or GROUP).encode(), NOW)


def said(document: Any) -> Said:
    (event,) = PLATFORM.parse(CONNECTION, signed(document=document)).events
    assert isinstance(event, Said)
    return event


def answered(document: Any, outcome: Outcome) -> Any:
    return json.loads(PLATFORM.reply(CONNECTION, PLATFORM.parse(CONNECTION, signed(document=document)), [outcome]).body)


def test_what_tencent_signs_is_taken_and_every_forgery_refused() -> None:
    wrong = replace(CONNECTION, secrets={"token": make_token()})
    query = ("SdkAppid", "Sign", "RequestTime")
    check_hostile(PLATFORM, CONNECTION, signed(), wrong_key=wrong, query=query, signs_body=False)
    check_rotation(PLATFORM, CONNECTION, signed(), "token", make_token(), signed)
    refuses(PLATFORM, CONNECTION, replace(signed(), received_at=NOW + timedelta(seconds=61)))
    PLATFORM.verify(CONNECTION, replace(signed(), received_at=NOW + timedelta(seconds=59)))


def test_unsigned_callbacks_are_taken_only_where_that_was_chosen_and_of_the_right_application() -> None:
    bare = replace(signed(), query=(("SdkAppid", "1400000000"),))
    refuses(PLATFORM, CONNECTION, bare)
    unsigned = replace(CONNECTION, settings={**CONNECTION.settings, "unsigned": True})
    PLATFORM.verify(unsigned, bare)
    refuses(PLATFORM, unsigned, with_query(bare, "SdkAppid", "1400000001"))


def test_a_group_message_is_asked_about_before_it_is_shown() -> None:
    event = said(GROUP)
    assert (event.before, event.private, event.message.text) == (True, False, "加微信 abc")
    assert (event.message.member_id, event.message.channel) == ("jared", "@TGS#2J4SZEAEL")
    assert event.key == said(GROUP).key != said({**GROUP, "Random": 7}).key
    assert said(AFTER).refs == {"kind": "group", "msg_seq": "123"}
    assert said(AFTER).message.platform is not None
    assert (said(AFTER).before, said(AFTER).key) == (False, "after:@TGS#2J4SZEAEL:123")


def test_a_one_to_one_message_keeps_what_withdrawing_needs() -> None:
    event = said(C2C)
    assert event.refs == {"kind": "c2c", "from": "jared", "to": "Jonh", "msg_key": "48374_2837546_1557481126"}
    assert event.message.channel == said({**C2C, "From_Account": "Jonh", "To_Account": "jared"}).message.channel


def test_what_our_own_account_says_gives_no_events_and_is_let_pass() -> None:
    hook = PLATFORM.parse(CONNECTION, signed(document={**GROUP, "From_Account": "administrator"}))
    assert hook.events == ()
    assert json.loads(PLATFORM.reply(CONNECTION, hook, []).body)["ErrorCode"] == 0


def test_every_kind_of_element_is_read_or_named() -> None:
    relay = {
        "MsgType": "TIMRelayElem",
        "MsgContent": {
            "Title": "聊天記錄",
            "AbstractList": ["A:一", "B:二"],
            "MsgList": [{"From_Account": "A", "MsgBody": [TEXT, {"MsgType": "TIMImageElem", "MsgContent": {}}]}],
        },
    }
    body = [
        {"MsgType": "TIMFaceElem", "MsgContent": {"Index": 6, "Data": "x"}},
        TEXT,
        {"MsgType": "TIMTextElem", "MsgContent": {"Text": "第二段"}},
        {"MsgType": "TIMCustomElem", "MsgContent": {"Data": "d", "Desc": "e", "Ext": "f", "Sound": "g"}},
        {"MsgType": "TIMFileElem", "MsgContent": {"FileName": "加微信.pdf"}},
        {"MsgType": "TIMLocationElem", "MsgContent": {"Desc": "路", "Latitude": 1.5}},
        {"MsgType": "TIMSoundElem", "MsgContent": {}},
        {"MsgType": "TIMVideoFileElem", "MsgContent": {}},
        {"MsgType": "TIMHologramElem", "MsgContent": {}},
        relay,
    ]
    message = said({**AFTER, "MsgBody": body, "NickName": "小明"}).message
    assert message.text == "加微信 abc"
    assert [(part.field, part.text) for part in message.parts] == [
        ("member.name", "小明"),
        ("body[2].text", "第二段"),
        ("body[3].data", "d"),
        ("body[3].desc", "e"),
        ("body[3].ext", "f"),
        ("body[4].filename", "加微信.pdf"),
        ("body[5].desc", "路"),
        ("body[9].title", "聊天記錄"),
        ("body[9].abstract[0]", "A:一"),
        ("body[9].abstract[1]", "B:二"),
        ("body[9].messages[0].body[0].text", "加微信 abc"),
    ]
    assert message.unscreened == ("sticker", "file", "location", "voice", "video", "other", "image")


def text(said: str) -> dict[str, Any]:
    return {"MsgType": "TIMTextElem", "MsgContent": {"Text": said}}


def relay(**content: Any) -> dict[str, Any]:
    return {"MsgType": "TIMRelayElem", "MsgContent": content}


@pytest.mark.parametrize("number", [101, 300])
def test_all_the_elements_that_a_message_can_hold_are_read(number: int) -> None:
    message = said({**GROUP, "MsgBody": [text(f"第{index}段") for index in range(number)]}).message
    assert (message.text, message.unscreened) == ("第0段", ())
    assert [part.text for part in message.parts] == [f"第{index}段" for index in range(1, number)]


@pytest.mark.parametrize(
    "body",
    [
        [TEXT, *[text(".")] * 300],
        [TEXT, relay(AbstractList=["."] * 301)],
        [TEXT, relay(MsgList=[{"MsgBody": []}] * 301)],
        [TEXT, relay(MsgList=[{"MsgBody": [text(".")] * 301}])],
    ],
)
def test_what_is_too_much_is_cut_and_named(body: list[Any]) -> None:
    message = said({**GROUP, "MsgBody": body}).message
    assert (message.text, message.unscreened) == ("加微信 abc", ("text_over_limit",))
    assert len(message.parts) <= 300


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        7,
        "x",
        [],
        {},
        {"MsgType": 1, "MsgContent": {}},
        {"MsgType": "TIMTextElem"},
        {"MsgType": "TIMTextElem", "MsgContent": "x"},
        {"MsgType": "TIMTextElem", "MsgContent": {"Text": ["x"]}},
        {"MsgType": "TIMCustomElem", "MsgContent": {"Desc": {"a": 1}}},
        relay(Title=1),
        relay(AbstractList="x"),
        relay(AbstractList=["x", 1]),
        relay(MsgList={}),
        relay(MsgList=["x"]),
        relay(MsgList=[{"MsgBody": "x"}]),
        relay(MsgList=[{"MsgBody": [1]}]),
    ],
)
def test_what_is_of_a_wrong_kind_is_named_and_the_rest_read(wrong: Any) -> None:
    message = said({**GROUP, "MsgBody": [wrong, TEXT, text("第二段")]}).message
    assert (message.text, message.unscreened) == ("加微信 abc", ("other",))
    assert ("body[2].text", "第二段") in [(part.field, part.text) for part in message.parts]
    changed = answered({**GROUP, "MsgBody": [wrong, TEXT]}, Outcome(verdict=Verdict.REWRITE, text="▇"))
    assert changed["MsgBody"] == [wrong, text("▇")]


@pytest.mark.parametrize("command", ["C2C.CallbackBeforeSendMsg", "C2C.CallbackAfterSendMsg"])
def test_what_is_said_to_our_own_account_is_private(command: str) -> None:
    document = {**C2C, "CallbackCommand": command}
    assert said({**document, "To_Account": "administrator"}).private
    assert not said(document).private
    assert not said({**AFTER, "To_Account": "administrator"}).private


def test_forwarding_of_forwarding_ends_somewhere() -> None:
    element: Any = TEXT
    for _ in range(6):
        element = {"MsgType": "TIMRelayElem", "MsgContent": {"MsgList": [{"MsgBody": [element]}]}}
    message = said({**AFTER, "MsgBody": [element]}).message
    assert (message.text, message.unscreened) == ("", ("forwarded",))


@pytest.mark.parametrize(
    ("outcome", "group", "private"),
    [
        (Outcome(), (0, ""), (0, "")),
        (Outcome(verdict=Verdict.REJECT), (1, ""), (1, "")),
        (Outcome(verdict=Verdict.REJECT, reason="廣告"), (10100, "廣告"), (120001, "廣告")),
        (Outcome(verdict=Verdict.DROP, reason="never shown"), (2, ""), (2, "")),
    ],
)
def test_the_verdict_is_answered(outcome: Outcome, group: tuple[int, str], private: tuple[int, str]) -> None:
    for document, expected in ((GROUP, group), (C2C, private)):
        answer = answered(document, outcome)
        assert (answer["ErrorCode"], answer["ErrorInfo"]) == expected
        assert answer["ActionStatus"] == "OK"
        assert "MsgBody" not in answer


def test_rewriting_changes_the_first_text_and_keeps_the_rest() -> None:
    image = {"MsgType": "TIMImageElem", "MsgContent": {"UUID": "1"}}
    other = {"MsgType": "TIMTextElem", "MsgContent": {"Text": "第二段"}}
    answer = answered({**GROUP, "MsgBody": [image, TEXT, other]}, Outcome(verdict=Verdict.REWRITE, text="加▇▇"))
    assert answer["ErrorCode"] == 0
    assert answer["MsgBody"] == [image, {"MsgType": "TIMTextElem", "MsgContent": {"Text": "加▇▇"}}, other]
    nothing = answered({**GROUP, "MsgBody": [image]}, Outcome(verdict=Verdict.REWRITE, text="x"))
    assert nothing["ErrorCode"] == 1


def test_joining_names_everybody_and_other_callbacks_are_none() -> None:
    document = {
        "CallbackCommand": "Group.CallbackAfterNewMemberJoin",
        "GroupId": "g",
        "JoinType": "Apply",
        "NewMemberList": [{"Member_Account": "jared"}, {"Member_Account": "tommy"}],
        "EventTime": "1670574414123",
    }
    events = PLATFORM.parse(CONNECTION, signed(document=document)).events
    assert [(one.member_id, one.channel) for one in events if isinstance(one, Joined)] == [
        ("jared", "g"),
        ("tommy", "g"),
    ]
    assert len({one.key for one in events}) == 2
    state = {"CallbackCommand": "State.StateChange", "Info": {"Action": "Login"}}
    assert PLATFORM.parse(CONNECTION, signed(document=state)) == Hook()
    assert json.loads(PLATFORM.reply(CONNECTION, Hook(), []).body) == {
        "ActionStatus": "OK",
        "ErrorInfo": "",
        "ErrorCode": 0,
    }


WRONG = (
    None,
    1,
    1.5,
    True,
    "",
    "x" * 300,
    [],
    [1],
    {},
    {"a": 1},
    [{"MsgType": 1}],
    [{"MsgType": "TIMTextElem"}],
    [None],
)


def test_junk_is_no_event_or_a_clear_refusal() -> None:
    check_junk(PLATFORM, CONNECTION, signed())
    for document in (GROUP, C2C, AFTER):
        wrong = [{**document, name: value} for name in document for value in WRONG]
        check_junk(PLATFORM, CONNECTION, signed(), (json.dumps(one).encode() for one in wrong))


@given(st.integers(0, 400), st.binary(max_size=4))
def test_any_spoiled_document_is_read_or_refused(at: int, what: bytes) -> None:
    body = json.dumps(GROUP).encode()
    check_junk(PLATFORM, CONNECTION, signed(), (body[:at] + what + body[at + len(what) :], body[:at] + what))


def test_a_message_without_a_sender_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput) as caught:
        said({**GROUP, "From_Account": None})
    assert caught.value.field == "From_Account"


@pytest.mark.parametrize("identifier", ["administrator", "a", "ab", "abc", "管理員", "x" * 30])
def test_a_user_sig_is_what_the_published_algorithm_makes(identifier: str) -> None:
    sig = user_sig(1400000000, "secret", identifier, 1_700_000_000, 3600)
    assert not set(sig) & set("+/=")
    document = json.loads(zlib.decompress(base64.b64decode(sig.replace("*", "+").replace("-", "/").replace("_", "="))))
    lines = f"TLS.identifier:{identifier}\nTLS.sdkappid:1400000000\nTLS.time:1700000000\nTLS.expire:3600\n"
    expected = base64.b64encode(hmac.new(b"secret", lines.encode(), hashlib.sha256).digest()).decode()
    assert document == {
        "TLS.ver": "2.0",
        "TLS.identifier": identifier,
        "TLS.sdkappid": 1400000000,
        "TLS.time": 1700000000,
        "TLS.expire": 3600,
        "TLS.sig": expected,
    }


OK = {"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0}


def carried_out(order: Order, *answers: dict[str, Any]) -> tuple[Any, str, Any]:
    """The receipt, the command and the document of the last request."""
    http = Outside([Answer(document=one) for one in answers or (OK,)])
    receipt = asyncio.run(PLATFORM.act(CONNECTION, order, http))
    asked = http.asked[-1]
    parts = urlsplit(asked.url)
    query = parse_qs(parts.query)
    assert (query["sdkappid"], query["identifier"], query["contenttype"]) == (
        ["1400000000"],
        ["administrator"],
        ["json"],
    )
    assert (parts.netloc, query["usersig"]) == ("console.tim.qq.com", [http.memory["tencent_im:con_1"]])
    return receipt, parts.path.removeprefix("/v4/"), asked.json


def order(do: Do, **more: Any) -> Order:
    return Order(**{"id": "act_1", "do": do, "channel": "g", "member_id": "jared", "reason": "adverts", **more})


def test_a_group_message_is_recalled_by_its_number() -> None:
    recalled = {**OK, "RecallRetList": [{"MsgSeq": 123, "RetCode": 0}]}
    receipt, command, document = carried_out(order(Do.DELETE, refs={"kind": "group", "msg_seq": "123"}), recalled)
    assert command == "group_open_http_svc/group_msg_recall"
    assert document == {"GroupId": "g", "MsgSeqList": [{"MsgSeq": 123}], "Reason": "adverts"}
    assert not receipt.already
    gone = {**OK, "RecallRetList": [{"MsgSeq": 123, "RetCode": 10030}]}
    assert carried_out(order(Do.DELETE, message_id="123"), gone)[0].already
    with pytest.raises(DeliveryRefused):
        carried_out(order(Do.DELETE, message_id="123"), {**OK, "RecallRetList": [{"MsgSeq": 123, "RetCode": 10031}]})
    with pytest.raises(DeliveryRefused, match="no number yet"):
        carried_out(order(Do.DELETE, refs={"kind": "group"}))


def test_a_one_to_one_message_is_withdrawn_by_its_key() -> None:
    event = said(C2C)
    _, command, document = carried_out(order(Do.DELETE, channel=event.message.channel, refs=event.refs))
    assert command == "openim/admin_msgwithdraw"
    assert document == {"From_Account": "jared", "To_Account": "Jonh", "MsgKey": "48374_2837546_1557481126"}


def test_muting_lasts_as_long_as_it_was_meant_to() -> None:
    _, command, document = carried_out(order(Do.MUTE, until=datetime.now(UTC) + timedelta(minutes=10)))
    assert command == "group_open_http_svc/forbid_send_msg"
    assert document["Members_Account"] == ["jared"]
    assert 590 <= document["MuteTime"] <= 600
    assert carried_out(order(Do.MUTE))[2]["MuteTime"] == 0xFFFFFFFF
    assert carried_out(order(Do.MUTE, until=NOW - timedelta(days=1)))[2]["MuteTime"] == 1
    assert carried_out(order(Do.UNMUTE))[2]["MuteTime"] == 0
    _, command, document = carried_out(order(Do.MUTE, channel="c2c:Jonh+jared"))
    assert command == "openconfigsvr/setnospeaking"
    assert document == {"Set_Account": "jared", "C2CmsgNospeakingTime": 0xFFFFFFFF}


def test_kicking_and_banning() -> None:
    _, command, document = carried_out(order(Do.KICK))
    assert command == "group_open_http_svc/delete_group_member"
    assert document == {"GroupId": "g", "MemberToDel_Account": ["jared"], "Reason": "adverts"}
    _, command, document = carried_out(order(Do.BAN))
    assert command == "group_open_http_svc/ban_group_member"
    assert document == {"GroupId": "g", "Members_Account": ["jared"], "Duration": 2**31 - 1, "Description": "adverts"}
    _, command, document = carried_out(order(Do.UNBAN))
    assert (command, document) == (
        "group_open_http_svc/unban_group_member",
        {"GroupId": "g", "Members_Account": ["jared"]},
    )
    with pytest.raises(DeliveryRefused, match="group"):
        carried_out(order(Do.KICK, channel="c2c:Jonh+jared"))
    with pytest.raises(DeliveryRefused, match="member"):
        carried_out(order(Do.KICK, member_id=None))


def test_what_is_written_twice_has_the_same_random_number() -> None:
    receipt, command, first = carried_out(order(Do.POST, text="待審"), {**OK, "MsgTime": 1, "MsgSeq": 55})
    assert (command, receipt.message_id) == ("group_open_http_svc/send_group_msg", "55")
    assert (first["From_Account"], first["MsgBody"][0]["MsgContent"]["Text"]) == ("administrator", "待審")
    assert carried_out(order(Do.POST, text="待審"))[2]["Random"] == first["Random"]
    assert carried_out(order(Do.POST, id="act_2"))[2]["Random"] != first["Random"]
    receipt, command, sent = carried_out(order(Do.MESSAGE, text="您好"), {**OK, "MsgKey": "1_2_3"})
    assert (command, receipt.message_id, sent["To_Account"]) == ("openim/sendmsg", "1_2_3", "jared")
    assert 0 <= sent["MsgRandom"] < 2**32


def test_what_is_posted_between_two_members_goes_to_the_one_it_answers() -> None:
    _, command, sent = carried_out(order(Do.POST, channel="c2c:Jonh+jared", text="您好"), {**OK, "MsgKey": "1_2_3"})
    assert (command, sent["To_Account"], sent["From_Account"]) == ("openim/sendmsg", "jared", "administrator")
    with pytest.raises(DeliveryRefused, match="group"):
        carried_out(order(Do.POST, channel="c2c:Jonh+jared", member_id=None, text="您好"))


def test_a_user_sig_that_ran_out_is_made_anew_once() -> None:
    expired = {"ActionStatus": "FAIL", "ErrorCode": 70001, "ErrorInfo": "x"}
    carried_out(order(Do.KICK), expired, OK)
    with pytest.raises(DeliveryRefused, match="clock"):
        carried_out(order(Do.KICK), expired)


@pytest.mark.parametrize(
    ("code", "what"),
    [(10007, "administrator"), (10010, "group"), (70003, "secret_key"), (90012, "account"), (12345, "12345")],
)
def test_what_will_never_go_through_is_refused(code: int, what: str) -> None:
    with pytest.raises(DeliveryRefused, match=what) as caught:
        carried_out(order(Do.KICK), {"ActionStatus": "FAIL", "ErrorCode": code, "ErrorInfo": "usersig=secret"})
    assert "usersig=" not in str(caught.value)


@pytest.mark.parametrize(
    "answer", [{**OK, "ErrorCode": 60011}, {**OK, "ErrorCode": 91000}, {**OK, "ErrorCode": []}, {}]
)
def test_what_may_go_through_later_is_tried_later(answer: dict[str, Any]) -> None:
    with pytest.raises(DeliveryFailed):
        carried_out(order(Do.KICK), answer)


def test_orders_that_tencent_does_not_know_are_refused() -> None:
    for do in set(Do) - PLATFORM.capabilities.does:
        with pytest.raises(DeliveryRefused):
            carried_out(order(do))
    keyless = replace(CONNECTION, secrets={"token": TOKEN})
    with pytest.raises(DeliveryRefused, match="secret_key"):
        asyncio.run(PLATFORM.act(keyless, order(Do.KICK), Outside()))


def test_the_connection_test_says_what_is_wrong() -> None:
    def checked(document: Any) -> tuple[bool, str]:
        (one,) = asyncio.run(PLATFORM.check(CONNECTION, Outside([Answer(document=document)])))
        return one.ok, one.detail

    there = [{"UserID": "administrator", "ResultCode": 0, "AccountStatus": "Imported"}]
    assert checked({**OK, "ResultItem": there})[0]
    assert not checked({**OK, "ResultItem": [{**there[0], "AccountStatus": "NotImported"}]})[0]
    ok, detail = checked({"ActionStatus": "FAIL", "ErrorCode": 70003})
    assert (ok, "secret_key" in detail) == (False, True)
