"""Replies over HTTP: by the context of a request, and by the stored message that a platform says is answered."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest

from assistant.types import Thresholds
from assistant.usecases.policies import load_policy, set_policy
from tests.integration.platforms.conftest import Shop
from tests.integration.platforms.outbox_state import until

MULE = "收银行卡、对公户，四件套高价，日结"
JOINS, WARNS = "我有两张，怎么联系", "骗子，别信"


def ask(shop: Shop, text: str, **more) -> dict:
    answer = shop.operator.post("/v1/moderate", json={"text": text, "member": {"id": "b"}, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestByContext:
    def test_the_last_message_of_somebody_else_is_answered(self, shop: Shop) -> None:
        context = [{"text": "早安", "member": "c"}, {"text": MULE, "member": "a"}, {"text": "嗯", "member": "b"}]
        found = ask(shop, JOINS, context=context)
        assert found["action"] == "review"
        assert {one["source"] for one in found["findings"]} == {"reply:join:context[1]"}
        assert (found["findings"][0]["start"], found["findings"][0]["end"]) == (0, len(JOINS))
        assert ask(shop, JOINS)["action"] == "allow"
        assert ask(shop, WARNS, context=context)["action"] == "allow"

    def test_or_the_one_that_reply_to_names(self, shop: Shop) -> None:
        context = [{"text": MULE, "member": "a", "id": "m1"}, {"text": "周末谁去爬山", "member": "c", "id": "m2"}]
        assert ask(shop, JOINS, context=context)["action"] == "allow"
        found = ask(shop, JOINS, context=context, reply_to="m1")
        assert (found["action"], found["findings"][0]["source"]) == ("review", "reply:join:m1")
        assert ask(shop, JOINS, context=context, reply_to="m2")["action"] == "allow"

    def test_in_a_batch(self, shop: Shop) -> None:
        context = [{"text": MULE, "member": "a"}]
        messages = [{"text": JOINS, "context": context}, {"text": WARNS, "context": context}, {"text": JOINS}]
        answer = shop.operator.post("/v1/moderate/batch", json={"messages": messages}).json()
        assert [one["action"] for one in answer["results"]] == ["review", "allow", "allow"]

    def test_it_waits_for_a_person(self, shop: Shop) -> None:
        found = ask(shop, JOINS, context=[{"text": MULE, "member": "a"}])
        assert [one["decision_id"] for one in shop.cases(kind="review")] == [found["id"]]
        stored = shop.operator.get(f"/v1/decisions/{found['id']}").json()
        assert stored["context"] == [{"text": MULE, "member": "a"}]

    def test_who_urges_another_to_die_is_offered_no_help_and_shown_to_the_staff_at_once(self, shop: Shop) -> None:
        found = ask(shop, "跳啊，没人拦你", context=[{"text": "我不想活了，今晚就从楼上跳下去", "member": "a"}])
        assert (found["action"], found["findings"][0]["label"]) == ("review", "self_harm")
        (case,) = shop.cases()
        assert (case["kind"], case["urgent"]) == ("review", True)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"reply_to": ""}, "reply_to"),
            ({"reply_to": "x" * 201}, "reply_to"),
            ({"reply_to": 7}, "reply_to"),
            ({"context": [{"text": "a", "id": "x" * 201}]}, "context[0].id"),
        ],
        ids=str,
    )
    def test_what_is_wrong_is_named(self, shop: Shop, wrong, field) -> None:
        answer = shop.operator.post("/v1/moderate", json={"text": JOINS, **wrong})
        assert (answer.status_code, answer.json()["field"]) in {(400, field), (413, field)}


class TestByThePlatform:
    def test_the_stored_message_is_answered(self, shop: Shop) -> None:
        offered = shop.say(MULE, "a")
        answer = shop.say(JOINS, "b", reply_to=offered["message_id"])
        assert answer["action"] == "review"
        stored = shop.operator.get(f"/v1/decisions/{answer['decision_id']}").json()
        assert {one["source"] for one in stored["findings"]} == {f"reply:join:{offered['message_id']}"}
        assert stored["context"] == [{"text": MULE, "member": "a"}]
        assert (
            stored["scores"]["illicit"]
            <= shop.operator.get(f"/v1/decisions/{offered['decision_id']}").json()["scores"]["illicit"]
        )
        assert until(lambda: [one for one in shop.cases(kind="review") if one["decision_id"] == answer["decision_id"]])

    def test_a_warning_is_not(self, shop: Shop) -> None:
        offered = shop.say(MULE, "a")
        assert shop.say(WARNS, "b", reply_to=offered["message_id"])["action"] == "allow"

    def test_without_a_reply_nothing_is_looked_up(self, shop: Shop) -> None:
        shop.say(MULE, "a")
        assert shop.say(JOINS, "b")["action"] == "allow"

    def test_nor_of_another_community_or_of_none(self, shop: Shop, platform_service, receiver) -> None:
        offered = shop.say(MULE, "a")
        other = Shop(platform_service, receiver)
        assert other.say(JOINS, "b", reply_to=offered["message_id"])["action"] == "allow"
        assert shop.say(JOINS, "b", reply_to=f"m_{secrets.token_hex(4)}")["action"] == "allow"
        other.close()

    def test_what_a_person_found_innocent_gives_nothing_on(self, shop: Shop) -> None:
        review_all(shop)
        offered = shop.say(MULE, "a")
        (case,) = until(lambda: shop.cases(kind="review"))
        assert shop.resolve(case["id"], "approve").status_code == 200
        assert shop.say(JOINS, "b", reply_to=offered["message_id"])["action"] == "allow"

    def test_what_was_overturned_neither(self, shop: Shop) -> None:
        offered = shop.say(MULE, "a")
        taken_back = shop.operator.post(
            f"/v1/decisions/{offered['decision_id']}/overturn", json={"actor": "ming", "reason": "a joke"}
        )
        assert taken_back.status_code == 200, taken_back.text
        assert shop.say(JOINS, "b", reply_to=offered["message_id"])["action"] == "allow"


def review_all(shop: Shop) -> None:
    """Whatever is found waits for a person, so that a case opens."""
    database = shop.service.assistant.database
    policy = load_policy(database, shop.community)
    thresholds = {label: Thresholds(review=0.8) for label in ("illicit", "fraud", "spam", "gambling")}
    set_policy(database, shop.community, replace(policy, thresholds=thresholds), created_by="test")
    shop.service.assistant.screeners.refresh(shop.community)
