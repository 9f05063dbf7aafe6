"""Items and recommendations over HTTP, on the real database."""

import json
import secrets
import time
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import text

from assistant.push import catalogue
from assistant.usecases.push import item_index

NOW = datetime.now(UTC)


def item(number, **more):
    return {
        "id": f"i{number}",
        "title": f"露營裝備心得 {number}",
        "text": "帳篷與睡袋怎麼選",
        "tags": ["露營"],
        "published_at": (NOW - timedelta(hours=number + 1)).isoformat(),
        **more,
    }


def touch(member, item_id, minutes, kind="click"):
    return {
        "id": secrets.token_hex(8),
        "type": kind,
        "member_id": member,
        "item_id": item_id,
        "at": (NOW - timedelta(minutes=minutes)).isoformat(),
    }


def shown(client, member, **query):
    answer = client.get(f"/v1/members/{member}/recommendations", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def until(check, seconds=2.0):
    """What the issue allows between an event and its being seen."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, "not within two seconds"
        time.sleep(0.1)
    return found


def test_numbers_of_any_size_come_back_and_what_json_cannot_carry_is_refused(client):
    given = item(900, properties={"large": 1e300, "small": 1e-9, "whole": 2**63, "text": "a\\u0000"})
    kept = client.put("/v1/items", json={"items": [given]})
    assert kept.status_code == 200, kept.text
    (listed,) = (one for one in client.get("/v1/items", params={"limit": 200}).json()["items"] if one["id"] == "i900")
    assert listed["properties"] == given["properties"]
    for wrong in ({"a": 10**30}, {"a": [[chr(0)]]}, {chr(0): 1}):
        refused = client.put("/v1/items", json={"items": [item(901, properties=wrong)]})
        assert refused.status_code == 400, refused.text
        assert refused.json()["field"].startswith("items[0].properties"), refused.text
    for wrong in ("NaN", '[{"deep": -1e400}]', '{"null": null, "a": Infinity}'):
        body = json.dumps({"items": [item(901, properties={"a": "WRONG", "null": None})]}).replace('"WRONG"', wrong)
        refused = client.put("/v1/items", content=body, headers={"content-type": "application/json"})
        assert (refused.status_code, refused.json()["field"]) == (400, "items[0].properties"), refused.text
    assert client.put("/v1/items", json={"items": [item(902, properties={"a": None})]}).status_code == 200
    assert client.delete("/v1/items/i902").status_code == 204
    assert client.delete("/v1/items/i900").status_code == 204


def test_recommendations_never_show_what_may_not_be_shown(client, member):
    expired = item(1, expires_at=(NOW - timedelta(minutes=1)).isoformat())
    tomorrow = item(2, published_at=(NOW + timedelta(days=1)).isoformat())
    foul = item(3, title="加賴 line 儲值送妹妹包夜約炮", text="加賴約炮 全套服務 每小時三千", tags=[])
    kept = client.put("/v1/items", json={"items": [item(0), expired, tomorrow, foul, item(4, hidden=True)]})
    assert kept.status_code == 200, kept.text
    by_id = {one["id"]: one for one in kept.json()["items"]}
    assert by_id["i3"]["hidden"]
    assert by_id["i3"]["hidden_because"]
    assert by_id["i4"]["hidden_because"] == ["operator"]
    found = until(lambda: shown(client, member)["items"])
    assert [one["id"] for one in found] == ["i0"]
    assert client.delete("/v1/items/i0").status_code == 204
    assert shown(client, member)["items"] == []


def test_touches_are_followed_and_reasons_name_them(client, member):
    client.put("/v1/items", json={"items": [item(number, title=f"第{number}篇") for number in range(12)]})
    others = [touch(f"o{n}", i, 30 - n, "click") for n in range(12) for i in ("i3", "i7")]
    taken = client.post("/v1/events", json={"events": [*others, touch(member, "i3", 1)]}).json()
    assert taken["errors"] == []
    consents = [{"purpose": "profiling", "granted": True, "source": "test"}]
    client.put("/v1/members", json={"members": [{"id": f"o{n}", "consents": consents} for n in range(12)]})

    def settled():
        found = shown(client, member, limit=5)
        return found if "i3" not in {one["id"] for one in found["items"]} and found["personalised"] else None

    found = until(settled)
    assert all(0 < one["propensity"] <= 1 for one in found["items"])
    assert "i7" in {one["id"] for one in found["items"]}
    assert all(one["reason"]["text"] for one in found["items"])
    assert found["policy_version"]


def test_every_tenth_place_is_counted_and_others_take_their_turns(service, client, community, member):
    client.put("/v1/items", json={"items": [item(number) for number in range(100)]})
    until(lambda: len(shown(client, member, limit=10)["items"]) == 10)
    kept = service.assistant.memories.get(service.assistant.database, community, *_model(service), datetime.now(UTC))
    rotation, rows = kept.memory.rotation, np.arange(len(kept.memory.catalogue))
    waiting, counted = set(rotation.waiting()), rotation.shown(rows).sum()
    assert len(waiting) == 20
    for _ in range(30):
        shown(client, member, limit=10)
    assert 20 <= rotation.shown(rows).sum() - counted <= 30
    assert set(rotation.waiting()) - waiting


def test_many_items_taken_away_behind_a_memory_leave_no_list_short(service, client, community, member):
    client.put("/v1/items", json={"items": [item(number) for number in range(60)]})
    first = until(lambda: len((found := shown(client, member, limit=20))["items"]) == 20 and found["items"])
    shown_first = [one["id"] for one in first]
    with service.assistant.database.transaction(community) as transaction:
        gone = "DELETE FROM items WHERE community = :c AND (id = ANY(:shown) OR id LIKE 'i4_')"
        assert transaction.execute(text(gone), {"c": community, "shown": shown_first}).rowcount >= 20
        left = set(transaction.scalars(text("SELECT id FROM items WHERE community = :c"), {"c": community}))
    found = [one["id"] for one in shown(client, member, limit=20)["items"]]
    assert len(found) == 20
    assert set(found) <= left
    kept = service.assistant.memories.get(service.assistant.database, community, *_model(service), datetime.now(UTC))
    assert set(kept.memory.catalogue.rows) == left


def test_an_index_of_items_follows_them_and_survives_a_restart(service, client, community, member, monkeypatch):
    for place in (item_index, catalogue):
        monkeypatch.setattr(place, "FLAT", 20)
    titles = {
        0: "手沖咖啡豆怎麼挑",
        1: "咖啡機清潔",
        2: "貓咪飼料比較",
        3: "狗狗洗澡",
        4: "露營帳篷推薦",
        5: "睡袋怎麼選",
    }

    def cup(number, **more):
        return item(number, title=f"{titles[number % 6]} {number}", text="", tags=[], **more)

    def alike(number):
        kept = service.assistant.memories.get(
            service.assistant.database, community, *_model(service), datetime.now(UTC)
        )
        kept.index.wait()
        with kept.lock:
            rows = kept.memory.catalogue
            found = kept.memory.nearest(rows.vectors(rows.known([f"i{number}"]))[0], 6) if kept.memory.nearest else []
            return [rows.ids[row] for row in found]

    client.put("/v1/items", json={"items": [cup(number) for number in range(60)]})
    until(lambda: len(alike(6)) == 6)
    assert alike(6)[0] == "i6"
    client.put("/v1/items", json={"items": [cup(66), cup(6, hidden=True)]})
    until(lambda: "i6" not in alike(12) and alike(66)[0] == "i66")
    before = alike(18)
    service.assistant.memories.forget(community)
    again = until(lambda: alike(18))
    assert again[0] == before[0] == "i18"
    assert "i6" not in again
    assert shown(client, member)["items"]


def test_without_consent_nothing_of_the_member_is_used(client):
    client.put("/v1/items", json={"items": [item(number) for number in range(5)]})
    client.post("/v1/events", json={"events": [touch("stranger", "i1", 5)]})
    found = until(lambda: (made := shown(client, "stranger"))["items"] and made)
    assert not found["personalised"]
    assert "i1" in {one["id"] for one in found["items"]}
    kinds = {one["reason"]["kind"] for one in found["items"]}
    assert kinds <= {"trend", "fresh"}


def test_as_of_a_moment_nothing_later_is_used(client, member):
    client.put("/v1/items", json={"items": [item(number) for number in range(6)]})
    before = shown(client, member, at=(NOW - timedelta(hours=2)).isoformat())
    client.post("/v1/events", json={"events": [touch(member, "i4", 10), touch("o", "i5", 10)]})
    assert shown(client, member, at=(NOW - timedelta(hours=2)).isoformat())["items"] == before["items"]
    assert client.get(f"/v1/members/{member}/recommendations", params={"at": "2999-01-01T00:00:00Z"}).status_code == 400


def test_bad_items_are_refused_by_field(client):
    for wrong, field in (
        ({"id": "a", "title": ""}, "items[0].title"),
        ({"id": "a", "title": "b", "price": "5"}, "items[0].currency"),
        (
            {"id": "a", "title": "b", "published_at": "2026-01-02T00:00:00Z", "expires_at": "2026-01-01T00:00:00Z"},
            "items[0].expires_at",
        ),
        ({"id": "a", "title": "b", "url": "javascript:alert(1)"}, "items[0].url"),
        ({"id": "a", "title": "b" * 400}, "items[0].title"),
    ):
        answer = client.put("/v1/items", json={"items": [wrong]})
        assert answer.status_code in {400, 413}, answer.text
        assert answer.json()["field"] == field
    assert client.get("/v1/items/none").status_code == 404


def test_consent_taken_back_and_given_again_and_erasure(service, client, community, member):
    client.put("/v1/items", json={"items": [item(number) for number in range(6)]})
    client.post("/v1/events", json={"events": [touch(member, "i2", 9), touch(member, "i3", 5)]})
    until(lambda: "i3" not in {one["id"] for one in shown(client, member)["items"]})

    def consent(granted):
        given = [{"purpose": "profiling", "granted": granted, "source": "test"}]
        assert client.post(f"/v1/members/{member}/consents", json={"consents": given}).status_code == 200

    consent(granted=False)
    assert "i3" in {one["id"] for one in shown(client, member)["items"]}
    consent(granted=True)
    again = shown(client, member)
    assert again["personalised"]
    assert "i3" not in {one["id"] for one in again["items"]}
    assert client.delete(f"/v1/members/{member}").status_code == 200
    until(lambda: not shown(client, member)["personalised"])

    def gone():
        kept = service.assistant.memories.get(
            service.assistant.database, community, *_model(service), datetime.now(UTC)
        )
        return kept.memory.covisits.touches == {} and not kept.memory.past(member)

    until(gone, 3)
    with service.assistant.database.transaction(community) as transaction:
        named = text("SELECT count(*) FROM recommendations WHERE member_id = :m")
        assert transaction.scalar(named, {"m": member}) == 0


def _model(service):
    from assistant.usecases.members.folding import embedder_of, model_of

    embedder = embedder_of(service.assistant)
    return model_of(embedder), embedder.dimensions
