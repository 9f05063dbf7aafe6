"""What is kept, and what is made of it, follows what a member said yes to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assistant.usecases.members.folding import fold_waiting
from tests.integration.members.telling import event


def fold_all(service):
    while fold_waiting(service.assistant):
        pass


def put(client, member, **more):
    return client.put("/v1/members", json={"members": [{"id": member, **more}]}).json()


def answered(client, member, purpose, granted, **more):
    body = {"consents": [{"purpose": purpose, "granted": granted, "source": "app", **more}]}
    answer = client.post(f"/v1/members/{member}/consents", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_attribute_needs_its_own_consent(client):
    refused = put(client, "m1", attributes={"region": "香港"})
    assert (refused["put"], refused["errors"][0]["field"]) == (0, "members[0].attributes.region")
    assert client.get("/v1/members/m1").status_code == 404
    granted = [{"purpose": "profiling", "granted": True, "source": "app", "wording": "可以"}]
    assert put(client, "m1", attributes={"region": "香港"}, consents=granted)["put"] == 1
    member = client.get("/v1/members/m1").json()
    assert member["attributes"]["region"]["value"] == "香港"
    assert member["consents"]["profiling"]["wording"] == "可以"
    assert (
        put(client, "m1", attributes={"time_zone": "Asia/Hong_Kong"})["errors"][0]["limit"] is None
    )  # push was not asked
    assert answered(client, "m1", "profiling", granted=False)["attributes"] == {}


def test_a_child_needs_a_consent_of_its_own(client):
    profiling = [{"purpose": "profiling", "granted": True}]
    wrong = put(client, "m1", attributes={"age_band": "under_18"}, consents=profiling)["errors"]
    assert [one["field"] for one in wrong] == ["members[0].attributes.age_band"]
    both = [*profiling, {"purpose": "child", "granted": True, "source": "guardian"}]
    assert put(client, "m1", attributes={"age_band": "under_18"}, consents=both)["put"] == 1
    assert answered(client, "m1", "child", granted=False)["attributes"] == {}


def test_a_batch_is_taken_in_its_order(client):
    yes = {"purpose": "profiling", "granted": True}
    batch = [
        {"id": "m1", "attributes": {"region": "a", "tier": "x"}, "consents": [yes]},
        {"id": "m1", "attributes": {"region": "b", "tier": None}},
        {"id": "m2", "attributes": {"region": "c"}, "consents": [yes]},
        {"id": "m2", "consents": [yes | {"granted": False}]},
        {"id": "m2", "attributes": {"region": "d"}},
    ]
    answer = client.put("/v1/members", json={"members": batch}).json()
    assert (answer["put"], [one["index"] for one in answer["errors"]]) == (4, [4])
    kept = client.get("/v1/members/m1").json()["attributes"]
    assert {name: one["value"] for name, one in kept.items()} == {"region": "b"}
    assert client.get("/v1/members/m2").json()["attributes"] == {}


def test_days_give_stages_and_stopping_one_stops_it(service, client):
    definitions = [
        {"name": "due_date", "type": "date", "stage": "pregnancy", "sensitivity": "sensitive"},
        {"name": "born_on", "type": "date", "stage": "child"},
    ]
    assert client.put("/v1/member-settings", json={"attributes": definitions}).status_code == 200
    from datetime import UTC, datetime, timedelta

    today = datetime.now(UTC).date()
    due = (today + timedelta(days=140)).isoformat()
    profiling = {"purpose": "profiling", "granted": True}
    assert put(client, "m1", attributes={"due_date": due}, consents=[profiling])["put"] == 0
    health = {"purpose": "health", "granted": True}
    assert put(client, "m1", attributes={"due_date": due}, consents=[profiling, health])["put"] == 1
    headers = {"accept-language": "zh-Hant-TW"}
    (stage,) = client.get("/v1/members/m1/profile", headers=headers).json()["stages"]
    assert stage["text"] == "孕 20 週"
    client.post("/v1/events", json={"events": [event(1, "m1", text="懷孕了好開心"), event(2, "m1", text="喝咖啡")]})
    fold_all(service)
    assert {tag["tag"] for tag in client.get("/v1/members/m1/profile").json()["profile"]["tags"]} == {
        "pregnancy",
        "coffee",
    }
    assert client.post("/v1/members/m1/stops", json={"topic": "stage:pregnancy"}).status_code == 200
    at_once = client.get("/v1/members/m1/profile").json()
    assert at_once["stages"] == []
    client.post("/v1/events", json={"events": [event(3, "m1", 0.5, text="孕期要吃什麼")]})
    fold_all(service)
    after = client.get("/v1/members/m1/profile").json()["profile"]
    assert {tag["tag"] for tag in after["tags"]} == {"coffee"}


def test_taking_profiling_back_ends_the_profile_and_giving_it_again_begins_anew(service, client, member):
    client.post("/v1/events", json={"events": [event(1, member, text="想去露營，有推薦的帳篷嗎")]})
    fold_all(service)
    assert client.get(f"/v1/members/{member}/profile").json()["profile"]["events"] == 1
    answered(client, member, "profiling", granted=False)
    gone = client.get(f"/v1/members/{member}/profile").json()
    assert (gone["personalised"], gone["profile"]) == (False, None)
    client.post("/v1/events", json={"events": [event(2, member, 0.5, text="手沖咖啡真好喝")]})
    fold_all(service)
    assert client.get(f"/v1/members/{member}/profile").json()["profile"] is None
    answered(client, member, "profiling", granted=True)
    fold_all(service)
    assert client.get(f"/v1/members/{member}/profile").json()["profile"]["events"] == 2


def test_the_latest_answer_holds_whatever_order_they_come_in(client, member):
    answered(client, member, "analytics", granted=False, at="2026-03-01T00:00:00Z")
    late = answered(client, member, "analytics", granted=True, at="2026-01-01T00:00:00Z")
    assert late["consents"]["analytics"]["granted"] is False
    history = client.get(f"/v1/members/{member}/export").json()["consents"]
    assert [one["granted"] for one in history if one["purpose"] == "analytics"] == [True, False]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"attributes": {"shoe": 1}}, "members[0].attributes.shoe"),
        ({"attributes": {"age_band": "old"}}, "members[0].attributes.age_band"),
        ({"attributes": {"time_zone": "Mars/Base"}}, "members[0].attributes.time_zone"),
        ({"attributes": {"language": "x"}}, "members[0].attributes.language"),
        ({"attributes": {"region": "x" * 201}}, "members[0].attributes.region"),
        ({"consents": [{"purpose": "everything", "granted": True}]}, "members[0].consents[0].purpose"),
        (
            {"consents": [{"purpose": "push", "granted": True, "at": "2036-01-01T00:00:00Z"}]},
            "members[0].consents[0].at",
        ),
        ({"name": "a\x00"}, "members[0].name"),
        ({"surprise": 1}, "members[0].surprise"),
    ],
)
def test_a_wrong_member_is_named_and_nothing_of_it_is_kept(client, member, more, field):
    before = client.get(f"/v1/members/{member}").json()["attributes"]
    (error,) = put(client, member, **more)["errors"]
    assert error["field"] == field
    assert client.get(f"/v1/members/{member}").json()["attributes"] == before


@pytest.mark.parametrize(
    ("definition", "field"),
    [
        ({"name": "A"}, "attributes[0].name"),
        ({"name": "a", "type": "colour"}, "attributes[0].type"),
        ({"name": "a", "type": "choice"}, "attributes[0].choices"),
        ({"name": "a", "type": "text", "stage": "child"}, "attributes[0].stage"),
        ({"name": "a", "type": "date", "stage": "child", "purpose": "push"}, "attributes[0].purpose"),
        ({"name": "a", "type": "text", "x": 1}, "attributes[0].x"),
    ],
)
def test_a_wrong_definition_is_named(client, definition, field):
    answer = client.put("/v1/member-settings", json={"attributes": [definition]})
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_members_are_found_and_listed_in_pages(client):
    client.put("/v1/members", json={"members": [{"id": f"p{n}", "name": f"阿{n}"} for n in range(7)]})
    first = client.get("/v1/members", params={"limit": 5}).json()
    second = client.get("/v1/members", params={"limit": 5, "cursor": first["next_cursor"]}).json()
    assert len({one["id"] for one in first["members"] + second["members"]}) == 7
    assert [one["id"] for one in client.get("/v1/members", params={"search": "阿3"}).json()["members"]] == ["p3"]
    assert client.get("/v1/members", params={"search": "%"}).json()["members"] == []


def test_another_community_sees_nothing(service, client, member):
    with service.client(service.key(community=service.community())) as other:
        assert other.get(f"/v1/members/{member}").status_code == 404
        assert other.get(f"/v1/members/{member}/export").status_code == 404
        assert other.delete(f"/v1/members/{member}").status_code == 404
        assert other.get("/v1/members").json()["members"] == []


@pytest.mark.parametrize("said", ["yes", "on", "t", "true", 1, 0, 1.0, None])
def test_a_consent_is_true_or_false_and_nothing_like_it(client, member, said):
    consent = {"purpose": "analytics", "granted": said}
    answer = client.post(f"/v1/members/{member}/consents", json={"consents": [consent]})
    assert (answer.status_code, answer.json()["field"]) == (400, "consents[0].granted")
    (error,) = client.put("/v1/members", json={"members": [{"id": member, "consents": [consent]}]}).json()["errors"]
    assert error["field"] == "members[0].consents[0].granted"
    assert "analytics" not in client.get(f"/v1/members/{member}").json()["consents"]


@pytest.mark.parametrize("ahead", [timedelta(minutes=3), timedelta(hours=8), timedelta(hours=23)])
@pytest.mark.parametrize("purpose", ["push", "profiling"])
def test_a_no_counts_at_once_though_the_yes_came_from_a_clock_that_is_ahead(client, ahead, purpose):
    at = (datetime.now(UTC) + ahead).isoformat()
    put(client, "m1", consents=[{"purpose": purpose, "granted": True, "at": at}])
    assert client.get("/v1/members/m1").json()["consents"][purpose]["granted"]
    assert not answered(client, "m1", purpose, granted=False)["consents"][purpose]["granted"]
    assert answered(client, "m1", purpose, granted=True, at=at)["consents"][purpose]["granted"]
    assert not answered(client, "m1", purpose, granted=False)["consents"][purpose]["granted"]
    assert answered(client, "m1", purpose, granted=True)["consents"][purpose]["granted"]


def test_of_answers_from_a_clock_that_is_ahead_the_no_holds(client):
    later = [(datetime.now(UTC) + timedelta(hours=hours)).isoformat() for hours in (1, 2)]
    both = [{"purpose": "push", "granted": granted, "at": at} for granted, at in zip((False, True), later, strict=True)]
    put(client, "m1", consents=both)
    assert not client.get("/v1/members/m1").json()["consents"]["push"]["granted"]
