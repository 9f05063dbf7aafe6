"""Between a decision and what it brings, everything may die: nothing is lost, and nothing that counts is done twice."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import pytest

from tests.e2e.killable import Chat, Killable, Sent, until
from tests.receiver import Receiver, receiving

pytestmark = pytest.mark.slow

EACH_ROUND = 4
OFTEN = "often"
"""A member who writes one of each round's messages besides."""
HELD_S = {"slow": 1.0, "answered": 0.25, "sending": 0.25}
"""How long the receiver keeps its answer back, by its mood."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killable]:
    service = Killable(tmp_path_factory.mktemp("killable"))
    service.start()
    yield service
    service.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def chat(service: Killable, receiver: Receiver) -> Iterator[Chat]:
    chat = Chat(service, receiver, *service.community())
    yield chat
    chat.close()


@dataclass
class Moody:
    """The receiver takes everything down at once, and answers after its mood: late, or while ``broken`` with 500 what comes for the first
    time. ``done`` are the orders that it has carried out: a webhook-id that it knows is not carried out again. ``confirmed`` are the
    messages for which it has said so."""

    receiver: Receiver
    mood: str = "well"
    confirmed: set[str] = field(default_factory=set)
    met: threading.Event = field(default_factory=threading.Event)
    done: dict[str, tuple[str, str]] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._take = self.receiver.take
        self.receiver.take = self.take  # type: ignore[method-assign]

    def take(self, headers: dict[str, str], body: bytes) -> int:
        if len(body) < int(headers["content-length"]):
            return 400  # who was about to send it is dead
        status = self._take(headers, body)
        if status != 200:
            return status
        identifier = headers["webhook-id"]
        with self._lock:
            (posted,) = [one for one in self.receiver.posted if one.id == identifier][:1]
            first = identifier not in self._known
            self._known.add(identifier)
            broken, held_s = self.mood == "broken" and first, HELD_S.get(self.mood, 0.0)
            if not broken and posted.type.startswith("order."):
                self.done.setdefault(identifier, (posted.type, posted.data["message_id"] or posted.data["text"]))
        if broken or held_s:
            self.met.set()
        time.sleep(held_s)
        if posted.type == "order.hide" and not broken:
            self.confirmed.add(posted.data["message_id"])
        return 500 if broken else 200

    def hidden(self) -> Counter[str]:
        with self._lock:
            return Counter(what for kind, what in self.done.values() if kind == "order.hide")

    def be(self, mood: str) -> None:
        self.met.clear()
        self.mood = mood


@dataclass(frozen=True)
class Moment:
    """When a round's kill comes: ``within_s`` at most after what ``mood`` names has happened, and whether the database is killed too."""

    mood: str
    within_s: float
    postgres: bool = False


MOMENTS = [
    Moment("answered", 0.1),
    Moment("slow", 0.8),
    Moment("broken", 0.3),
    Moment("answered", 0.1, postgres=True),
    Moment("sending", 0.2),
    Moment("slow", 0.8, postgres=True),
    Moment("answered", 0.05),
    Moment("broken", 0.3, postgres=True),
    Moment("sending", 0.3, postgres=True),
    Moment("slow", 0.8),
]


def test_whatever_is_killed_at_ten_moments_nothing_is_lost_and_nothing_counts_twice(
    service: Killable, receiver: Receiver
) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chance = random.Random(seed)
    moody = Moody(receiver)
    chat = Chat(service, receiver, *service.community(), events=["decision", "action", "penalty"])
    every: list[Sent] = []
    between = 0
    with ThreadPoolExecutor(10 * (EACH_ROUND + 1)) as pool:
        for number, moment in enumerate(MOMENTS):
            moody.be(moment.mood)
            fresh = [Sent(f"u{number}.{one}") for one in range(EACH_ROUND)] + [Sent(OFTEN)]
            every += fresh
            sending = [pool.submit(chat.send, sent) for sent in fresh]
            if moment.mood == "answered":
                wait(sending, 30, FIRST_COMPLETED)
            elif moment.mood != "sending":
                assert moody.met.wait(30)
            time.sleep(chance.uniform(0, moment.within_s))
            confirmed = set(moody.confirmed)
            service.kill(postgres=moment.postgres)
            answered = {sent.id for sent in every if sent.answers}
            between += bool(answered - confirmed)
            print(f"round {number}: {moment}, {len(answered)} answered, {len(confirmed)} of them carried out for sure")
            service.start(workers=1 + number % 2)
        moody.be("well")
    service.bring_forward(chat.community)
    until(lambda: not chat.waiting(), 90, 0.3)
    assert between >= 6, "the kills came too late to show anything"
    check_decisions(chat, every)
    check_deliveries(chat, receiver, moody, every)
    check_strikes(chat, every)
    chat.close()


def check_decisions(chat: Chat, every: list[Sent]) -> None:
    """One for each message, and it is the one that the platform was told of, whichever of its tries was answered."""
    decisions = chat.all_of("decisions")
    stored = {one["platform"]["message_id"]: one["id"] for one in decisions}
    assert len(decisions) == len(every)
    assert stored == {sent.id: sent.decision for sent in every}
    assert {one["action"] for one in decisions} == {"hide"}


def check_deliveries(chat: Chat, receiver: Receiver, moody: Moody, every: list[Sent]) -> None:
    assert receiver.refused == [], "each try is signed, whoever sent it"
    ids: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for one in receiver.of("order.hide"):
        ids["hide", one.data["message_id"]].add(one.id)
    for one in receiver.of("order.message"):
        (about,) = [sent for sent in every if sent.decision in one.data["text"]]
        assert one.data["member_id"] == about.member
        ids["notice", about.id].add(one.id)
    for one in receiver.of("decision"):
        ids["decision", one.data["message_id"]].add(one.id)
    for one in receiver.of("action"):
        if one.data["action"] == "hide":
            assert one.data["carried_out"] is True
            ids["action", one.data["message_id"]].add(one.id)
    assert set(ids) == {(kind, sent.id) for kind in ("hide", "notice", "decision", "action") for sent in every}, (
        "each of them came at least once"
    )
    assert {key: len(its) for key, its in ids.items() if len(its) != 1} == {}, "and always under one id"
    assert len(receiver.posted) > len({one.id for one in receiver.posted}), "some had to come again"
    assert moody.hidden() == Counter(sent.id for sent in every), "once each, where ids are known"
    assert len({one.id for one in receiver.of("order.mute")}) == 3
    entries = Counter((one["kind"], one["do"], one["state"]) for one in chat.all_of("deliveries"))
    assert entries["order", "hide", "done"] == entries["order", "message", "done"] == len(every)
    assert not [key for key in entries if key[2] in {"dead", "skipped"}]


def check_strikes(chat: Chat, every: list[Sent]) -> None:
    by_member: defaultdict[str, set[str]] = defaultdict(set)
    for sent in every:
        by_member[sent.member].add(sent.decision)
    for member, decisions in by_member.items():
        record = chat.record(member)
        assert record["points"] == len(decisions), member
        assert sorted(one["decision_id"] for one in record["strikes"]) == sorted(decisions)
    steps = Counter(one["step"] for one in chat.record(OFTEN)["penalties"])
    assert steps == {"warning": 1, "mute": 3}, "at 1, 3, 5 and 8 points"


@pytest.mark.parametrize("killed", ["nothing", "children", "service"])
def test_what_the_database_did_not_take_in_time_is_stored_once_afterwards(
    service: Killable, receiver: Receiver, chat: Chat, killed: str
) -> None:
    chat.known_everywhere()
    once, twice, often, late = Sent("once"), Sent("twice"), [Sent("often") for _ in range(3)], Sent("late")
    with service.database_stalled():
        began = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(chat.send, [once, twice, twice, *often]))
        assert time.monotonic() - began < 3.0, "the platform's deadline"
        time.sleep(1.5)  # the journal's own attempt to store what it holds hangs by now
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(chat.send, [twice, late]))
        answers = [answer for sent in (once, twice, *often, late) for answer in sent.answers]
        assert len(answers) == 8
        assert {(answer["degraded"], answer["action"]) for answer in answers} == {(True, "hide")}
        assert not service.journal_is_empty()
        assert receiver.posted == [], "nothing is carried out before it is stored"
        if killed == "children":
            service.kill_children()
        elif killed == "service":
            service.kill()
    if killed == "service":
        service.start()
    until(service.journal_is_empty, 30)
    receiver.wait("order.hide", count=6, seconds=20)
    until(lambda: not chat.waiting(), 20)
    for sent in (once, twice, *often, late):
        (stored,) = chat.decisions_of(sent)
        assert stored["id"] in {answer["decision_id"] for answer in sent.answers}
        assert len({one.id for one in receiver.of("order.hide") if one.data["message_id"] == sent.id}) == 1
        if len(sent.answers) == 1:
            assert stored["degraded_stages"] == ["store"], "what is kept is what was answered"
    assert len({one.id for one in receiver.of("order.message")}) == 6
    assert [chat.record(member)["points"] for member in ("once", "twice", "often", "late")] == [1, 1, 3, 1]
    again = chat.send(Sent(once.member, once.id, once.hook_id))
    assert again.decision == once.decision


def test_a_receiver_that_is_gone_is_not_asked_again_and_the_staff_learn_of_it(
    service: Killable, receiver: Receiver
) -> None:
    community, key = service.community()
    gone, sent = Chat(service, receiver, community, key), Sent("u1")
    receiver.answers = [410]
    with receiving() as systems:
        others = Chat(service, systems, community, key, orders=[], events=["alert"])
        others.send(Sent("u0"), "早上好")
        gone.known_everywhere()
        gone.send(sent)
        (told,) = systems.wait("alert")
        assert told.data["connection_id"] == gone.id
        until(lambda: not gone.waiting(), 20)
        others.close()
    shown = gone.operator.get(f"/v1/connections/{gone.id}").json()
    assert shown["stopped_at"]
    assert "410" in shown["stopped_because"]
    (alert,) = gone.all_of("cases", kind="alert")
    assert (alert["connection_id"], alert["state"]) == (gone.id, "open")
    (cannot,) = gone.all_of("cases", kind="cannot")
    assert cannot["decision_id"] == sent.decision
    asked = len(receiver.posted)
    assert len(receiver.of("order.hide")) == 1
    assert gone.send(Sent("u2")).decision, "what it sends is still looked at"
    until(lambda: not gone.waiting(), 20)
    assert len(receiver.posted) == asked, "and it is sent nothing more"
    gone.close()


def test_dead_deliveries_are_listed_and_sent_again_under_their_ids(
    service: Killable, receiver: Receiver, chat: Chat
) -> None:
    receiver.answers = [400]
    sent = chat.send(Sent("u1"))
    until(lambda: len(chat.all_of("deliveries", state="dead")) == 2, 20)
    (hide,), (notice,) = receiver.of("order.hide"), receiver.of("order.message")
    listed = service.cli("outbox", "list", "--community", chat.community)
    assert listed.returncode == 0, listed.stderr
    for one in hide, notice:
        (line,) = [line for line in listed.stdout.splitlines() if one.id in line]
        assert "the receiver answered 400" in line
    assert "2 dead" in listed.stdout
    assert [one["decision_id"] for one in chat.all_of("cases", kind="cannot")] == [sent.decision]

    receiver.answers = [200]
    wrong = service.cli("outbox", "redrive", "--community", chat.community, "dlv_unknown")
    assert (wrong.returncode != 0, "Traceback" in wrong.stderr) == (True, False)
    done = service.cli("outbox", "redrive", "--community", chat.community, hide.id)
    assert "1 deliveries" in done.stdout, done.stderr
    (_, again) = receiver.wait("order.hide", count=2)
    assert (again.id, again.data) == (hide.id, hide.data)
    assert service.cli("outbox", "redrive", "--community", chat.community).returncode == 0
    (_, told) = receiver.wait("order.message", count=2)
    assert told.id == notice.id
    until(lambda: not chat.waiting() and not chat.all_of("deliveries", state="dead"))
    assert [one["id"] for one in chat.decisions_of(sent)] == [sent.decision]
    assert chat.record("u1")["points"] == 1
