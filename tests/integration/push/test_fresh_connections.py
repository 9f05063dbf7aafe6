"""A connection made a moment ago is one: nobody has to wait until this process has looked for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

UNTIL = (datetime.now(UTC) + timedelta(days=1)).isoformat()


@pytest.fixture
def operator(service):
    with service.client(service.key(community=service.community())) as client:
        yield client


def connected(operator) -> str:
    settings = {"url": "https://1.1.1.1/x", "orders": ["post"], "events": []}
    made = operator.post("/v1/connections", json={"platform": "webhooks", "settings": settings, "dry_run": False})
    assert made.status_code == 201, made.text
    return made.json()["id"]


def test_a_campaign_is_written_for_it_at_once(operator):
    for _ in range(4):
        asked = {"connection_id": connected(operator), "audience": {"everyone": True}, "text": {"en": "Hello"}}
        answer = operator.post("/v1/campaigns", json={"name": "news", "ends_at": UNTIL, **asked})
        assert answer.status_code == 201, answer.text


def test_a_post_is_planned_for_it_at_once(operator):
    for _ in range(4):
        words = {"kind": "poll", "title": "投個票", "body": "下次讀書會想讀哪一本？", "actor": "ming"}
        draft = operator.post("/v1/content/drafts", json=words).json()["id"]
        operator.post(f"/v1/content/drafts/{draft}/review", json={"actor": "ling", "revision": 0, "approve": True})
        plan = {"draft_id": draft, "actor": "ling", "connection_id": connected(operator), "channel": "general"}
        answer = operator.post("/v1/content/calendar", json=plan)
        assert answer.status_code == 201, answer.text


def test_what_is_no_connection_stays_none(operator, service):
    foreign = connected(operator)
    with service.client(service.key(community=service.community())) as other:
        for name in (foreign, "con_nobody"):
            asked = {"connection_id": name, "audience": {"everyone": True}, "text": {"en": "Hello"}}
            answer = other.post("/v1/campaigns", json={"name": "news", "ends_at": UNTIL, **asked})
            assert (answer.status_code, answer.json()["field"]) == (400, "connection_id")
