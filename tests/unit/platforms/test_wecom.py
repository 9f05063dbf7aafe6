"""WeCom, with wechatpy's enterprise library as the oracle of signatures and sealing."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.enterprise.crypto import PrpCrypto, WeChatCrypto

from assistant.errors import DeliveryFailed, DeliveryRefused, InvalidInput
from assistant.platforms.wechat_crypto import MAX_BYTES, make_aes_key, make_token, seal, unseal
from assistant.platforms.wecom import PLATFORM
from assistant.types import Button, Command, Connection, Do, Hook, HookRequest, Joined, Order, Outcome, Pressed, Said
from tests.unit.platforms.hostile import JUNK_BODIES, check_hostile, check_junk, check_rotation, refuses, with_query
from tests.unit.platforms.outside import Answer, Outside

NOW = datetime.now(UTC).replace(microsecond=0)
STAMP = str(int(NOW.timestamp()))
TOKEN, AES_KEY, CORP_ID = make_token(), make_aes_key(), "ww1234567890abcdef"
CONNECTION = Connection(
    id="con_1",
    community="demo",
    platform="wecom",
    settings={"corp_id": CORP_ID, "agent_id": 1000002},
    secrets={"token": TOKEN, "encoding_aes_key": AES_KEY, "corp_secret": "corp-secret"},
    staff_channel="user:lead|deputy",
)


def xml(kind: str = "text", body: str = "<Content><![CDATA[加微信 abc]]></Content><MsgId>123</MsgId>") -> str:
    head = f"<ToUserName>{CORP_ID}</ToUserName><FromUserName>zhangsan</FromUserName><CreateTime>1700000000</CreateTime>"
    return f"<xml>{head}<MsgType><![CDATA[{kind}]]></MsgType>{body}<AgentID>1000002</AgentID></xml>"


PRESS = (
    "<Event>template_card_event</Event><EventKey>case:cas_01:remove</EventKey><TaskId>act_1</TaskId>"
    "<CardType>button_interaction</CardType><ResponseCode>RC</ResponseCode>"
)


def sealed(token: str = TOKEN, aes_key: str = AES_KEY, body: str = "", corp_id: str = CORP_ID) -> HookRequest:
    """Sealed and signed by the vendor's library."""
    outer = WeChatCrypto(token, aes_key, corp_id).encrypt_message(body or xml(), "n0nce", STAMP)
    fields = xmltodict.parse(outer)["xml"]
    query = (("msg_signature", fields["MsgSignature"]), ("timestamp", STAMP), ("nonce", "n0nce"))
    inside = f"<xml><ToUserName>{corp_id}</ToUserName><Encrypt><![CDATA[{fields['Encrypt']}]]></Encrypt></xml>"
    return HookRequest("POST", query, (("content-type", "text/xml"),), inside.encode(), NOW)


def echo(token: str = TOKEN) -> HookRequest:
    request = sealed(token, body="4711 早")
    encrypted = xmltodict.parse(request.body)["xml"]["Encrypt"]
    return with_query(replace(request, method="GET", body=b""), "echostr", encrypted)


def events(body: str) -> tuple[object, ...]:
    return PLATFORM.parse(CONNECTION, sealed(body=body)).events


def test_what_wecom_seals_is_taken_and_every_forgery_refused() -> None:
    wrong = replace(CONNECTION, secrets={**CONNECTION.secrets, "token": make_token()})
    query = ("msg_signature", "timestamp", "nonce")
    check_hostile(PLATFORM, CONNECTION, sealed(), wrong_key=wrong, query=query, signs_body=False)
    check_hostile(PLATFORM, CONNECTION, echo(), wrong_key=wrong, query=(*query, "echostr"), signs_body=False)
    check_rotation(PLATFORM, CONNECTION, sealed(), "token", make_token(), sealed)
    check_rotation(PLATFORM, CONNECTION, sealed(), "encoding_aes_key", make_aes_key(), lambda key: sealed(aes_key=key))


@pytest.mark.parametrize("request_", [sealed(body=xml(body="<MsgId>77</MsgId>")), echo()], ids=["body", "echo"])
def test_what_is_sealed_is_opened_once(request_: HookRequest) -> None:
    unseal.cache_clear()
    PLATFORM.verify(CONNECTION, request_)
    PLATFORM.parse(CONNECTION, request_)
    assert unseal.cache_info().misses == 1


def test_a_changed_key_opens_nothing_that_was_opened_before() -> None:
    request = sealed()
    PLATFORM.verify(CONNECTION, request)
    other = replace(CONNECTION, secrets={**CONNECTION.secrets, "encoding_aes_key": make_aes_key()})
    refuses(PLATFORM, other, request)


def test_what_is_meant_for_another_company_or_changed_is_refused() -> None:
    refuses(PLATFORM, CONNECTION, sealed(corp_id="ww_another"))
    for body in (b"<xml><Encrypt/></xml>", sealed(body=xml(body="<MsgId>9</MsgId>")).body, *JUNK_BODIES):
        refuses(PLATFORM, CONNECTION, replace(sealed(), body=body))
    short = replace(CONNECTION, secrets={**CONNECTION.secrets, "encoding_aes_key": "too-short"})
    refuses(PLATFORM, short, sealed())


@pytest.mark.parametrize("stuffing", [b"<a/>", b" ", b"<!-- -->"])
def test_more_than_wecom_ever_sends_is_refused_unread(stuffing: bytes) -> None:
    """Only ``Encrypt`` is signed: anybody who has seen one request may put anything beside it."""
    request = sealed()
    room = MAX_BYTES - len(request.body)
    body = request.body.replace(b"</xml>", stuffing * (room // len(stuffing)) + b"</xml>")
    PLATFORM.verify(CONNECTION, replace(request, body=body))
    refuses(PLATFORM, CONNECTION, replace(request, body=body.replace(b"</xml>", stuffing * 8 + b"</xml>")))


def test_the_echo_is_opened_and_given_back_bare() -> None:
    PLATFORM.verify(CONNECTION, echo())
    answer = PLATFORM.parse(CONNECTION, echo()).answer
    assert answer is not None
    assert answer.body.decode() == "4711 早"


def test_what_we_seal_the_vendors_library_opens() -> None:
    key = WeChatCrypto(TOKEN, AES_KEY, CORP_ID).key
    assert PrpCrypto(key).decrypt(seal("早安".encode(), AES_KEY, CORP_ID), CORP_ID) == "早安"


def test_a_message_is_private_and_belongs_to_the_application() -> None:
    (said,) = events(xml())
    assert isinstance(said, Said)
    assert (said.key, said.private, said.message.text, said.message.member_id, said.message.channel) == (
        "123",
        True,
        "加微信 abc",
        "zhangsan",
        "1000002",
    )


def test_subscribing_is_joining_and_other_events_are_none() -> None:
    (event,) = events(xml("event", "<Event>subscribe</Event>"))
    assert isinstance(event, Joined)
    assert (event.member_id, event.channel) == ("zhangsan", "1000002")
    for name in ("unsubscribe", "enter_agent", "click", "LOCATION"):
        assert events(xml("event", f"<Event>{name}</Event><EventKey>case:x</EventKey>")) == ()


def test_a_press_names_its_card_and_brings_the_code_to_change_it() -> None:
    (press,) = events(xml("event", PRESS))
    assert isinstance(press, Pressed)
    assert (press.value, press.member_id, press.channel, press.message_id) == (
        "case:cas_01:remove",
        "zhangsan",
        "user:lead|deputy",
        "act_1",
    )
    assert press.refs == {"response_code": "RC"}
    (again,) = events(xml("event", PRESS))
    (other,) = events(xml("event", PRESS.replace("act_1", "act_2")))
    assert isinstance(again, Pressed)
    assert isinstance(other, Pressed)
    assert press.key == again.key != other.key


def test_a_command_is_answered_sealed_and_the_rest_with_nothing() -> None:
    hook = PLATFORM.parse(CONNECTION, sealed(body=xml(body="<Content>申訴 不是廣告</Content><MsgId>1</MsgId>")))
    (command,) = hook.events
    assert isinstance(command, Command)
    assert (command.name, command.text) == ("appeal", "不是廣告")
    answer = PLATFORM.reply(CONNECTION, hook, [Outcome(text="已收到")])
    outer = xmltodict.parse(answer.body)["xml"]
    plain = WeChatCrypto(TOKEN, AES_KEY, CORP_ID).decrypt_message(
        answer.body, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"]
    )
    fields = xmltodict.parse(plain)["xml"]
    assert (fields["ToUserName"], fields["FromUserName"], fields["Content"]) == ("zhangsan", CORP_ID, "已收到")
    assert PLATFORM.reply(CONNECTION, PLATFORM.parse(CONNECTION, sealed()), [Outcome(text="never shown")]).body == b""
    assert PLATFORM.reply(CONNECTION, Hook(), []).body == b""


@pytest.mark.parametrize(
    "body",
    [
        "<!DOCTYPE x [<!ENTITY a 'b'>]><xml><ToUserName>&a;</ToUserName></xml>",
        "<xml><MsgType>event</MsgType><Event>template_card_event</Event></xml>",
        xml("event", PRESS.replace("case:cas_01:remove", "x" * 65)),
        xml("event", PRESS.replace("<TaskId>act_1</TaskId>", "")),
        xml("event", "<Event>subscribe</Event>").replace("zhangsan", ""),
        xml(body=f"<MsgId>{'9' * 300}</MsgId>"),
    ],
)
def test_hurtful_or_half_documents_are_refused(body: str) -> None:
    with pytest.raises(InvalidInput):
        events(body)


def seal_body(plain: bytes) -> bytes:
    return f"<xml><Encrypt>{seal(plain, AES_KEY, CORP_ID)}</Encrypt></xml>".encode()


def test_junk_is_no_event_or_a_clear_refusal() -> None:
    check_junk(PLATFORM, CONNECTION, sealed())
    check_junk(PLATFORM, CONNECTION, sealed(), map(seal_body, JUNK_BODIES))


@given(st.integers(0, 400), st.binary(max_size=4))
def test_any_spoiled_document_is_read_or_refused(at: int, what: bytes) -> None:
    body = xml("event", PRESS).encode()
    check_junk(PLATFORM, CONNECTION, sealed(), map(seal_body, (body[:at] + what + body[at + len(what) :], body[:at])))


TOKEN_ANSWER = Answer(document={"errcode": 0, "errmsg": "ok", "access_token": "AT", "expires_in": 7200})
SENT = Answer(document={"errcode": 0, "errmsg": "ok", "invaliduser": "", "msgid": "MSG1", "response_code": "RC"})


def carried_out(order: Order, *answers: Answer) -> tuple[Any, Outside]:
    http = Outside([TOKEN_ANSWER, *answers])
    return asyncio.run(PLATFORM.act(CONNECTION, order, http)), http


def document(http: Outside) -> Any:
    return json.loads(http.asked[-1].content or b"")


def test_a_message_goes_to_one_member_and_is_not_repeated() -> None:
    receipt, http = carried_out(Order(id="act_1", do=Do.MESSAGE, member_id="zhangsan", text="您好"), SENT)
    token, sent = http.asked
    assert token.url == f"https://qyapi.weixin.qq.com/cgi-bin/gettoken?corpid={CORP_ID}&corpsecret=corp-secret"
    assert sent.url == "https://qyapi.weixin.qq.com/cgi-bin/message/send?access_token=AT"
    assert document(http) == {
        "touser": "zhangsan",
        "agentid": 1000002,
        "enable_duplicate_check": 1,
        "duplicate_check_interval": 1800,
        "msgtype": "text",
        "text": {"content": "您好"},
    }
    assert receipt.message_id == "MSG1"


@pytest.mark.parametrize("member", ["@all", "a|b"])
def test_a_private_message_reaches_one_member_only(member: str) -> None:
    with pytest.raises(DeliveryRefused):
        carried_out(Order(id="x", do=Do.MESSAGE, member_id=member, text="x"), SENT)


BUTTONS = (Button("移除", "case:cas_01:remove"), Button("保留", "case:cas_01:keep"))


def test_a_card_has_buttons_and_an_id_that_comes_back() -> None:
    order = Order(id="act_1", do=Do.POST, channel="party:2", text="待審\n一則訊息", buttons=BUTTONS)
    receipt, http = carried_out(order, SENT)
    sent = document(http)
    assert (sent["toparty"], sent["msgtype"], "touser" in sent) == ("2", "template_card", False)
    assert sent["template_card"] == {
        "card_type": "button_interaction",
        "main_title": {"title": "待審"},
        "sub_title_text": "一則訊息",
        "task_id": "act_1",
        "button_list": [
            {"text": "移除", "key": "case:cas_01:remove"},
            {"text": "保留", "key": "case:cas_01:keep"},
        ],
    }
    assert receipt.message_id == "act_1"


def test_users_are_meant_where_nothing_else_is_said_and_app_chats_take_text_only() -> None:
    _, http = carried_out(Order(id="act_1", do=Do.POST, channel="lead|deputy", text="待審"), SENT)
    assert document(http)["touser"] == "lead|deputy"
    _, http = carried_out(Order(id="act_1", do=Do.POST, channel="chat:c1", text="待審", buttons=BUTTONS), SENT)
    assert http.asked[-1].url == "https://qyapi.weixin.qq.com/cgi-bin/appchat/send?access_token=AT"
    assert document(http) == {"chatid": "c1", "msgtype": "text", "text": {"content": "待審"}}
    with pytest.raises(DeliveryRefused, match="user:"):
        carried_out(Order(id="act_1", do=Do.POST, channel="room:1", text="x"), SENT)


def test_a_card_gives_up_its_buttons_with_the_code_of_a_press() -> None:
    order = Order(id="act_2", do=Do.AMEND, message_id="act_1", text="已移除\n細節", refs={"response_code": "RC"})
    _, http = carried_out(order, Answer(document={"errcode": 0}))
    assert http.asked[-1].url == "https://qyapi.weixin.qq.com/cgi-bin/message/update_template_card?access_token=AT"
    assert document(http) == {
        "atall": 1,
        "agentid": 1000002,
        "response_code": "RC",
        "button": {"replace_name": "已移除"},
    }
    with pytest.raises(DeliveryRefused, match="pressed"):
        carried_out(replace(order, refs={}))


MESSAGE = Order(id="act_1", do=Do.MESSAGE, member_id="zhangsan", text="您好")


def test_a_token_no_longer_taken_is_fetched_once_more() -> None:
    expired = Answer(document={"errcode": 42001, "errmsg": "access_token expired"})
    receipt, http = carried_out(MESSAGE, expired, TOKEN_ANSWER, SENT)
    assert (receipt.message_id, len(http.asked)) == ("MSG1", 4)
    with pytest.raises(DeliveryRefused):
        carried_out(MESSAGE, expired, TOKEN_ANSWER, expired)


@pytest.mark.parametrize(
    ("code", "said"), [(60020, "trusted IPs"), (81013, "visible range"), (40056, "agent_id"), (99999, "99999")]
)
def test_what_will_never_go_through_is_refused(code: int, said: str) -> None:
    with pytest.raises(DeliveryRefused, match=said):
        carried_out(MESSAGE, Answer(document={"errcode": code, "errmsg": "x"}))


def test_an_unknown_member_is_refused_and_a_wrong_secret_named() -> None:
    with pytest.raises(DeliveryRefused, match="no such member"):
        carried_out(MESSAGE, Answer(document={"errcode": 0, "invaliduser": "zhangsan"}))
    with pytest.raises(DeliveryRefused, match="corp_secret"):
        asyncio.run(PLATFORM.act(CONNECTION, MESSAGE, Outside([Answer(document={"errcode": 40001})])))


@pytest.mark.parametrize("answer", [Answer(document={"errcode": -1}), Answer(document={"errcode": 45009}), Answer(429)])
def test_what_may_go_through_later_is_tried_later(answer: Answer) -> None:
    with pytest.raises(DeliveryFailed):
        carried_out(MESSAGE, answer)


def test_without_a_secret_nothing_is_asked() -> None:
    http = Outside()
    with pytest.raises(DeliveryRefused, match="no corp_secret"):
        asyncio.run(PLATFORM.act(replace(CONNECTION, secrets={"token": TOKEN}), MESSAGE, http))
    assert http.asked == []


def test_orders_that_wecom_does_not_know_are_refused() -> None:
    for do in set(Do) - PLATFORM.capabilities.does:
        with pytest.raises(DeliveryRefused):
            carried_out(Order(id="x", do=do, member_id="u", channel="c"))


def test_the_connection_test_says_what_is_wrong() -> None:
    def checks(*answers: Answer) -> list[bool]:
        found = asyncio.run(PLATFORM.check(CONNECTION, Outside(list(answers), memory={"wecom:con_1": "stale"})))
        return [one.ok for one in found]

    ours = Answer(document={"errcode": 0, "agentlist": [{"agentid": 1000002, "name": "x"}]})
    assert checks(TOKEN_ANSWER, ours) == [True, True]
    assert checks(TOKEN_ANSWER, Answer(document={"errcode": 0, "agentlist": [{"agentid": 7}]})) == [True, False]
    assert checks(TOKEN_ANSWER, Answer(document={"errcode": 60020})) == [True, False]
    assert checks(Answer(document={"errcode": 40013})) == [False]
