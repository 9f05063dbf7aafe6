"""Another community's key meets nothing that is not its own: 404 on every route that names a thing."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import HAS_FAQ

FAQ_ROUTES = (
    ("GET", "/v1/faq/conversations/{conversation}"),
    ("POST", "/v1/faq/conversations/{conversation}/handoff"),
    ("DELETE", "/v1/faq/entries/tenant-test"),
    ("GET", "/v1/faq/handoffs/{handoff}"),
    ("POST", "/v1/faq/handoffs/{handoff}/hold"),
    ("POST", "/v1/faq/handoffs/{handoff}/release"),
    ("POST", "/v1/faq/handoffs/{handoff}/answer"),
    ("GET", "/v1/faq/documents/{document}"),
    ("DELETE", "/v1/faq/documents/{document}"),
    ("GET", "/v1/faq/jobs/{job}"),
    ("POST", "/v1/faq/jobs/{job}/stop"),
)
MEMBER_ROUTES = (
    ("GET", "/v1/members/tenant-test"),
    ("DELETE", "/v1/members/tenant-test"),
    ("GET", "/v1/members/tenant-test/profile"),
    ("GET", "/v1/members/tenant-test/events"),
    ("GET", "/v1/members/tenant-test/export"),
    ("POST", "/v1/members/tenant-test/stops"),
    ("DELETE", "/v1/members/tenant-test/stops/topic:x"),
    ("GET", "/v1/members/tenant-test/points"),
    ("POST", "/v1/members/tenant-test/points"),
    ("GET", "/v1/segments/{segment}"),
    ("PUT", "/v1/segments/{segment}"),
    ("DELETE", "/v1/segments/{segment}"),
    ("GET", "/v1/segments/{segment}/members"),
    ("POST", "/v1/segments/{segment}/snapshot"),
    ("POST", "/v1/rewards/tenant-test/redemptions"),
    ("POST", "/v1/redemptions/tenant-test/settle"),
    ("GET", "/v1/draws/tenant-test"),
    ("POST", "/v1/draws/tenant-test/entries"),
    ("POST", "/v1/draws/tenant-test/draw"),
)
PUSH_ROUTES = (
    ("GET", "/v1/campaigns/{campaign}"),
    ("GET", "/v1/campaigns/{campaign}/sends"),
    ("POST", "/v1/campaigns/{campaign}/preview"),
    ("POST", "/v1/campaigns/{campaign}/approve"),
    ("POST", "/v1/campaigns/{campaign}/start"),
    ("POST", "/v1/campaigns/{campaign}/pause"),
    ("POST", "/v1/campaigns/{campaign}/resume"),
    ("POST", "/v1/campaigns/{campaign}/stop"),
    ("POST", "/v1/campaigns/{campaign}/trigger"),
    ("GET", "/v1/experiments/{experiment}"),
    ("POST", "/v1/experiments/{experiment}/end"),
    ("POST", "/v1/experiments/{experiment}/members/tenant-test"),
    ("GET", "/v1/items/tenant-test"),
    ("DELETE", "/v1/items/tenant-test"),
)
BARE = frozenset({"test", "draw", "preview", "start", "pause", "resume", "stop", "end", "tenant-test"})
"""The last words of the routes that take no body."""
CONTENT_ROUTES = (
    ("GET", "/v1/content/drafts/{draft}"),
    ("PATCH", "/v1/content/drafts/{draft}"),
    ("POST", "/v1/content/drafts/{draft}/review"),
    ("GET", "/v1/content/drafts/{draft}/answers"),
    ("POST", "/v1/content/calendar"),
    ("POST", "/v1/content/calendar/{entry}/cancel"),
    ("PUT", "/v1/content/calendar/{entry}/numbers"),
)


@pytest.fixture(scope="module")
def stranger(service):
    with service.client(service.key(community=service.community())) as client:
        yield client


@pytest.fixture(scope="module")
def decision(operator):
    return operator.post("/v1/moderate", json={"text": "hello", "member": {"id": "tenant-test"}}).json()["id"]


@pytest.fixture(scope="module")
def connection(operator):
    return operator.post("/v1/connections", json={"platform": "webhooks"}).json()["id"]


@pytest.fixture(scope="module")
def faq(operator):
    """Ids of an entry, a conversation that was handed over, a document and the job that read it."""
    if not HAS_FAQ:
        return {}
    entry = {"id": "tenant-test", "question": "怎麼退貨？", "answer": "七天內可退。"}
    operator.put("/v1/faq/entries", json={"entries": [entry]})
    asked = operator.post("/v1/faq/ask", json={"question": "轉人工"}).json()
    headers = {"content-type": "application/octet-stream"}
    uploaded = operator.post("/v1/faq/documents?name=tenant-test.md", content=b"# A\n\nB", headers=headers)
    assert uploaded.status_code in {201, 202}, uploaded.text
    document = operator.get("/v1/faq/documents").json()["documents"][0]["id"]
    job = operator.get("/v1/faq/jobs").json()["jobs"][0]["id"]
    return {
        "conversation": asked["conversation_id"],
        "handoff": asked["handoff"]["id"],
        "document": document,
        "job": job,
    }


@pytest.fixture(scope="module")
def segment(operator):
    """Of a community with a member, a reward that was exchanged, and a draw, each called ``tenant-test``."""
    name = {"id": "tenant-test"}
    put = operator.put("/v1/members", json={"members": [name]})
    reward = operator.put("/v1/rewards", json=name | {"name": "x", "cost": 0})
    redeemed = operator.post("/v1/rewards/tenant-test/redemptions", json=name | {"member_id": "tenant-test"})
    rules = {"name": "x", "rules": {"winners": 1}, "closes_at": "2099-01-01T00:00:00Z"}
    drawn = operator.post("/v1/draws", json=name | rules)
    assert [one.status_code for one in (put, reward, redeemed, drawn)] == [200, 200, 200, 201]
    return operator.post("/v1/segments", json={"name": "x", "rules": {"tag": "x"}}).json()["id"]


@pytest.fixture(scope="module")
def push(service, operator, connection):
    """Ids of a campaign that waits for its occasion and of an experiment; and an item called ``tenant-test``."""
    service.assistant.registry.refresh()
    item = {"id": "tenant-test", "title": "雙人帳篷", "published_at": "2026-01-01T00:00:00Z"}
    campaign = {
        "name": "新品",
        "connection_id": connection,
        "occasion": "joined",
        "audience": {"everyone": True},
        "text": {"zh-Hant": "新的帳篷到了"},
        "ends_at": (datetime.now(UTC) + timedelta(days=2)).isoformat(),
    }
    put = operator.put("/v1/items", json={"items": [item]})
    made = operator.post("/v1/campaigns", json=campaign)
    begun = operator.post("/v1/experiments", json={"name": "x", "variants": [{"name": "a"}]})
    assert [one.status_code for one in (put, made, begun)] == [200, 201, 201], made.text
    return {"campaign": made.json()["id"], "experiment": begun.json()["id"]}


@pytest.fixture(scope="module")
def content(operator):
    """Ids of a draft and of a place in the calendar, each of a draft of its own that was approved."""

    def approved():
        given = {"kind": "poll", "title": "投個票", "body": "下次讀書會想讀哪一本？", "actor": "x"}
        draft = operator.post("/v1/content/drafts", json=given).json()["id"]
        review = {"actor": "x", "revision": 0, "approve": True}
        assert operator.post(f"/v1/content/drafts/{draft}/review", json=review).status_code == 200
        return draft

    planned = operator.post("/v1/content/calendar", json={"draft_id": approved(), "actor": "x", "ahead_days": 28})
    assert planned.status_code == 201, planned.text
    return {"draft": approved(), "entry": planned.json()["id"]}


@pytest.fixture(scope="module")
def things(connection, segment, push, content, faq):
    """An id of every thing that a route names."""
    return {"connection": connection, "segment": segment, **push, **content, **faq}


@pytest.fixture(scope="module")
def case(operator):
    """Of a message that holds a picture, which waits for a person."""
    operator.post("/v1/moderate", json={"text": "看", "attachments": [{"kind": "image"}]})
    return operator.get("/v1/cases").json()["cases"][0]["id"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/decisions/{decision}"),
        ("GET", "/v1/decisions/{decision}?community=demo"),
        ("GET", "/v1/decisions?community=demo"),
        ("GET", "/v1/communities/demo/policy"),
        ("PUT", "/v1/communities/demo/policy"),
        ("GET", "/v1/communities/demo/rules"),
        ("POST", "/v1/decisions/{decision}/overturn"),
        ("POST", "/v1/appeals"),
        ("GET", "/v1/connections/{connection}"),
        ("PATCH", "/v1/connections/{connection}"),
        ("DELETE", "/v1/connections/{connection}"),
        ("POST", "/v1/connections/{connection}/rotate"),
        ("POST", "/v1/connections/{connection}/test"),
        ("GET", "/v1/connections/{connection}/members/m1"),
        ("POST", "/v1/cases/{case}/claim"),
        ("POST", "/v1/cases/{case}/resolve"),
        ("POST", "/v1/deliveries/redrive"),
        *MEMBER_ROUTES,
        *PUSH_ROUTES,
        *CONTENT_ROUTES,
        *(FAQ_ROUTES if HAS_FAQ else ()),
    ],
)
def test_another_communitys_things_do_not_exist(stranger, operator, decision, case, things, method, path):
    bodies = {
        "policy": operator.get("/v1/communities/demo/policy").json(),
        "overturn": {"reason": "x", "actor": "x"},
        "appeals": {"decision_id": decision, "text": "x"},
        "rotate": {"secret": "secret"},
        "claim": {"actor": "x"},
        "resolve": {"actor": "x", "resolution": "approve"},
        "redrive": {"ids": ["dlv_of_demo"]},
        "hold": {"actor": "x"},
        "release": {"actor": "x"},
        "answer": {"actor": "x", "answer": "x"},
        "handoff": {},
        "stops": {"topic": "topic:x"},
        "points": {"key": "x", "amount": 1},
        "{segment}": {"name": "x", "rules": {"tag": "x"}},
        "snapshot": {"name": "x"},
        "redemptions": {"id": "x", "member_id": "tenant-test"},
        "settle": {"state": "given"},
        "entries": {"member_id": "tenant-test"},
        "trigger": {"members": ["tenant-test"]},
        "{draft}": {"actor": "x", "revision": 1, "title": "x"},
        "review": {"actor": "x", "revision": 1, "approve": True},
        "calendar": {"draft_id": things["draft"], "actor": "x"},
        "cancel": {"actor": "x"},
        "numbers": {"views": 1},
    }
    last = path.rpartition("/")[2]
    body = {"json": bodies.get(last, {})} if method in {"PUT", "POST", "PATCH"} and last not in BARE else {}
    path = path.format(decision=decision, case=case, **things)
    answer = stranger.request(method, path, **body)
    assert (answer.status_code, answer.json()["status"]) == (404, 404)
    assert operator.get(f"/v1/decisions/{decision}").status_code == 200


def test_a_list_holds_only_ones_own(stranger, decision):
    assert stranger.get("/v1/decisions", params={"member": "tenant-test"}).json()["decisions"] == []


@pytest.mark.parametrize("path", ["campaigns/x", "content/drafts/x", "members/x/recommendations", "content/posts"])
def test_to_name_another_community_is_refused_whether_it_exists_or_not(stranger, path):
    named = [stranger.get(f"/v1/{path}", params={"community": name}).json() for name in ("demo", "none")]
    assert [(one["status"], one["field"], one["detail"]) for one in named] == [
        (403, "community", named[0]["detail"])
    ] * 2


def test_nothing_of_anothers_is_listed_or_recommended(stranger, operator, things):
    def recommended(client):
        return [one["id"] for one in client.get("/v1/members/tenant-test/recommendations").json()["items"]]

    assert "tenant-test" in recommended(operator)
    assert recommended(stranger) == []
    for path in ("campaigns", "experiments", "items", "content/drafts", "content/calendar"):
        listed = "entries" if path == "content/calendar" else path.rpartition("/")[2]
        assert operator.get(f"/v1/{path}").json()[listed]
        assert stranger.get(f"/v1/{path}").json()[listed] == []


def test_the_same_idempotency_key_is_another_one_elsewhere(stranger, operator):
    headers = {"Idempotency-Key": "shared-between-tenants"}
    first = operator.post("/v1/moderate", json={"text": "one"}, headers=headers).json()
    second = stranger.post("/v1/moderate", json={"text": "two"}, headers=headers)
    assert second.status_code == 200
    assert second.json()["id"] != first["id"]


def test_every_route_that_names_a_thing_is_in_the_table_above(service):
    with service.client() as client:
        paths = client.get("/openapi.json").json()["paths"]
    naming = {path for path in paths if "{" in path}
    faq = {path for path in naming if path.startswith("/v1/faq/")}
    assert len(faq) == (10 if HAS_FAQ else 0)
    assert naming - faq == {
        "/v1/decisions/{decision_id}",
        "/v1/decisions/{decision_id}/overturn",
        "/v1/communities/{community}/policy",
        "/v1/communities/{community}/rules",
        "/v1/models/{model_id}",  # the same one for everybody
        "/v1/hooks/{connection_id}",  # its address is its own; the platform's signature stands in for a key
        "/v1/connections/{connection_id}",
        "/v1/connections/{connection_id}/rotate",
        "/v1/connections/{connection_id}/test",
        "/v1/connections/{connection_id}/members/{member_id}",
        "/v1/cases/{case_id}/claim",
        "/v1/cases/{case_id}/resolve",
        "/v1/members/{member_id}",
        "/v1/members/{member_id}/profile",
        "/v1/members/{member_id}/events",
        "/v1/members/{member_id}/consents",  # a member may answer before anything else is known of them
        "/v1/members/{member_id}/export",
        "/v1/members/{member_id}/stops",
        "/v1/members/{member_id}/stops/{topic}",
        "/v1/members/{member_id}/points",
        "/v1/segments/{segment_id}",
        "/v1/segments/{segment_id}/members",
        "/v1/segments/{segment_id}/snapshot",
        "/v1/rewards/{reward_id}/redemptions",
        "/v1/redemptions/{redemption_id}/settle",
        "/v1/draws/{draw_id}",
        "/v1/draws/{draw_id}/entries",
        "/v1/draws/{draw_id}/draw",
        "/v1/members/{member_id}/recommendations",  # whoever it is for: what is popular in the caller's own community
        "/v1/campaigns/{campaign_id}",
        "/v1/campaigns/{campaign_id}/sends",
        "/v1/campaigns/{campaign_id}/preview",
        "/v1/campaigns/{campaign_id}/approve",
        "/v1/campaigns/{campaign_id}/start",
        "/v1/campaigns/{campaign_id}/pause",
        "/v1/campaigns/{campaign_id}/resume",
        "/v1/campaigns/{campaign_id}/stop",
        "/v1/campaigns/{campaign_id}/trigger",
        "/v1/experiments/{experiment_id}",
        "/v1/experiments/{experiment_id}/end",
        "/v1/experiments/{experiment_id}/members/{member_id}",
        "/v1/items/{item_id}",
        "/v1/content/drafts/{draft_id}",
        "/v1/content/drafts/{draft_id}/review",
        "/v1/content/drafts/{draft_id}/answers",
        "/v1/content/calendar/{entry_id}/cancel",
        "/v1/content/calendar/{entry_id}/numbers",
    }
