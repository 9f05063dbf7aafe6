"""What was used, rejected or published is remembered, by its subject."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.content.conftest import Shop
from tests.live_service import working
from tests.receiver import receiving


@pytest.fixture
def own(content_service):
    shop = Shop(content_service)
    yield shop
    shop.operator.close()


def _taken_up(own: Shop, suggestion: dict, **more) -> dict:
    given = {name: suggestion[name] for name in ("kind", "subject", "why")}
    title = suggestion["draft"]["title"]
    return own.draft(**given, suggestion_id=suggestion["id"], title=title, body="我們整理好了，歡迎留言。", **more)


def _cited(own: Shop, suggestion: dict) -> None:
    """One more member says what the suggestion cites."""
    cited = suggestion["evidence"][0]["text"]
    event = {"id": "more", "type": "message", "member_id": "m99", "at": own.now(), "properties": {"text": cited}}
    own.send("POST", "/v1/events", events=[event])


def test_a_rejected_subject_stays_away_when_one_more_message_gives_it_another_id(own):
    first = own.suggest(kinds=["answers"], count=1)["suggestions"][0]
    own.review(_taken_up(own, first), approve=False, reason="不適合")
    _cited(own, first)
    after = own.suggest(kinds=["answers"], count=20)["suggestions"]
    assert after
    assert first["subject"] not in {one["subject"] for one in after}


def test_a_subject_that_was_taken_up_does_not_lead_in_another_kind(own):
    first = own.suggest(count=1)["suggestions"][0]
    _taken_up(own, first)
    after = own.suggest(count=3)["suggestions"]
    assert first["source"] not in {one["source"] for one in after}


def test_what_is_approved_is_not_suggested_again(own):
    first = own.suggest(kinds=["answers"], count=1)["suggestions"][0]
    words = first["draft"]
    draft = own.draft(kind="answers", title=words["title"].replace("〔", "").replace("〕", ""), body="還在整理")
    before = {one["id"]: one for one in own.suggest(count=20)["suggestions"]}
    own.review(draft)
    after = own.suggest(count=20)["suggestions"]
    same = [one for one in after if one["subject"] == first["subject"]]
    assert same
    assert first["id"] not in {one["id"] for one in same}
    assert all(one["repetition"]["draft_id"] == draft["id"] for one in same)
    assert all(one["score"] < before[one["id"]]["score"] for one in same if one["id"] in before)


def test_what_the_outbox_published_counts_though_nobody_opened_the_calendar(own, content_service):
    with receiving() as receiver, working(content_service):
        made = content_service.connect(own.community, settings={"url": receiver.url, "orders": ["post"], "events": []})
        receiver.secret = made.secrets["secret"]
        draft = own.review(own.draft())
        at = (datetime.now(UTC) + timedelta(seconds=0.3)).isoformat()
        plan = {"draft_id": draft["id"], "actor": "ling", "connection_id": made.row.id, "channel": "general"}
        own.send("POST", "/v1/content/calendar", 201, at=at, anyway=True, **plan)
        receiver.wait("order.post")
        for _ in range(50):
            own.suggest(count=1)
            state = own.send("GET", f"/v1/content/drafts/{draft['id']}")["state"]
            if state == "published":
                break
            time.sleep(0.1)
    assert state == "published"
