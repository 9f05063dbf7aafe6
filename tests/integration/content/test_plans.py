"""Plans over HTTP: screened whole, with their blanks and their budget, posted with their rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from assistant.types.content import Kind
from assistant.usecases.content.calendar import published_text
from tests.unit.content.making import draft as made

LURE = "轉發到朋友圈並邀請三位好友才可報名，送 100 元"


@pytest.mark.parametrize("field", ["sign_up", "goal", "form", "place", "check_in"])
def test_every_text_of_a_plan_is_screened(shop, field):
    draft = shop.draft(kind="activity", plan={field: LURE})
    assert {one["field"] for one in draft["screening"]["findings"]} == {f"plan.{field}"}
    assert draft["screening"]["blocked"]


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant", "zh-Hant-HK"])
@pytest.mark.parametrize("prize", [True, False])
def test_what_is_proposed_is_clean_and_can_be_sent_back(shop, language, prize):
    answer = shop.suggest(kinds=["activity", "live"], count=2, language=language, prize=prize, budget=5_000)
    for one in answer["suggestions"]:
        assert one["screening"]["findings"] == []
        assert bool(one["plan"]["rewards"]) is prize
        draft = shop.draft(kind=one["kind"], language=language, plan=one["plan"])
        assert draft["suggestion"]["plan"] == one["plan"]


def test_a_plan_has_the_budget_and_its_blanks_are_to_fill(shop):
    one = shop.suggest(kinds=["activity"], count=1, budget=5_000)["suggestions"][0]
    assert (one["plan"]["budget"], one["plan"]["currency"]) == (5_000, "TWD")
    assert sum(part["amount"] for part in one["plan"]["split"]) == 5_000
    assert "〔待填〕" in one["draft"]["to_fill"]
    draft = shop.draft(kind="activity", plan=one["plan"])
    assert "〔待填〕" in draft["to_fill"]
    assert shop.review(draft, 400)["field"] == "plan"
    assert shop.operator.post("/v1/content/suggestions", json={"budget": -1}).json()["field"] == "budget"


def test_a_live_session_has_minutes_and_no_prize(shop):
    plan = shop.suggest(kinds=["live"], count=1)["suggestions"][0]["plan"]
    lasts = datetime.fromisoformat(plan["ends"]) - datetime.fromisoformat(plan["begins"])
    assert lasts.total_seconds() == 60 * plan["duration_min"] <= 3 * 3_600
    assert plan["rewards"] == []


def test_what_is_posted_of_an_activity_carries_rules_and_rewards():
    draft = replace(
        made(Kind.ACTIVITY, "", "Come", "On Friday."),
        suggestion={"plan": {"rules": ["One each."], "rewards": ["3 cups"]}},
    )
    assert published_text(draft) == "Come\n\nOn Friday.\n\nRules\n- One each.\n\nRewards\n- 3 cups"


def test_an_empty_list_says_why(shop, content_service):
    with content_service.client(content_service.key(community=content_service.community())) as other:
        asked = {"kinds": ["quiz"], "language": "en"}
        quizzes = other.post("/v1/content/suggestions", json=asked).json()
        activities = other.post("/v1/content/suggestions", json=asked | {"kinds": ["activity"]}).json()
    assert quizzes["suggestions"] == []
    assert "Quiz" in quizzes["insight"]["empty"]
    assert activities["insight"]["empty"] is None
    assert {one["kind"] for one in activities["suggestions"]} == {"activity"}
