"""The Synapse module in a real Synapse, against a hook written by hand that checks the signature with the reference library."""

from __future__ import annotations

import base64
import json
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from assistant.platforms.matrix import PLATFORM
from assistant.types import Connection, HookRequest, Joined, Pressed, Said
from tests import homeserver as synapse
from tests.homeserver import Homeserver, User, homeserver

SECRET = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
BOT = f"@assistant:{synapse.SERVER_NAME}"
TIMEOUT_S = 2.0
SLOW_S = 6.0
"""Far from the timeout, since the machine that tests may be slow too."""
CONFIG = {"secret": SECRET, "bot_user": BOT, "timeout_s": TIMEOUT_S, "ignore_users": [f"@bridge:{synapse.SERVER_NAME}"]}
ALLOW = b'{"verdict":"allow","reason":null,"degraded":false}'
REJECT = json.dumps({"verdict": "reject", "reason": "廣告", "degraded": False}, ensure_ascii=False).encode()


@dataclass
class Told:
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    def parsed(self) -> Any:
        """The one event that our adapter makes of it."""
        connection = Connection(
            id="con_1", community="demo", platform="matrix", settings={"user_id": BOT}, secrets={"secret": SECRET}
        )
        request = HookRequest("POST", (), tuple(self.headers.items()), self.body, datetime.now(UTC))
        PLATFORM.verify(connection, request)
        (event,) = PLATFORM.parse(connection, request).events
        return event


@dataclass
class HandWritten:
    """Answers ``answer`` (status, body) after ``delay_s``, having hung up on the first ``hang_ups``; what came with a wrong signature is in
    ``forged``."""

    answer: tuple[int, bytes] = (200, ALLOW)
    delay_s: float = 0.0
    hang_ups: int = 0
    told: list[Told] = field(default_factory=list)
    forged: list[str] = field(default_factory=list)
    url: str = ""

    def of(self, event_id: str) -> list[Told]:
        return [one for one in self.told if one.document.get("event", {}).get("event_id") == event_id]

    def soon(self, wanted: Callable[[Told], bool]) -> Told:
        """What is told without anybody waiting for it."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if found := [one for one in list(self.told) if wanted(one)]:
                return found[0]
            time.sleep(0.02)
        raise AssertionError("the hook was not told")


@pytest.fixture(scope="module")
def served() -> Iterator[HandWritten]:
    state = HandWritten()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                Webhook(SECRET).verify(body, headers)
            except Exception as error:
                state.forged.append(repr(error))
            state.told.append(Told(headers, body))
            if state.hang_ups:
                state.hang_ups -= 1
                self.close_connection = True
                return
            status, answer = state.answer
            time.sleep(state.delay_s)
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Synapse hangs up on a slow answer: that is what is tested."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        state.url = f"http://127.0.0.1:{server.server_port}/v1/hooks/con_1"
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def hook(served: HandWritten) -> Iterator[HandWritten]:
    """Allowing and quick to begin with; nothing forged in the end."""
    served.answer, served.delay_s, served.hang_ups = (200, ALLOW), 0.0, 0
    served.told.clear()
    yield served
    assert not served.forged


@pytest.fixture(scope="module")
def server(served: HandWritten, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homeserver]:
    with homeserver(tmp_path_factory.mktemp("synapse"), CONFIG | {"url": served.url}) as running:
        yield running


@pytest.fixture(scope="module")
def bot(server: Homeserver) -> User:
    return server.register("assistant")


@pytest.fixture(scope="module")
def alice(server: Homeserver) -> User:
    return server.register("alice", display_name="愛麗絲")


@pytest.fixture(scope="module")
def room(alice: User, bot: User) -> str:
    room = alice.create_room(bot.id)
    bot.join(room)
    return room


def edit(of: str, text: str) -> dict[str, Any]:
    return {
        "msgtype": "m.text",
        "body": f"* {text}",
        "m.new_content": {"msgtype": "m.text", "body": text},
        "m.relates_to": {"rel_type": "m.replace", "event_id": of},
    }


def test_an_allowed_message_arrives_and_was_asked_about_once(
    hook: HandWritten, alice: User, bot: User, room: str
) -> None:
    event_id = alice.sent(room, "早安")
    assert "早安" in bot.texts(room)
    (asked,) = hook.of(event_id)
    said = asked.parsed()
    assert isinstance(said, Said)
    assert (said.message.text, said.message.member_id, said.message.channel) == ("早安", alice.id, room)
    assert said.message.platform is not None
    assert (said.before, said.message.platform.message_id) == (True, event_id)
    assert [part.text for part in said.message.parts] == ["愛麗絲"]


def test_the_name_that_a_room_shows_is_told_wherever_it_was_set(
    hook: HandWritten, server: Homeserver, alice: User, room: str
) -> None:
    guest = server.register("namesake", display_name="小華")
    alice.done("POST", f"rooms/{room}/invite", {"user_id": guest.id})
    guest.join(room)
    other = guest.create_room()

    def names(where: str) -> list[str]:
        return [part.text for part in hook.of(guest.sent(where, "hello"))[0].parsed().message.parts]

    assert names(room) == ["小華"]
    for shown in ("加微信 abc", "LINE: qq123"):
        named = {"membership": "join", "displayname": shown}
        assert guest.set_state(room, "m.room.member", named, guest.id).status_code == 200
        assert (names(room), names(other)) == ([shown], ["小華"])
    nameless = {"membership": "join"}
    assert guest.set_state(room, "m.room.member", nameless, guest.id).status_code == 200
    assert names(room) == ["小華"]


def test_numbers_that_are_none_of_matrixs_do_not_keep_a_message_from_being_asked_about(
    hook: HandWritten, alice: User
) -> None:
    """Rooms before version 6 take any."""
    hook.answer = (200, REJECT)
    old = alice.create_room(room_version="5")
    content = {"msgtype": "m.text", "body": "加微信 abc", "n": [10**400, {"-": -(2**53)}], "kept": 2**53 - 1}
    assert alice.send(old, content).status_code == 403
    assert hook.told[-1].parsed().message.text == "加微信 abc"
    told = hook.told[-1].document["event"]["content"]
    assert (told["n"], told["kept"]) == ([None, {"-": None}], 2**53 - 1)


@pytest.mark.parametrize("version", ["10", "12"])
def test_the_power_levels_of_those_who_write_are_told(
    hook: HandWritten, server: Homeserver, alice: User, version: str
) -> None:
    """Of whoever made the room too, who from version 12 on has no level of their own."""
    helper, guest = server.register(f"helper{version}"), server.register(f"guest{version}")
    levels = {"users": {helper.id: 50} | ({alice.id: 100} if version == "10" else {})}
    room = alice.create_room(helper.id, guest.id, room_version=version, power_level_content_override=levels)
    for user in (helper, guest):
        user.join(room)
    roles = [hook.of(user.sent(room, "hello"))[0].parsed().message.roles for user in (alice, helper, guest)]
    assert roles == [("moderator", "admin"), ("moderator",), ()]


def test_a_refused_message_is_seen_by_nobody_and_its_author_reads_why(
    hook: HandWritten, alice: User, bot: User, room: str
) -> None:
    hook.answer = (200, REJECT)
    answer = alice.send(room, "加微信 abc")
    assert answer.status_code == 403
    assert answer.json() == {"errcode": "M_FORBIDDEN", "error": "廣告"}
    assert "加微信 abc" not in bot.texts(room)


def test_a_refused_edit_leaves_the_message_as_it_was(hook: HandWritten, alice: User, bot: User, room: str) -> None:
    event_id = alice.sent(room, "before")
    hook.answer = (200, REJECT)
    assert alice.send(room, edit(event_id, "加微信 abc")).status_code == 403
    (last,) = [one for one in hook.told if "m.new_content" in one.document["event"]["content"]]
    said = last.parsed()
    assert (said.message.edit_of, said.message.text) == (event_id, "加微信 abc")
    shown = [event for event in bot.events(room) if event.get("event_id") == event_id]
    assert shown[0]["content"]["body"] == "before"
    assert "m.replace" not in json.dumps(shown)


def test_a_refused_topic_is_not_set(hook: HandWritten, alice: User, room: str) -> None:
    hook.answer = (200, REJECT)
    assert alice.set_state(room, "m.room.topic", {"topic": "加微信 abc"}).status_code == 403
    assert hook.told[-1].parsed().message.text == "加微信 abc"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, ALLOW),
        (401, REJECT),
        (302, REJECT),
        (200, b""),
        (200, b"[]"),
        (200, b'{"verdict":"maybe"}'),
        (200, b'{"verdict":[]}'),
        (200, b"\xff"),
        (200, b'{"verdict":"reject","reason":"' + b"x" * 70_000 + b'"}'),
    ],
)
def test_open_lets_through_what_has_no_sound_answer(
    hook: HandWritten, alice: User, room: str, status: int, body: bytes
) -> None:
    hook.answer = (status, body)
    event_id = alice.sent(room, f"answered {status}")
    assert len(hook.of(event_id)) == 1


def test_open_lets_through_what_is_not_answered_in_time(hook: HandWritten, alice: User, room: str) -> None:
    hook.answer, hook.delay_s = (200, REJECT), SLOW_S
    began = time.monotonic()
    event_id = alice.sent(room, "slow")
    assert TIMEOUT_S <= time.monotonic() - began < SLOW_S
    assert len(hook.of(event_id)) == 1


def test_our_own_bot_and_ignored_users_are_not_asked_about(
    hook: HandWritten, server: Homeserver, bot: User, room: str, alice: User
) -> None:
    bridge = server.register("bridge")
    alice.done("POST", f"rooms/{room}/invite", {"user_id": bridge.id})
    bridge.join(room)
    hook.answer = (200, REJECT)
    bot.sent(room, "a warning")
    bridge.sent(room, "bridged")
    assert "a warning" in alice.texts(room)
    assert not [one for one in hook.told if one.document["type"] == "event"]


def test_of_encrypted_messages_we_are_told_and_nobody_waits(hook: HandWritten, alice: User, room: str) -> None:
    hook.answer, hook.delay_s = (200, REJECT), SLOW_S
    began = time.monotonic()
    event_id = alice.sent(
        room, {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgA", "session_id": "s"}, "m.room.encrypted"
    )
    assert time.monotonic() - began < SLOW_S
    told = hook.soon(lambda one: one.document.get("event", {}).get("event_id") == event_id)
    said = told.parsed()
    assert (said.before, said.message.text, said.message.unscreened) == (False, "", ("encrypted",))
    assert "ciphertext" not in told.document["event"]["content"]


def test_plain_reactions_are_told_and_reactions_in_words_are_messages(
    hook: HandWritten, alice: User, room: str
) -> None:
    card = alice.sent(room, "card")

    def react(key: str) -> Any:
        relation = {"rel_type": "m.annotation", "event_id": card, "key": key}
        return alice.send(room, {"m.relates_to": relation}, "m.reaction")

    hook.answer = (200, REJECT)
    pressed = react("✅")
    assert pressed.status_code == 200
    told = hook.soon(lambda one: one.document.get("event", {}).get("event_id") == pressed.json()["event_id"])
    assert told.document["waits"] is False
    assert react("加微信 abc").status_code == 403


def test_a_press_in_the_staff_room_is_read_by_the_adapter(hook: HandWritten, alice: User, room: str) -> None:
    card = alice.sent(room, "card")
    relation = {"rel_type": "m.annotation", "event_id": card, "key": "🗑️"}
    event_id = alice.sent(room, {"m.relates_to": relation}, "m.reaction")
    told = hook.soon(lambda one: one.document.get("event", {}).get("event_id") == event_id)
    connection = Connection(
        id="con_1", community="demo", platform="matrix", settings={"user_id": BOT}, staff_channel=room
    )
    request = HookRequest("POST", (), tuple(told.headers.items()), told.body, datetime.now(UTC))
    (pressed,) = PLATFORM.parse(connection, request).events
    assert isinstance(pressed, Pressed)
    assert (pressed.value, pressed.member_id, pressed.channel, pressed.message_id) == ("remove", alice.id, room, card)


def test_joins_are_told_with_the_display_name_and_told_again_when_they_are_not_heard(
    hook: HandWritten, server: Homeserver, alice: User, room: str
) -> None:
    hook.answer = (503, b"{}")
    carol = server.register("carol", display_name="卡蘿")
    alice.done("POST", f"rooms/{room}/invite", {"user_id": carol.id})
    carol.join(room)
    first = hook.soon(lambda one: one.document["type"] == "join")
    joined = first.parsed()
    assert isinstance(joined, Joined)
    assert (joined.member_id, joined.name, joined.channel) == (carol.id, "卡蘿", room)
    hook.answer = (200, ALLOW)
    again = hook.soon(lambda one: one.document["type"] == "join" and one is not first)
    assert (again.headers["webhook-id"], again.parsed().key) == (first.headers["webhook-id"], joined.key)


def test_a_connection_that_is_closed_costs_no_verdict(hook: HandWritten, alice: User, room: str) -> None:
    """As one is that the other side closes while it is idle; asked again at once, under the same id."""
    hook.answer, hook.hang_ups = (200, REJECT), 1
    assert alice.send(room, "加微信 abc").status_code == 403
    first, again = hook.told
    assert (first.headers["webhook-id"], first.body) == (again.headers["webhook-id"], again.body)
    hook.hang_ups = 2
    assert alice.send(room, "加微信 abc").status_code == 200


def test_questions_asked_at_once_are_all_answered(hook: HandWritten, alice: User, room: str) -> None:
    hook.answer = (200, REJECT)
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda: answers.append(alice.send(room, "加微信 abc").status_code)) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [403] * 12


def test_a_closed_fail_mode_refuses_and_other_rooms_are_left_alone(
    hook: HandWritten, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A second Synapse, since the fail mode is its configuration; encrypted messages are waited for here."""
    config = CONFIG | {"url": hook.url, "fail_mode": "closed", "screen_encrypted": True}
    ignored = tmp_path_factory.mktemp("closed")
    # A room's id is not known before there is one: the second start has the first one's room in its configuration.
    with homeserver(ignored, config) as server:
        dora = server.register("dora")
        looked_at, left_alone = dora.create_room(), dora.create_room()
        hook.answer = (500, b"")
        refused = dora.send(looked_at, "hello")
        assert refused.status_code == 403
        assert "try again" in refused.json()["error"]
        hook.answer, hook.delay_s = (200, ALLOW), SLOW_S
        assert dora.send(looked_at, "slow").status_code == 403
        hook.delay_s = 0.0
        dora.sent(looked_at, "hello")
        hook.answer = (200, REJECT)
        encrypted = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgA"}
        assert dora.send(looked_at, encrypted, "m.room.encrypted").status_code == 403
        dora_token = dora.token
    with homeserver(ignored, config | {"ignore_rooms": [left_alone]}) as server:
        dora = User(dora.id, dora_token, server.http)
        assert dora.send(looked_at, "hello").status_code == 403
        dora.sent(left_alone, "hello")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"url": "ftp://x"}, "url"),
        ({"secret": "whsec_AAAA"}, "secret"),
        ({"secret": None}, "secret"),
        ({"bot_user": "assistant"}, "bot_user"),
        ({"fail_mode": "maybe"}, "fail_mode"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"ignore_rooms": "!a:b"}, "ignore_rooms"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_a_wrong_setting_is_named(change: dict[str, Any], named: str) -> None:
    """The settings know nothing of Synapse, and are read here without it."""
    source = spec_from_file_location(
        "assistant_synapse_config", synapse.MODULE_PATH / "assistant_synapse" / "config.py"
    )
    assert source is not None
    assert source.loader is not None
    module = sys.modules[source.name] = module_from_spec(source)
    source.loader.exec_module(module)
    sound = CONFIG | {"url": "http://127.0.0.1:1/v1/hooks/x"}
    assert module.read_config(sound).timeout_s == TIMEOUT_S
    with pytest.raises(ValueError, match=named):
        module.read_config(sound | change)


def test_synapse_does_not_start_on_a_wrong_setting_and_says_which(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="assistant_synapse: fail_mode"),
        homeserver(tmp_path, CONFIG | {"url": "http://127.0.0.1:1/v1/hooks/x", "fail_mode": "maybe"}),
    ):
        pass
