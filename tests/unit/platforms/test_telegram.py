"""Telegram. Shapes and descriptions of errors as in the Bot API's reference and its server's source (tdlib/telegram-bot-api)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import AddressRefused, DeliveryFailed, DeliveryRefused, InvalidInput
from assistant.platforms.clipping import clipped_utf16
from assistant.platforms.telegram import PLATFORM, TelegramSettings, make_secret
from assistant.types import (
    Button,
    Command,
    Connection,
    ContextMessage,
    Did,
    Do,
    Hook,
    HookRequest,
    Joined,
    Order,
    Outcome,
    Part,
    Pressed,
    Receipt,
    Said,
)
from assistant.types.event import EventType
from tests.unit.platforms.hostile import JUNK_BODIES, check_hostile, check_junk, check_rotation
from tests.unit.platforms.mutants import mutants, replaced
from tests.unit.platforms.outside import Answer, Outside

NOW = datetime.now(UTC)
TOKEN = "123456:AAE-secret_part"
SECRET = make_secret()
CONNECTION = Connection(
    id="con_1",
    community="demo",
    platform="telegram",
    settings=TelegramSettings(bot_username="guard_bot").model_dump(),
    secrets={"token": TOKEN, "webhook_secret": SECRET},
)
GROUP = {"id": -1001, "type": "supergroup", "title": "Demo"}
ALICE = {"id": 42, "is_bot": False, "first_name": "小明", "last_name": "加微信", "language_code": "zh-hant"}
BOT = {"id": 7, "is_bot": True, "first_name": "Bot"}
MESSAGE = {"message_id": 5, "from": ALICE, "chat": GROUP, "date": 1_700_000_000, "text": "加微信 abc"}
RICH = MESSAGE | {
    "is_topic_message": True,
    "message_thread_id": 3,
    "caption": "看图",
    "photo": [{"file_id": "x"}],
    "animation": {"file_name": "a.gif"},
    "document": {"file_name": "价目表.pdf"},
    "quote": {"text": "quoted"},
    "contact": {"first_name": "加我", "phone_number": "+8613800000000"},
    "poll": {"question": "几点?", "options": [{"text": "一"}, {"text": "二"}]},
    "forward_origin": {"type": "channel", "chat": {"title": "优惠频道"}},
    "entities": [{"type": "text_link", "offset": 0, "length": 1, "url": "https://bad.example/"}],
    "reply_markup": {"inline_keyboard": [[{"text": "点我", "url": "https://bad.example/2"}]]},
    "reply_to_message": MESSAGE | {"message_id": 4, "text": "earlier", "from": ALICE | {"id": 43}},
}
PRESS = {"id": "991", "from": ALICE, "message": MESSAGE | {"from": BOT}, "data": "case:cas_01:remove"}
CHANGE = {
    "chat": GROUP,
    "from": ALICE,
    "date": 1_700_000_000,
    "old_chat_member": {"status": "left", "user": ALICE},
    "new_chat_member": {"status": "member", "user": ALICE},
}

LEFT = CHANGE | {"old_chat_member": CHANGE["new_chat_member"], "new_chat_member": CHANGE["old_chat_member"]}
THUMB = {"type": "emoji", "emoji": "👍"}
REACTED = {
    "chat": GROUP,
    "message_id": 5,
    "user": ALICE,
    "date": 1_700_000_000,
    "old_reaction": [],
    "new_reaction": [THUMB],
}


def update(**content: Any) -> HookRequest:
    return signed(body=json.dumps({"update_id": 1, **content}).encode())


def signed(secret: str = SECRET, body: bytes = b'{"update_id":1}') -> HookRequest:
    return HookRequest("POST", (), (("x-telegram-bot-api-secret-token", secret),), body, NOW)


def events(**content: Any) -> tuple[Any, ...]:
    return PLATFORM.parse(CONNECTION, update(**content)).events


def said(**changes: Any) -> Said:
    (one,) = events(message=MESSAGE | changes)
    assert isinstance(one, Said)
    return one


def ok(result: Any = True) -> Answer:
    return Answer(200, {"ok": True, "result": result})


def no(code: int, description: str, **parameters: Any) -> Answer:
    return Answer(code, {"ok": False, "error_code": code, "description": description, "parameters": parameters})


def carry_out(order: Order, *answers: Answer) -> tuple[Receipt, list[tuple[str, dict[str, Any]]]]:
    http = Outside(list(answers) or [ok()])
    receipt = asyncio.run(PLATFORM.act(CONNECTION, order, http))
    for asked in http.asked:
        assert (asked.method, asked.url.rpartition("/")[0]) == ("POST", f"https://api.telegram.org/bot{TOKEN}")
    return receipt, [(one.url.rpartition("/")[2], one.json) for one in http.asked]


def order(do: Do, **more: Any) -> Order:
    return Order(id="ord_1", do=do, **({"channel": "-1001", "message_id": "5", "member_id": "42"} | more))


def test_only_the_webhooks_secret_is_taken_and_the_unsigned_body_is_read_as_untrusted() -> None:
    check_hostile(
        PLATFORM,
        CONNECTION,
        signed(),
        wrong_key=replace(CONNECTION, secrets={"webhook_secret": make_secret()}),
        headers=("x-telegram-bot-api-secret-token",),
        signs_body=False,
        signs_time=False,
    )
    check_rotation(PLATFORM, CONNECTION, signed(), "webhook_secret", make_secret(), signed)


def test_made_secrets_have_telegrams_characters() -> None:
    assert all(one.isalnum() or one in "_-" for one in make_secret())
    assert 32 <= len(make_secret()) <= 256


def test_a_message_is_read_with_everything_that_others_see_of_it() -> None:
    (one,) = events(message=RICH)
    message = one.message
    assert (one.key, one.private, one.locale, one.refs) == ("-1001:5", False, "zh-hant", {"thread": "3"})
    assert (message.text, message.member_id, message.channel, message.thread) == ("加微信 abc", "42", "-1001", "3")
    assert message.sent_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert (message.platform.message_id, message.edit_of) == ("5", None)
    assert message.unscreened == ("image", "animation")
    assert message.context == (ContextMessage("earlier", "43"),)
    assert set(message.parts) == {
        Part("member.name", "小明 加微信"),
        Part("caption", "看图"),
        Part("quote.text", "quoted"),
        Part("forward_origin.chat.title", "优惠频道"),
        Part("document.file_name", "价目表.pdf"),
        Part("animation.file_name", "a.gif"),
        Part("contact.first_name", "加我"),
        Part("contact.phone_number", "+8613800000000"),
        Part("poll.question", "几点?"),
        Part("poll.options[0].text", "一"),
        Part("poll.options[1].text", "二"),
        Part("entities[0].url", "https://bad.example/"),
        Part("reply_markup.inline_keyboard[0][0].text", "点我"),
        Part("reply_markup.inline_keyboard[0][0].url", "https://bad.example/2"),
    }


def test_retries_share_a_key_and_each_edit_has_one_of_its_own_even_within_a_second() -> None:
    def edited(update_id: int, date: int) -> Said:
        body = json.dumps({"update_id": update_id, "edited_message": MESSAGE | {"edit_date": date}}).encode()
        return PLATFORM.parse(CONNECTION, signed(body=body)).events[0]

    assert edited(8, 1_700_000_009).message.edit_of == "5"
    keys = {one.key for one in (edited(8, 9), edited(9, 9), edited(10, 10), said())}
    assert len(keys) == 4
    assert edited(8, 9).key == edited(8, 9).key


@pytest.mark.parametrize(
    "content",
    [
        {"message": MESSAGE | {"from": BOT}},
        {"message": MESSAGE | {"sender_chat": GROUP}},  # an administrator who speaks as the group
        {"message": MESSAGE | {"sender_chat": {"id": -1002, "type": "channel"}, "is_automatic_forward": True}},
        {"channel_post": MESSAGE},
        {"edited_channel_post": MESSAGE},
        {"message": {"message_id": 5, "from": ALICE, "chat": GROUP, "date": 1, "left_chat_member": ALICE}},
        {"edited_message": {"message_id": 5, "from": ALICE, "chat": GROUP, "date": 1, "location": {}}},
        {"message": {"message_id": 5, "from": ALICE, "chat": GROUP, "date": 1, "new_chat_members": [BOT]}},
        {"callback_query": PRESS | {"from": BOT}},
        {"callback_query": {"id": "1", "from": ALICE, "inline_message_id": "x", "data": "x"}},
        {"chat_member": CHANGE | {"old_chat_member": {"status": "restricted", "is_member": True, "user": ALICE}}},
        {"chat_member": CHANGE | {"new_chat_member": {"status": "kicked", "user": ALICE}}},
        {"poll": {"id": "1"}},
    ],
)
def test_what_is_of_no_interest_gives_no_events(content: dict[str, Any]) -> None:
    assert events(**content) == ()


def test_who_writes_as_a_channel_is_a_member_by_the_channels_id() -> None:
    one = said(sender_chat={"id": -1002, "type": "channel", "title": "优惠"}, **{"from": BOT})
    assert (one.message.member_id, one.message.parts) == ("-1002", (Part("member.name", "优惠"),))


def test_a_channel_is_not_answered_in_private() -> None:
    channel = {"sender_chat": {"id": -1002, "type": "channel", "title": "x"}}
    hook = PLATFORM.parse(CONNECTION, update(message=MESSAGE | channel | {"text": "/rules"}))
    assert isinstance(hook.events[0], Command)
    assert PLATFORM.reply(CONNECTION, hook, [Outcome(text="x")]).body == b""


def test_private_chats_are_private() -> None:
    assert said(chat={"id": 42, "type": "private"}).private


def test_joins_told_of_twice_have_one_key() -> None:
    quiet = {key: value for key, value in MESSAGE.items() if key != "text"}
    (message,) = events(message=quiet | {"new_chat_members": [ALICE, BOT]})
    (change,) = events(chat_member=CHANGE)
    assert isinstance(message, Joined)
    assert message == change
    assert (message.member_id, message.name, message.channel) == ("42", "小明 加微信", "-1001")


def test_a_press_is_read_and_answered_with_a_private_notice() -> None:
    hook = PLATFORM.parse(CONNECTION, update(callback_query=PRESS))
    (press,) = hook.events
    assert isinstance(press, Pressed)
    assert (press.value, press.member_id, press.channel, press.message_id) == (
        "case:cas_01:remove",
        "42",
        "-1001",
        "5",
    )
    answer = json.loads(PLATFORM.reply(CONNECTION, hook, [Outcome(text="已移除" * 100)]).body)
    assert (answer["method"], answer["callback_query_id"]) == ("answerCallbackQuery", "991")
    assert len(answer["text"]) == 200
    silent = json.loads(PLATFORM.reply(CONNECTION, hook, [Outcome()]).body)
    assert silent == {"method": "answerCallbackQuery", "callback_query_id": "991"}


def test_a_report_points_at_the_message_replied_to_and_is_answered_in_private() -> None:
    target = MESSAGE | {"message_id": 4, "from": ALICE | {"id": 43}}
    hook = PLATFORM.parse(
        CONNECTION, update(message=MESSAGE | {"text": "/report@Guard_Bot", "reply_to_message": target})
    )
    (command,) = hook.events
    assert isinstance(command, Command)
    assert (command.name, command.member_id, command.channel, command.text) == ("report", "42", "-1001", "")
    assert command.about is not None
    assert (command.about.key, command.about.message.member_id) == ("-1001:4", "43")
    answer = json.loads(PLATFORM.reply(CONNECTION, hook, [Outcome(text="谢谢")]).body)
    assert answer == {"method": "sendMessage", "chat_id": 42, "text": "谢谢"}
    assert PLATFORM.reply(CONNECTION, hook, [Outcome()]).body == b""


def test_words_behind_a_command_in_a_group_are_screened_and_those_in_private_are_not_public() -> None:
    command, public = events(message=MESSAGE | {"text": "/rules 加微信 abc"})
    assert (command.name, command.text, command.about) == ("rules", "加微信 abc", None)
    assert (public.message.text, public.key != command.key) == ("/rules 加微信 abc", True)
    (alone,) = events(message=MESSAGE | {"text": "/appeal why?", "chat": {"id": 42, "type": "private"}})
    assert (alone.name, alone.text) == ("appeal", "why?")


@pytest.mark.parametrize("text", ["/report@other_bot", "/reports", "x /report", "/start", "/rules@guard_bot2"])
def test_other_commands_and_those_of_other_bots_are_messages(text: str) -> None:
    assert isinstance(said(text=text), Said)


def test_a_reply_to_the_message_that_began_a_forums_topic_reports_nothing() -> None:
    began = MESSAGE | {"message_id": 3, "forum_topic_created": {"name": "General"}}
    (command,) = events(message=MESSAGE | {"text": "/report", "reply_to_message": began})
    assert command.about is None


def test_messages_are_only_acknowledged() -> None:
    hook = PLATFORM.parse(CONNECTION, update(message=MESSAGE))
    answer = PLATFORM.reply(CONNECTION, hook, [Outcome(text="x", reason="x")])
    assert (answer.status, answer.body) == (200, b"")


UPDATES = (
    {"message": RICH},
    {"edited_message": RICH | {"edit_date": 1}},
    {"callback_query": PRESS},
    {"chat_member": CHANGE},
    {"chat_member": LEFT},
    {"message_reaction": REACTED},
)


@pytest.mark.parametrize("content", UPDATES)
def test_wrong_kinds_of_values_anywhere_are_no_events_or_a_clear_refusal(content: dict[str, Any]) -> None:
    check_junk(PLATFORM, CONNECTION, signed(), (*JUNK_BODIES, *replaced({"update_id": 1, **content})))


@given(st.sampled_from(UPDATES).flatmap(lambda content: mutants({"update_id": 1, **content})))
def test_bodies_that_are_almost_right_give_a_hook_or_invalid_input(body: bytes) -> None:
    try:
        hook = PLATFORM.parse(CONNECTION, signed(body=body))
    except InvalidInput as error:
        assert error.field
    else:
        assert isinstance(hook, Hook)
        PLATFORM.reply(CONNECTION, hook, [Outcome(text="x") for _ in hook.events])


def test_a_message_is_deleted_and_one_that_is_gone_is_done_already() -> None:
    receipt, asked = carry_out(order(Do.DELETE))
    assert (receipt, asked) == (Receipt(), [("deleteMessage", {"chat_id": -1001, "message_id": 5})])
    receipt, _ = carry_out(order(Do.DELETE), no(400, "Bad Request: message to delete not found"))
    assert receipt.already
    with pytest.raises(DeliveryRefused, match="48 hours"):
        carry_out(order(Do.DELETE), no(400, "Bad Request: message can't be deleted"))


@pytest.mark.parametrize(
    ("lasts", "seconds"),
    [(timedelta(seconds=5), 40), (timedelta(hours=1), 3600), (timedelta(days=1000), 366 * 86_400 - 60)],
)
def test_a_mute_lasts_neither_for_ever_by_being_short_nor_by_being_long(lasts: timedelta, seconds: int) -> None:
    _, asked = carry_out(order(Do.MUTE, until=datetime.now(UTC) + lasts), ok({"status": "member"}), ok())
    (method, sent) = asked[1]
    assert method == "restrictChatMember"
    assert sent["until_date"] - datetime.now(UTC).timestamp() == pytest.approx(seconds, abs=5)
    assert sent["permissions"]["can_send_messages"] is False
    assert not any(sent["permissions"].values())


def test_a_mute_without_end_has_none() -> None:
    _, asked = carry_out(order(Do.MUTE), ok({"status": "member"}), ok())
    assert asked[1][1]["until_date"] == 0


def test_a_banned_member_is_not_let_in_by_a_mute_an_unmute_or_a_kick() -> None:
    for do in (Do.MUTE, Do.UNMUTE, Do.KICK):
        receipt, asked = carry_out(order(do), ok({"status": "kicked"}))
        assert receipt.already
        assert [method for method, _ in asked] == ["getChatMember"]


def test_a_mute_is_lifted_and_where_there_is_none_nothing_is_done() -> None:
    _, asked = carry_out(order(Do.UNMUTE), ok({"status": "restricted", "is_member": True}), ok())
    assert all(asked[1][1]["permissions"].values())
    receipt, _ = carry_out(order(Do.UNMUTE), ok({"status": "member"}))
    assert receipt.already


def test_a_kick_leaves_no_ban_behind() -> None:
    _, asked = carry_out(order(Do.KICK), ok({"status": "member"}), ok())
    assert asked[1] == ("unbanChatMember", {"chat_id": -1001, "user_id": 42})
    for gone in (
        ok({"status": "left"}),
        ok({"status": "restricted", "is_member": False}),
        no(400, "Bad Request: PARTICIPANT_ID_INVALID"),
        no(400, "Bad Request: user not found"),
    ):
        receipt, asked = carry_out(order(Do.KICK), gone)
        assert (receipt.already, len(asked)) == (True, 1)


def test_a_kick_from_a_basic_group_is_what_telegram_calls_a_ban_there() -> None:
    basic = no(400, "Bad Request: method is available for supergroup and channel chats only")
    _, asked = carry_out(order(Do.KICK), ok({"status": "member"}), basic, ok())
    assert asked[2] == ("banChatMember", {"chat_id": -1001, "user_id": 42})


def test_members_and_those_who_write_as_channels_are_banned_and_unbanned() -> None:
    assert carry_out(order(Do.BAN))[1] == [("banChatMember", {"chat_id": -1001, "user_id": 42, "until_date": 0})]
    _, asked = carry_out(order(Do.BAN, until=datetime.now(UTC) + timedelta(days=1)))
    assert asked[0][1]["until_date"] - datetime.now(UTC).timestamp() == pytest.approx(86_400, abs=5)
    lifted = ("unbanChatMember", {"chat_id": -1001, "user_id": 42, "only_if_banned": True})
    assert carry_out(order(Do.UNBAN))[1] == [lifted]
    channel = {"chat_id": -1001, "sender_chat_id": -1002}
    assert carry_out(order(Do.BAN, member_id="-1002"))[1] == [("banChatSenderChat", channel)]
    assert carry_out(order(Do.UNBAN, member_id="-1002"))[1] == [("unbanChatSenderChat", channel)]
    for do in (Do.MUTE, Do.UNMUTE, Do.KICK, Do.MESSAGE):
        with pytest.raises(DeliveryRefused):
            carry_out(order(do, member_id="-1002", text="x"))


def test_a_private_message_is_sent_where_the_member_lets_it() -> None:
    receipt, asked = carry_out(order(Do.MESSAGE, text="你好"), ok({"message_id": 9}))
    assert (receipt.message_id, asked[0][0], asked[0][1]["chat_id"]) == ("9", "sendMessage", 42)
    for description in ("bot can't initiate conversation with a user", "bot was blocked by the user"):
        with pytest.raises(DeliveryRefused, match="bot"):
            carry_out(order(Do.MESSAGE, text="你好"), no(403, f"Forbidden: {description}"))


def test_a_card_has_buttons_no_preview_and_stays_in_its_topic() -> None:
    card = order(Do.POST, text="字" * 5000, buttons=(Button("移除", "case:1:remove"),), refs={"thread": "3"})
    receipt, asked = carry_out(card, ok({"message_id": 10}))
    sent = asked[0][1]
    assert (receipt.message_id, sent["chat_id"], sent["message_thread_id"]) == ("10", -1001, 3)
    assert sent["reply_markup"] == {"inline_keyboard": [[{"text": "移除", "callback_data": "case:1:remove"}]]}
    assert sent["link_preview_options"] == {"is_disabled": True}
    assert len(sent["text"]) == 4096
    assert carry_out(order(Do.POST, channel="@staff", text="x"), ok({}))[1][0][1]["chat_id"] == "@staff"


def test_a_card_is_amended_once_and_has_the_buttons_that_are_left() -> None:
    left = order(Do.AMEND, text="等待", buttons=(Button("移除", "case:1:remove"),))
    (_, sent) = carry_out(left, ok({"message_id": 5}))[1][0]
    assert sent["reply_markup"] == {"inline_keyboard": [[{"text": "移除", "callback_data": "case:1:remove"}]]}
    receipt, asked = carry_out(order(Do.AMEND, text="完成"), ok({"message_id": 5}))
    assert (receipt, asked[0][0]) == (Receipt("5"), "editMessageText")
    assert asked[0][1]["reply_markup"] == {"inline_keyboard": []}
    same = no(
        400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
    )
    assert carry_out(order(Do.AMEND, text="完成"), same)[0].already
    with pytest.raises(DeliveryRefused, match="gone"):
        carry_out(order(Do.AMEND, text="完成"), no(400, "Bad Request: message to edit not found"))


@pytest.mark.parametrize("do", sorted(PLATFORM.capabilities.does))
@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        (no(400, "Bad Request: chat not found"), "chat"),
        (no(400, "Bad Request: not enough rights to restrict/unrestrict chat member"), "administrator"),
        (no(403, "Forbidden: bot was kicked from the supergroup chat"), "removed"),
        (no(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1009), "supergroup"),
        (no(401, "Unauthorized"), "token"),
        (no(404, "Not Found"), "token"),
        (no(400, "Bad Request: something new about 加微信 abc"), "refused"),
    ],
)
def test_every_order_that_telegram_declines_is_refused_with_what_to_do(do: Do, answer: Answer, advice: str) -> None:
    with pytest.raises(DeliveryRefused, match=advice) as caught:
        carry_out(order(do, text="加微信 abc"), answer)
    assert "abc" not in caught.value.problem


def test_an_administrator_is_neither_muted_nor_kicked() -> None:
    for do in (Do.MUTE, Do.UNMUTE, Do.KICK):
        with pytest.raises(DeliveryRefused, match="administrator"):
            carry_out(order(do), ok({"status": "administrator"}))
    with pytest.raises(DeliveryRefused, match="administrator"):
        carry_out(order(Do.BAN), no(400, "Bad Request: user is an administrator of the chat"))


def test_being_rate_limited_is_tried_later() -> None:
    limited = Answer(429, {"ok": False, "error_code": 429}, {"retry-after": "35"})
    with pytest.raises(DeliveryFailed) as caught:
        carry_out(order(Do.DELETE), limited)
    assert caught.value.retry_after == 35


@pytest.mark.parametrize(
    "wrong",
    [
        order(Do.HIDE),
        order(Do.RESTORE),
        order(Do.DELETE, channel=None),
        order(Do.DELETE, message_id="5/../x"),
        order(Do.BAN, member_id=None),
        order(Do.POST, text=""),
        order(Do.MESSAGE, member_id="@alice", text="x"),
    ],
)
def test_orders_that_cannot_be_carried_out_are_refused_unasked(wrong: Order) -> None:
    http = Outside()
    with pytest.raises(DeliveryRefused):
        asyncio.run(PLATFORM.act(CONNECTION, wrong, http))
    assert http.asked == []


class Leaking(Outside):
    """An outgoing client whose errors name the address."""

    def __init__(self, error: type[Exception]) -> None:
        super().__init__()
        self.error = error

    async def request(self, method: str, url: str, **_: Any) -> Answer:
        raise self.error(f"cannot reach {url}")


@pytest.mark.parametrize("error", [DeliveryFailed, DeliveryRefused, AddressRefused])
def test_no_error_names_the_token(error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        asyncio.run(PLATFORM.act(CONNECTION, order(Do.DELETE), Leaking(error)))
    assert TOKEN not in str(caught.value)
    assert caught.value.__suppress_context__
    (line,) = asyncio.run(PLATFORM.check(CONNECTION, Leaking(error)))
    assert not line.ok
    assert TOKEN not in line.detail


@given(st.text(alphabet=st.sampled_from("a漢𠮷😀"), max_size=60), st.integers(2, 40))
def test_texts_are_cut_by_utf16_units_and_never_within_a_character(text: str, limit: int) -> None:
    cut = clipped_utf16(text, limit)
    assert len(cut.encode("utf-16-le")) // 2 <= limit
    assert cut == text or text.startswith(cut.removesuffix("…"))


ME = ok({"id": 7, "is_bot": True, "username": "guard_bot", "can_read_all_group_messages": True})
HOOKED = {
    "url": "https://a.example/v1/hooks/con_1",
    "allowed_updates": ["message", "edited_message", "callback_query", "chat_member"],
}


def checked(connection: Connection, *answers: Answer) -> tuple[dict[str, tuple[bool, str]], Outside]:
    http = Outside(list(answers))
    lines = asyncio.run(PLATFORM.check(connection, http))
    return {line.name: (line.ok, line.detail) for line in lines}, http


def test_the_connection_test_says_what_is_right() -> None:
    connection = replace(CONNECTION, staff_channel="-1005", settings={"chats": ("-1001",)})
    rights = {"status": "administrator", "can_delete_messages": True, "can_restrict_members": True}
    lines, _ = checked(connection, ME, ok(HOOKED), ok({"status": "member"}), ok(GROUP), ok(rights))
    assert [name for name, (good, _) in lines.items() if not good] == []
    assert set(lines) == {"token", "webhook", "staff channel", "rights in -1001"}


def test_the_connection_test_says_what_is_wrong() -> None:
    lines, _ = checked(CONNECTION, no(401, "Unauthorized"))
    assert list(lines) == ["token"]
    assert "@BotFather" in lines["token"][1]
    for info in (
        {"url": ""},
        HOOKED | {"url": "https://a.example/v1/hooks/con_2"},
        HOOKED | {"allowed_updates": ["message"]},
        {"url": HOOKED["url"]},
        HOOKED | {"last_error_message": "Wrong response from the webhook: 401", "pending_update_count": 3},
    ):
        assert checked(CONNECTION, ME, ok(info))[0]["webhook"][0] is False
    connection = replace(CONNECTION, staff_channel="-1005", settings={"chats": ("-1001",)})
    lines, _ = checked(
        connection, ME, ok(HOOKED), no(400, "Bad Request: chat not found"), ok(GROUP), ok({"status": "member"})
    )
    assert (lines["staff channel"][0], lines["rights in -1001"][0]) == (False, False)


def test_leavings_and_reactions_are_for_the_stream() -> None:
    at = datetime.fromtimestamp(1_700_000_000, UTC)
    (left,) = events(chat_member=LEFT)
    member, chat = str(ALICE["id"]), str(GROUP["id"])
    key = f"leave:{chat}:{member}:1700000000"
    assert left == Did(key=key, type=EventType.LEAVE, member_id=member, at=at, channel=chat)
    (reacted,) = events(message_reaction=REACTED)
    assert reacted == Did(
        key="reaction:1", type=EventType.REACTION, member_id=member, at=at, channel=chat, message_id="5"
    )
    for nobody in (
        REACTED | {"old_reaction": [THUMB]},
        REACTED | {"new_reaction": []},
        REACTED | {"user": BOT},
        {name: value for name, value in REACTED.items() if name != "user"} | {"actor_chat": GROUP},
    ):
        assert events(message_reaction=nobody) == ()


def test_the_connection_test_sets_the_webhook_where_the_public_address_is_known() -> None:
    connection = replace(CONNECTION, settings={"public_url": "https://a.example/"})
    lines, http = checked(connection, ME, ok(), ok(HOOKED))
    assert lines["webhook"][0]
    assert http.asked[1].url.endswith("/setWebhook")
    more = {"secret_token": SECRET, "allowed_updates": [*HOOKED["allowed_updates"], "message_reaction"]}
    assert http.asked[1].json == HOOKED | more


def test_chats_are_given_by_commas() -> None:
    assert TelegramSettings.model_validate({"chats": "-1001, -1002"}).chats == ("-1001", "-1002")
    assert TelegramSettings.model_validate({"chats": ["-1001"]}).chats == ("-1001",)


def test_an_api_server_of_ones_own_is_asked() -> None:
    http = Outside([ok()])
    connection = replace(CONNECTION, settings={"api_base": "https://bots.shop.example/"})
    asyncio.run(PLATFORM.act(connection, order(Do.DELETE), http))
    assert http.asked[0].url == f"https://bots.shop.example/bot{TOKEN}/deleteMessage"
