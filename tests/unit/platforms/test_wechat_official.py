"""WeChat Official Accounts, with wechatpy as the oracle of signatures, sealing and replies."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.parser import parse_message
from wechatpy.utils import WeChatSigner, check_signature

from assistant.errors import DeliveryFailed, DeliveryRefused, InvalidInput
from assistant.platforms.wechat_crypto import MAX_BYTES, make_aes_key, make_token, seal, sealed_part, unseal
from assistant.platforms.wechat_official import PLATFORM
from assistant.types import Command, Connection, Do, Hook, HookRequest, Joined, Order, Outcome, Said
from tests.unit.platforms.hostile import JUNK_BODIES, check_hostile, check_junk, check_rotation, refuses, with_query
from tests.unit.platforms.outside import Answer, Outside

NOW = datetime.now(UTC).replace(microsecond=0)
STAMP = str(int(NOW.timestamp()))
TOKEN, AES_KEY, APP_ID = make_token(), make_aes_key(), "wx1234567890abcdef"
PLAIN_MODE = Connection(
    id="con_1",
    community="demo",
    platform="wechat",
    settings={"app_id": APP_ID},
    secrets={"token": TOKEN, "app_secret": "app-secret"},
)
SAFE_MODE = replace(PLAIN_MODE, secrets={**PLAIN_MODE.secrets, "encoding_aes_key": AES_KEY})


def xml(kind: str = "text", body: str = "<Content><![CDATA[加微信 abc]]></Content><MsgId>123</MsgId>") -> bytes:
    head = "<ToUserName>gh_1</ToUserName><FromUserName>openid_1</FromUserName><CreateTime>1700000000</CreateTime>"
    return f"<xml>{head}<MsgType><![CDATA[{kind}]]></MsgType>{body}</xml>".encode()


def signed(token: str = TOKEN, body: bytes = b"") -> HookRequest:
    """Signed by the vendor's library."""
    signer = WeChatSigner()
    signer.add_data(token, STAMP, "n0nce")
    query = (("signature", signer.signature), ("timestamp", STAMP), ("nonce", "n0nce"), ("openid", "openid_1"))
    return HookRequest("POST", query, (("content-type", "text/xml"),), body or xml(), NOW)


def sealed(token: str = TOKEN, aes_key: str = AES_KEY, body: bytes = b"", app_id: str = APP_ID) -> HookRequest:
    """Sealed and signed by the vendor's library."""
    outer = WeChatCrypto(token, aes_key, app_id).encrypt_message((body or xml()).decode(), "n0nce", STAMP)
    fields = dict(pair for pair in _fields(outer))
    query = (
        ("timestamp", STAMP),
        ("nonce", "n0nce"),
        ("encrypt_type", "aes"),
        ("msg_signature", fields["MsgSignature"]),
    )
    return HookRequest("POST", query, (), f"<xml><Encrypt>{fields['Encrypt']}</Encrypt></xml>".encode(), NOW)


def _fields(document: str | bytes) -> list[tuple[str, str]]:
    import xmltodict

    return list(xmltodict.parse(document)["xml"].items())


def test_plain_callbacks_are_taken_and_forgeries_refused() -> None:
    wrong = replace(PLAIN_MODE, secrets={"token": make_token()})
    query = ("signature", "timestamp", "nonce")
    check_hostile(PLATFORM, PLAIN_MODE, signed(), wrong_key=wrong, query=query, signs_body=False)
    check_rotation(PLATFORM, PLAIN_MODE, signed(), "token", make_token(), signed)


def test_sealed_callbacks_are_taken_and_forgeries_refused() -> None:
    wrong = replace(SAFE_MODE, secrets={**SAFE_MODE.secrets, "token": make_token()})
    query = ("msg_signature", "timestamp", "nonce")
    check_hostile(PLATFORM, SAFE_MODE, sealed(), wrong_key=wrong, query=query, signs_body=False)
    check_rotation(PLATFORM, SAFE_MODE, sealed(), "token", make_token(), sealed)
    check_rotation(PLATFORM, SAFE_MODE, sealed(), "encoding_aes_key", make_aes_key(), lambda key: sealed(aes_key=key))


def test_what_is_sealed_is_opened_once() -> None:
    request = sealed(body=xml(body="<Content>x</Content><MsgId>78</MsgId>"))
    for once in (sealed_part, unseal):
        once.cache_clear()
    PLATFORM.verify(SAFE_MODE, request)
    PLATFORM.parse(SAFE_MODE, request)
    assert [once.cache_info().misses for once in (sealed_part, unseal)] == [1, 1]


def test_what_is_sealed_for_another_account_or_changed_is_refused() -> None:
    refuses(PLATFORM, SAFE_MODE, sealed(app_id="wx_another"))
    for body in (b"", b"<xml/>", b"<xml><Encrypt/></xml>", b"<xml><Encrypt>AAAA</Encrypt></xml>", *JUNK_BODIES):
        refuses(PLATFORM, SAFE_MODE, replace(sealed(), body=body))
    other = sealed(body=xml(body="<Content>x</Content><MsgId>9</MsgId>"))
    refuses(PLATFORM, SAFE_MODE, replace(sealed(), body=other.body))


def test_more_than_wechat_ever_sends_is_refused_unread() -> None:
    stuffed = b"<xml>" + b"<a/>" * 16_384 + b"</xml>"
    refuses(PLATFORM, SAFE_MODE, replace(sealed(), body=stuffed))
    with pytest.raises(InvalidInput) as caught:
        PLATFORM.parse(PLAIN_MODE, replace(signed(), body=stuffed))
    assert (caught.value.field, caught.value.limit) == ("body", MAX_BYTES)


def test_with_a_key_for_sealing_nothing_plain_is_taken() -> None:
    refuses(PLATFORM, SAFE_MODE, signed())


def test_sealing_goes_both_ways_with_the_vendors_library() -> None:
    crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
    encrypted = dict(_fields(crypto.encrypt_message("早安", "n", STAMP)))["Encrypt"]
    assert unseal(encrypted, (make_aes_key(), AES_KEY), APP_ID).decode() == "早安"
    for text in ("", "x", "早安" * 500, "x" * 11):
        ours = seal(text.encode(), AES_KEY, APP_ID)
        from wechatpy.crypto import PrpCrypto

        assert PrpCrypto(crypto.key).decrypt(ours, APP_ID) == text


def test_the_address_is_proved_by_the_echo() -> None:
    request = with_query(replace(signed(), method="GET", body=b""), "echostr", "5413423423")
    for connection in (PLAIN_MODE, SAFE_MODE):
        PLATFORM.verify(connection, request)
        answer = PLATFORM.parse(connection, request).answer
        assert answer is not None
        assert answer.body == b"5413423423"
    refuses(PLATFORM, PLAIN_MODE, with_query(request, "signature", "0" * 40))
    refuses(PLATFORM, PLAIN_MODE, replace(request, query=request.query[:-1]))


def test_a_message_is_private_and_read_from_either_mode() -> None:
    for connection, request in ((PLAIN_MODE, signed()), (SAFE_MODE, sealed())):
        (said,) = PLATFORM.parse(connection, request).events
        assert isinstance(said, Said)
        assert (said.key, said.private, said.message.text, said.message.member_id) == (
            "123",
            True,
            "加微信 abc",
            "openid_1",
        )
        assert said.message.platform is not None
        assert said.message.platform.message_id == "123"


@pytest.mark.parametrize(
    ("kind", "body", "parts", "unscreened"),
    [
        ("voice", "<Recognition>加微信</Recognition><MsgId>1</MsgId>", [("voice.recognition", "加微信")], ("voice",)),
        ("image", "<PicUrl>http://x/y</PicUrl><MsgId>1</MsgId>", [], ("image",)),
        ("shortvideo", "<MediaId>1</MediaId><MsgId>1</MsgId>", [], ("video",)),
        ("location", "<Label>路</Label><MsgId>1</MsgId>", [("location.label", "路")], ("location",)),
        (
            "link",
            "<Title>標題</Title><Description>說明</Description><Url>http://x</Url><MsgId>1</MsgId>",
            [("link.title", "標題"), ("link.description", "說明"), ("link.url", "http://x")],
            (),
        ),
        ("hologram", "<MsgId>1</MsgId>", [], ("other",)),
    ],
)
def test_other_kinds(kind: str, body: str, parts: list[tuple[str, str]], unscreened: tuple[str, ...]) -> None:
    (said,) = PLATFORM.parse(PLAIN_MODE, signed(body=xml(kind, body))).events
    assert isinstance(said, Said)
    assert [(part.field, part.text) for part in said.message.parts] == parts
    assert said.message.unscreened == unscreened


def test_following_is_joining_and_other_events_are_none() -> None:
    (event,) = PLATFORM.parse(PLAIN_MODE, signed(body=xml("event", "<Event>subscribe</Event>"))).events
    assert event == Joined(
        key="openid_1:1700000000:subscribe:", member_id="openid_1", channel="gh_1", refs={"account": "gh_1"}
    )
    assert PLATFORM.parse(PLAIN_MODE, signed(body=xml("event", "<Event>LOCATION</Event>"))) == Hook()


@pytest.mark.parametrize(
    ("text", "name", "rest"), [("/Appeal 我沒有", "appeal", "我沒有"), ("規則", "rules", ""), ("申诉", "appeal", "")]
)
def test_commands_are_answered_in_the_same_breath(text: str, name: str, rest: str) -> None:
    hook = PLATFORM.parse(PLAIN_MODE, signed(body=xml(body=f"<Content>{text}</Content><MsgId>1</MsgId>")))
    (command,) = hook.events
    assert isinstance(command, Command)
    assert (command.name, command.text, command.member_id) == (name, rest, "openid_1")
    answer = PLATFORM.reply(PLAIN_MODE, hook, [Outcome(text="好的 ]]> \x01 <b>&")])
    message = parse_message(answer.body)
    assert (message.source, message.target) == ("gh_1", "openid_1")
    assert message._data["Content"] == "好的 ]]> \ufffd <b>&"


def test_in_safe_mode_the_answer_is_sealed_as_the_vendor_reads_it() -> None:
    hook = PLATFORM.parse(SAFE_MODE, sealed(body=xml(body="<Content>/rules</Content><MsgId>1</MsgId>")))
    answer = PLATFORM.reply(SAFE_MODE, hook, [Outcome(text="守則")])
    outer = dict(_fields(answer.body))
    plain = WeChatCrypto(TOKEN, AES_KEY, APP_ID).decrypt_message(
        answer.body, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"]
    )
    assert parse_message(plain)._data["Content"] == "守則"


def test_what_needs_no_answer_gets_success() -> None:
    hook = PLATFORM.parse(PLAIN_MODE, signed())
    assert PLATFORM.reply(PLAIN_MODE, hook, [Outcome(text="never shown")]).body == b"success"


def test_a_word_that_is_no_command_is_a_message() -> None:
    (event,) = PLATFORM.parse(PLAIN_MODE, signed(body=xml(body="<Content>規則是什麼</Content><MsgId>1</MsgId>"))).events
    assert isinstance(event, Said)


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><xml><ToUserName>&a;</ToUserName></xml>",
        b"<!DOCTYPE xml>" + xml(),
        b"<!DOCTYPE xml SYSTEM 'http://127.0.0.1/x'>" + xml(),
        b"<xml><ToUserName>a</ToUserName><MsgType>text</MsgType><MsgId>1</MsgId></xml>",
        b"<xml><ToUserName>a</ToUserName><FromUserName>b</FromUserName><MsgType>text</MsgType></xml>",
        b"<xml>" + b"<a>" * 20_000 + b"</a>" * 20_000 + b"</xml>",
        b'<?xml version="1.0" encoding="nonsense"?><xml/>',
        b'<?xml version="1.0" encoding="utf-7"?><xml/>',
        xml(body=f"<MsgId>{'9' * 300}</MsgId>"),
    ],
)
def test_hurtful_or_half_documents_are_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        PLATFORM.parse(PLAIN_MODE, signed(body=body))


def test_junk_is_no_event_or_a_clear_refusal() -> None:
    check_junk(PLATFORM, PLAIN_MODE, signed())
    check_junk(PLATFORM, SAFE_MODE, sealed())
    check_junk(
        PLATFORM,
        SAFE_MODE,
        sealed(),
        (f"<xml><Encrypt>{seal(one, AES_KEY, APP_ID)}</Encrypt></xml>".encode() for one in JUNK_BODIES),
    )


@given(st.integers(0, 200), st.binary(max_size=4))
def test_any_spoiled_document_is_read_or_refused(at: int, what: bytes) -> None:
    body = xml()
    check_junk(PLATFORM, PLAIN_MODE, signed(), (body[:at] + what + body[at + len(what) :], body[:at] + what))


def test_only_the_sealed_part_is_read_before_it_is_verified() -> None:
    assert sealed_part(b"<xml><ToUserName>x</ToUserName><Encrypt> abc= </Encrypt></xml>") == "abc="


def message(text: str = "您的訊息未顯示") -> Order:
    return Order(id="act_1", do=Do.MESSAGE, member_id="openid_1", text=text)


TOKEN_ANSWER = Answer(document={"access_token": "AT", "expires_in": 7200})


def test_a_message_goes_out_with_a_token_that_is_kept() -> None:
    http = Outside([TOKEN_ANSWER, Answer(document={"errcode": 0, "errmsg": "ok"})])
    asyncio.run(PLATFORM.act(PLAIN_MODE, message("好" * 2000), http))
    asyncio.run(PLATFORM.act(PLAIN_MODE, message(), http))
    token, first, second = http.asked
    assert token.url == "https://api.weixin.qq.com/cgi-bin/stable_token"
    assert json.loads(token.content or b"") == {
        "grant_type": "client_credential",
        "appid": APP_ID,
        "secret": "app-secret",
    }
    assert first.url == "https://api.weixin.qq.com/cgi-bin/message/custom/send?access_token=AT"
    assert json.loads(second.content or b"") == {
        "touser": "openid_1",
        "msgtype": "text",
        "text": {"content": "您的訊息未顯示"},
    }
    assert "您的" in (second.content or b"").decode()
    assert len(json.loads(first.content or b"")["text"]["content"].encode()) <= 2048


def test_a_token_no_longer_taken_is_fetched_once_more() -> None:
    expired = Answer(document={"errcode": 42001, "errmsg": "access_token expired"})
    http = Outside([TOKEN_ANSWER, expired, TOKEN_ANSWER, Answer(document={"errcode": 0})])
    asyncio.run(PLATFORM.act(PLAIN_MODE, message(), http))
    assert len(http.asked) == 4
    with pytest.raises(DeliveryRefused, match="another program"):
        asyncio.run(PLATFORM.act(PLAIN_MODE, message(), Outside([TOKEN_ANSWER, expired, TOKEN_ANSWER, expired])))


@pytest.mark.parametrize(
    ("code", "said"),
    [(45015, "48 hours"), (45047, "write again"), (48001, "verified"), (43004, "follow"), (99999, "99999")],
)
def test_what_will_never_go_through_is_refused(code: int, said: str) -> None:
    http = Outside([TOKEN_ANSWER, Answer(document={"errcode": code, "errmsg": "AT app-secret"})])
    with pytest.raises(DeliveryRefused, match=said) as caught:
        asyncio.run(PLATFORM.act(PLAIN_MODE, message(), http))
    assert "app-secret" not in str(caught.value)


@pytest.mark.parametrize(
    "answer", [Answer(document={"errcode": -1}), Answer(document={"errcode": 45009}), Answer(503), Answer(document=[])]
)
def test_what_may_go_through_later_is_tried_later(answer: Answer) -> None:
    with pytest.raises(DeliveryFailed):
        asyncio.run(PLATFORM.act(PLAIN_MODE, message(), Outside([TOKEN_ANSWER, answer])))


def test_without_a_secret_nothing_is_asked() -> None:
    http = Outside()
    with pytest.raises(DeliveryRefused, match="no app_secret"):
        asyncio.run(PLATFORM.act(replace(PLAIN_MODE, secrets={"token": TOKEN}), message(), http))
    assert http.asked == []


def test_orders_that_wechat_does_not_know_are_refused() -> None:
    for do in set(Do) - PLATFORM.capabilities.does:
        with pytest.raises(DeliveryRefused):
            asyncio.run(PLATFORM.act(PLAIN_MODE, Order(id="x", do=do, member_id="u"), Outside()))
    with pytest.raises(DeliveryRefused, match="no member"):
        asyncio.run(PLATFORM.act(PLAIN_MODE, Order(id="x", do=Do.MESSAGE), Outside()))


def test_the_connection_test_says_what_is_wrong() -> None:
    quota = Answer(document={"errcode": 0, "quota": {"daily_limit": 500000, "used": 1, "remain": 499999}})
    good = asyncio.run(PLATFORM.check(PLAIN_MODE, Outside([TOKEN_ANSWER, quota])))
    assert [(one.name, one.ok) for one in good] == [("token", True), ("messages", True)]
    stale = Outside([Answer(document={"errcode": 40164, "errmsg": "invalid ip"})], memory={"wechat:con_1": "old"})
    (bad,) = asyncio.run(PLATFORM.check(PLAIN_MODE, stale))
    assert (bad.ok, "allow list" in bad.detail) == (False, True)
    half = asyncio.run(PLATFORM.check(PLAIN_MODE, Outside([TOKEN_ANSWER, Answer(document={"errcode": 48001})])))
    assert [one.ok for one in half] == [True, False]


def test_the_oracle_agrees_about_plain_signatures() -> None:
    query = dict(signed().query)
    check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
