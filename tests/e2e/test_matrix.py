"""A real Synapse with our module, our service with its worker, and people who talk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from assistant.usecases.outbox import OutboxWorker
from tests.homeserver import SERVER_NAME, Homeserver, User, homeserver
from tests.live_service import Service, own_database, running, working

ADVERT = "加微信 abc123 日结300"
CLEAN = "今天的奶粉團購什麼時候截止？"
BOT = f"@assistant:{SERVER_NAME}"
TIMEOUT_S = 3.0
"""The module's; longer than its default, since the machine that tests may be slow. The service answers within 1.28 s all the same."""
T = TypeVar("T")


def soon(look: Callable[[], T | None], seconds: float = 20) -> T:
    """What ``look`` finds, once it finds anything."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, "nothing came of it"
        time.sleep(0.05)


@dataclass
class Town:
    """The homeserver and its community. ``members`` counts those who have come, so that each has a name of their own."""

    service: Service
    server: Homeserver
    worker: OutboxWorker
    operator: httpx.Client
    connection_id: str
    bot: User
    moderator: User
    staff_room: str
    stop_service: Callable[[], None]
    members: list[User] = field(default_factory=list)

    def newcomer(self) -> User:
        self.members.append(self.server.register(f"member{len(self.members)}"))
        return self.members[-1]

    def room(self, *members: User, **more: Any) -> str:
        """A room of the moderator's in which the bot has the power that its page asks for, and the members have none."""
        invited = (self.bot, *members)
        levels = {"users": {self.bot.id: 100}}
        room = self.moderator.create_room(*(one.id for one in invited), power_level_content_override=levels, **more)
        for user in invited:
            user.join(room)
        return room

    def asked(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.operator.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def told(self, path: str, **document: Any) -> dict[str, Any]:
        answer = self.operator.post(path, json=document)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def decisions(self, member: User) -> list[dict[str, Any]]:
        """About what the member wrote, the newest first; those about the name, of joins, are left out."""
        found = self.asked("/v1/decisions", member=member.id)["decisions"]
        return [one for one in found if one["platform"]["message_id"]]

    def record(self, member: User) -> dict[str, Any]:
        return self.asked(f"/v1/connections/{self.connection_id}/members/{member.id}")

    def case(self, member: User) -> dict[str, Any]:
        """The only one about the member, once there is one."""
        (case,) = soon(lambda: [one for one in self.asked("/v1/cases")["cases"] if one["member"] == member.id])
        return dict(case)

    def deliveries(self, decision_id: str, do: str) -> list[dict[str, Any]]:
        found = self.asked("/v1/deliveries", limit=200)["deliveries"]
        return [one for one in found if (one["decision_id"], one["do"]) == (decision_id, do)]

    def direct(self, member: User) -> str:
        """The room in which the bot speaks to the member alone, once it does; the member comes in."""
        room, state = next(iter(soon(member.invitations).items()))
        assert state["m.room.member"]["is_direct"] is True
        member.join(room)
        return room

    def notices(self, member: User, room: str, count: int) -> list[str]:
        """What stands in their direct room, once there is so much; nobody but the two is in it."""
        texts = soon(lambda: texts if len(texts := member.texts(room)) >= count else None)
        assert set(member.done("GET", f"rooms/{room}/joined_members")["joined"]) == {BOT, member.id}
        return texts

    def muted(self, member: User, room: str) -> dict[str, Any]:
        """Three adverts, and the mute that follows them: the penalty, once it is carried out."""
        for _ in range(3):
            assert member.send(room, ADVERT).status_code == 403
        soon(lambda: member.id in self.moderator.state(room, "m.room.power_levels")["users"])
        penalty = self.record(member)["penalties"][0]
        assert penalty["step"] == "mute"
        return dict(penalty)

    def card(self, case: dict[str, Any]) -> str:
        """The id of the case's card in the staff's room, once it stands there with the signs that press it."""

        def look() -> str | None:
            for event in self.moderator.events(self.staff_room):
                about = case["id"] in str(event["content"].get("body"))
                if about and event["sender"] == BOT and len(self.signs(event["event_id"])) == 2:
                    return str(event["event_id"])
            return None

        return soon(look)

    def signs(self, card: str) -> list[str]:
        """The bot's reactions to a card, those withdrawn left out."""
        reactions = [one for one in self.moderator.events(self.staff_room) if one["type"] == "m.reaction"]
        relations = [one["content"].get("m.relates_to", {}) for one in reactions if one["sender"] == BOT]
        return sorted(one["key"] for one in relations if one.get("event_id") == card)

    def press(self, card: str, sign: str) -> None:
        relation = {"rel_type": "m.annotation", "event_id": card, "key": sign}
        self.moderator.sent(self.staff_room, {"m.relates_to": relation}, "m.reaction")

    def shown(self, card: str) -> str:
        """The card's text as its last edit has it."""
        event = self.moderator.done("GET", f"rooms/{self.staff_room}/event/{card}")
        edit = event["unsigned"].get("m.relations", {}).get("m.replace")
        return str(edit["content"]["m.new_content"]["body"]) if edit else str(event["content"]["body"])


class Waiting:
    """Stands in for a stage that does not come back before ``ends`` is set."""

    def __init__(self) -> None:
        self.began, self.ends = threading.Event(), threading.Event()

    def wait(self) -> None:
        self.began.set()
        self.ends.wait(60)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Connected as an operator does it, but that the bot's account is made after the connection: one start of Synapse will do."""
    data_dir: Path = tmp_path_factory.mktemp("matrix")
    with ExitStack() as all_of_it:
        urls = all_of_it.enter_context(own_database(data_dir / "database"))
        serving = all_of_it.enter_context(ExitStack())
        allow = {"allow": ("127.0.0.0/8",)}
        service = serving.enter_context(
            running(urls.app, data_dir / "service", outgoing=allow, outbox={"poll_s": 0.05})
        )
        community = service.community()
        operator = all_of_it.enter_context(service.client(service.key(community=community)))
        settings = {"api_base": "http://127.0.0.1:9", "user_id": BOT}
        made = service.connect(community, "matrix", {"token": "not known yet"}, settings=settings)
        path = f"/v1/connections/{made.row.id}"
        found = operator.get(path)
        assert found.status_code == 200, found.text
        module = {"url": found.json()["hook"], "secret": made.secrets["secret"], "bot_user": BOT}
        server = all_of_it.enter_context(
            homeserver(data_dir / "synapse", module | {"fail_mode": "closed", "timeout_s": TIMEOUT_S})
        )
        bot, moderator = server.register("assistant"), server.register("moderator")
        staff_room = moderator.create_room(bot.id)
        bot.join(staff_room)
        change = {"settings": settings | {"api_base": server.url}, "staff_channel": staff_room}
        assert operator.patch(path, json=change).status_code == 200
        assert operator.post(f"{path}/rotate", json={"secret": "token", "value": bot.token}).status_code == 200
        service.assistant.registry.refresh()
        worker = all_of_it.enter_context(working(service))
        yield Town(service, server, worker, operator, made.row.id, bot, moderator, staff_room, serving.close)


def test_an_advert_is_refused_before_anybody_sees_it_and_a_clean_message_arrives(town: Town) -> None:
    alice, bob = town.newcomer(), town.newcomer()
    room = town.room(alice, bob)
    refused = alice.send(room, ADVERT)
    assert (refused.status_code, refused.json()["errcode"]) == (403, "M_FORBIDDEN")
    assert refused.json()["error"].startswith("这条消息")
    alice.sent(room, CLEAN)
    bob.sent(room, "週五中午")
    for reader in (alice, bob):
        assert reader.texts(room) == [CLEAN, "週五中午"]
    clean, advert = town.decisions(alice)
    assert (clean["action"], clean["verdict"]) == ("allow", "allow")
    assert (advert["action"], advert["verdict"], advert["carried_out"]) == ("hide", "reject", True)


def test_the_bot_answers_in_the_room_who_calls_it_by_name(town: Town) -> None:
    entry = {
        "id": "returns",
        "question": "怎麼退貨？",
        "answer": "到貨七天內可以退貨。",
        "source": "https://shop.example",
    }
    town.operator.put("/v1/faq/entries", json={"entries": [entry]}).raise_for_status()
    town.operator.put("/v1/faq/settings", json={"called": [BOT]}).raise_for_status()
    town.service.assistant.registry.refresh()
    alice, bob = town.newcomer(), town.newcomer()
    room = town.room(alice, bob)
    alice.sent(room, CLEAN)
    alice.sent(room, f"{BOT}: 怎麼退貨？")
    answer = soon(lambda: bob.texts(room)[2:])
    assert len(answer) == 1, "the other message was no question"
    assert answer[0].startswith("到貨七天內可以退貨。")
    assert "https://shop.example" in answer[0]


def test_who_is_warned_reads_so_in_a_direct_message_of_the_bots(town: Town) -> None:
    alice, bob = town.newcomer(), town.newcomer()
    room = town.room(alice, bob)
    alice.send(room, ADVERT)
    (notice,) = town.notices(alice, town.direct(alice), 1)
    decision = town.decisions(alice)[0]
    assert "警告" in notice
    assert decision["id"] in notice
    for never in ("abc123", "spam.", "0.9"):
        assert never not in notice
    assert bob.texts(room) == []
    assert bob.invitations() == {}
    record = town.record(alice)
    assert (record["points"], [one["step"] for one in record["penalties"]]) == (1, ["warning"])


def test_the_third_strike_mutes_and_a_decision_that_is_overturned_gives_the_voice_back(town: Town) -> None:
    alice, bob = town.newcomer(), town.newcomer()
    room = town.room(alice, bob)
    penalty = town.muted(alice, room)
    silent = alice.send(room, CLEAN)
    assert (silent.status_code, silent.json()["errcode"]) == (403, "M_FORBIDDEN")
    assert "send_level" in silent.json()["error"], "the homeserver's own refusal, by the power level"
    bob.sent(room, CLEAN)
    direct = town.direct(alice)
    assert sorted("禁言" in notice for notice in town.notices(alice, direct, 2)) == [False, True]
    answer = town.told(f"/v1/decisions/{penalty['decision_id']}/overturn", reason="a quotation", actor="ming")
    assert (answer["strike"], answer["penalty"], answer["restored"]) == (True, "mute", None)
    soon(lambda: alice.send(room, CLEAN).status_code == 200)
    assert alice.id not in town.moderator.state(room, "m.room.power_levels")["users"]
    assert town.record(alice)["points"] == 2
    assert len(town.notices(alice, direct, 3)) == 3
    (end,) = town.deliveries(penalty["decision_id"], "unmute")[1:]
    assert (end["state"], end["because"]) == ("skipped", "overturned")


def test_a_mute_ends_when_its_time_is_over(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Matrix knows no end of a power level: an order waits for the time. An hour passes by the worker's clock."""
    alice = town.newcomer()
    room = town.room(alice)
    penalty = town.muted(alice, room)
    (end,) = town.deliveries(penalty["decision_id"], "unmute")
    assert (end["state"], end["due_at"]) == ("waiting", penalty["ends_at"])
    assert alice.send(room, CLEAN).status_code == 403
    hour = timedelta(hours=1, seconds=1)
    monkeypatch.setattr(town.worker.assistant, "clock", lambda: datetime.now(UTC) + hour)
    soon(lambda: alice.send(room, CLEAN).status_code == 200)
    (end,) = soon(lambda: [one for one in town.deliveries(penalty["decision_id"], "unmute") if one["state"] == "done"])
    assert end["attempts"] == 1


def test_a_message_cannot_be_edited_into_an_advert(town: Town) -> None:
    alice, bob = town.newcomer(), town.newcomer()
    room = town.room(alice, bob)
    message = alice.sent(room, CLEAN)

    def edited(text: str) -> httpx.Response:
        new = {"msgtype": "m.text", "body": text}
        relation = {"rel_type": "m.replace", "event_id": message}
        return alice.send(room, {**new, "body": f"* {text}", "m.new_content": new, "m.relates_to": relation})

    def shown() -> Any:
        return bob.done("GET", f"rooms/{room}/event/{message}")["unsigned"].get("m.relations", {}).get("m.replace")

    assert edited(ADVERT).status_code == 403
    assert shown() is None
    assert edited("奶粉團購週五截止").status_code == 200
    assert shown()["content"]["m.new_content"]["body"] == "奶粉團購週五截止"
    assert [one["action"] for one in town.decisions(alice)] == ["allow", "hide", "allow"]
    assert {one["platform"]["message_id"] for one in town.decisions(alice)} == {message}


def test_a_moderator_decides_a_case_by_reacting_to_its_card_and_takes_it_back(town: Town) -> None:
    alice, bob = town.newcomer(), town.newcomer()
    room = town.room(alice, bob)
    picture = alice.sent(room, {"msgtype": "m.image", "body": "cat.png", "url": f"mxc://{SERVER_NAME}/cat"})
    case = town.case(alice)
    assert (case["kind"], case["state"]) == ("review", "open")
    card = town.card(case)
    assert town.signs(card) == sorted(["✅", "🗑️"])
    town.moderator.sent(town.staff_room, f"{ADVERT}, says {alice.id}")

    town.press(card, "🗑️")
    soon(lambda: bob.done("GET", f"rooms/{room}/event/{picture}")["content"] == {})
    soon(lambda: town.signs(card) == ["↩️"])
    assert f"matrix:{town.moderator.id} 已移除" in town.shown(card)
    resolved = town.case(alice)
    assert (resolved["resolution"], resolved["resolved_by"]) == ("remove", f"matrix:{town.moderator.id}")
    assert town.record(alice)["points"] == 1
    direct = town.direct(alice)
    assert "警告" in town.notices(alice, direct, 1)[0]

    town.press(card, "↩️")
    soon(lambda: town.signs(card) == sorted(["✅", "🗑️"]))
    assert "已移除" not in town.shown(card)
    assert town.record(alice)["points"] == 0
    assert town.case(alice)["state"] == "open"


def test_encrypted_rooms_are_named_and_nothing_in_them_counts_as_clean(town: Town) -> None:
    alice = town.newcomer()
    plain = town.room(alice)
    encryption = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    room = town.room(alice, initial_state=[encryption])
    found = town.told(f"/v1/connections/{town.connection_id}/test")
    (named,) = [one for one in found["checks"] if one["name"] == "encryption"]
    assert (named["ok"], room in named["detail"], plain in named["detail"]) == (False, True, False)
    ciphertext = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgAEnAC", "session_id": "s"}
    event_id = alice.sent(room, ciphertext, "m.room.encrypted")
    case = town.case(alice)
    decision = town.asked(f"/v1/decisions/{case['decision_id']}")
    assert (decision["platform"]["message_id"], decision["action"]) == (event_id, "review")
    assert decision["unscreened"] == ["encrypted"]
    assert event_id in [one["event_id"] for one in alice.events(room)], "it was not waited for"


def test_when_the_screening_stalls_the_service_answers_by_its_fail_mode(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = town.newcomer()
    room = town.room(alice)
    stalled, screener = Waiting(), type(town.service.assistant.classifier)
    classify = screener.classify

    def stall(*arguments: Any) -> Any:
        stalled.wait()
        return classify(*arguments)

    monkeypatch.setattr(screener, "classify", stall)
    try:
        event_id = alice.sent(room, CLEAN)
        assert stalled.began.is_set()
    finally:
        stalled.ends.set()
    case = town.case(alice)
    decision = town.asked(f"/v1/decisions/{case['decision_id']}")
    assert (decision["platform"]["message_id"], decision["action"], decision["degraded"]) == (event_id, "review", True)


def test_when_the_whole_service_stalls_the_module_answers_by_its_own(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event loop stands still: connections are taken, and nothing is answered."""
    alice = town.newcomer()
    room = town.room(alice)
    stalled, registry = Waiting(), town.service.assistant.registry
    find = registry.find

    async def stall(connection_id: str) -> Any:
        stalled.wait()
        return await find(connection_id)

    monkeypatch.setattr(registry, "find", stall)
    try:
        for _ in range(2):
            began = time.monotonic()
            refused = alice.send(room, CLEAN)
            assert TIMEOUT_S - 0.1 <= time.monotonic() - began < TIMEOUT_S + 5
            assert refused.status_code == 403
            assert "try again" in refused.json()["error"]
        assert stalled.began.is_set()
    finally:
        monkeypatch.undo()
        stalled.ends.set()
    soon(lambda: alice.send(room, CLEAN).status_code == 200)
    assert set(alice.texts(room)) == {CLEAN}


def test_when_the_service_is_gone_the_module_answers_by_its_fail_mode(town: Town) -> None:
    """The last test: the service does not come back."""
    alice = town.newcomer()
    room = town.room(alice)
    alice.sent(room, CLEAN)
    town.stop_service()
    began = time.monotonic()
    refused = alice.send(room, CLEAN)
    assert time.monotonic() - began < TIMEOUT_S + 5
    assert refused.status_code == 403
    assert "try again" in refused.json()["error"]
    assert alice.texts(room) == [CLEAN]
