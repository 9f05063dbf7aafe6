"""Every page leads to the next, however long the ids are that others gave; and what no page is named by is refused by its field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from tests.integration.members.telling import NOW

LONG = {
    "a link": "https://shop.example/zh-hant/posts/2026/11/" + "a-title-as-blogs-make-links-of-it-" * 4,
    "Chinese": "line:" + "小美的媽媽" * 30,
    "emoji": "🧸" * 199,
}


def walked(client, path: str, name: str) -> list:
    """A row a page."""
    rows, cursor = [], None
    while True:
        answer = client.get(path, params={"limit": 1, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        rows += page[name]
        cursor = page["next_cursor"]
        if cursor is None:
            return rows


@pytest.mark.parametrize("long", LONG.values(), ids=LONG)
@pytest.mark.parametrize("kind", ["posts", "members", "events", "ledger", "items", "entries"])
def test_pages_go_on_after_long_ids(client, kind, long):
    ids = [f"{long}{at}"[:200] for at in range(3)]
    ids = ids if len(set(ids)) == 3 else [f"{at}{long}"[:200] for at in range(3)]
    put = {
        "posts": ("/v1/content/posts", lambda one: {"text": "週三讀書會", "at": NOW.isoformat(), "id": one}),
        "items": ("/v1/items", lambda one: {"id": one, "title": "紗布巾"}),
        "entries": ("/v1/faq/entries", lambda one: {"id": one, "question": "怎麼退貨？", "answer": "七天內可以退。"}),
        "members": ("/v1/members", lambda one: {"id": one}),
    }
    path, make = put.get(kind, put["members"])
    name = path.rsplit("/", 1)[1]
    answer = client.put(path, json={name: [make(one) for one in ids]})
    assert answer.status_code == 200, answer.text
    if kind == "events":
        told = [{"id": one, "type": "view", "member_id": ids[0], "at": NOW.isoformat()} for one in ids]
        assert client.post("/v1/events", json={"events": told}).json()["taken"] == 3
        path = f"/v1/members/{quote(ids[0], safe='')}/events"
    if kind == "ledger":
        path = f"/v1/members/{quote(ids[0], safe='')}/points"
        for one in ids:
            assert client.post(path, json={"key": one, "amount": 1}).status_code == 200
    found = {one["id"].removeprefix("grant:") for one in walked(client, path, kind)}
    assert found == set(ids)


def test_a_cursor_is_a_place_in_its_own_list_only(client, member):
    """As the document tells of every list that has pages."""
    ids = [f"{member}-{at}" for at in range(3)]
    client.put("/v1/members", json={"members": [{"id": one} for one in ids]})
    client.put("/v1/items", json={"items": [{"id": one, "title": "mug"} for one in ids]})
    for one in ids:
        client.post(f"/v1/members/{member}/points", json={"key": one, "amount": 1})
    told = client.get("/openapi.json").json()["paths"]
    paged = [path for path, at in told.items() if "cursor" in str(at.get("get", {}).get("parameters"))]
    assert len(paged) > 15
    own = [("/v1/members", "/v1/members"), ("/v1/items", "/v1/items")]
    own.append(("/v1/members/{member_id}/points", f"/v1/members/{member}/points"))
    for known, path in own:
        cursor = client.get(path, params={"limit": 1}).json()["next_cursor"]
        assert cursor
        for other in paged:
            answer = client.get(other.replace("{member_id}", member), params={"cursor": cursor})
            if other == known:
                assert answer.status_code == 200
            else:
                assert (answer.status_code, answer.json()["field"]) == (400, "cursor"), other


@pytest.mark.parametrize(("kind", "name"), [("events", "events"), ("points", "ledger")])
def test_a_members_cursor_is_no_place_in_anothers_list(client, member, kind, name):
    both = [member, f"{member} b"]
    client.put("/v1/members", json={"members": [{"id": one} for one in both]})
    for one in both:
        told = [{"id": f"{one}{at}", "type": "view", "member_id": one, "at": NOW.isoformat()} for at in range(2)]
        client.post("/v1/events", json={"events": told})
        for at in range(2):
            client.post(f"/v1/members/{quote(one)}/points", json={"key": f"{one}{at}", "amount": 1})
    own, other = (f"/v1/members/{quote(one)}/{kind}" for one in both)
    cursor = client.get(own, params={"limit": 1}).json()["next_cursor"]
    assert len(client.get(own, params={"limit": 1, "cursor": cursor}).json()[name]) == 1
    refused = client.get(other, params={"cursor": cursor})
    assert (refused.status_code, refused.json()["field"]) == (400, "cursor")


@pytest.mark.parametrize("path", ["/v1/rewards", "/v1/segments/{segment}/members"])
def test_a_place_that_no_id_can_be_is_refused(client, path):
    made = client.post("/v1/segments", json={"name": "all", "rules": {"all": [{"consent": "push"}]}}).json()
    answer = client.get(path.format(segment=made["id"]), params={"after": "a\0b"})
    assert (answer.status_code, answer.json()["field"]) == (400, "after")


@pytest.mark.parametrize("value", [10**30, -(10**19), 2**63])
@pytest.mark.parametrize("path", ["/v1/segments", "/v1/segments/count"])
def test_a_number_that_nothing_holds_is_named(client, value, path):
    rules = {"any": [{"attribute": "age", "in": [7, value]}, {"consent": "push"}]}
    answer = client.post(path, json={"name": "odd", "rules": rules} if path == "/v1/segments" else {"rules": rules})
    assert (answer.status_code, answer.json()["field"]) == (400, "rules.any[0].in[1]")
    least = {"name": "odd", "rules": {"attribute": "age", "is": value}}
    if path == "/v1/segments":
        assert client.post(path, json=least).json()["field"] == "rules.is"


@pytest.mark.parametrize("value", [4_901_234_567_894, -(10**15), 2**63 - 1, 1e300])
def test_a_segment_whose_number_no_attribute_can_be_is_still_read(client, value):
    """Such rules were stored before numbers had bounds."""
    for rules in ({"attribute": "ean", "in": [7, value]}, {"not": {"attribute": "ean", "is": value}}):
        made = client.post("/v1/segments", json={"name": "goods", "rules": rules})
        assert made.status_code == 201, made.text
        assert client.get(f"/v1/segments/{made.json()['id']}/members").status_code == 200


@pytest.mark.parametrize("what", ["recommendations", "profile"])
@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "0001-06-01T00:00:00Z", "1900-01-01T00:00:00-08:00"])
def test_a_moment_before_all_others_is_no_error_of_ours(client, member, what, at):
    answer = client.get(f"/v1/members/{member}/{what}", params={"at": at})
    assert answer.status_code in {200, 400}, answer.text
    assert answer.status_code == 200 or answer.json()["field"] == "at"


def test_a_page_after_a_round_that_no_round_is_called(client, service, community):
    made = service.connect(community)
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    asked = {
        "name": "news",
        "connection_id": made.row.id,
        "audience": {"everyone": True},
        "text": {"en": "Hello"},
        "ends_at": until,
    }
    campaign = client.post("/v1/campaigns", json=asked).json()["id"]
    answer = client.get(f"/v1/campaigns/{campaign}/sends", params={"after": "m", "after_round": "\0"})
    assert (answer.status_code, answer.json()["field"]) == (400, "after_round")


FAR = ["9999-12-31T23:59:59-08:00", "0001-01-01T00:00:00+08:00", "2300-01-01T00:00:00Z", "0900-01-01T00:00:00Z"]


@pytest.mark.parametrize("at", FAR)
def test_a_moment_that_the_database_does_not_read_is_not_kept(client, at):
    """It was taken, and every later reading of its table was an error."""
    reward = {"id": "mug", "name": "mug", "cost": 1}
    draw = {"id": "d", "name": "d", "rules": {"winners": 1}}
    entry = {"id": "e", "question": "怎麼退貨？", "answer": "七天內可以退。"}
    consents = [{"purpose": "push", "granted": True, "at": at}]
    for method, path, body, field in (
        ("PUT", "/v1/rewards", reward | {"closes_at": at}, "closes_at"),
        ("PUT", "/v1/rewards", reward | {"opens_at": at}, "opens_at"),
        ("POST", "/v1/draws", draw | {"closes_at": at}, "closes_at"),
        ("PUT", "/v1/faq/entries", {"entries": [entry | {"valid_from": at}]}, "entries[0].valid_from"),
        ("POST", "/v1/members/m1/consents", {"consents": consents}, "consents[0].at"),
    ):
        answer = client.request(method, path, json=body)
        assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text
    refused = client.put("/v1/members", json={"members": [{"id": "m1", "consents": consents}]}).json()["errors"]
    assert refused[0]["field"] == "members[0].consents[0].at"
    assert client.get("/v1/rewards").json()["rewards"] == []


def test_the_schema_tells_which_times_are_kept(client):
    paths = client.get("/openapi.json").json()["paths"]

    def told(method: str, path: str, name: str) -> str:
        return str([one for one in paths[path][method]["parameters"] if one["name"] == name])

    assert "1970 to 2200" in told("get", "/v1/members/{member_id}/profile", "at")
    assert "1970 to 2200" in told("post", "/v1/faq/documents", "valid_from")
    assert "never" in told("post", "/v1/faq/documents", "valid_to")


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-08:00", "9999-12-31T00:00:00Z", None])
def test_an_entry_that_is_never_over_is_said_so(client, at):
    entry = {"id": "e", "question": "怎麼退貨？", "answer": "七天內可以退。", "valid_to": at}
    assert client.put("/v1/faq/entries", json={"entries": [entry]}).status_code == 200
    assert [one["valid_to"] for one in client.get("/v1/faq/entries").json()["entries"]] == [None]
    assert client.post("/v1/faq/ask", json={"question": "怎麼退貨？"}).json()["outcome"] == "answer"


@pytest.mark.parametrize("at", ["2300-01-01T00:00:00Z", "0001-01-01T00:00:00+08:00", "tomorrow", 5.5e300])
def test_an_end_that_is_none_is_named(client, at):
    entry = {"id": "e", "question": "怎麼退貨？", "answer": "七天內可以退。", "valid_to": at}
    answer = client.put("/v1/faq/entries", json={"entries": [entry]})
    assert (answer.status_code, answer.json()["field"]) == (400, "entries[0].valid_to"), answer.text


def test_a_campaign_begins_in_a_time_that_there_is(client, service, community):
    asked = {
        "name": "news",
        "connection_id": service.connect(community).row.id,
        "audience": {"everyone": True},
        "text": {"en": "Hello"},
        "starts_at": "9999-12-15T00:00:00Z",
        "ends_at": "9999-12-31T00:00:00Z",
    }
    answer = client.post("/v1/campaigns", json=asked)
    assert (answer.status_code, answer.json()["field"]) == (400, "starts_at"), answer.text


LEVEL, BADGE = {"level": 1, "earned": 5}, {"id": "b", "event": "message", "count": 1}
RULE = {"event": "message", "points": 1, "per_day": 5}


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"attributes": [{"name": "size", "type": "choice", "choices": ["S", "a\0b"]}]}, "attributes[0].choices"),
        ({"attributes": [{"name": "size\n", "type": "text"}]}, "attributes[0].name"),
        ({"points": {"levels": [LEVEL | {"name": {"en": "gold\0"}}]}}, "points.levels[0].name"),
        ({"points": {"levels": [LEVEL | {"name": {"en\n": "gold"}}]}}, "points.levels[0].name"),
        ({"points": {"levels": [LEVEL | {"perks": ["\0"]}]}}, "points.levels[0].perks"),
        ({"points": {"badges": [BADGE | {"name": {"zh-Hant": "熱\0心"}}]}}, "points.badges[0].name"),
        ({"points": {"rules": [RULE | {"id": "m\n"}]}}, "points.rules[0].id"),
        ({"points": {"rules": [RULE | {"id": "m"}], "badges": [BADGE, BADGE | {"id": "c\n"}]}}, "points.badges[1].id"),
        ({"points": {"badges": [BADGE | {"name": {"zh-Hant\n": "熱心"}}]}}, "points.badges[0].name"),
    ],
)
def test_what_no_setting_can_be_is_named(client, document, field):
    answer = client.put("/v1/member-settings", json=document)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
