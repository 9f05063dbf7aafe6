"""Discord, with PyNaCl (which Discord's documentation uses) as the oracle of signatures."""

from __future__ import annotations

import asyncio
import copy
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey
from pydantic import ValidationError

from assistant.errors import DeliveryFailed, DeliveryRefused, InvalidInput
from assistant.platforms.discord import PLATFORM, DiscordSettings, gateway_event, message_event
from assistant.platforms.discord.commands import DEFINITIONS
from assistant.types import (
    Button,
    Command,
    Connection,
    ContextMessage,
    Did,
    Do,
    Event,
    Hook,
    HookReply,
    HookRequest,
    Joined,
    Message,
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

DATA = Path(__file__).parents[2] / "data" / "discord"
NOW = datetime.now(UTC).replace(microsecond=0)
GUILD, CHANNEL, MEMBER = "197038439483310086", "290926798629997250", "80351110224678912"
KEYS = {one.verify_key.encode().hex(): one for one in (SigningKey.generate(), SigningKey.generate())}
PUBLIC, FRESH = KEYS
CONNECTION = Connection(
    id="con_1",
    community="demo",
    platform="discord",
    settings={"guild_id": GUILD},
    secrets={"token": "bot-secret-token", "public_key": PUBLIC},
)


def data(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text())


INTERACTIONS: dict[str, dict[str, Any]] = data("interactions")
WHOLE: dict[str, Any] = data("message")


def signed(public: str = PUBLIC, document: Any = None) -> HookRequest:
    body = json.dumps(INTERACTIONS["slash"] if document is None else document).encode()
    timestamp = str(int(NOW.timestamp()))
    signature = KEYS[public].sign(timestamp.encode() + body).signature.hex()
    headers = (("x-signature-ed25519", signature), ("x-signature-timestamp", timestamp))
    return HookRequest("POST", (), headers, body, NOW)


def parsed(document: Any) -> Hook:
    return PLATFORM.parse(CONNECTION, signed(document=document))


def event_of(document: Any) -> Event:
    (event,) = parsed(document).events
    return event


def answered(reply: HookReply | None) -> Any:
    assert reply is not None
    return json.loads(reply.body) if reply.body else reply.status


def test_what_the_vendors_library_signs_is_taken_and_every_forgery_refused() -> None:
    check_hostile(
        PLATFORM,
        CONNECTION,
        signed(),
        wrong_key=replace(CONNECTION, secrets={"public_key": FRESH}),
        headers=("x-signature-ed25519", "x-signature-timestamp"),
    )
    check_rotation(PLATFORM, CONNECTION, signed(), "public_key", FRESH, signed)
    for spoiled in ("", "zz" * 32, PUBLIC[:-2], "0" * 64, "\ud800" * 64):
        check_refused = replace(CONNECTION, secrets={"public_key": spoiled})
        with pytest.raises(Exception, match="signature_wrong"):
            PLATFORM.verify(check_refused, signed())


def test_the_handshakes_are_answered_as_discord_asks() -> None:
    assert answered(parsed(INTERACTIONS["ping"]).answer) == {"type": 1}
    assert answered(parsed(INTERACTIONS["webhook_ping"]).answer) == 204
    event = parsed(INTERACTIONS["webhook_event"])
    assert (answered(event.answer), event.events) == (204, ())
    assert answered(parsed(INTERACTIONS["autocomplete"]).answer) == {"type": 8, "data": {"choices": []}}


def test_a_command_is_answered_to_the_asking_member_alone() -> None:
    hook = parsed(INTERACTIONS["slash"])
    (command,) = hook.events
    assert isinstance(command, Command)
    assert (command.key, command.name, command.text) == ("846462639134605312", "report", "有人發廣告")
    assert (command.member_id, command.channel, command.locale, command.about) == (MEMBER, CHANNEL, "zh-TW", None)
    answer = answered(PLATFORM.reply(CONNECTION, hook, [Outcome(text="收到" + "長" * 3000)]))
    assert (answer["type"], answer["data"]["flags"]) == (4, 64)
    assert answer["data"]["allowed_mentions"] == {"parse": []}
    assert answer["data"]["content"].startswith("收到")
    assert len(answer["data"]["content"]) == 2000
    assert answered(PLATFORM.reply(CONNECTION, hook, [Outcome()]))["data"]["content"]


@pytest.mark.parametrize("name", ["Report", "檢舉", "举报"])
def test_the_menu_reports_a_message_whoever_wrote_it(name: str) -> None:
    document = copy.deepcopy(INTERACTIONS["context_menu"])
    document["data"]["name"] = name
    for bot in (False, True):
        document["data"]["resolved"]["messages"]["1001"]["author"]["bot"] = bot
        command = event_of(document)
        assert isinstance(command, Command)
        assert (command.name, command.member_id) == ("report", MEMBER)
        assert command.about is not None
        message = command.about.message
        assert (command.about.key, message.text, message.member_id, message.channel) == ("1001", "加微信", "5", CHANNEL)
        assert command.about.refs == {"guild": GUILD}


def test_a_press_brings_the_buttons_value_and_leaves_the_card_alone() -> None:
    hook = parsed(INTERACTIONS["press"])
    (pressed,) = hook.events
    assert isinstance(pressed, Pressed)
    assert (pressed.value, pressed.member_id, pressed.channel) == ("case:cas_01:remove", MEMBER, CHANNEL)
    assert (pressed.message_id, pressed.locale) == ("2001", "zh-TW")
    assert answered(PLATFORM.reply(CONNECTION, hook, [Outcome()])) == {"type": 6}
    private = answered(PLATFORM.reply(CONNECTION, hook, [Outcome(text="done")]))
    assert (private["type"], private["data"]["flags"], private["data"]["content"]) == (4, 64, "done")


def test_in_a_private_message_buttons_are_taken_and_commands_are_not() -> None:
    outside = {k: v for k, v in INTERACTIONS["press"].items() if k not in {"guild_id", "member"}}
    pressed = event_of(outside | {"user": {"id": "7"}})
    assert isinstance(pressed, Pressed)
    assert pressed.member_id == "7"
    command = {k: v for k, v in INTERACTIONS["slash"].items() if k not in {"guild_id", "member"}}
    assert parsed(command | {"user": {"id": "7"}}).events == ()


@pytest.mark.parametrize("kind", ["slash", "context_menu", "press"])
def test_another_server_gets_an_answer_and_no_event(kind: str) -> None:
    hook = parsed(INTERACTIONS[kind] | {"guild_id": "1"})
    assert hook.events == ()
    assert answered(hook.answer)["data"]["flags"] == 64


def test_an_unknown_command_gets_an_answer_and_no_event() -> None:
    hook = parsed(INTERACTIONS["slash"] | {"data": {"name": "weather", "type": 1}})
    assert (hook.events, answered(hook.answer)["type"]) == ((), 4)


def test_a_message_is_read_whole() -> None:
    said = message_event(WHOLE)
    assert isinstance(said, Said)
    message = said.message
    assert (said.key, said.refs, message.text, message.member_id) == ("1100", {"guild": GUILD}, "看附件", MEMBER)
    assert (message.roles, message.channel, message.edit_of) == (("7",), CHANNEL, None)
    assert message.context == (ContextMessage("什麼廣告?", "5"),)
    assert message.sent_at == datetime(2026, 11, 2, 10, tzinfo=UTC)
    assert message.unscreened == ("image", "voice", "file", "sticker", "video")
    assert [(part.field, part.text) for part in message.parts] == [
        ("member.name", "明"),
        ("attachments[0].name", "vx.png"),
        ("attachments[0].title", "掃碼"),
        ("attachments[0].description", "a code"),
        ("attachments[1].name", "voice-message.ogg"),
        ("attachments[2].name", "b.zip"),
        ("sticker_items[0].name", "揮手"),
        ("embeds[0].title", "預覽"),
        ("embeds[0].description", "說明"),
        ("poll.question.text", "加哪個?"),
        ("poll.answers[0].text", "微信"),
        ("message_snapshots[0].text", "轉發的話"),
        ("message_snapshots[0].attachments[0].name", "c.mp4"),
    ]


def forwarded(**content: Any) -> Message:
    """What is read of a message that forwards only this."""
    bare = {name: value for name, value in WHOLE.items() if name in {"id", "channel_id", "guild_id", "author"}}
    said = message_event(bare | {"type": 0, "content": "", "message_snapshots": [{"message": content}]})
    assert isinstance(said, Said)
    return said.message


def texts(message: Message) -> list[str]:
    return [part.text for part in message.parts if part.field.startswith("message_snapshots[0].")]


def test_all_that_an_embed_says_is_read_in_a_forwarded_message_too() -> None:
    embed = {
        "title": "一",
        "description": "二",
        "author": {"name": "三", "url": "https://x.example"},
        "footer": {"text": "四"},
        "provider": {"name": "五"},
        "fields": [{"name": "六", "value": "加微信 abc"}, {"name": "七", "value": "line qq123"}],
    }
    message = forwarded(embeds=[embed])
    assert texts(message) == ["一", "二", "三", "四", "五", "六", "加微信 abc", "七", "line qq123"]
    assert message.unscreened == ()
    assert message.parts[-1].field == "message_snapshots[0].embeds[0].fields[1].value"
    own = message_event(WHOLE | {"embeds": [embed]})
    assert isinstance(own, Said)
    assert ("embeds[0].footer.text", "四") in [(part.field, part.text) for part in own.message.parts]


def test_the_texts_of_components_are_read() -> None:
    button = {"type": 2, "style": 5, "label": "點此", "url": "https://spam.example"}
    option = {"label": "選項", "value": "x", "description": "說明"}
    select = {"type": 3, "custom_id": "c", "placeholder": "請選", "options": [option]}
    section = {"type": 9, "components": [{"type": 10, "content": "加微信 abc"}], "accessory": button}
    container = {"type": 17, "components": [section, {"type": 14}, {"type": 1, "components": [select]}]}
    message = forwarded(components=[{"type": 10, "content": "開頭"}, container])
    assert sorted(texts(message)) == sorted(
        ["開頭", "加微信 abc", "點此", "https://spam.example", "請選", "選項", "說明"]
    )
    assert message.unscreened == ()


def nested(levels: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"type": 10, "content": "加微信 abc"}
    for _ in range(levels):
        inner = {"type": 17, "components": [inner]}
    return inner


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        ({"components": [{"type": 12, "items": [{"description": "加微信 abc"}]}]}, ("image",)),
        ({"components": [{"type": 9, "components": [], "accessory": {"type": 11}}]}, ("image",)),
        ({"components": [{"type": 13, "name": "加微信 abc"}]}, ("file",)),
        ({"components": [{"type": 99, "content": "加微信 abc"}]}, ("other",)),
        ({"components": [{"type": "10"}, None, 7]}, ("other",)),
        ({"components": [{"type": 10, "content": "x"}] * 41}, ("other",)),
        ({"components": [nested(30)]}, ("other",)),
        ({"components": [nested(5)]}, ()),
        ({"embeds": [{"title": "x"}] * 21}, ("other",)),
        ({"embeds": [{"fields": [{"name": "x"}] * 41}]}, ("other",)),
    ],
)
def test_what_is_shown_and_not_read_is_named(content: dict[str, Any], kinds: tuple[str, ...]) -> None:
    message = forwarded(**content)
    assert message.unscreened == kinds
    if "加微信" in str(content) and content["components"] != [nested(30)]:
        assert texts(message) == ["加微信 abc"]


def from_gateway(kind: str, **more: Any) -> Event | None:
    return gateway_event(CONNECTION, kind, WHOLE | more)


def test_an_edit_has_its_own_key_and_points_at_the_message() -> None:
    edit = from_gateway("MESSAGE_UPDATE", edited_timestamp="2026-11-02T10:05:00+00:00")
    assert isinstance(edit, Said)
    assert (edit.key, edit.message.edit_of) == ("1100:2026-11-02T10:05:00+00:00", "1100")
    assert from_gateway("MESSAGE_UPDATE") is None
    part = {"id": "1", "channel_id": "2", "guild_id": GUILD, "content": "x", "edited_timestamp": "t"}
    partial = gateway_event(CONNECTION, "MESSAGE_UPDATE", part)
    assert isinstance(partial, Said)
    assert partial.message.member_id is None


@pytest.mark.parametrize(
    "more",
    [
        {"author": {"id": "1", "bot": True}},
        {"webhook_id": "9"},
        {"type": 7},
        {"guild_id": "1"},
        {"guild_id": None},
    ],
)
def test_bots_webhooks_the_system_and_other_servers_give_nothing(more: dict[str, Any]) -> None:
    assert from_gateway("MESSAGE_CREATE", **more) is None


def test_newcomers_are_told_of() -> None:
    payload = {"guild_id": GUILD, "user": {"id": "1", "username": "a", "global_name": "加微信"}, "joined_at": "t"}
    joined = gateway_event(CONNECTION, "GUILD_MEMBER_ADD", payload)
    assert joined == Joined(key=f"join:{GUILD}:1:t", member_id="1", name="加微信", refs={"guild": GUILD})
    assert gateway_event(CONNECTION, "GUILD_MEMBER_ADD", payload | {"user": {"id": "1", "bot": True}}) is None
    assert gateway_event(CONNECTION, "TYPING_START", payload) is None


def test_leavings_and_reactions_are_for_the_stream() -> None:
    left = gateway_event(CONNECTION, "GUILD_MEMBER_REMOVE", {"guild_id": GUILD, "user": {"id": "1"}})
    assert isinstance(left, Did)
    assert (left.type, left.member_id) == (EventType.LEAVE, "1")
    payload = {"guild_id": GUILD, "user_id": "1", "message_id": "5", "channel_id": "7", "message_author_id": "2"}
    payload["emoji"] = {"id": None, "name": "👍"}
    reacted = gateway_event(CONNECTION, "MESSAGE_REACTION_ADD", payload)
    assert reacted == Did(
        key="reaction:5:1:👍",
        type=EventType.REACTION,
        member_id="1",
        channel="7",
        message_id="5",
        of_member="2",
    )
    assert gateway_event(CONNECTION, "MESSAGE_REACTION_ADD", payload | {"guild_id": "other"}) is None
    bot = {"user": {"id": "1", "bot": True}}
    assert gateway_event(CONNECTION, "MESSAGE_REACTION_ADD", payload | {"member": bot}) is None
    assert gateway_event(CONNECTION, "GUILD_MEMBER_REMOVE", {"guild_id": GUILD, **bot}) is None


WRONG = (None, 1, True, "x", [], [1], {}, {"id": 1}, "x" * 300)


def spoiled(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The document with every field, however deep, in every wrong kind."""
    wrong = [document | {field: value} for field in document for value in WRONG]
    for field, inner in document.items():
        if isinstance(inner, dict):
            wrong += [document | {field: one} for one in spoiled(inner)]
    return wrong


def test_junk_is_no_event_or_a_clear_refusal() -> None:
    check_junk(PLATFORM, CONNECTION, signed())
    bodies = [json.dumps(one).encode() for document in INTERACTIONS.values() for one in spoiled(document)]
    check_junk(PLATFORM, CONNECTION, signed(), (*JUNK_BODIES, *bodies))


def readable(payload: dict[str, Any], kind: str = "MESSAGE_UPDATE") -> None:
    try:
        gateway_event(CONNECTION, kind, payload)
    except InvalidInput as error:
        assert error.field


def test_gateway_payloads_of_the_wrong_kind_are_refused_by_name() -> None:
    for kind in ("MESSAGE_CREATE", "MESSAGE_UPDATE", "GUILD_MEMBER_ADD", "GUILD_MEMBER_REMOVE", "MESSAGE_REACTION_ADD"):
        for one in spoiled(WHOLE | {"user": {"id": "1"}}):
            readable(one, kind)
    for field in ("attachments", "sticker_items", "embeds", "message_snapshots"):
        for one in WHOLE[field]:
            for wrong in spoiled(one):
                readable(WHOLE | {field: [wrong]}, "MESSAGE_CREATE")
    with pytest.raises(InvalidInput) as caught:
        from_gateway("MESSAGE_CREATE", timestamp="yesterday")
    assert caught.value.field == "timestamp"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(WHOLE)), inner, max_size=3),
    max_leaves=8,
)


@given(data=st.data(), name=st.sampled_from(sorted(INTERACTIONS)))
def test_interactions_that_are_almost_right_are_hooks_or_refusals(data: st.DataObject, name: str) -> None:
    check_junk(PLATFORM, CONNECTION, signed(), [data.draw(mutants(INTERACTIONS[name]))])


@given(body=mutants(WHOLE))
def test_messages_that_are_almost_right_are_events_or_refusals(body: bytes) -> None:
    readable(json.loads(body) | {"guild_id": GUILD}, "MESSAGE_CREATE")


@given(field=st.sampled_from(sorted(WHOLE)), value=JSON)
def test_any_value_anywhere_in_a_message_is_an_event_or_a_refusal(field: str, value: Any) -> None:
    readable(WHOLE | {field: value}, "MESSAGE_CREATE")


@given(kind=st.sampled_from(sorted(INTERACTIONS)), value=JSON, at=st.integers(0, 30))
def test_any_value_anywhere_in_an_interaction_is_a_hook_or_a_refusal(kind: str, value: Any, at: int) -> None:
    document = INTERACTIONS[kind]
    try:
        assert isinstance(parsed(document | {sorted(document)[at % len(document)]: value}), Hook)
    except InvalidInput as error:
        assert error.field


def order(do: Do, **more: Any) -> Order:
    given: dict[str, Any] = {"channel": CHANNEL, "message_id": "1001", "member_id": MEMBER, "text": "請遵守規則"}
    return Order(id="ord_1", do=do, reason="spam: 80%", **(given | more))


def done(one: Order, *answers: Answer, connection: Connection = CONNECTION) -> tuple[Receipt, Outside]:
    http = Outside(list(answers) or [Answer(document={"id": "3001"})])
    return asyncio.run(PLATFORM.act(connection, one, http)), http


def bad(status: int, code: int) -> Answer:
    return Answer(status, {"message": "bot-secret-token 請遵守規則", "code": code})


API = "https://discord.com/api/v10"
MEMBER_URL, BAN_URL = f"{API}/guilds/{GUILD}/members/{MEMBER}", f"{API}/guilds/{GUILD}/bans/{MEMBER}"
ASKS = {
    Do.DELETE: ("DELETE", f"{API}/channels/{CHANNEL}/messages/1001", None),
    Do.UNMUTE: ("PATCH", MEMBER_URL, {"communication_disabled_until": None}),
    Do.KICK: ("DELETE", MEMBER_URL, None),
    Do.BAN: ("PUT", BAN_URL, {"delete_message_seconds": 0}),
    Do.UNBAN: ("DELETE", BAN_URL, None),
}


@pytest.mark.parametrize("do", sorted(ASKS))
def test_what_is_asked_of_discord(do: Do) -> None:
    receipt, http = done(order(do))
    (asked,) = http.asked
    assert (asked.method, asked.url, asked.json) == ASKS[do]
    assert asked.headers["authorization"] == "Bot bot-secret-token"
    assert asked.headers["user-agent"].startswith("DiscordBot (")
    assert unquote(asked.headers["x-audit-log-reason"]) == "spam: 80%"
    assert not receipt.already


@pytest.mark.parametrize(("do", "code"), [(Do.DELETE, 10008), (Do.KICK, 10007), (Do.UNMUTE, 10007), (Do.UNBAN, 10026)])
def test_what_has_been_done_is_no_error(do: Do, code: int) -> None:
    assert done(order(do), bad(404, code))[0].already


def muted_until(http: Outside) -> datetime:
    assert (http.asked[0].method, http.asked[0].url) == ("PATCH", MEMBER_URL)
    return datetime.fromisoformat(http.asked[0].json["communication_disabled_until"])


def test_a_mute_ends_when_it_should_or_when_discord_lets_it() -> None:
    soon = NOW + timedelta(hours=1)
    assert muted_until(done(order(Do.MUTE, until=soon))[1]) == soon
    longest = timedelta(seconds=PLATFORM.capabilities.longest_mute_s or 0)
    for until in (None, NOW + timedelta(days=90)):
        left = muted_until(done(order(Do.MUTE, until=until))[1]) - datetime.now(UTC)
        assert longest - timedelta(minutes=2) < left < longest
    receipt, http = done(order(Do.MUTE, until=NOW - timedelta(minutes=1)))
    assert receipt.already
    assert not http.asked


def test_a_card_has_its_buttons_mentions_nobody_and_repeats_itself_once() -> None:
    buttons = tuple(Button("刪" * 90, f"case:cas_01:{n}") for n in range(7))
    receipt, http = done(order(Do.POST, text="@everyone " + "長" * 3000, buttons=buttons))
    assert receipt == Receipt("3001")
    (asked,) = http.asked
    assert (asked.method, asked.url) == ("POST", f"{API}/channels/{CHANNEL}/messages")
    assert (asked.json["allowed_mentions"], asked.json["enforce_nonce"]) == ({"parse": []}, True)
    assert len(asked.json["content"]) == 2000
    assert 1 <= len(asked.json["nonce"]) <= 25
    assert asked.json["nonce"] == done(order(Do.POST))[1].asked[0].json["nonce"]
    other = Order(id="ord_2", do=Do.POST, channel=CHANNEL, text="x")
    assert asked.json["nonce"] != done(other)[1].asked[0].json["nonce"]
    rows = asked.json["components"]
    assert [len(row["components"]) for row in rows] == [5, 2]
    assert [one["custom_id"] for row in rows for one in row["components"]] == [one.value for one in buttons]
    assert {len(one["label"]) for row in rows for one in row["components"]} == {80}


def test_a_member_is_written_to_in_private() -> None:
    receipt, http = done(order(Do.MESSAGE), Answer(document={"id": "4001"}), Answer(document={"id": "4002"}))
    assert receipt == Receipt("4002")
    assert (http.asked[0].url, http.asked[0].json) == (f"{API}/users/@me/channels", {"recipient_id": MEMBER})
    assert http.asked[1].url == f"{API}/channels/4001/messages"
    with pytest.raises(DeliveryRefused, match="no private messages"):
        done(order(Do.MESSAGE), Answer(document={"id": "4001"}), bad(403, 50007))
    with pytest.raises(DeliveryFailed) as caught:
        done(order(Do.MESSAGE), bad(403, 40003))
    assert caught.value.retry_after


def test_amending_leaves_the_buttons_that_are_given() -> None:
    _, http = done(order(Do.AMEND, buttons=(Button("a", "b"),)))
    assert [one["custom_id"] for one in http.asked[0].json["components"][0]["components"]] == ["b"]
    receipt, http = done(order(Do.AMEND))
    assert receipt == Receipt("1001")
    assert (http.asked[0].method, http.asked[0].json) == (
        "PATCH",
        {"content": "請遵守規則", "components": [], "allowed_mentions": {"parse": []}},
    )
    with pytest.raises(DeliveryRefused, match="gone"):
        done(order(Do.AMEND), bad(404, 10008))


@pytest.mark.parametrize("do", [Do.HIDE, Do.RESTORE])
def test_what_discord_does_not_do_is_refused_without_asking(do: Do) -> None:
    http = Outside()
    with pytest.raises(DeliveryRefused):
        asyncio.run(PLATFORM.act(CONNECTION, order(do), http))
    assert not http.asked


@pytest.mark.parametrize("do", sorted(PLATFORM.capabilities.does))
def test_every_order_says_what_is_wrong_and_never_the_token(do: Do) -> None:
    later = {"until": NOW + timedelta(hours=1)}
    for status, code, said in (
        (403, 50013, "role above"),
        (403, 50001, "View Channel"),
        (404, 10003, "no such channel"),
        (401, 0, "token"),
        (400, 50035, "50035"),
    ):
        with pytest.raises(DeliveryRefused, match=said) as caught:
            done(order(do, **later), bad(status, code))
        assert "bot-secret" not in caught.value.problem
        assert "請" not in caught.value.problem
    with pytest.raises(DeliveryFailed) as limited:
        done(order(do, **later), Answer(429, {"retry_after": 1.5}, headers={"retry-after": "2"}))
    assert limited.value.retry_after == 2
    with pytest.raises(DeliveryRefused):
        done(order(do, **later), connection=replace(CONNECTION, secrets={}))
    with pytest.raises(DeliveryRefused):
        done(order(do, channel="../1", member_id="1/2", message_id=None, **later))


def test_an_audit_reason_fits_its_header() -> None:
    _, http = done(replace(order(Do.KICK), reason="廣告" * 300))
    quoted = http.asked[0].headers["x-audit-log-reason"]
    assert 400 < len(quoted) <= 512
    assert unquote(quoted, errors="strict").startswith("廣告")


def test_addresses_are_discords_or_this_machines() -> None:
    for base in ("https://discord.test/api/v10", "http://127.0.0.1:8080/api/v10"):
        assert DiscordSettings(guild_id="1", api_base=base).api_base == base
    for base in ("http://discord.test/api", "http://127.0.0.1.evil.test/", "ftp://x", "https://x?y"):
        with pytest.raises(ValidationError):
            DiscordSettings(guild_id="1", api_base=base)
    for gateway in ("ws://evil.test", "https://x"):
        with pytest.raises(ValidationError):
            DiscordSettings(guild_id="1", gateway_url=gateway)
    elsewhere = replace(CONNECTION, settings={"guild_id": GUILD, "api_base": "https://discord.test/api/v10/"})
    assert done(order(Do.KICK), connection=elsewhere)[1].asked[0].url.startswith("https://discord.test/api/v10/guilds")


def test_the_commands_are_named_as_discord_allows() -> None:
    for one in DEFINITIONS:
        for holder in (one, *one.get("options", ())):
            for name in (holder["name"], *holder["name_localizations"].values()):
                pattern = r"[-_'\w]{1,32}" if holder.get("type") != 3 or "required" in holder else r".{1,32}"
                assert re.fullmatch(pattern, name)
            if "description" in holder:
                texts = (holder["description"], *holder["description_localizations"].values())
                assert all(1 <= len(text) <= 100 for text in texts)
            assert set(holder["name_localizations"]) == {"zh-CN", "zh-TW"}


APPLICATION = {"id": "158049329150427136", "verify_key": PUBLIC, "flags": (1 << 15) | (1 << 19)}
ROLES = [{"id": GUILD, "permissions": str((1 << 10) | (1 << 11))}, {"id": "7", "permissions": str(1 << 3)}]
ANSWERS = (APPLICATION, {"id": "158"}, {"id": GUILD, "roles": ROLES}, {"roles": ["7"]}, [{}, {}, {}, {}])


def checked(*documents: Any, connection: Connection = CONNECTION) -> tuple[dict[str, tuple[bool, str]], Outside]:
    http = Outside([one if isinstance(one, Answer) else Answer(document=one) for one in documents])
    checks = asyncio.run(PLATFORM.check(connection, http))
    return {one.name: (one.ok, one.detail) for one in checks}, http


def test_the_connection_test_passes_and_puts_the_commands_there() -> None:
    lines, http = checked(*ANSWERS)
    assert all(passed for passed, _ in lines.values())
    assert set(lines) == {"token", "public_key", "intents", "server", "commands"}
    put = http.asked[-1]
    assert (put.method, put.url) == ("PUT", f"{API}/applications/{APPLICATION['id']}/guilds/{GUILD}/commands")
    assert {one["name"] for one in put.json} == {"report", "appeal", "rules", "Report"}
    without = replace(CONNECTION, settings={"guild_id": GUILD, "commands": False})
    assert {asked.method for asked in checked(*ANSWERS, connection=without)[1].asked} == {"GET"}


def test_the_connection_test_says_what_is_missing() -> None:
    application = APPLICATION | {"verify_key": FRESH, "flags": 1 << 15}
    guild = {"id": GUILD, "roles": ROLES[:1]}
    lines, _ = checked(application, {"id": "158"}, guild, {"roles": []}, bad(403, 50001))
    assert lines["token"][0]
    assert not any(lines[name][0] for name in ("public_key", "intents", "server", "commands"))
    assert "Message Content" in lines["intents"][1]
    assert "Server Members" not in lines["intents"][1]
    assert "Timeout Members" in lines["server"][1]
    assert "View Channels" not in lines["server"][1]
    assert "applications.commands" in lines["commands"][1]


def test_the_connection_test_never_raises() -> None:
    assert not checked(bad(401, 0))[0]["token"][0]
    assert not checked(Answer(503))[0]["token"][0]
    assert not checked([])[0]["token"][0]
    lines, _ = checked(APPLICATION, {"id": "158"}, bad(404, 10004))
    assert "guild_id" in lines["server"][1]
