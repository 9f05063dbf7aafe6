"""Discourse. Bodies as its serializers make them (WebHookPostSerializer, Chat::MessageSerializer), answers as its controllers give."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import DeliveryFailed, DeliveryRefused, InvalidInput
from assistant.platforms.discourse import PLATFORM, DiscourseSettings, make_secret
from assistant.types import (
    Button,
    Connection,
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
from tests.unit.platforms.hostile import JUNK_BODIES, check_hostile, check_junk, check_rotation
from tests.unit.platforms.mutants import mutants, replaced
from tests.unit.platforms.outside import Answer, Outside

NOW = datetime.now(UTC)
SECRET = make_secret()
CONNECTION = Connection(
    id="con_1",
    community="demo",
    platform="discourse",
    settings=DiscourseSettings(api_base="https://forum.example/", api_username="Guard").model_dump(),
    secrets={"webhook_secret": SECRET, "api_key": "key-x"},
    staff_channel="topic:99",
)
POST = {
    "id": 501,
    "name": "小明",
    "username": "xiaoming",
    "created_at": "2026-01-02T03:04:05.678Z",
    "cooked": "<p>加微信 abc</p>",
    "raw": "加微信 abc ![图|690x388](upload://a.png) ![v|video](upload://b.mp4) [价|attachment](upload://c.pdf)",
    "post_number": 1,
    "post_type": 1,
    "updated_at": "2026-01-02T03:04:05.678Z",
    "topic_id": 77,
    "topic_slug": "x",
    "topic_title": "优惠",
    "category_id": 5,
    "version": 1,
    "moderator": False,
    "admin": False,
    "staff": True,
    "primary_group_name": "helpers",
    "user_id": 42,
    "hidden": False,
    "deleted_at": None,
    "edit_reason": None,
    "topic_archetype": "regular",
}
CHAT = {
    "message": {
        "id": 9,
        "message": "加微信 abc",
        "cooked": "<p>x</p>",
        "created_at": "2026-01-02T03:04:05Z",
        "chat_channel_id": 3,
        "thread_id": 12,
        "user": {"id": 42, "username": "xiaoming", "name": "小明", "moderator": True},
        "uploads": [{"original_filename": "价目表.pdf"}, {"original_filename": "a.PNG"}],
    },
    "channel": {"id": 3, "chatable_type": "Category", "title": "General"},
}
TOPIC = {
    "id": 77,
    "title": "加微信 abc",
    "fancy_title": "加微信 abc",
    "posts_count": 3,
    "created_at": "2026-01-02T03:04:05.678Z",
    "archetype": "regular",
    "slug": "x",
    "category_id": 5,
    "deleted_at": None,
    "user_id": 42,
    "created_by": {"id": 42, "username": "xiaoming", "name": "小明", "avatar_template": "/a.png"},
    "last_poster": {"id": 43, "username": "b"},
}
USER = {"id": 42, "username": "xiaoming", "name": "加微信 abc"}


def signed(secret: str = SECRET, body: bytes = b"{}", event: str = "post_created") -> HookRequest:
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = (("x-discourse-event-signature", signature), ("x-discourse-event", event), ("x-discourse-event-id", "17"))
    return HookRequest("POST", (), headers, body, NOW)


def events(event: str, **body: Any) -> tuple[Any, ...]:
    return PLATFORM.parse(CONNECTION, signed(body=json.dumps(body).encode(), event=event)).events


def said(event: str = "post_created", **changes: Any) -> Said:
    (one,) = events(event, post=POST | changes)
    assert isinstance(one, Said)
    return one


def test_the_body_is_signed_and_every_forgery_refused() -> None:
    def request(secret: str) -> HookRequest:
        return signed(secret, json.dumps({"post": POST}).encode())

    check_hostile(
        PLATFORM,
        CONNECTION,
        request(SECRET),
        wrong_key=replace(CONNECTION, secrets={"webhook_secret": make_secret()}),
        headers=("x-discourse-event-signature",),
        signs_time=False,
    )
    check_rotation(PLATFORM, CONNECTION, request(SECRET), "webhook_secret", make_secret(), request)


def test_a_signature_known_to_be_right_is_taken() -> None:
    """The bytes of RFC 4231's second test case."""
    mac = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    headers = (("x-discourse-event-signature", f"sha256={mac}"),)
    request = HookRequest("POST", (), headers, b"what do ya want for nothing?", NOW)
    PLATFORM.verify(replace(CONNECTION, secrets={"webhook_secret": "Jefe"}), request)


def test_a_post_is_read_and_the_title_with_the_first_one() -> None:
    one = said()
    message = one.message
    assert (one.key, one.before, one.private, one.refs) == (
        "post:501",
        False,
        False,
        {"topic": "77", "username": "xiaoming"},
    )
    assert message.text == POST["raw"]
    assert (message.member_id, message.channel, message.thread) == ("42", "5", "77")
    assert (message.platform.message_id, message.edit_of) == ("501", None)
    assert message.sent_at == datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
    assert message.roles == ("staff", "helpers")
    assert message.parts == (Part("member.name", "小明 xiaoming"), Part("title", "优惠"))
    assert message.unscreened == ("image", "video", "file")
    assert said(post_number=2).message.parts == (Part("member.name", "小明 xiaoming"),)


def test_edits_have_keys_of_their_own_and_retries_share_them() -> None:
    def edited(**changes: Any) -> Said:
        return said("post_edited", **changes)

    assert edited().message.edit_of == "501"
    assert edited().key == edited().key
    later = {"updated_at": "2026-01-02T03:04:35.678Z"}  # within the minutes in which an edit raises no version
    assert len({said().key, edited().key, edited(version=2).key, edited(**later).key}) == 4
    assert Part("edit_reason", "加微信") in edited(edit_reason="加微信").message.parts


@pytest.mark.parametrize(
    ("event", "changes"),
    [
        ("post_created", {"user_id": -1, "username": "system"}),
        ("post_created", {"username": "guard"}),
        ("post_created", {"user_id": None}),
        ("post_created", {"post_type": 3}),
        ("post_created", {"post_type": 4}),
        ("post_edited", {"deleted_at": "2026-01-02T03:04:05Z"}),
        ("post_destroyed", {}),
        ("post_recovered", {}),
        ("topic_created", {}),
        ("", {}),
    ],
)
def test_what_is_of_no_interest_gives_no_events(event: str, changes: dict[str, Any]) -> None:
    assert events(event, post=POST | changes) == ()


def retitled(**changes: Any) -> tuple[Any, ...]:
    return events("topic_edited", topic=TOPIC | changes)


def test_a_title_that_is_changed_afterwards_is_an_edit_of_the_first_post() -> None:
    (one,) = retitled()
    assert isinstance(one, Said)
    assert (one.refs, one.message.text) == ({"topic": "77", "username": "xiaoming"}, "")
    assert one.message.parts == (Part("member.name", "小明 xiaoming"), Part("title", "加微信 abc"))
    assert (one.message.member_id, one.message.channel, one.message.thread) == ("42", "5", "77")
    assert one.message.platform.message_id == one.message.edit_of == "topic-77"
    assert one.key == retitled()[0].key != retitled(title="line qq123")[0].key
    body = json.dumps({"topic": TOPIC}).encode()
    tomorrow = replace(signed(body=body, event="topic_edited"), received_at=NOW + timedelta(days=1))
    (again,) = PLATFORM.parse(CONNECTION, tomorrow).events
    assert isinstance(again, Said)
    assert again.key != one.key
    (personal,) = retitled(archetype="private_message", category_id=None)
    assert personal.message.channel == "private"
    assert retitled(id=99)[0].message.channel == "topic:99"


def completed(answer: Answer, **changes: Any) -> tuple[Said, Outside]:
    http = Outside([answer])
    assert PLATFORM.complete is not None
    return asyncio.run(PLATFORM.complete(CONNECTION, retitled(**changes)[0], http)), http


def test_a_changed_title_is_read_with_the_text_as_it_is_now() -> None:
    one, http = completed(Answer(200, POST | {"edit_reason": "錯字", "version": 3}))
    (asked,) = http.asked
    assert (asked.method, asked.url) == ("GET", "https://forum.example/posts/by_number/77/1.json")
    assert one.message.text == POST["raw"]
    assert one.message.parts == (
        Part("member.name", "小明 xiaoming"),
        Part("title", "加微信 abc"),
        Part("edit_reason", "錯字"),
    )
    assert one.message.platform.message_id == one.message.edit_of == "501"
    assert one.message.unscreened == ("image", "video", "file")
    assert (one.refs, one.message.channel, one.message.member_id) == (retitled()[0].refs, "5", "42")
    again, later = (completed(Answer(200, POST | {"version": version}))[0].key for version in (3, 4))
    assert one.key == again != later
    assert completed(Answer(200, POST | {"version": 3}), title="line qq123")[0].key != one.key


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer(404), DeliveryRefused),
        (Answer(403), DeliveryRefused),
        (Answer(500), DeliveryFailed),
        (Answer(200, []), InvalidInput),
        (Answer(200, {"id": "x"}), InvalidInput),
        (Answer(200, POST | {"raw": 7}), InvalidInput),
        (Answer(200, POST | {"raw": None}), InvalidInput),
        (Answer(200, {key: value for key, value in POST.items() if key != "raw"}), InvalidInput),
    ],
)
def test_a_text_that_cannot_be_had_is_no_text(answer: Answer, problem: type[Exception]) -> None:
    with pytest.raises(problem):
        completed(answer)


def test_nothing_is_asked_for_what_is_whole() -> None:
    http = Outside()
    assert PLATFORM.complete is not None
    for said in (*events("post_edited", post=POST), *events("chat_message_created", chat_message=CHAT)):
        assert asyncio.run(PLATFORM.complete(CONNECTION, said, http)) is said
    assert http.asked == []


@pytest.mark.parametrize(
    "changes",
    [
        {"created_by": {"id": -1, "username": "system"}},
        {"created_by": {"id": 7, "username": "guard"}},
        {"created_by": None},
        {"deleted_at": "2026-01-02T03:04:05Z"},
        {"title": None},
    ],
)
def test_titles_of_no_interest_give_no_events(changes: dict[str, Any]) -> None:
    assert retitled(**changes) == ()


def test_the_ping_is_fine() -> None:
    assert events("ping", ping="OK") == ()


def test_personal_messages_are_read_under_a_channel_of_their_own() -> None:
    one = said(topic_archetype="private_message", category_id=None)
    assert (one.message.channel, one.private) == ("private", False)


CODE = {"raw": " `case:cas_01hzy3:remove`\n", "post_number": 8}


@pytest.mark.parametrize(
    ("staff", "place"),
    [
        ("topic:99", {"topic_id": 99}),
        ("topic:99", {"topic_id": 99, "topic_archetype": "private_message", "category_id": None}),
        ("category:5", {}),
        ("5", {}),
    ],
)
def test_a_code_where_the_staff_are_is_a_press(staff: str, place: dict[str, Any]) -> None:
    connection = replace(CONNECTION, staff_channel=staff)
    body = json.dumps({"post": POST | CODE | place}).encode()
    (press,) = PLATFORM.parse(connection, signed(body=body)).events
    assert isinstance(press, Pressed)
    assert (press.value, press.member_id, press.channel) == ("case:cas_01hzy3:remove", "42", staff)


def test_a_code_anywhere_else_is_a_message() -> None:
    assert said(**CODE).message.channel == "5"
    assert said(**CODE, topic_archetype="private_message", category_id=None).message.channel == "private"
    assert isinstance(said("post_edited", **CODE, topic_id=99), Said)
    assert said(raw="case:cas_01:remove 加微信", topic_id=99).message.channel == "topic:99"
    for staff, personal in ((None, "regular"), ("private", "private_message")):
        body = json.dumps({"post": POST | CODE | {"category_id": None, "topic_archetype": personal}}).encode()
        (one,) = PLATFORM.parse(replace(CONNECTION, staff_channel=staff), signed(body=body)).events
        assert isinstance(one, Said)


def test_chat_messages_are_read_and_share_no_ids_with_posts() -> None:
    (one,) = events("chat_message_created", chat_message=CHAT)
    message = one.message
    assert (one.key, message.text, message.member_id, message.roles) == ("chat-9", "加微信 abc", "42", ("moderator",))
    assert (message.channel, message.thread, message.platform.message_id) == ("chat-3", "12", "chat-9")
    assert message.parts == (
        Part("member.name", "小明 xiaoming"),
        Part("uploads[0].original_filename", "价目表.pdf"),
        Part("uploads[1].original_filename", "a.PNG"),
    )
    assert message.unscreened == ("file", "image")
    (edit,) = events("chat_message_edited", chat_message=CHAT)
    (other,) = events("chat_message_edited", chat_message=CHAT | {"message": CHAT["message"] | {"message": "y"}})
    assert edit.message.edit_of == "chat-9"
    assert len({one.key, edit.key, other.key}) == 3
    assert events("chat_message_trashed", chat_message=CHAT) == ()
    bot = CHAT["message"] | {"user": {"id": -2, "username": "discobot"}}
    assert events("chat_message_created", chat_message=CHAT | {"message": bot}) == ()


def test_new_members_are_screened_by_both_names() -> None:
    (one,) = events("user_created", user=USER)
    assert isinstance(one, Joined)
    assert (one.key, one.member_id, one.name) == ("user:42", "42", "加微信 abc xiaoming")
    assert events("user_created", user=USER | {"id": -3}) == ()


BODIES = (
    ("post_created", {"post": POST}),
    ("post_edited", {"post": POST}),
    ("chat_message_created", {"chat_message": CHAT}),
    ("chat_message_edited", {"chat_message": CHAT}),
    ("user_created", {"user": USER}),
)


@pytest.mark.parametrize(("event", "body"), BODIES)
def test_wrong_kinds_of_values_anywhere_are_no_events_or_a_clear_refusal(event: str, body: dict[str, Any]) -> None:
    check_junk(PLATFORM, CONNECTION, signed(event=event), (*JUNK_BODIES, b"payload=%7B%7D", *replaced(body)))


@given(st.sampled_from(BODIES).flatmap(lambda pair: st.tuples(st.just(pair[0]), mutants(pair[1]))))
def test_bodies_that_are_almost_right_give_a_hook_or_invalid_input(pair: tuple[str, bytes]) -> None:
    event, body = pair
    try:
        hook = PLATFORM.parse(CONNECTION, signed(body=body, event=event))
    except InvalidInput as error:
        assert error.field
    else:
        assert isinstance(hook, Hook)


def test_hooks_are_acknowledged() -> None:
    answer = PLATFORM.reply(CONNECTION, Hook((said(),)), [Outcome(text="x", reason="x")])
    assert (answer.status, answer.body) == (200, b"{}")


Asked = list[tuple[str, str, Any]]


def carry_out(order: Order, *answers: Answer) -> tuple[Receipt, Asked]:
    http = Outside(list(answers) or [Answer()])
    receipt = asyncio.run(PLATFORM.act(CONNECTION, order, http))
    for one in http.asked:
        assert one.headers["api-key"] == "key-x"
        assert one.headers["api-username"] == "Guard"
    return receipt, [(one.method, one.url.removeprefix("https://forum.example"), one.json) for one in http.asked]


def order(do: Do, **more: Any) -> Order:
    return Order(id="ord_1", do=do, **({"channel": "5", "message_id": "501", "member_id": "42"} | more))


def state(**changes: Any) -> Answer:
    return Answer(200, POST | {"post_number": 2} | changes)


DELETED = {"deleted_at": "2026-01-02T03:04:05Z"}


def test_a_post_is_deleted_and_a_first_post_with_its_topic() -> None:
    receipt, asked = carry_out(order(Do.DELETE), state(), Answer())
    assert (receipt, asked[1]) == (Receipt(), ("DELETE", "/posts/501.json", None))
    assert carry_out(order(Do.DELETE), state(post_number=1), Answer())[1][1] == ("DELETE", "/t/77.json", None)
    for gone in (Answer(404), state(**DELETED)):
        receipt, asked = carry_out(order(Do.DELETE), gone)
        assert (receipt.already, len(asked)) == (True, 1)


def test_a_post_is_hidden_by_a_moderators_flag() -> None:
    _, asked = carry_out(order(Do.HIDE), state(), Answer())
    assert asked[1] == ("POST", "/post_actions.json", {"id": "501", "post_action_type_id": 4, "take_action": "true"})
    for hidden in (Answer(404), state(hidden=True), state(**DELETED)):
        receipt, asked = carry_out(order(Do.HIDE), hidden)
        assert (receipt.already, len(asked)) == (True, 1)
    with pytest.raises(DeliveryRefused, match="flagged"):
        carry_out(order(Do.HIDE), state(), Answer(403))


def test_of_a_changed_title_the_first_post_is_looked_up() -> None:
    title, topic = {"message_id": "topic-77"}, Answer(200, {"post_stream": {"posts": [{"id": 501}]}})
    first = state(post_number=1)
    assert carry_out(order(Do.DELETE, **title), topic, first, Answer())[1] == [
        ("GET", "/t/77.json", None),
        ("GET", "/posts/501.json", None),
        ("DELETE", "/t/77.json", None),
    ]
    flag = {"id": "501", "post_action_type_id": 4, "take_action": "true"}
    assert carry_out(order(Do.HIDE, **title), topic, first, Answer())[1][2] == ("POST", "/post_actions.json", flag)
    gone = state(post_number=1, **DELETED)
    assert carry_out(order(Do.RESTORE, **title), topic, gone, Answer())[1][2][1] == "/t/77/recover.json"
    assert carry_out(order(Do.DELETE, **title), Answer(404))[0].already
    for wrong in ({"message_id": "topic-"}, {"message_id": "topic-1/../2"}):
        with pytest.raises(DeliveryRefused):
            carry_out(order(Do.DELETE, **wrong))
    with pytest.raises(DeliveryRefused, match="first post"):
        carry_out(order(Do.DELETE, **title), Answer(200, {}))
    with pytest.raises(DeliveryRefused, match="first post"):
        carry_out(order(Do.DELETE, **title), topic, state(post_number=2))


def test_what_was_deleted_or_hidden_is_restored() -> None:
    assert carry_out(order(Do.RESTORE), state(**DELETED), Answer())[1][1:] == [("PUT", "/posts/501/recover.json", None)]
    first = state(post_number=1, hidden=True, **DELETED)
    assert carry_out(order(Do.RESTORE), first, Answer())[1][1:] == [
        ("PUT", "/t/77/recover.json", None),
        ("PUT", "/posts/501/unhide.json", None),
    ]
    assert carry_out(order(Do.RESTORE), state())[0].already
    with pytest.raises(DeliveryRefused, match="gone"):
        carry_out(order(Do.RESTORE), Answer(404))


def test_chat_messages_are_deleted_and_restored() -> None:
    chat = {"channel": "chat-3", "message_id": "chat-9"}
    path = "/chat/api/channels/3/messages/9"
    for do in (Do.DELETE, Do.HIDE):
        assert carry_out(order(do, **chat))[1] == [("DELETE", f"{path}.json", None)]
        assert carry_out(order(do, **chat), Answer(404))[0].already
    assert carry_out(order(Do.RESTORE, **chat))[1] == [("PUT", f"{path}/restore.json", None)]
    with pytest.raises(DeliveryRefused):
        carry_out(order(Do.RESTORE, **chat), Answer(403))


@pytest.mark.parametrize(
    ("do", "path", "until"),
    [(Do.MUTE, "silence", "silenced_till"), (Do.BAN, "suspend", "suspend_until")],
)
def test_members_are_silenced_and_suspended(do: Do, path: str, until: str) -> None:
    end = datetime(2030, 1, 1, tzinfo=UTC) + timedelta(hours=1)
    _, asked = carry_out(order(do, until=end, reason="spam " * 100))
    ((method, url, body),) = asked
    assert (method, url, body[until]) == ("PUT", f"/admin/users/42/{path}.json", "2030-01-01T01:00:00+00:00")
    assert len(body["reason"]) == 300
    assert carry_out(order(do))[1][0][2] == {until: "3000-01-01T00:00:00Z", "reason": "moderation"}
    kept = Answer(200, {"silenced_till": "3000-01-01T00:00:00.000Z", "suspended_till": "3000-01-01T00:00:00.000Z"})
    assert carry_out(order(do), Answer(409, {"message": "already"}), kept)[0].already


@pytest.mark.parametrize(
    ("do", "name", "till"), [(Do.MUTE, "silence", "silenced_till"), (Do.BAN, "suspend", "suspended_till")]
)
def test_a_penalty_in_force_is_kept_only_if_it_lasts_as_long(do: Do, name: str, till: str) -> None:
    wanted = order(do, until=datetime(2030, 1, 8, tzinfo=UTC))
    taken = Answer(409, {"message": "already"})

    def asked(end: Any) -> tuple[Receipt, Asked]:
        return carry_out(wanted, taken, Answer(200, {till: end}), Answer())

    for longer in ("2030-01-08T00:00:00.000Z", "2030-01-07T23:59:30Z", "3000-01-01T00:00:00.000Z"):
        receipt, calls = asked(longer)
        assert (receipt.already, len(calls)) == (True, 2)
    for shorter in ("2030-01-07T00:00:00.000Z", "2029-12-31T23:00:00"):
        receipt, calls = asked(shorter)
        assert not receipt.already
        assert [url for _, url, _ in calls] == [
            f"/admin/users/42/{name}.json",
            "/admin/users/42.json",
            f"/admin/users/42/un{name}.json",
            f"/admin/users/42/{name}.json",
        ]
        assert calls[0] == calls[3]
    assert not carry_out(order(do), taken, Answer(200, {till: "2030-01-07T00:00:00.000Z"}), Answer())[0].already
    for unknown in (None, "soon", 1):
        with pytest.raises(DeliveryRefused, match="how long"):
            asked(unknown)
    shorter = Answer(200, {till: "2030-01-07T00:00:00.000Z"})
    with pytest.raises(DeliveryFailed, match="is lifted"):
        carry_out(wanted, taken, shorter, Answer(), Answer(403))


def test_penalties_are_lifted() -> None:
    assert carry_out(order(Do.UNMUTE))[1] == [("PUT", "/admin/users/42/unsilence.json", None)]
    assert carry_out(order(Do.UNBAN))[1] == [("PUT", "/admin/users/42/unsuspend.json", None)]


NAMED, NONE = Answer(200, {"username": "xiaoming"}), Answer(404)
WRITTEN = Answer(200, {"id": 900, "topic_id": 80})


def test_a_member_is_written_to_once_by_their_present_name() -> None:
    receipt, asked = carry_out(order(Do.MESSAGE, text="你好"), NAMED, NONE, WRITTEN)
    assert receipt == Receipt("900")
    (named, looked, (method, path, body)) = asked
    assert named[:2] == ("GET", "/admin/users/42.json")
    assert (method, path) == ("POST", "/posts.json")
    assert (body["archetype"], body["target_recipients"], body["raw"]) == ("private_message", "xiaoming", "你好")
    assert looked[1] == f"/t/external_id/{body['external_id']}.json"
    assert len(body["external_id"]) <= 50

    found = Answer(301, {}, {"location": "https://forum.example/t/moderation/80.json"})
    topic = Answer(200, {"post_stream": {"posts": [{"id": 900}]}})
    receipt, asked = carry_out(order(Do.MESSAGE, text="你好"), NAMED, found, topic)
    assert receipt == Receipt("900", already=True)
    assert asked[2][:2] == ("GET", "/t/80.json")


def test_a_name_that_would_reach_others_is_not_written_to() -> None:
    with pytest.raises(DeliveryRefused):
        carry_out(order(Do.MESSAGE, text="x"), Answer(200, {"username": "a,b"}))


def test_a_card_goes_to_a_topic_a_category_or_a_group_with_codes_for_buttons() -> None:
    card = {
        "text": "Case 1\n> @all ![x](https://bad.example/a.png)",
        "buttons": (Button("移除", "case:cas_01:remove"),),
    }
    receipt, asked = carry_out(order(Do.POST, channel="topic:99", **card), WRITTEN)
    ((_, path, body),) = asked
    assert (receipt.message_id, path, body["topic_id"]) == ("900", "/posts.json", 99)
    assert body["raw"].endswith("\n\n- 移除: `case:cas_01:remove`")
    assert "@all" not in body["raw"]
    assert "![" not in body["raw"]
    for channel, name, value in (
        ("group:staff", "target_recipients", "staff"),
        ("category:5", "category", 5),
        ("5", "category", 5),
    ):
        body = carry_out(order(Do.POST, channel=channel, **card), NONE, WRITTEN)[1][1][2]
        assert (body[name], body["title"]) == (value, "Case 1")


@pytest.mark.parametrize(
    "quoted",
    [
        "<img src=https://bad.example/a.png>",
        "[img]https://bad.example/a.png[/img]",
        "https://bad.example/a.png",
        "![x](https://bad.example/a.png)",
        "```\n<img src=x>\n```",
        "`````` [img]x[/img]\n~~~\n```\n````````\nbad.example/a.png",
    ],
)
def test_what_a_card_quotes_is_shown_as_it_was_written(quoted: str) -> None:
    card = {"text": f"Case 1\n> {quoted}\n{quoted}", "buttons": (Button("移除", "case:cas_01:remove"),)}
    raw = carry_out(order(Do.POST, channel="topic:99", **card), WRITTEN)[1][0][2]["raw"]
    head, blank, fence, *inside, end, gap, code = raw.split("\n")
    assert (head, blank, gap, code) == ("Case 1", "", "", "- 移除: `case:cas_01:remove`")
    assert fence == f"{end}text"
    assert set(end) == {"`"}
    assert not any(line.strip().startswith(end) for line in inside)
    assert "".join(inside).replace("\u200b", "") == f"> {quoted}\n{quoted}".replace("\n", "")


def test_an_answer_goes_into_the_topic_it_answers_and_one_to_a_chat_message_to_its_author() -> None:
    for channel in ("5", "private", "topic:99"):
        answer = order(Do.POST, channel=channel, text="七天內可退", refs={"topic": "77", "username": "xiaoming"})
        receipt, ((_, path, body),) = carry_out(answer, WRITTEN)
        assert (receipt.message_id, path, body["topic_id"], body["raw"]) == ("900", "/posts.json", 77, "七天內可退")
        assert "title" not in body
    chat = order(Do.POST, channel="chat-5", text="七天內可退", refs={"username": "xiaoming"})
    _, asked = carry_out(chat, NAMED, NONE, WRITTEN)
    assert asked[2][2]["target_recipients"] == "xiaoming"
    with pytest.raises(DeliveryRefused):
        carry_out(order(Do.POST, channel="5", text="x", refs={"topic": "1/../2"}))


def test_a_card_is_amended_once() -> None:
    receipt, asked = carry_out(order(Do.AMEND, text="完成"), state(), Answer())
    assert (receipt, asked[1]) == (Receipt("501"), ("PUT", "/posts/501.json", {"post": {"raw": "完成"}}))
    assert carry_out(order(Do.AMEND, text="完成"), state(raw="完成"))[0].already
    left = order(Do.AMEND, text="等待", buttons=(Button("移除", "case:1:remove"),))
    assert carry_out(left, state(), Answer())[1][1][2] == {"post": {"raw": "等待\n\n- 移除: `case:1:remove`"}}
    with pytest.raises(DeliveryRefused, match="gone"):
        carry_out(order(Do.AMEND, text="完成"), Answer(404))


@pytest.mark.parametrize("do", sorted(PLATFORM.capabilities.does))
@pytest.mark.parametrize(
    ("status", "advice"), [(403, "account|moderator"), (401, "API key"), (301, "address"), (422, "422|text")]
)
def test_what_discourse_refuses_is_refused_with_what_to_do(do: Do, status: int, advice: str) -> None:
    answer = Answer(status, {"errors": ["加微信 abc"]})
    with pytest.raises(DeliveryRefused, match=advice) as caught:
        carry_out(order(do, text="加微信 abc", channel="topic:99"), answer)
    assert "abc" not in caught.value.problem
    assert "key-x" not in caught.value.problem


def test_posts_held_for_approval_are_refused_and_limits_are_waited_for() -> None:
    with pytest.raises(DeliveryRefused, match="approval"):
        carry_out(order(Do.POST, channel="topic:99", text="x"), Answer(200, {"action": "enqueued"}))
    with pytest.raises(DeliveryFailed) as caught:
        carry_out(order(Do.DELETE), Answer(429, {}, {"retry-after": "12"}))
    assert caught.value.retry_after == 12


@pytest.mark.parametrize(
    "wrong",
    [
        order(Do.KICK),
        order(Do.DELETE, message_id=None),
        order(Do.DELETE, message_id="1/../2"),
        order(Do.DELETE, message_id="chat-9", channel="chat-3/../x"),
        order(Do.BAN, member_id="../1"),
        order(Do.POST, channel="general", text="x"),
        order(Do.POST, channel="topic:99", text=" "),
    ],
)
def test_orders_that_cannot_be_carried_out_are_refused_unasked(wrong: Order) -> None:
    http = Outside()
    with pytest.raises(DeliveryRefused):
        asyncio.run(PLATFORM.act(CONNECTION, wrong, http))
    assert http.asked == []


def checked(*answers: Answer, **changes: Any) -> dict[str, tuple[bool, str]]:
    lines = asyncio.run(PLATFORM.check(replace(CONNECTION, **changes), Outside(list(answers))))
    return {line.name: (line.ok, line.detail) for line in lines}


def test_the_connection_test_says_what_is_right_and_wrong() -> None:
    moderator = Answer(200, {"current_user": {"username": "Guard", "moderator": True}})
    assert {name: good for name, (good, _) in checked(moderator, Answer()).items()} == {
        "api_key": True,
        "rights": True,
        "staff channel": True,
    }
    assert checked(Answer(200, {"current_user": {"username": "x", "moderator": False}}))["rights"][0] is False
    for answer in (Answer(403), Answer(404), Answer(301), Answer(200, {"x": 1})):
        assert checked(answer)["api_key"][0] is False
    assert checked(moderator, secrets={})["api_key"][0] is False
    assert checked(moderator, Answer(404))["staff channel"][0] is False
    assert checked(moderator, staff_channel="general/../x")["staff channel"][0] is False
