"""Reading what members did with items: in pages it is the same as at once."""

import secrets
from datetime import UTC, datetime, timedelta

from assistant.store import touches

NOW = datetime.now(UTC).replace(microsecond=0)


def test_pages_give_each_touch_once_in_order(service, client, community, monkeypatch):
    kinds = ("view", "click", "purchase", "join")
    events = [
        {
            "id": secrets.token_hex(6),
            "type": kinds[number % 4],
            "member_id": f"m{number % 7}",
            "item_id": "i1",
            "at": (NOW - timedelta(minutes=number // 8)).isoformat(),
        }
        for number in range(90)
    ]
    assert client.post("/v1/events", json={"events": events}).json()["errors"] == []
    wanted = sorted((one["at"], one["id"]) for one in events if one["type"] != "join" and one["at"] < NOW.isoformat())
    monkeypatch.setattr(touches, "PAGE", 3)
    with service.assistant.database.transaction(community) as transaction:
        found = touches.until(transaction, community, NOW - timedelta(days=1), NOW)
        monkeypatch.setattr(touches, "MOST", 10)
        last = touches.until(transaction, community, NOW - timedelta(days=1), NOW)
    assert [(datetime.fromtimestamp(one.touch.at, UTC).isoformat(), one.id) for one in found] == wanted
    assert list(last) == found[-10:]
    assert last[3] == found[-7]


def test_of_what_came_lately_the_known_is_left_out(service, client, community):
    ids = [secrets.token_hex(6) for _ in range(3)]
    at = NOW.isoformat()
    events = [{"id": one, "type": "click", "member_id": "m1", "item_id": "i1", "at": at} for one in ids]
    assert client.post("/v1/events", json={"events": events}).json()["errors"] == []
    since, until = NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)
    with service.assistant.database.transaction(community) as transaction:
        arrived = touches.arrivals(transaction, community, since, until)
        every = touches.received(transaction, community, list(arrived), until)
        fresh = touches.received(transaction, community, list(arrived), until, {ids[1]})
        earlier = touches.received(transaction, community, [since], until)
    assert list(arrived.values()) == [len(ids)]
    assert {one.id for one in every} == set(ids)
    assert fresh == [one for one in every if one.id != ids[1]]
    assert earlier == []
