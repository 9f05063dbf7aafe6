"""Events over HTTP: once each, however late, and each wrong one by itself."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from assistant.types.access import Scope
from assistant.usecases.members.folding import fold_waiting
from tests.integration.members.telling import event


def count(service, community, table="events"):
    with service.assistant.database.transaction(community) as connection:
        return connection.scalar(text(f"SELECT count(*) FROM {table} WHERE community = :c"), {"c": community})


def test_an_id_counts_once_whoever_sends_it_and_however_often(service, client, community):
    events = [event(number, "m1", number, text=f"第 {number} 則") for number in range(40)]

    def send(seed):
        shuffled = list(events)
        random.Random(seed).shuffle(shuffled)
        return client.post("/v1/events", json={"events": shuffled}).json()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert sum(one["taken"] for one in answers) == 40
    assert sum(one["known"] for one in answers) == 120
    assert count(service, community) == count(service, community, "event_keys") == 40


def test_an_id_twice_in_one_batch_is_the_first(service, client, community):
    first, second = event(1, "m1", kind="view"), event(1, "m1", 5, kind="click")
    assert client.post("/v1/events", json={"events": [first, second]}).json()["known"] == 1
    (kept,) = client.get("/v1/members/m1/events").json()["events"]
    assert kept["type"] == "view"


def test_events_of_years_ago_find_their_month(service, client, community):
    old = [event(number, "m1", 24 * 30 * number, kind="view") for number in range(20)]
    assert client.post("/v1/events", json={"events": old}).json()["taken"] == 20
    listed = client.get("/v1/members/m1/events", params={"limit": 7}).json()
    more = client.get("/v1/members/m1/events", params={"limit": 100, "cursor": listed["next_cursor"]}).json()
    ids = [one["id"] for one in listed["events"] + more["events"]]
    assert ids == [f"m1-{number}" for number in range(20)]
    assert more["next_cursor"] is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "teleport"}, "events[0].type"),
        ({"at": "2026-11-01T00:00:00"}, "events[0].at"),
        ({"at": "2036-11-01T00:00:00Z"}, "events[0].at"),
        ({"at": "1999-11-01T00:00:00Z"}, "events[0].at"),
        ({"id": ""}, "events[0].id"),
        ({"id": "x" * 201}, "events[0].id"),
        ({"member_id": "a\x00b"}, "events[0].member_id"),
        ({"properties": {"text": "x" * 20_001}}, "events[0].properties.text"),
        ({"properties": {"text": "a\x00b"}}, "events[0].properties.text"),
        ({"properties": {"mine": {"deep": "a\x00b"}}}, "events[0].properties"),
        ({"properties": {"mine": "x" * 9_000}}, "events[0].properties"),
        ({"properties": {"$purchase": {}}}, "events[0].properties"),
        ({"properties": {"position": -1}}, "events[0].properties.position"),
        ({"type": "purchase", "properties": {"amount": -1}}, "events[0].properties.amount"),
        ({"type": "purchase", "properties": {"amount": "NaN"}}, "events[0].properties.amount"),
        ({"type": "purchase", "properties": {"amount": 1, "currency": "twd"}}, "events[0].properties.currency"),
        ({"surprise": 1}, "events[0].surprise"),
    ],
)
def test_a_wrong_event_is_named_and_the_others_are_taken(client, change, field):
    answer = client.post("/v1/events", json={"events": [event(1, "m1") | change, event(2, "m1", kind="view")]})
    assert answer.status_code == 200
    assert answer.json()["taken"] == 1
    (error,) = answer.json()["errors"]
    assert (error["index"], error["field"]) == (0, field)
    assert error["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"events": {}}', 400),
        (b'{"events": []}', 400),
        (b'{"events": [], "x": 1}', 400),
        (b'{"events": [' + b",".join([b"1"] * 5_001) + b"]}", 413),
    ],
)
def test_a_wrong_body_is_refused_whole(client, body, status):
    answer = client.post("/v1/events", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["field"]


def test_what_is_no_event_at_all_is_named(client):
    answer = client.post("/v1/events", json={"events": [1, None, "x"]}).json()
    assert [one["index"] for one in answer["errors"]] == [0, 1, 2]


def test_members_keys_may_not_tell_events(service, community):
    with service.client(service.key(Scope.MEMBER, community=community)) as client:
        assert client.post("/v1/events", json={"events": [event(1, "m1")]}).status_code == 403


def test_violations_are_flagged_and_are_no_interest(service, client, community, member):
    said = [event(1, member, 2, text="想去露營"), event(2, member, 1, text="加❤薇❤信 abc123 日结300 露营装备")]
    assert client.post("/v1/events", json={"events": said}).json()["taken"] == 2
    flagged = {one["id"]: one["flagged"] for one in client.get(f"/v1/members/{member}/events").json()["events"]}
    assert flagged == {f"{member}-1": False, f"{member}-2": True}
    while fold_waiting(service.assistant):
        pass
    (tag,) = client.get(f"/v1/members/{member}/profile").json()["profile"]["tags"]
    assert (tag["tag"], tag["mentions"]) == ("camping", 1)
    assert [one["event_id"] for one in tag["because"]] == [f"{member}-1"]
