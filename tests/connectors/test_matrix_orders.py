"""The adapter's orders and checks, carried out on a real Synapse."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import pytest

from assistant.errors import DeliveryFailed, DeliveryRefused
from assistant.platforms.matrix import PLATFORM
from assistant.platforms.platform import Check
from assistant.types import Button, Connection, Do, Order, Receipt
from tests.homeserver import Homeserver, User, homeserver

BUTTONS = (Button("Approve", "case:cas_1:approve"), Button("Remove", "case:cas_1:remove"))


class Out:
    """``ports.Outgoing`` without its checks of addresses, since the homeserver is on loopback."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        timeout_s: float = 10.0,
    ) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False, timeout=timeout_s) as client:
            answer = await client.request(method, url, headers=headers, json=json)
        if answer.status_code == 429 or answer.status_code >= 500:
            raise DeliveryFailed(f"answered {answer.status_code}")
        answer.status = answer.status_code  # type: ignore[attr-defined]
        return answer

    async def remembered(self, key: str, fetch: Callable[[], Awaitable[tuple[str, float]]]) -> str:
        raise AssertionError("Matrix has no token to fetch")

    def forget(self, key: str, value: str | None = None) -> None:
        pass


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homeserver]:
    with homeserver(tmp_path_factory.mktemp("synapse")) as running:
        yield running


@pytest.fixture(scope="module")
def bot(server: Homeserver) -> User:
    return server.register("assistant")


@pytest.fixture(scope="module")
def owner(server: Homeserver) -> User:
    return server.register("owner")


@pytest.fixture
def member(server: Homeserver, request: pytest.FixtureRequest) -> User:
    """A user that no other test has."""
    return server.register(f"m{abs(hash(request.node.name))}")


@pytest.fixture(scope="module")
def connection(server: Homeserver, bot: User) -> Connection:
    return Connection(
        id="con_1",
        community="demo",
        platform="matrix",
        settings={"api_base": server.url, "user_id": bot.id},
        secrets={"token": bot.token},
    )


@pytest.fixture(params=["10", "12"], scope="module")
def version(request: pytest.FixtureRequest) -> str:
    """Before room version 12 whoever makes a room is merely the first administrator."""
    return str(request.param)


@pytest.fixture
def room(owner: User, bot: User, member: User, version: str) -> str:
    """Made by the owner, moderated by the bot, with one member."""
    levels = {"users": {owner.id: 100, bot.id: 100} if version == "10" else {bot.id: 100}}
    room = owner.create_room(bot.id, member.id, room_version=version, power_level_content_override=levels)
    bot.join(room)
    member.join(room)
    return room


@pytest.fixture
def act(connection: Connection) -> Callable[..., Receipt]:
    def carry_out(do: Do, identifier: str = "dlv_1", **more: Any) -> Receipt:
        return asyncio.run(PLATFORM.act(connection, Order(id=identifier, do=do, **more), Out()))

    return carry_out


Act = Callable[..., Receipt]


def test_a_deleted_message_is_gone_for_everybody_and_deleting_again_is_no_error(
    act: Act, member: User, owner: User, room: str
) -> None:
    event_id = member.sent(room, "加微信 abc")
    order = {"channel": room, "message_id": event_id, "reason": "advert"}
    assert act(Do.DELETE, **order) == Receipt()
    assert "加微信 abc" not in owner.texts(room)
    assert act(Do.DELETE, **order) == Receipt(already=True)
    (redaction,) = [event for event in owner.events(room) if event["type"] == "m.room.redaction"]
    assert redaction["content"]["reason"] == "advert"


def test_an_edit_is_deleted_together_with_its_message(act: Act, member: User, owner: User, room: str) -> None:
    event_id = member.sent(room, "before")
    relation = {"rel_type": "m.replace", "event_id": event_id}
    content = {"msgtype": "m.text", "body": "加微信 abc"}
    edit_id = member.sent(room, content | {"m.new_content": content, "m.relates_to": relation})
    act(Do.DELETE, channel=room, message_id=event_id, member_id=member.id, refs={"edit": edit_id})
    assert "加微信 abc" not in str(owner.events(room))
    assert "before" not in owner.texts(room)


def test_an_edit_of_another_members_message_goes_alone(act: Act, member: User, owner: User, room: str) -> None:
    event_id = owner.sent(room, "the owner's own words")
    relation = {"rel_type": "m.replace", "event_id": event_id}
    content = {"msgtype": "m.text", "body": "加微信 abc"}
    edit_id = member.sent(room, content | {"m.new_content": content, "m.relates_to": relation})
    act(Do.DELETE, channel=room, message_id=event_id, member_id=member.id, refs={"edit": edit_id})
    assert "加微信 abc" not in str(owner.events(room))
    assert "the owner's own words" in owner.texts(room)


def test_a_private_message_arrives_once_in_the_same_room_as_the_next(
    act: Act, bot: User, member: User, version: str
) -> None:
    first = act(Do.MESSAGE, "dlv_a", member_id=member.id, text="<b>第一次</b>")
    assert act(Do.MESSAGE, "dlv_a", member_id=member.id, text="<b>第一次</b>") == first
    ((direct, state),) = member.invitations().items()
    assert state["m.room.member"]["is_direct"] is True
    member.join(direct)
    act(Do.MESSAGE, "dlv_b", member_id=member.id, text="第二次")
    assert member.texts(direct) == ["<b>第一次</b>", "第二次"]
    assert bot.done("GET", f"user/{bot.id}/account_data/m.direct")[member.id] == [direct]


def test_private_messages_sent_at_once_arrive_in_one_room(connection: Connection, bot: User, member: User) -> None:
    """Also where two processes send them, which know nothing of each other: here each has an event loop of its own."""
    orders = [Order(id=f"dlv_{one}", do=Do.MESSAGE, member_id=member.id, text=str(one)) for one in range(4)]

    async def together(share: list[Order]) -> None:
        await asyncio.gather(*(PLATFORM.act(connection, order, Out()) for order in share))

    with ThreadPoolExecutor(2) as processes:
        list(processes.map(lambda share: asyncio.run(together(share)), (orders[:2], orders[2:])))
    (direct,) = member.invitations()
    member.join(direct)
    assert sorted(member.texts(direct)) == ["0", "1", "2", "3"]


def test_a_direct_room_made_before_a_crash_is_found_again(act: Act, bot: User, member: User) -> None:
    act(Do.MESSAGE, "dlv_a", member_id=member.id, text="one")
    bot.done("PUT", f"user/{bot.id}/account_data/m.direct", {})
    act(Do.MESSAGE, "dlv_b", member_id=member.id, text="two")
    (direct,) = member.invitations()
    member.join(direct)
    assert member.texts(direct) == ["one", "two"]


def test_who_left_the_direct_room_is_invited_once_more(act: Act, member: User) -> None:
    act(Do.MESSAGE, "dlv_a", member_id=member.id, text="one")
    (direct,) = member.invitations()
    member.join(direct)
    member.done("POST", f"rooms/{direct}/leave", {})
    act(Do.MESSAGE, "dlv_b", member_id=member.id, text="two")
    assert list(member.invitations()) == [direct]


def test_an_alias_that_somebody_else_took_gets_no_private_message(
    act: Act, server: Homeserver, bot: User, member: User
) -> None:
    act(Do.MESSAGE, "dlv_a", member_id=member.id, text="one")
    (direct,) = member.invitations()
    alias = bot.state(direct, "m.room.canonical_alias")["alias"]
    bot.done("DELETE", f"directory/room/{alias.replace('#', '%23')}")
    thief = server.register(f"thief{member.id[1:9]}")
    thief.create_room(bot.id, room_alias_name=alias[1:].partition(":")[0])
    bot.done("PUT", f"user/{bot.id}/account_data/m.direct", {})
    with pytest.raises(DeliveryRefused, match="alias"):
        act(Do.MESSAGE, "dlv_b", member_id=member.id, text="two")


def test_a_muted_member_cannot_speak_or_react_until_unmuted(act: Act, member: User, owner: User, room: str) -> None:
    card = owner.sent(room, "hello")
    who = {"channel": room, "member_id": member.id}
    assert act(Do.UNMUTE, **who) == Receipt(already=True)
    assert act(Do.MUTE, **who) == Receipt()
    assert act(Do.MUTE, **who) == Receipt(already=True)
    assert member.send(room, "hello").status_code == 403
    relation = {"rel_type": "m.annotation", "event_id": card, "key": "加微信"}
    assert member.send(room, {"m.relates_to": relation}, "m.reaction").status_code == 403
    assert act(Do.UNMUTE, **who) == Receipt()
    assert member.send(room, "hello").status_code == 200
    assert member.id not in owner.state(room, "m.room.power_levels")["users"]


def test_a_mute_lasts_through_room_levels_below_zero_and_gives_back_what_was_there(
    act: Act, member: User, owner: User, room: str
) -> None:
    levels = owner.state(room, "m.room.power_levels")
    levels["events_default"] = -5
    levels["users"][member.id] = 7
    assert owner.set_state(room, "m.room.power_levels", levels).status_code == 200
    who = {"channel": room, "member_id": member.id}
    act(Do.MUTE, **who)
    assert member.send(room, "hello").status_code == 403
    act(Do.UNMUTE, **who)
    assert owner.state(room, "m.room.power_levels") == levels


def test_members_muted_at_once_are_all_muted(connection: Connection, owner: User, room: str) -> None:
    """All of them write the same state event."""
    members = [f"@one{index}:chat.test" for index in range(6)]
    orders = [Order(id=f"dlv_{one}", do=Do.MUTE, channel=room, member_id=one) for one in members]

    async def together() -> None:
        await asyncio.gather(*(PLATFORM.act(connection, order, Out()) for order in orders))

    asyncio.run(together())
    levels = owner.state(room, "m.room.power_levels")["users"]
    assert {levels.get(one) for one in members} == {-1}


def test_kicks_bans_and_their_end_are_done_once(act: Act, member: User, owner: User, room: str) -> None:
    who = {"channel": room, "member_id": member.id, "reason": "advert"}
    assert act(Do.KICK, **who) == Receipt()
    left = owner.state(room, "m.room.member", member.id)
    assert (left["membership"], left["reason"]) == ("leave", "advert")
    assert act(Do.KICK, **who) == Receipt(already=True)
    act(Do.BAN, **who)
    act(Do.BAN, **who)
    assert owner.state(room, "m.room.member", member.id)["membership"] == "ban"
    assert act(Do.KICK, **who) == Receipt(already=True)
    assert act(Do.UNBAN, **who) == Receipt()
    assert act(Do.UNBAN, **who) == Receipt(already=True)
    assert owner.state(room, "m.room.member", member.id)["membership"] == "leave"


def test_a_kick_does_not_lift_a_ban(act: Act, member: User, owner: User, room: str) -> None:
    who = {"channel": room, "member_id": member.id}
    act(Do.BAN, **who)
    act(Do.KICK, **who)
    assert owner.state(room, "m.room.member", member.id)["membership"] == "ban"


def test_whoever_stands_above_the_bot_is_not_touched(act: Act, owner: User, room: str) -> None:
    for do in (Do.MUTE, Do.KICK, Do.BAN):
        with pytest.raises(DeliveryRefused):
            act(do, channel=room, member_id=owner.id)


def test_a_bot_without_power_or_outside_is_refused_for_good(
    act: Act, server: Homeserver, owner: User, member: User, bot: User, version: str
) -> None:
    elsewhere = owner.create_room(member.id, room_version=version)
    member.join(elsewhere)
    event_id = member.sent(elsewhere, "hello")
    target = {"channel": elsewhere, "member_id": member.id, "message_id": event_id, "text": "x"}
    everything = (Do.DELETE, Do.MUTE, Do.UNMUTE, Do.KICK, Do.BAN, Do.UNBAN, Do.POST, Do.AMEND)
    for do in everything:
        with pytest.raises(DeliveryRefused):
            act(do, **target)
    owner.done("POST", f"rooms/{elsewhere}/invite", {"user_id": bot.id})
    bot.join(elsewhere)
    for do in (Do.DELETE, Do.MUTE, Do.KICK, Do.BAN):
        with pytest.raises(DeliveryRefused):
            act(do, **target)


def test_a_card_offers_its_verbs_as_reactions_and_loses_them(act: Act, bot: User, owner: User, room: str) -> None:
    posted = act(Do.POST, "dlv_p", channel=room, text="A case", buttons=BUTTONS)
    assert act(Do.POST, "dlv_p", channel=room, text="A case", buttons=BUTTONS) == posted
    assert owner.texts(room) == ["A case\n\n✅ Approve · 🗑️ Remove"]

    def signs() -> list[str]:
        reactions = [event["content"] for event in owner.events(room) if event["type"] == "m.reaction"]
        return [content["m.relates_to"]["key"] for content in reactions if content]

    assert signs() == ["✅", "🗑️"]
    undo = (Button("Undo", "case:cas_1:undo"),)
    order = {"channel": room, "message_id": posted.message_id, "text": "Removed"}
    for _ in range(2):
        assert act(Do.AMEND, "dlv_q", **order, buttons=undo) == posted
        assert signs() == ["↩️"]
    act(Do.AMEND, "dlv_r", **order)
    assert signs() == []
    found = owner.done("GET", f"rooms/{room}/event/{posted.message_id}")
    edit = found["unsigned"]["m.relations"]["m.replace"]
    assert edit["content"]["m.new_content"]["body"] == "Removed"


def checked(connection: Connection) -> dict[str, Check]:
    return {one.name: one for one in asyncio.run(PLATFORM.check(connection, Out()))}


def test_the_connection_test_names_missing_rights_and_encrypted_rooms(
    server: Homeserver, owner: User, version: str
) -> None:
    bot = server.register(f"checked{version}")
    settings = {"api_base": server.url, "user_id": bot.id}
    connection = Connection(
        id="con_2", community="demo", platform="matrix", settings=settings, secrets={"token": bot.token}
    )
    assert not checked(connection)["rooms"].ok
    own = bot.create_room(room_version=version)
    found = checked(connection)
    assert all(one.ok for one in found.values()), found
    weak = owner.create_room(bot.id, room_version=version)
    bot.join(weak)
    secret = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    encrypted = bot.create_room(room_version=version, initial_state=[secret])
    found = checked(replace(connection, staff_channel=encrypted))
    assert not found["rights"].ok
    assert f"{weak} (redact, kick, ban, change power levels)" in found["rights"].detail
    assert own not in found["rights"].detail
    assert not found["encryption"].ok
    assert encrypted in found["encryption"].detail
    assert weak not in found["encryption"].detail
    assert not found["staff room"].ok
    assert checked(replace(connection, staff_channel=own))["staff room"].ok


def test_the_connection_test_tells_a_wrong_token_and_somebody_elses(
    connection: Connection, owner: User, bot: User
) -> None:
    wrong = checked(replace(connection, secrets={"token": "nope"}))
    assert not wrong["token"].ok
    assert "M_UNKNOWN_TOKEN" in wrong["token"].detail
    others = checked(replace(connection, secrets={"token": owner.token}))
    assert not others["token"].ok
