"""Nothing goes out that is not approved: an edit or a rejection takes a planned draft out of the calendar."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from assistant.store import content_calendar, content_drafts, deliveries
from assistant.types import DeliveryState
from assistant.types.content import DraftState
from tests.integration.content.test_drafts import BLOCKED

FORM = {"content-type": "application/x-www-form-urlencoded"}
GONE = {
    "en": "Nothing to post here",
    "zh-Hans": "这里没有可发布的内容",
    "zh-Hant": "這裡沒有可發布的貼文",
    "zh-Hant-HK": "這裡沒有可發布的帖文",
}


@pytest.fixture
def connection(shop, content_service):
    settings = {"url": "http://127.0.0.1:9/x", "orders": ["post"], "events": []}
    return content_service.connect(shop.community, settings=settings).row.id


def approved(shop, **more) -> dict:
    return shop.review(shop.draft(**more))


def planned(shop, draft: dict, status: int = 201, **more) -> dict:
    at = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    given = {"draft_id": draft["id"], "actor": "ling", "at": at, "anyway": True}
    return shop.send("POST", "/v1/content/calendar", status, **given, **more)


def edit(shop, draft: dict, status: int = 200, **more) -> dict:
    given = {"actor": "ming", "revision": draft["revision"], **more}
    return shop.send("PATCH", f"/v1/content/drafts/{draft['id']}", status, **given)


def entry_of(shop, entry_id: str) -> dict:
    return next(one for one in shop.send("GET", "/v1/content/calendar")["entries"] if one["id"] == entry_id)


def delivery_of(shop, entry_id: str):
    with shop.service.assistant.database.transaction(shop.community) as transaction:
        entry = content_calendar.get(transaction, shop.community, entry_id)
        return deliveries.lock(transaction, entry.delivery_id)


def test_an_edit_takes_the_draft_out_and_closes_its_page(shop, content_service):
    draft = approved(shop, category="cosmetics", jurisdictions=["tw"])
    entry = planned(shop, draft)
    edited = edit(shop, draft, body=BLOCKED)
    assert (edited["state"], edited["screening"]["blocked"]) == ("proposed", True)
    assert (edited["taken_out"]["id"], edited["taken_out"]["state"]) == (entry["id"], "cancelled")
    assert (entry_of(shop, entry["id"])["state"], entry_of(shop, entry["id"])["because"]) == (
        "cancelled",
        "draft_edited",
    )
    with content_service.client() as anyone:
        assert anyone.get(entry["page"]).status_code == 404
        assert anyone.post(entry["page"], content="views=1", headers=FORM).status_code == 404
        for language, title in GONE.items():
            gone = anyone.get(entry["page"], params={"lang": language})
            assert f"<title>{title}</title>" in gone.text
            assert f"<h1>{title}</h1>" in gone.text
    assert shop.send("GET", f"/v1/content/drafts/{draft['id']}")["state"] == "proposed"
    assert planned(shop, draft, 409)["type"].endswith("draft_unapproved")


def test_an_edited_draft_is_approved_and_planned_anew(shop):
    draft = approved(shop)
    planned(shop, draft)
    again = shop.review(edit(shop, draft, title="投票囉"))
    assert again["taken_out"] is None
    assert planned(shop, again)["state"] == "planned"


def test_a_rejection_takes_the_draft_out_with_its_delivery(shop, connection):
    draft = approved(shop)
    entry = planned(shop, draft, connection_id=connection, channel="general")
    assert delivery_of(shop, entry["id"]).state is DeliveryState.WAITING
    rejected = shop.review(draft, approve=False, reason="不發了")
    assert rejected["taken_out"]["id"] == entry["id"]
    assert entry_of(shop, entry["id"])["state"] == "cancelled"
    found = delivery_of(shop, entry["id"])
    assert (found.state, found.because) == (DeliveryState.SKIPPED, "draft_rejected")


def test_planning_waits_for_an_edit_that_is_under_way(shop):
    draft = approved(shop)
    with ThreadPoolExecutor(1) as threads:
        with shop.service.assistant.database.transaction(shop.community) as transaction:
            found = content_drafts.hold(transaction, shop.community, draft["id"])
            refused = threads.submit(planned, shop, draft, 409)
            assert not wait([refused], timeout=1.0).done
            content_drafts.save(transaction, replace(found, state=DraftState.PROPOSED), found.revision)
        assert refused.result(10)["type"].endswith("draft_unapproved")


def test_an_edit_that_is_refused_leaves_the_calendar(shop, connection):
    draft = approved(shop)
    entry = planned(shop, draft, connection_id=connection, channel="general")
    assert edit(shop, draft | {"revision": 0}, 409, body="舊的")["type"].endswith("draft_changed")
    assert entry_of(shop, entry["id"])["state"] == "planned"
    assert delivery_of(shop, entry["id"]).state is DeliveryState.WAITING


def test_what_is_being_posted_right_now_is_not_edited_or_called_off(shop, connection):
    draft = approved(shop)
    entry = planned(shop, draft, connection_id=connection, channel="general")
    now = datetime.now(UTC)
    _set(shop, entry, attempts=1, due_at=now + timedelta(minutes=1), because=None)
    assert edit(shop, draft, 409, body="改一下")["type"].endswith("entry_under_way")
    path = f"/v1/content/calendar/{entry['id']}/cancel"
    assert shop.send("POST", path, 409, actor="ling")["type"].endswith("entry_under_way")
    _set(shop, entry, attempts=1, due_at=now + timedelta(minutes=1), because="no answer in time")
    assert edit(shop, draft, body="改一下")["taken_out"]["id"] == entry["id"]


def test_what_went_out_a_moment_ago_is_published(shop, connection):
    draft = approved(shop)
    entry = planned(shop, draft, connection_id=connection, channel="general")
    _finish(shop, entry, DeliveryState.DONE)
    assert edit(shop, draft, 409, body="改一下")["type"].endswith("draft_published")
    assert entry_of(shop, entry["id"])["state"] == "published"


def test_a_dead_delivery_of_an_edited_draft_is_not_tried_again(shop, connection):
    draft = approved(shop)
    entry = planned(shop, draft, connection_id=connection, channel="general")
    _finish(shop, entry, DeliveryState.DEAD)
    assert entry_of(shop, entry["id"])["state"] == "failed"
    edit(shop, draft, body="改一下")
    with shop.service.assistant.database.transaction(shop.community) as transaction:
        deliveries.redrive(transaction, shop.community, None, datetime.now(UTC))
    assert delivery_of(shop, entry["id"]).state is DeliveryState.SKIPPED


def test_what_is_recorded_as_posted_is_what_was_sent(shop, connection):
    """A draft that was changed behind the calendar's back: its old words went out, and its new ones did not."""
    draft = approved(shop, machine=True, body="週三讀書會見")
    entry = planned(shop, draft, connection_id=connection, channel="general")
    _behind(shop, draft, body="沒有人核准的字")
    _finish(shop, entry, DeliveryState.DONE)
    assert entry_of(shop, entry["id"])["state"] == "published"
    post = next(one for one in shop.send("GET", "/v1/content/posts")["posts"] if one["id"] == entry["id"])
    assert post["text"] == "投個票\n\n週三讀書會見\n\n（AI 生成）"
    assert shop.send("GET", f"/v1/content/drafts/{draft['id']}")["state"] == "proposed"


def test_a_page_of_words_that_nobody_approved_shows_nothing(shop, content_service):
    draft = approved(shop)
    entry = planned(shop, draft)
    _behind(shop, draft, body="沒有人核准的字")
    with content_service.client() as anyone:
        assert anyone.get(entry["page"]).status_code == 404
        assert anyone.post(entry["page"], content="", headers=FORM).status_code == 404
    assert entry_of(shop, entry["id"])["state"] == "planned"


def _behind(shop, draft: dict, **words) -> None:
    with shop.service.assistant.database.transaction(shop.community) as transaction:
        found = content_drafts.get(transaction, shop.community, draft["id"])
        content_drafts.save(transaction, replace(found, state=DraftState.PROPOSED, **words), found.revision)


def _finish(shop, entry: dict, state: DeliveryState) -> None:
    found = delivery_of(shop, entry["id"])
    with shop.service.assistant.database.transaction(shop.community) as transaction:
        deliveries.finish(transaction, found.id, state, datetime.now(UTC), because="gone")


def _set(shop, entry: dict, **values) -> None:
    found = delivery_of(shop, entry["id"])
    table = deliveries.deliveries
    with shop.service.assistant.database.transaction(shop.community) as transaction:
        transaction.execute(table.update().where(table.c.id == found.id).values(**values))
