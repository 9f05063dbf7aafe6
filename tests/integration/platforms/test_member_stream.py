"""What platforms send is in the stream of events; and an erased member is nowhere any more."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import text

from assistant.store.database import EVERY_COMMUNITY
from assistant.store.tables import GRANTS
from assistant.types import Did
from assistant.types.event import EventType
from assistant.usecases.hooks import receive
from assistant.usecases.members.folding import fold_waiting
from assistant.usecases.push.planning import plan_part
from tests.integration.platforms.conftest import ADVERT, CLEAN


def events_of(shop, member="u1"):
    return shop.operator.get(f"/v1/members/{member}/events").json()["events"]


def fold_all(service):
    while fold_waiting(service.assistant):
        pass


def test_a_message_is_an_event_under_its_decisions_id_once(shop):
    data = {"id": "m_1", "text": CLEAN, "member": {"id": "u1"}, "channel": "general"}
    for _ in range(2):
        assert shop.send("message.created", data, hook_id="msg_same").status_code == 200
    (event,) = events_of(shop)
    assert (event["type"], event["text"], event["flagged"]) == ("message", CLEAN, False)
    assert event["decision_id"] == shop.decisions()[0]["id"]
    assert event["source"] == shop.connection.id


def test_what_was_acted_on_is_flagged_until_a_person_takes_it_back(shop):
    answer = shop.say(ADVERT)
    assert [event["flagged"] for event in events_of(shop)] == [True]
    taken_back = shop.operator.post(
        f"/v1/decisions/{answer['decision_id']}/overturn", json={"reason": "harmless", "actor": "ming"}
    )
    assert taken_back.status_code == 200
    assert [event["flagged"] for event in events_of(shop)] == [False]


def test_what_is_done_beside_writing_is_an_event_once(shop):
    held = shop.service.assistant.registry.get(shop.connection.id)
    at = datetime.now(UTC) - timedelta(minutes=5)
    did = Did(key="reaction:5:u1", type=EventType.REACTION, member_id="u1", at=at, channel="c", of_member="u2")
    for one in (did, did, Did(key="leave:1:u1", type=EventType.LEAVE, member_id="u1")):
        asyncio.run(receive(shop.service.assistant, held, [one], time.monotonic()))
    left, reacted = events_of(shop)
    assert (left["type"], reacted["type"], reacted["channel"]) == ("leave", "reaction", "c")
    assert reacted["id"] == f"{shop.connection.id}:reaction:5:u1"
    assert reacted["source"] == shop.connection.id
    with shop.service.assistant.database.transaction(shop.community) as transaction:
        via = transaction.scalars(text("SELECT via_member FROM events ORDER BY at")).all()
    assert via == ["u2", None]


def test_after_erasing_nothing_is_found_in_any_column(shop, platform_service):
    member, canary = f"gone-{secrets.token_hex(8)}", f"canary{secrets.token_hex(8)}"
    with structlog.testing.capture_logs() as lines:
        erased_without_trace(shop, platform_service, member, canary)
    assert member not in repr(lines)
    assert canary not in repr(lines)


def erased_without_trace(shop, platform_service, member, canary):
    footprint(shop, member, canary)
    cited(shop, member, canary)
    fold_all(platform_service)
    before = found(platform_service, member, canary)
    assert {"decisions", "events", "deliveries", "members", "consents", "feedback", "profiles"} <= before.keys()
    assert {
        "content_drafts",
        "content_changes",
        "content_posts",
        "campaigns",
        "items",
        "recommendations",
    } <= before.keys()
    assert {"sends", "push_preferences", "assignments"} <= before.keys()
    other = shop.say(CLEAN, "u2", context=[{"text": canary, "member": member}])
    assert other
    exported = shop.operator.get(f"/v1/members/{member}/export").json()
    assert canary in json.dumps(exported, ensure_ascii=False)
    assert exported["profile"]["personalised"] is True
    gone = shop.operator.delete(f"/v1/members/{member}")
    assert gone.status_code == 200
    assert gone.json()["rows"]["events"] == 4
    left = found(platform_service, member, canary)
    assert left == {}
    kept_of_others(shop)
    assert shop.operator.get(f"/v1/members/{member}").status_code == 404
    assert shop.operator.delete(f"/v1/members/{member}").status_code == 404
    audit = shop.operator.get("/v1/audit").json()["entries"]
    assert audit[0]["action"] == "erase_member"
    assert member not in json.dumps(audit)
    data_dir = platform_service.assistant.settings.data_dir
    for path in data_dir.rglob("*"):
        assert not path.is_file() or canary.encode() not in path.read_bytes(), path
    late = {"id": "late-1", "type": "view", "member_id": member, "at": "2026-11-01T00:00:00Z"}
    assert shop.operator.post("/v1/events", json={"events": [late]}).json()["erased"] == 1
    assert found(platform_service, member, canary) == {}


def footprint(shop, member, canary):
    """The member does whatever leaves a trace."""
    consents = [{"purpose": one, "granted": True, "wording": "ok"} for one in ("profiling", "push")]
    declared = {"id": member, "name": canary, "attributes": {"region": canary}, "consents": consents}
    assert shop.operator.put("/v1/members", json={"members": [declared]}).json()["put"] == 1
    shop.say(f"{CLEAN} {canary}", member)
    shop.say(f"{ADVERT} {canary}", member)
    at = datetime.now(UTC).isoformat()
    told = [
        {"id": f"{member}-e", "type": "message", "member_id": member, "at": at, "properties": {"text": canary}},
        {"id": f"{member}-p", "type": "purchase", "member_id": member, "at": at, "properties": {"note": canary}},
        {
            "id": "of-a-friend",
            "type": "share",
            "member_id": "u9",
            "at": at,
            "properties": {"via": {"member_id": member}},
        },
    ]
    assert shop.operator.post("/v1/events", json={"events": told}).json()["taken"] == 3
    shop.operator.post(f"/v1/members/{member}/stops", json={"topic": "topic:camping"})
    with shop.service.assistant.database.transaction(shop.community) as connection:
        values = {"c": shop.community, "m": member, "t": canary, "n": secrets.token_hex(6)}
        for statement in (
            "INSERT INTO feedback (community, created_at, source, member_id, labels, text) VALUES (:c, now(), 't', :m, '{}', :t)",
            "INSERT INTO points VALUES (:c, :n, :m, 5, 'earned', 'message', 'e', now(), '2026-01-01', :t)",
            "INSERT INTO point_balances VALUES (:c, :m, 5, 5, 1, now())",
            "INSERT INTO badges VALUES (:c, :m, 'first', now())",
            "INSERT INTO cases (id, community, key, kind, state, details, created_at)"  # noqa: ISC004
            " VALUES ('cas_' || :n, :c, :n, 'report', 'open', jsonb_build_object('by', CAST(:m AS text)), now())",
        ):
            connection.execute(text(statement), values)


def cited(shop, member, canary):
    """Operators write with the member's words, and to the member."""
    friend = {"id": "u9", "consents": [{"purpose": "push", "granted": True}]}
    assert shop.operator.put("/v1/members", json={"members": [friend]}).json()["put"] == 1
    suggested = shop.operator.post("/v1/content/suggestions", json={"count": 3}).json()
    assert canary in json.dumps(suggested, ensure_ascii=False), "what is cited"
    quoted = f"有人說：{CLEAN} {canary}，你呢？"
    for more in (
        {"body": quoted},
        {"body": "你呢？", "plan": {"staff": [member]}},
        {"body": f"謝謝 @{member} 的分享"},
        {"body": "你呢？", "why": quoted},
        {"body": "週末想去哪？"},
    ):
        draft = {"kind": "poll", "title": "t", "actor": "ming", **more}
        assert shop.operator.post("/v1/content/drafts", json=draft).status_code == 201
    plan(shop, quoted)
    edited = {"kind": "poll", "title": "t", "actor": "ming", "body": quoted}
    made = shop.operator.post("/v1/content/drafts", json=edited).json()["id"]
    change = {"actor": "ming", "revision": 0, "body": "換一段", "note": quoted}
    assert shop.operator.patch(f"/v1/content/drafts/{made}", json=change).status_code == 200
    at = datetime.now(UTC).isoformat()
    posts = [{"id": "quoting", "text": quoted, "at": at}, {"id": "other", "text": "週三讀書會見", "at": at}]
    assert shop.operator.put("/v1/content/posts", json={"posts": posts}).status_code == 200
    items = [
        {"id": "own", "title": canary, "creator": member},
        {"id": "named", "title": "帳篷", "properties": {"asked_by": member}},
    ]
    assert shop.operator.put("/v1/items", json={"items": items}).status_code == 200
    campaign = {
        "name": "新品",
        "connection_id": shop.connection.id,
        "audience": {"members": [member, "u9"]},
        "text": {"zh-Hant": f"{CLEAN} {canary}"},
        "starts_at": (datetime.now(UTC) + timedelta(hours=3)).isoformat(),
        "ends_at": (datetime.now(UTC) + timedelta(days=2)).isoformat(),
    }
    made = shop.operator.post("/v1/campaigns", json=campaign)
    assert made.status_code == 201, made.text
    assert shop.operator.post(f"/v1/campaigns/{made.json()['id']}/start").status_code == 200
    assert plan_part(shop.service.assistant, shop.community, made.json()["id"]) is False
    sends = shop.operator.get(f"/v1/campaigns/{made.json()['id']}/sends").json()["sends"]
    assert {one["member_id"]: one["because"] for one in sends} == {member: None, "u9": None}
    assert shop.operator.get(f"/v1/members/{member}/recommendations").json()["items"]
    trial = shop.operator.post("/v1/experiments", json={"name": "x", "variants": [{"name": "a"}]}).json()["id"]
    assert shop.operator.post(f"/v1/experiments/{trial}/members/{member}").status_code == 200
    with shop.service.assistant.database.transaction(shop.community) as connection:
        values = {"c": shop.community, "m": member}
        connection.execute(text("INSERT INTO push_preferences VALUES (:c, :m, '{}', now())"), values)


def kept_of_others(shop):
    """What does not quote the member is as it was; what cannot be done without has lost the words alone."""
    assert [one["body"] for one in shop.operator.get("/v1/content/drafts").json()["drafts"]] == ["週末想去哪？"]
    posts = {one["id"]: one["text"] for one in shop.operator.get("/v1/content/posts").json()["posts"]}
    assert posts == {"quoting": "有人說：〔…〕，你呢？", "other": "週三讀書會見"}
    assert shop.operator.get("/v1/content/calendar").json()["entries"] == []
    (item,) = shop.operator.get("/v1/items").json()["items"]
    assert item["properties"] == {"asked_by": "erased"}
    (campaign,) = shop.operator.get("/v1/campaigns").json()["campaigns"]
    assert (campaign["state"], campaign["campaign"]["text"]) == ("paused", {"zh-Hant": "〔…〕"})
    assert campaign["campaign"]["audience"]["members"] == ["erased", "u9"]
    assert shop.operator.get(f"/v1/campaigns/{campaign['id']}/sends").json()["sends"] == []


def plan(shop, words):
    """A post with the words that waits for its hour, through the connection."""
    draft = {"kind": "poll", "title": "t", "body": words, "actor": "ming"}
    made = shop.operator.post("/v1/content/drafts", json=draft).json()["id"]
    review = {"actor": "ming", "revision": 0, "approve": True}
    assert shop.operator.post(f"/v1/content/drafts/{made}/review", json=review).status_code == 200
    place = {"draft_id": made, "actor": "ming", "connection_id": shop.connection.id, "channel": "general"}
    planned = shop.operator.post("/v1/content/calendar", json=place | {"ahead_days": 28})
    assert planned.status_code == 201, planned.text


def found(service, *wanted):
    """Rows with any of the words in any column, by table; the parts of a table are read through it."""
    pattern = "|".join(wanted)
    rows = {}
    with service.assistant.database.transaction(EVERY_COMMUNITY) as connection:
        for table in GRANTS:
            number = connection.scalar(text(f"SELECT count(*) FROM {table} AS t WHERE t::text ~ :p"), {"p": pattern})
            if number:
                rows[table] = number
    return rows
