"""Profiles follow events, through the database, in any order of arrival."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
from sqlalchemy import text

from assistant.members import flow
from assistant.members.packing import asked_of, unpack
from assistant.members.state import written_rows
from assistant.store import profiles
from assistant.usecases.members.folding import fold_waiting
from tests.integration.members.telling import NOW, event
from tests.unit.members.earlier import document_of

WORDS = ["想去露營，帳篷怎麼挑", "手沖咖啡好喝", "今天跑步十公里", "求推薦烤箱和吐司食譜", "懷孕要補什麼"]


def fold_all(service):
    while fold_waiting(service.assistant):
        pass


def history(member, seed=1, length=30):
    chosen = random.Random(seed)
    found = []
    for number in range(length):
        hours = chosen.uniform(0, 7 * 24)
        if number % 5 == 4:
            paid = {"amount": chosen.randint(1, 999), "currency": "TWD", "order_id": f"o{number}"}
            found.append(event(number, member, hours, "purchase", **paid))
        else:
            found.append(event(number, member, hours, text=chosen.choice(WORDS)))
    return found


def stored(service, community, member):
    with service.assistant.database.transaction(community) as connection:
        row = connection.execute(
            text("SELECT at, event_id, packed, vectors FROM profiles WHERE community = :c AND member_id = :m"),
            {"c": community, "m": member},
        ).one()
    return unpack(row.at, row.event_id, bytes(row.packed), bytes(row.vectors))


def without_names(state):
    """The ids of events begin with their member's."""
    return replace(state, tags={}, interests=(), first_event="", event_id=state.event_id.split("-")[1])


def test_any_order_of_arrival_gives_the_same_stored_profile(service, client, community):
    consents = [{"purpose": one, "granted": True} for one in ("profiling", "health")]
    client.put("/v1/members", json={"members": [{"id": m, "consents": consents} for m in ("a", "b", "c")]})
    for member, seed in (("a", None), ("b", 1), ("c", 2)):
        events = history(member)
        if seed is not None:
            random.Random(seed).shuffle(events)
        for start in range(0, len(events), len(events) if seed is None else 7):
            part = events[start : start + (len(events) if seed is None else 7)]
            assert client.post("/v1/events", json={"events": part}).json()["errors"] == []
            fold_all(service)
    a, b, c = (stored(service, community, member) for member in "abc")
    assert without_names(a) == without_names(b) == without_names(c)
    assert written_rows(a) == written_rows(b) == written_rows(c)
    assert a.interests or not service.assistant.has_faq


def test_a_profile_of_before_is_read_found_and_packed_when_it_goes_on(service, client, community, member):
    """Until revision 0009 the whole state was in ``state``."""
    events = sorted(history(member), key=lambda one: one["at"])
    client.post("/v1/events", json={"events": events[:20]})
    fold_all(service)
    document = document_of(stored(service, community, member))
    asked = {"rules": {"all": [{"tag": "camping", "least": 0}, {"life_cycle": ["new"]}]}}
    assert client.post("/v1/segments/count", json=asked).json()["count"] == 1
    with service.assistant.database.transaction(community) as connection:
        values = {"c": community, "m": member, "state": orjson.dumps(document).decode()}
        of_before = (
            "UPDATE profiles SET state = CAST(:state AS jsonb), packed = NULL WHERE community = :c AND member_id = :m"
        )
        assert connection.execute(text(of_before), values).rowcount == 1
    assert client.post("/v1/segments/count", json=asked).json()["count"] == 1
    assert client.get(f"/v1/members/{member}/profile").json()["profile"]["events"] == 20
    client.post("/v1/events", json={"events": events[20:]})
    fold_all(service)
    after = stored(service, community, member)
    assert after.events == 30
    with service.assistant.database.transaction(community) as connection:
        state = connection.scalar(text("SELECT state FROM profiles WHERE community = :c"), {"c": community})
    assert state == orjson.loads(orjson.dumps(asked_of(after)))


def test_as_of_a_moment_is_what_was_known_then(service, client, member):
    events = sorted(history(member), key=lambda one: one["at"])
    then = events[14]["at"]
    client.post("/v1/events", json={"events": events[:15]})
    fold_all(service)
    before = client.get(f"/v1/members/{member}/profile", params={"at": then}).json()["profile"]
    client.post("/v1/events", json={"events": events[15:]})
    fold_all(service)
    again = client.get(f"/v1/members/{member}/profile", params={"at": then}).json()["profile"]
    assert again == before
    assert before["events"] == 15
    assert client.get(f"/v1/members/{member}/profile").json()["profile"]["events"] == 30


def test_several_workers_lose_nothing(service, client, community):
    names = [f"w{number}" for number in range(12)]
    consents = [{"purpose": "profiling", "granted": True}]
    client.put("/v1/members", json={"members": [{"id": name, "consents": consents} for name in names]})
    events = [one for name in names for one in history(name, length=10)]
    random.Random(4).shuffle(events)

    def tell(part):
        client.post("/v1/events", json={"events": part})
        fold_waiting(service.assistant, 5)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(tell, [events[at : at + 10] for at in range(0, len(events), 10)]))
    fold_all(service)
    with service.assistant.database.transaction(community) as connection:
        counts = connection.scalars(text("SELECT events FROM profiles WHERE community = :c"), {"c": community}).all()
    assert counts == [10] * 12


def test_more_than_are_written_together(service, client, community, monkeypatch):
    monkeypatch.setattr(profiles, "_TOGETHER", 2)
    names = [f"w{number}" for number in range(5)]
    consents = [{"purpose": "profiling", "granted": True}]
    client.put("/v1/members", json={"members": [{"id": name, "consents": consents} for name in names]})
    for round_ in (1, 2):
        client.post("/v1/events", json={"events": [event(round_, name, 3 - round_, text="早安") for name in names]})
        fold_all(service)
        assert [stored(service, community, name).events for name in names] == [round_] * 5


def test_what_the_database_refuses_beside_the_packing_leaves_all_as_it_was(service, client, community, monkeypatch):
    names = [f"w{number}" for number in range(5)]
    consents = [{"purpose": "profiling", "granted": True}]
    client.put("/v1/members", json={"members": [{"id": name, "consents": consents} for name in names]})
    client.post("/v1/events", json={"events": [event(1, name, text="早安") for name in names]})
    real = profiles._told

    def refused(state):
        return real(state) | {"currency": "\0"}

    monkeypatch.setattr(profiles, "_TOGETHER", 2)
    with monkeypatch.context() as patched:
        patched.setattr(profiles, "_told", refused)
        fold_waiting(service.assistant)
    with service.assistant.database.transaction(community) as connection:
        assert connection.scalar(text("SELECT count(*) FROM profiles WHERE community = :c"), {"c": community}) == 0
    client.post("/v1/events", json={"events": [event(2, name, 0.5, text="早安") for name in names]})
    fold_all(service)
    assert [stored(service, community, name).events for name in names] == [2] * 5


def test_what_is_wrong_with_one_member_keeps_nobody_else(service, client, community, monkeypatch):
    names = [f"w{number}" for number in range(5)]
    consents = [{"purpose": "profiling", "granted": True}]
    client.put("/v1/members", json={"members": [{"id": name, "consents": consents} for name in names]})
    client.post("/v1/events", json={"events": [event(1, name, text="早安") for name in names]})
    real = flow.folded

    def broken(base, events, *rest):
        if events[0].member_id == "w2":
            raise ZeroDivisionError
        return real(base, events, *rest)

    monkeypatch.setattr(flow, "folded", broken)
    fold_all(service)
    with service.assistant.database.transaction(community) as connection:
        query = text("SELECT member_id FROM profiles WHERE community = :c ORDER BY 1")
        assert connection.scalars(query, {"c": community}).all() == ["w0", "w1", "w3", "w4"]


def test_every_value_has_its_reasons(service, client, member):
    client.put("/v1/members", json={"members": [{"id": member, "attributes": {"time_zone": "Asia/Taipei"}}]})
    client.post("/v1/events", json={"events": history(member)})
    client.post(
        "/v1/events",
        json={"events": [event(1, "friend", 2, "share", via={"member_id": member}, text="x")]},
    )
    fold_all(service)
    headers = {"accept-language": "zh-Hant"}
    profile = client.get(f"/v1/members/{member}/profile", headers=headers).json()["profile"]
    assert profile["life_cycle"]["name"] == "新成員"
    assert profile["life_cycle"]["next_step"]["text"]
    assert sum(profile["life_cycle"]["odds"].values()) == pytest.approx(1, abs=1e-3)
    names = {tag["name"] for tag in profile["tags"]}
    assert {"露營", "咖啡"} <= names
    assert all(reason["text"] for tag in profile["tags"] for reason in tag["because"])
    (spent,) = profile["spending"]
    assert spent["frequency"] == 6
    assert profile["active_hours"]["time_zone"] == "Asia/Taipei"
    assert sum(profile["active_hours"]["shares"]) == pytest.approx(1, abs=1e-2)
    assert profile["language"]["main"] == "zh-Hant"
    assert profile["influence"]["score"] == 2
    assert profile["churn"] is None  # the community is too small to learn from


def test_what_a_member_does_not_like_is_no_interest(service, client, member):
    told = ("不喜歡打麻將", "I hate mahjong", "不喜歡露營，但很喜歡手沖咖啡")
    events = [event(number, member, number, text=one) for number, one in enumerate(told)]
    assert client.post("/v1/events", json={"events": events[:2]}).json()["errors"] == []
    fold_all(service)
    profile = client.get(f"/v1/members/{member}/profile").json()["profile"]
    assert (profile["interests"], profile["tags"]) == ([], [])
    assert profile["language"]["main"] == "zh-Hant"
    assert client.post("/v1/events", json={"events": events[2:]}).json()["errors"] == []
    fold_all(service)
    profile = client.get(f"/v1/members/{member}/profile", headers={"accept-language": "zh-Hant"}).json()["profile"]
    assert len(profile["interests"]) == (1 if service.assistant.has_faq else 0)
    assert [tag["name"] for tag in profile["tags"]] == ["咖啡"]


def test_an_unknown_member_and_the_future(client, member):
    assert client.get("/v1/members/nobody/profile").status_code == 404
    answer = client.get(f"/v1/members/{member}/profile", params={"at": (NOW + timedelta(days=9)).isoformat()})
    assert (answer.status_code, answer.json()["field"]) == (400, "at")
    assert client.get(f"/v1/members/{member}/profile", params={"at": "yesterday"}).status_code == 400
