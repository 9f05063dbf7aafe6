"""What platforms send is in the stream of events; and an erased member is nowhere any more."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime

import structlog
from sqlalchemy import text

from assistant.store.database import EVERY_COMMUNITY
from assistant.store.tables import GRANTS
from assistant.usecases.members.folding import fold_waiting
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


def test_after_erasing_nothing_is_found_in_any_column(shop, platform_service):
    member, canary = f"gone-{secrets.token_hex(8)}", f"canary{secrets.token_hex(8)}"
    with structlog.testing.capture_logs() as lines:
        erased_without_trace(shop, platform_service, member, canary)
    assert member not in repr(lines)
    assert canary not in repr(lines)


def erased_without_trace(shop, platform_service, member, canary):
    footprint(shop, member, canary)
    fold_all(platform_service)
    before = found(platform_service, member, canary)
    assert {"decisions", "events", "deliveries", "members", "consents", "feedback", "profiles"} <= before.keys()
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
