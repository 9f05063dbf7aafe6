"""Segments find whom they say, live, and keep whom they found."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from assistant.members.attributes import Definition, StageKind, stage_on
from assistant.members.rules import InStage, Range
from assistant.members.view import stage_of
from assistant.store import profiles
from assistant.store.segment_rules import days_of
from assistant.types.member import AttributeType
from assistant.usecases.members.folding import embedder_of, fold_waiting, model_of
from tests.integration.members.telling import event

CAMPING, COFFEE = "想去露營，帳篷怎麼挑才好", "手沖咖啡和拿鐵都很好喝"


@pytest.fixture(scope="module")
def people(service):
    """A community of 40: those of an even number camp, the others drink coffee; each began and fell silent at another time."""
    community = service.community()
    with service.client(service.key(community=community)) as client:
        client.put("/v1/member-settings", json={"attributes": [{"name": "due", "type": "date", "stage": "pregnancy"}]})
        purposes = [{"purpose": one, "granted": True} for one in ("profiling", "health")]
        today = datetime.now(UTC).date()
        members = [
            {
                "id": f"m{n:02}",
                "attributes": {
                    "region": "台北市" if n < 10 else "高雄市",
                    "due": (today + timedelta(days=7 * n)).isoformat(),
                },
                "consents": [*purposes, *([{"purpose": "push", "granted": True}] if n % 5 == 0 else [])],
            }
            for n in range(40)
        ]
        assert client.put("/v1/members", json={"members": members}).json()["put"] == 40
        told = []
        for n in range(40):
            for k in range(4):
                words = COFFEE if n % 2 else CAMPING
                told.append(event(f"{k}", f"m{n:02}", 24 * (3 * n + k * (1 + n % 4)) + 1, text=words))
        told += [
            event("p", f"m{n:02}", 24 * 3 * n + 2, "purchase", amount=100 * n, currency="TWD", order_id=f"{n}")
            for n in range(6)
        ]
        assert client.post("/v1/events", json={"events": told}).json()["taken"] == len(told)
        while fold_waiting(service.assistant):
            pass
        yield client, community


def count(client, rules):
    answer = client.post("/v1/segments/count", json={"rules": rules})
    assert answer.status_code == 200, answer.text
    return answer.json()["count"]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"attribute": "region", "is": "台北市"}, 10),
        ({"attribute": "region", "in": ["台北市", "高雄市"]}, 40),
        ({"not": {"attribute": "region", "is": "台北市"}}, 30),
        ({"tag": "camping", "least": 0}, 20),
        ({"all": [{"tag": "camping", "least": 0}, {"consent": "push"}]}, 4),
        ({"any": [{"tag": "camping", "least": 0}, {"consent": "push"}]}, 24),
        ({"event": "purchase", "days": 3650}, 6),
        ({"event": "purchase", "days": 3650, "most": 0}, 34),
        ({"event": "message", "days": 3}, 1),
        ({"profile": "spent", "least": 250}, 3),
        ({"profile": "purchases", "least": 1, "most": 1}, 6),
        ({"profile": "language", "is": "zh-Hant"}, 40),
        ({"stage": "pregnancy", "least": 20, "most": 21}, 2),
        ({"stage": "child"}, 0),
    ],
)
def test_rules_find_whom_they_say(people, rules, expected):
    assert count(people[0], rules) == expected


def test_the_life_cycle_of_the_database_is_that_of_the_fold(service, people):
    client, community = people
    now = datetime.now(UTC)
    with service.assistant.database.transaction(community) as connection:
        model = model_of(embedder_of(service.assistant))
        states = profiles.sample(connection, community, model, 100)
    stages = [stage_of(state, now) for state in states]
    counted = {stage: count(client, {"life_cycle": [stage.value]}) for stage in set(stages)}
    assert counted == {stage: stages.count(stage) for stage in set(stages)}
    assert len(counted) >= 3


@pytest.mark.parametrize("stage", list(StageKind))
def test_the_days_of_a_stage_are_those_that_give_it(stage):
    definition = Definition("d", AttributeType.DATE, stage=stage)
    for today in (date(2026, 11, 28), date(2024, 2, 29), date(2026, 3, 31)):
        first, last = days_of(InStage(stage, Range(6, 7)), today)
        for offset in range(-400, 401):
            day = today + timedelta(days=offset)
            found = stage_on(definition, day.isoformat(), today)
            inside = found is not None and found.number in (6, 7) and found.unit != "years"
            assert inside == (first <= day <= last), (today, day)


def test_a_text_and_members_alike_find_whoever_likes_it(service, people):
    client, _ = people
    if not service.assistant.has_faq:
        assert count(client, {"interest": "對露營有興趣"}) == 20
        return
    camping = {f"m{n:02}" for n in range(0, 40, 2)}
    made = client.post(
        "/v1/segments", json={"name": "露營", "rules": {"interest": "對露營有興趣", "least": 0.3}}
    ).json()
    found = set(client.get(f"/v1/segments/{made['id']}/members").json()["members"])
    assert found == camping
    alike = {"name": "像他們", "rules": {"like": ["m00", "m02"], "least": 0.8}}
    made = client.post("/v1/segments", json=alike).json()
    assert set(client.get(f"/v1/segments/{made['id']}/members").json()["members"]) == camping - {"m00", "m02"}


def test_a_snapshot_stays_and_live_segments_follow(people):
    client, _ = people
    made = client.post("/v1/segments", json={"name": "咖啡", "rules": {"attribute": "region", "is": "台北市"}}).json()
    kept = client.post(f"/v1/segments/{made['id']}/snapshot", json={"name": "before"}).json()
    assert (kept["kind"], kept["counted"]) == ("snapshot", 10)
    changed = client.put(
        f"/v1/segments/{made['id']}", json={"name": "南部", "rules": {"attribute": "region", "is": "高雄市"}}
    )
    assert changed.json()["name"] == "南部"
    assert client.get(f"/v1/segments/{made['id']}").json()["count"] == 30
    assert client.get(f"/v1/segments/{kept['id']}").json()["count"] == 10
    assert count(client, {"segment": kept["id"]}) == 10
    first = client.get(f"/v1/segments/{kept['id']}/members", params={"limit": 6}).json()
    rest = client.get(f"/v1/segments/{kept['id']}/members", params={"limit": 6, "after": first["next_after"]}).json()
    assert first["members"] + rest["members"] == [f"m{n:02}" for n in range(10)]
    assert client.delete(f"/v1/segments/{made['id']}").status_code == 204
    assert client.get(f"/v1/segments/{made['id']}").status_code == 404
    assert client.put(f"/v1/segments/{kept['id']}", json={"name": "x", "rules": {"tag": "x"}}).status_code == 404


def test_clusters_are_found_and_named(people):
    client, _ = people
    answer = client.post("/v1/segments/discover", headers={"accept-language": "zh-Hant"}).json()["segments"]
    assert {one["name"].split(" · ")[0] for one in answer} == {"露營", "咖啡"}
    assert sorted(one["counted"] for one in answer) == [20, 20]
    again = client.post("/v1/segments/discover").json()["segments"]
    listed = client.get("/v1/segments", params={"limit": 200}).json()["segments"]
    assert {one["id"] for one in listed if one["kind"] == "cluster"} == {one["id"] for one in again}


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({}, "rules"),
        ({"all": []}, "rules.all"),
        ({"all": [{"tag": "x"}], "any": [{"tag": "y"}]}, "rules.all"),
        ({"all": [{"tag": "x", "x": 1}]}, "rules.all[0].x"),
        ({"attribute": "region"}, "rules"),
        ({"attribute": "region", "in": []}, "rules.in"),
        ({"event": "teleport"}, "rules.event"),
        ({"event": "view", "days": 0}, "rules.days"),
        ({"profile": "mood", "least": 1}, "rules.profile"),
        ({"life_cycle": "gone"}, "rules.life_cycle"),
        ({"interest": ""}, "rules.interest"),
        ({"interest": "x", "least": 2}, "rules.least"),
        ({"like": []}, "rules.like"),
        ({"tag": "a\x00"}, "rules.tag"),
        ({"not": {"not": {"not": {"not": {"not": {"not": {"not": {"tag": "x"}}}}}}}}, "rules.not[0].not[0]"),
    ],
)
def test_wrong_rules_are_named(people, rules, field):
    answer = people[0].post("/v1/segments", json={"name": "x", "rules": rules})
    assert answer.status_code == 400
    assert answer.json()["field"].startswith(field)


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ('{"attribute": "region", "is": NaN}', "rules.is"),
        ('{"attribute": "region", "in": ["x", -1e400]}', "rules.in[1]"),
        ('{"any": [{"profile": "events", "least": 1, "in": [Infinity]}]}', "rules.any[0].in[0]"),
        ('{"life_cycle": [' + '"new", ' * 10 + '"a\\u0000"]}', "rules.life_cycle"),
        ('{"life_cycle": [' + '"new", ' * 20 + "NaN]}", "rules.life_cycle"),
    ],
)
def test_what_the_database_cannot_keep_is_named(people, rules, field):
    body = f'{{"name": "x", "rules": {rules}}}'
    made = people[0].post("/v1/segments", content=body, headers={"content-type": "application/json"})
    assert (made.status_code, made.json()["field"]) == (400, field)


def test_segments_of_another_community_are_not_there(service, people):
    made = people[0].post("/v1/segments", json={"name": "x", "rules": {"tag": "camping"}}).json()
    with service.client(service.key(community=service.community())) as other:
        assert other.get(f"/v1/segments/{made['id']}").status_code == 404
        assert other.get("/v1/segments").json()["segments"] == []
    with service.assistant.database.transaction(people[1]) as connection:
        assert connection.scalar(text("SELECT count(*) FROM segments")) > 0


def test_a_segment_that_is_none_is_named_and_not_counted_as_empty(client):
    rules = {"all": [{"consent": "push"}, {"not": [{"segment": "nowhere"}]}]}
    for answer in (
        client.post("/v1/segments/count", json={"rules": rules}),
        client.post("/v1/segments", json={"name": "x", "rules": rules}),
    ):
        assert (answer.status_code, answer.json()["field"]) == (400, "rules.all[1].not[0].segment")
        assert "nowhere" in answer.json()["detail"]
    made = client.post("/v1/segments", json={"name": "x", "rules": {"consent": "push"}}).json()
    changed = client.put(f"/v1/segments/{made['id']}", json={"name": "x", "rules": rules})
    assert changed.status_code == 400
    assert client.get(f"/v1/segments/{made['id']}").json()["rules"] == {"consent": "push"}
