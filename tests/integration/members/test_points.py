"""Points come of what members do, once, within their caps, and go with it; nobody owes any."""

from __future__ import annotations

import hashlib
import hmac
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from assistant.store import rewards
from assistant.store.database import Database
from assistant.usecases.members import declare, judging
from assistant.usecases.members.folding import fold_waiting
from tests.integration.members.telling import event

POINTS = {
    "time_zone": "Asia/Taipei",
    "since": "2026-01-01T00:00:00+08:00",
    "rules": [
        {"id": "said", "event": "message", "points": 5, "per_day": 12, "least_chars": 4},
        {"id": "liked", "event": "reaction", "points": 1, "per_day": 10, "once_per_item": True},
    ],
    "levels": [
        {"level": 1, "earned": 0, "name": {"zh-Hant": "新手"}},
        {"level": 2, "earned": 10, "name": {"zh-Hant": "熟客"}, "perks": ["優先報名"]},
        {"level": 3, "earned": 100},
    ],
    "badges": [{"id": "first", "event": "message", "count": 1, "name": {"en": "first words"}}],
}


@pytest.fixture
def given(client):
    assert client.put("/v1/member-settings", json={"points": POINTS}).status_code == 200
    client.put("/v1/members", json={"members": [{"id": "m1"}, {"id": "m2"}]})
    return client


def tell(service, client, events):
    assert client.post("/v1/events", json={"events": events}).json()["errors"] == []
    while fold_waiting(service.assistant):
        pass


def standing(client, member="m1"):
    return client.get(f"/v1/members/{member}/points", params={"limit": 200}).json()


def noon(days_ago):
    """Noon in Taipei, so many days ago."""
    return (datetime.now(UTC).replace(hour=4, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)).isoformat()


def said(number, days_ago=2, words="大家早安呀", **more):
    return {**event(number, "m1", text=words), "at": noon(days_ago), **more}


def test_points_are_earned_once_within_the_days_cap_whatever_the_order(service, given):
    events = [said(f"{day}-{n}", day) for day in (2, 3) for n in range(5)] + [said("short", words="嗨")]
    random.Random(1).shuffle(events)
    for one in events + events:
        tell(service, given, [one])
    found = standing(given)
    assert found["balance"] == found["earned"] == 24  # 12 on each of two days
    assert sorted(one["amount"] for one in found["ledger"]) == [2, 2, 5, 5, 5, 5]
    assert found["level"] == {"level": 2, "name": {"zh-Hant": "熟客"}, "perks": ["優先報名"]}
    assert found["next_level"] == {"level": 3, "missing": 76}
    assert [one["badge"] for one in found["badges"]] == ["first"]


def test_the_same_item_earns_once(service, given):
    liked = [{**event(n, "m1", kind="reaction", item_id="i1"), "at": noon(2)} for n in range(5)]
    tell(service, given, liked)
    assert standing(given)["balance"] == 1


def test_what_is_taken_down_takes_its_points_but_never_below_nothing(service, given, community, database_urls):
    tell(service, given, [said(1), said(2)])
    owner = Database(database_urls.owner)
    with owner.transaction(community) as connection:
        connection.execute(text("UPDATE events SET decision_id = 'd' || id WHERE community = :c"), {"c": community})
    owner.close()
    given.put("/v1/rewards", json={"id": "mug", "name": "杯", "cost": 8, "stock": 1})
    assert given.post("/v1/rewards/mug/redemptions", json={"id": "r1", "member_id": "m1"}).status_code == 200
    judge(service, community, "dm1-1", flagged=True)
    found = standing(given)
    assert (found["balance"], found["earned"]) == (0, 5)
    judge(service, community, "dm1-1", flagged=True)
    assert standing(given)["balance"] == 0
    judge(service, community, "dm1-1", flagged=False)
    assert standing(given)["balance"] == 2
    assert sum(one["amount"] for one in standing(given)["ledger"]) == 2


def judge(service, community, decision, *, flagged):
    with service.assistant.database.transaction(community) as connection:
        judging.judge_event(connection, community, decision, flagged=flagged, now=datetime.now(UTC))


def test_flagged_events_earn_nothing(service, given):
    tell(service, given, [said(1, properties={"text": "大家早安呀", "flagged": True})])
    assert standing(given)["balance"] == 0


def test_stock_is_never_sold_twice_and_comes_back(service, given):
    for member in ("m1", "m2"):
        grant = {"key": f"g-{member}", "amount": 100}
        for _ in range(2):
            assert given.post(f"/v1/members/{member}/points", json=grant).json()["balance"] == 100
    assert given.post("/v1/members/m1/points", json={"key": "g-m1", "amount": 5}).status_code == 409
    given.put("/v1/rewards", json={"id": "mug", "name": "杯", "cost": 10, "stock": 3})

    def redeem(number):
        body = {"id": f"r{number}", "member_id": f"m{1 + number % 2}"}
        return given.post("/v1/rewards/mug/redemptions", json=body).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(redeem, range(12)))
    assert sorted(answers) == [200] * 3 + [409] * 9
    left = standing(given, "m1")["balance"] + standing(given, "m2")["balance"]
    assert left == 170
    first = answers.index(200)
    for _ in range(2):
        settled = given.post(f"/v1/redemptions/r{first}/settle", json={"state": "returned"})
        assert settled.json()["state"] == "returned"
    assert given.get("/v1/rewards").json()["rewards"][0]["stock"] == 1
    assert standing(given, "m1")["balance"] + standing(given, "m2")["balance"] == 180
    assert given.post(f"/v1/redemptions/r{first}/settle", json={"state": "given"}).status_code == 409


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"cost": 1000}, "points"),
        ({"stock": 0}, "out_of_stock"),
        ({"least_level": 3}, "level"),
        ({"closes_at": "2026-01-01T00:00:00Z"}, "closed"),
        ({"opens_at": "2036-01-01T00:00:00Z"}, "closed"),
    ],
)
def test_what_cannot_be_had_says_why(given, change, because):
    given.post("/v1/members/m1/points", json={"key": "k", "amount": 50})
    given.put("/v1/rewards", json={"id": "mug", "name": "杯", "cost": 10} | change)
    answer = given.post("/v1/rewards/mug/redemptions", json={"id": "r", "member_id": "m1"})
    assert (answer.status_code, because in answer.json()["detail"]) == (409, True)
    assert standing(given)["balance"] == 50


def test_a_draw_can_be_checked_by_anyone(service, given, community):
    given.put("/v1/members", json={"members": [{"id": f"d{n}"} for n in range(20)]})
    closes = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    opened = given.post(
        "/v1/draws", json={"id": "x", "name": "抽", "rules": {"winners": 3}, "closes_at": closes}
    ).json()
    assert opened["seed"] is None
    for n in range(20):
        entered = [given.post("/v1/draws/x/entries", json={"member_id": f"d{n}"}).json()["entered"] for _ in range(2)]
        assert entered == [True, False]
    assert given.post("/v1/draws/x/draw").status_code == 409
    with service.assistant.database.transaction(community) as connection:
        connection.execute(text("UPDATE draws SET closes_at = now() WHERE community = :c"), {"c": community})
    drawn = given.post("/v1/draws/x/draw").json()
    assert given.post("/v1/draws/x/draw").json() == drawn
    seed = bytes.fromhex(drawn["seed"])
    assert hashlib.sha256(seed).hexdigest() == opened["commitment"]
    order = sorted((f"d{n}" for n in range(20)), key=lambda one: hmac.digest(seed, one.encode(), hashlib.sha256))
    assert drawn["winners"] == order[:3]
    assert given.post("/v1/draws/x/entries", json={"member_id": "m1"}).status_code == 409


@pytest.mark.parametrize(
    ("points", "field"),
    [
        ({"x": 1}, "points.x"),
        ({"time_zone": "Mars"}, "points.time_zone"),
        ({"since": "2026-01-01"}, "points.since"),
        ({"rules": [{"id": "a", "event": "message", "points": 0, "per_day": 5}]}, "points.rules[0].points"),
        ({"rules": [{"id": "a", "event": "message", "points": 5, "per_day": 4}]}, "points.rules[0].per_day"),
        ({"rules": [{"id": "a", "event": "dance", "points": 5, "per_day": 9}]}, "points.rules[0].event"),
        ({"rules": [{"id": "a", "event": "message", "points": 5, "per_day": 9}] * 2}, "points.rules"),
        ({"levels": [{"level": 2, "earned": 5}, {"level": 1, "earned": 9}]}, "points.levels"),
        ({"badges": [{"id": "B!", "event": "message", "count": 1}]}, "points.badges[0].id"),
        ({"levels": [{"level": 1, "earned": 5, "name": {"??": "x"}}]}, "points.levels[0].name"),
    ],
)
def test_wrong_rules_are_named(client, points, field):
    answer = client.put("/v1/member-settings", json={"points": points})
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_settings_of_before_are_still_read(service, client, community):
    """A name, an id and a language could end in a line break; nobody's events wait for that to be mended."""
    rules = [{"id": "said\n", "event": "message", "points": 5, "per_day": 12}]
    levels = [{"level": 1, "earned": 1, "name": {"en\n": "new"}}]
    document = {
        "attributes": [{"name": "size\n", "type": "text"}],
        "points": {"since": POINTS["since"], "rules": rules, "levels": levels},
    }
    declare.save_settings(service.assistant, community, document, "test")
    assert client.put("/v1/members", json={"members": [{"id": "m1"}]}).json()["errors"] == []
    tell(service, client, [said("1")])
    assert standing(client)["balance"] == 5
    assert client.get("/v1/members/m1/profile").status_code == 200


def test_one_id_is_not_exchanged_for_two_rewards_at_once(client, member, monkeypatch):
    for reward in ("mug", "bag"):
        assert client.put("/v1/rewards", json={"id": reward, "name": reward, "cost": 0}).status_code == 200
    add = rewards.add_redemption

    def late(*given):
        time.sleep(0.3)
        add(*given)

    monkeypatch.setattr(rewards, "add_redemption", late)
    asked = {"id": "r-1", "member_id": member}
    with ThreadPoolExecutor(2) as pool:
        paths = [f"/v1/rewards/{reward}/redemptions" for reward in ("mug", "bag")]
        answers = list(pool.map(lambda path: client.post(path, json=asked), paths))
    assert sorted(one.status_code for one in answers) == [200, 409]
