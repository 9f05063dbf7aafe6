"""Drafts and the calendar: nothing goes out over a block by one person alone, and what goes out is counted."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.content.conftest import Shop
from tests.live_service import working
from tests.receiver import receiving

BLOCKED = "我們的面霜是全台第一名，七天見效，保證有效！"


def test_a_clean_draft_needs_one_person(shop):
    draft = shop.draft()
    assert draft["screening"]["clean"]
    approved = shop.review(draft)
    assert (approved["state"], approved["approved_by"]) == ("approved", "ling")


def test_over_a_block_goes_only_by_two_people(shop):
    draft = shop.draft(body=BLOCKED, category="cosmetics", jurisdictions=["tw"])
    assert draft["screening"]["blocked"]
    laws = {law["law"] for one in draft["screening"]["findings"] for law in one["advertising"]["laws"]}
    assert {"公平交易法", "化粧品衛生安全管理法"} <= laws
    assert shop.review(draft, 400)["field"] == "over_block"
    first = shop.review(draft, over_block=True, reason="有檢驗報告")
    assert (first["state"], first["needs_second"]) == ("proposed", True)
    plan = {"draft_id": draft["id"], "actor": "ling"}
    assert shop.send("POST", "/v1/content/calendar", 409, **plan)["type"].endswith("draft_unapproved")
    for same in ("ling", "ling ", "LING", "ｌｉｎｇ", "li\u200bng"):
        again = shop.review(first, 400, actor=same, over_block=True, reason="再按一次")
        assert again["field"] == "actor"
        assert again["detail"].startswith("actor: ling has approved it already")
    second = shop.review(first, actor="ming", over_block=True, reason="法務看過")
    assert (second["state"], second["seconded_by"]) == ("approved", "ming")
    edited = shop.send(
        "PATCH", f"/v1/content/drafts/{draft['id']}", actor="ling", revision=second["revision"], body=BLOCKED + "真的！"
    )
    assert (edited["state"], edited["approved_by"], edited["seconded_by"]) == ("proposed", None, None)


def test_a_rejection_takes_the_first_approval_back(shop):
    draft = shop.draft(body=BLOCKED, category="cosmetics", jurisdictions=["tw"])
    first = shop.review(draft, over_block=True, reason="有檢驗報告")
    rejected = shop.review(first, approve=False, reason="還是不要")
    assert (rejected["state"], rejected["approved_by"], rejected["needs_second"]) == ("rejected", None, False)
    alone = shop.review(rejected, actor="ming", over_block=True, reason="我覺得可以")
    assert (alone["state"], alone["approved_by"], alone["needs_second"]) == ("proposed", "ming", True)


def test_names_are_kept_trimmed(shop):
    draft = shop.draft(actor=" ming ")
    assert draft["created_by"] == "ming"
    assert shop.review(draft, actor="ling\u3000")["approved_by"] == "ling"
    assert shop.review(shop.draft(), 400, actor="\u200b")["field"] == "actor"


def test_rewards_of_a_plan_are_screened(shop):
    draft = shop.draft(plan={"rewards": ["分享到三個社團並截圖，就送禮券"]})
    assert [one["field"] for one in draft["screening"]["findings"]] == ["plan.rewards[0]"]
    assert draft["screening"]["blocked"]


def test_blanks_are_filled_before_approval(shop):
    draft = shop.draft(body="我們在〔地點〕見。")
    assert draft["to_fill"] == ["〔地點〕"]
    assert shop.review(draft, 400)["field"] == "body"


def test_edits_keep_their_diff_and_refuse_an_old_revision(shop):
    draft = shop.draft()
    path = f"/v1/content/drafts/{draft['id']}"
    shop.send("PATCH", path, actor="ming", revision=0, body="下次讀書會想讀哪一本書？", note="補一個字")
    assert shop.send("PATCH", path, 409, actor="ling", revision=0, body="我先改的")["type"].endswith("draft_changed")
    changes = shop.send("GET", path)["changes"]
    assert [one["action"] for one in changes] == ["made", "edited"]
    assert {"-下次讀書會想讀哪一本？", "+下次讀書會想讀哪一本書？"} <= set(changes[1]["diff"])


def test_a_rejection_says_why_and_is_learned_from(shop):
    suggestion = shop.suggest(kinds=["quiz"], count=1)["suggestions"][0]
    before = suggestion["score"]
    for _ in range(4):
        draft = shop.draft(kind="quiz", suggestion_id=suggestion["id"])
        assert shop.review(draft, 400, approve=False)["field"] == "reason"
        assert shop.review(draft, approve=False, reason="太無聊")["state"] == "rejected"
    after = shop.suggest(kinds=["quiz"], count=8)["suggestions"]
    assert suggestion["id"] not in {one["id"] for one in after}
    assert after[0]["score"] < before


def test_the_calendar_minds_quiet_hours_gaps_and_days(shop):
    morning = (datetime.now(UTC) + timedelta(days=20)).replace(hour=2, minute=0, second=0, microsecond=0)

    def plan(at: datetime, status: int = 201, **more) -> dict:
        draft = shop.review(shop.draft())
        asked = {"draft_id": draft["id"], "actor": "ling", "at": at.isoformat(), **more}
        return shop.send("POST", "/v1/content/calendar", status, **asked)

    first = plan(morning)
    assert plan(morning + timedelta(hours=1), 409)["type"].endswith("slot_gap")
    assert plan(morning.replace(hour=18), 409)["type"].endswith("slot_quiet")
    assert plan(morning + timedelta(hours=1), anyway=True)["state"] == "planned"
    assert plan(morning + timedelta(days=100), 400)["field"] == "at"
    called_off = shop.send("POST", f"/v1/content/calendar/{first['id']}/cancel", actor="ling")
    assert called_off["state"] == "cancelled"
    assert shop.send("POST", f"/v1/content/calendar/{first['id']}/cancel", 409, actor="ling")["field"] == "entry"


def test_what_the_policy_has_come_to_block_is_not_planned(content_service):
    shop = Shop(content_service)
    draft = shop.review(shop.draft(body="週三讀書會見"))
    path = f"/v1/communities/{shop.community}/policy"
    policy = shop.send("GET", path)
    policy = policy.get("policy", policy)
    policy["lists"] = [{"id": "own", "label": "custom:rival", "terms": ["讀書會"], "score": 0.9}]
    policy["thresholds"]["custom:*"] = {"block": 0.5}
    assert shop.operator.put(path, json=policy).status_code in {200, 201}
    time.sleep(1.1)
    refused = shop.send("POST", "/v1/content/calendar", 409, draft_id=draft["id"], actor="ling", ahead_days=28)
    assert refused["type"].endswith("draft_blocked")
    found = shop.send("GET", f"/v1/content/drafts/{draft['id']}")
    assert (found["state"], found["approved_by"], found["screening"]["blocked"]) == ("proposed", None, True)
    assert found["changes"][-1]["action"] == "blocked"
    assert shop.review(found, 400)["field"] == "over_block"
    first = shop.review(found, over_block=True, reason="書店的名字")
    second = shop.review(first, actor="ming", over_block=True, reason="看過了")
    assert second["state"] == "approved"
    planned = shop.send("POST", "/v1/content/calendar", 201, draft_id=draft["id"], actor="ling", ahead_days=28)
    assert planned["state"] == "planned"
    shop.operator.close()


def test_a_platform_is_posted_to_at_its_hour(shop, content_service):
    with receiving() as receiver, working(content_service):
        made = content_service.connect(shop.community, settings={"url": receiver.url, "orders": ["post"], "events": []})
        receiver.secret = made.secrets["secret"]
        draft = shop.review(shop.draft(machine=True, body="週三讀書會見"))
        at = (datetime.now(UTC) + timedelta(seconds=0.4)).isoformat()
        plan = {"draft_id": draft["id"], "actor": "ling", "connection_id": made.row.id, "channel": "general"}
        entry = shop.send("POST", "/v1/content/calendar", 201, at=at, anyway=True, **plan)
        assert entry["page"] is None
        (sent,) = receiver.wait("order.post")
        found = _until(lambda: _entry(shop, entry["id"]), lambda one: one["state"] != "planned")
    assert found["state"] == "published"
    assert sent.data["channel"] == "general"
    assert sent.data["text"] == "投個票\n\n週三讀書會見\n\n（AI 生成）"
    assert any(one["draft_id"] == draft["id"] for one in shop.send("GET", "/v1/content/posts")["posts"])


def test_a_connection_that_cannot_post_is_refused(shop, content_service):
    made = content_service.connect(
        shop.community, settings={"url": "http://127.0.0.1:9/x", "orders": ["delete"], "events": []}
    )
    draft = shop.review(shop.draft())
    plan = {"draft_id": draft["id"], "actor": "ling", "connection_id": made.row.id, "channel": "general"}
    assert shop.send("POST", "/v1/content/calendar", 400, **plan)["field"] == "connection_id"
    plan["connection_id"] = "con_other"
    assert shop.send("POST", "/v1/content/calendar", 404, **plan)["field"] == "connection_id"


def test_the_page_for_a_person_posts_once_and_takes_numbers(shop, content_service):
    draft = shop.review(shop.draft(machine=True, body="週三讀書會見 <b>"))
    entry = shop.send("POST", "/v1/content/calendar", 201, draft_id=draft["id"], actor="ling", ahead_days=28)
    with content_service.client() as anyone:
        shown = anyone.get(entry["page"])
        assert shown.status_code == 200
        assert "週三讀書會見 &lt;b&gt;" in shown.text
        assert "AI 生成" in shown.text
        assert anyone.get("/posts/nothing").status_code == 404
        form = {"headers": {"content-type": "application/x-www-form-urlencoded"}}
        assert anyone.post(entry["page"], content="views=x", **form).status_code == 400
        assert anyone.post(entry["page"], content="views=10", **form).status_code == 303
        assert anyone.post(entry["page"], content="replies=4", **form).status_code == 303
    found = _entry(shop, entry["id"])
    assert (found["state"], found["numbers"]) == ("published", {"views": 10, "replies": 4})
    assert shop.send("GET", f"/v1/content/drafts/{draft['id']}")["state"] == "published"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "essay"}, "kind"),
        ({"title": ""}, "title"),
        ({"body": "x" * 5_001}, "body"),
        ({"language": "fr"}, "language"),
        ({"jurisdictions": ["mars"]}, "jurisdictions[0]"),
        ({"plan": {"rewards": ["x"] * 31}}, "plan.rewards"),
    ],
)
def test_a_wrong_draft_is_named(shop, body, field):
    given = {"kind": "poll", "title": "t", "body": "b", "actor": "ming"} | body
    answer = shop.operator.post("/v1/content/drafts", json=given)
    assert answer.status_code in {400, 413}
    assert answer.json()["field"] == field


def _entry(shop, entry_id: str) -> dict:
    return next(one for one in shop.send("GET", "/v1/content/calendar")["entries"] if one["id"] == entry_id)


def _until(look, done, seconds: float = 10.0):
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if done(found) or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def test_a_drafts_language_is_read_as_a_suggestions_is(shop):
    assert shop.draft(language="zh-TW")["language"] == "zh-Hant"
    assert shop.suggest(count=1, language="zh-TW")["suggestions"][0]["draft"]["language"] == "zh-Hant"
    given = {"kind": "poll", "title": "a", "body": "b", "actor": "ming", "language": "ja"}
    refused = shop.send("POST", "/v1/content/drafts", 400, **given)
    assert refused["field"] == "language"
    assert "zh-Hant-HK" in refused["detail"]
