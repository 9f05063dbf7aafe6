"""Cases that a decision taken back settles, and people who decide about one decision at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from assistant.errors import Conflict
from assistant.store import cases, penalties
from assistant.types import LadderStep, Penalties, Resolution, Step
from assistant.usecases import overturn as taking_back
from assistant.usecases.cases import resolve_case
from tests.integration.platforms.conftest import ADVERT, Shop
from tests.integration.platforms.outbox_state import deliveries, nothing_waits, rule, until

PICTURE = {"attachments": [{"kind": "image"}]}


@pytest.fixture
def staffed(platform_service, receiver):
    shop = Shop(platform_service, receiver, staff_channel="staff")
    receiver.documents = [{"message_id": "card-1"}]
    yield shop
    shop.close()


def carded(shop: Shop, number: int = 1) -> None:
    until(lambda: [one["state"] for one in deliveries(shop, do="post")] == ["done"] * number)


def taken_back(shop: Shop, decision_id: str) -> None:
    asked = {"reason": "a quotation", "actor": "ming"}
    shop.operator.post(f"/v1/decisions/{decision_id}/overturn", json=asked).raise_for_status()


def trail(shop: Shop, case_id: str) -> list[tuple[str, str]]:
    entries = shop.operator.get("/v1/audit", params={"subject": case_id}).json()["entries"]
    return [(one["action"], one["actor"].split(" ")[0]) for one in entries]


def test_the_card_and_the_trail_of_an_open_case_say_that_its_decision_was_taken_back(staffed: Shop) -> None:
    said = staffed.say("picture 加油", **PICTURE)
    carded(staffed)
    taken_back(staffed, said["decision_id"])
    (case,) = staffed.cases()
    assert (case["state"], case["resolution"]) == ("resolved", "approve")
    assert trail(staffed, case["id"]) == [("case.approve", "ming")]
    (amended,) = staffed.receiver.wait("order.amend")
    assert amended.data["message_id"] == "card-1"
    assert "通过" not in {one["text"] for one in amended.data["buttons"]}, "there is nothing to press any more"


def test_an_appeals_card_too(staffed: Shop) -> None:
    said = staffed.say(ADVERT)
    appeal = {"decision_id": said["decision_id"], "text": "我只是引用", "member": "u1"}
    staffed.operator.post("/v1/appeals", json=appeal).raise_for_status()
    carded(staffed)
    taken_back(staffed, said["decision_id"])
    (case,) = staffed.cases(kind="appeal")
    assert (case["state"], trail(staffed, case["id"])) == ("resolved", [("case.approve", "ming")])
    staffed.receiver.wait("order.amend")


def test_the_case_that_decides_is_told_of_once(staffed: Shop) -> None:
    said = staffed.say(ADVERT)
    appeal = {"decision_id": said["decision_id"], "text": "我只是引用", "member": "u1"}
    staffed.operator.post("/v1/appeals", json=appeal).raise_for_status()
    carded(staffed)
    (case,) = staffed.cases(kind="appeal")
    assert staffed.resolve(case["id"], "approve", actor="hua").status_code == 200
    assert trail(staffed, case["id"]) == [("case.approve", "hua")]
    assert len(staffed.receiver.wait("order.amend")) == 1
    assert len(deliveries(staffed, do="amend")) == 1


def outcome(work: Callable[[], object]) -> str:
    try:
        work()
    except Conflict:
        return "conflict"
    return "done"


def test_two_people_at_one_decision_do_not_wait_for_each_other(staffed: Shop, monkeypatch) -> None:
    """One takes it back while the other approves its case: each would hold what the other needs."""
    said = staffed.say("picture 加油", **PICTURE)
    (case,) = staffed.cases()
    assistant, community = staffed.service.assistant, staffed.community
    holds_author, holds_case = threading.Event(), threading.Event()
    is_overturned, get = taking_back.is_overturned, cases.get

    def with_author(*about):
        holds_author.set()
        holds_case.wait(1)
        return is_overturned(*about)

    def with_case(*about, lock=False):
        found = get(*about, lock=lock)
        if lock:
            holds_case.set()
        return found

    monkeypatch.setattr(taking_back, "is_overturned", with_author)
    monkeypatch.setattr(cases, "get", with_case)

    def take_back() -> object:
        return taking_back.overturn_decision(assistant, community, said["decision_id"], actor="a", reason="x")

    def resolve() -> object:
        assert holds_author.wait(5)
        return resolve_case(assistant, community, case["id"], Resolution.REMOVE, actor="b", note=None)

    with ThreadPoolExecutor(2) as people:
        first, second = people.submit(outcome, take_back), people.submit(outcome, resolve)
        assert (first.result(20), second.result(20)) == ("done", "conflict")


@pytest.mark.parametrize("moderator", ["mod1", "管理員:7"])
def test_a_moderator_who_is_erased_is_named_in_no_case_and_no_event(platform_service, receiver, moderator) -> None:
    shop = Shop(platform_service, receiver, staff_channel="staff")
    shop.say("picture 加油", **PICTURE)
    carded(shop)
    (case,) = shop.cases()
    press = {"value": f"case:{case['id']}:remove", "member": {"id": moderator}, "channel": "staff"}
    assert shop.send("press", press).status_code == 200
    assert shop.cases()[0]["resolved_by"] == f"webhooks:{moderator}"
    until(lambda: nothing_waits(shop))
    assert moderator in str(deliveries(shop))
    shop.say("大家早", moderator)
    shop.operator.delete(f"/v1/members/{quote(moderator, safe='')}").raise_for_status()
    (case,) = shop.cases()
    assert (case["resolution"], case["resolved_by"]) == ("remove", "webhooks: erased")
    assert moderator not in str(deliveries(shop))
    shop.close()


def test_what_waits_is_narrowed_in_either_order(shop: Shop) -> None:
    picture, advert = shop.say("picture 加油", **PICTURE), shop.say(ADVERT, "u2")
    appeal = {"decision_id": advert["decision_id"], "text": "我只是引用", "member": "u2"}
    shop.operator.post("/v1/appeals", json=appeal).raise_for_status()
    review = next(one for one in shop.cases() if one["decision_id"] == picture["decision_id"])
    claim = f"/v1/cases/{review['id']}/claim"
    shop.operator.post(claim, json={"actor": "ming"}).raise_for_status()
    for order in ("newest", "urgent"):
        assert [one["kind"] for one in shop.cases(order=order, kind="appeal")] == ["appeal"]
        assert [one["id"] for one in shop.cases(order=order, state="claimed")] == [review["id"]]
        assert [one["kind"] for one in shop.cases(order=order, state="open")] == ["appeal"]
        assert shop.cases(order=order, state="resolved") == []
    refused = shop.operator.get("/v1/cases", params={"order": "urgent", "cursor": "x"})
    assert (refused.status_code, refused.json()["field"]) == (400, "cursor")


def test_strikes_have_their_times_in_the_order_in_which_they_count(shop: Shop, monkeypatch) -> None:
    """Of two that come at once, the one that waits for the other is the later: it brings the step, and falls with the other's point."""
    rule(shop, Penalties(ladder=(LadderStep(2, Step.MUTE, 60),)))
    lock, first = penalties.lock, threading.Lock()

    def slow(transaction, community, member):
        if member and community == shop.community and first.acquire(blocking=False):
            until(lambda: shop.record()["strikes"])
        lock(transaction, community, member)

    monkeypatch.setattr(penalties, "lock", slow)
    said = [shop.say(ADVERT)["decision_id"] for _ in range(2)]
    until(lambda: shop.record()["penalties"])
    monkeypatch.undo()
    (mute,) = shop.record()["penalties"]
    times = {one["decision_id"]: one["created_at"] for one in shop.record()["strikes"]}
    (other,) = set(said) - {mute["decision_id"]}
    assert times[other] < times[mute["decision_id"]]
    asked = {"reason": "a quotation", "actor": "ming"}
    answer = shop.operator.post(f"/v1/decisions/{other}/overturn", json=asked)
    assert answer.json()["lifted"] == ["mute"]
