"""Plans are dated by the festival and by kind, and split what they may cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.content.drafting import subject_of, why
from assistant.content.flow import Insight, Material, empty_because, suggest
from assistant.content.ideas import ideas_of
from assistant.content.occasions import occasions
from assistant.content.plans import plan_of, plan_parts, plan_text, post_by, times_of
from assistant.content.rank import Taste
from assistant.types.content import Goal, Idea, Kind, Topic
from assistant.words import LANGUAGES
from tests.unit.content.making import NOW, Embedder

TAIPEI = ZoneInfo("Asia/Taipei")
POSTED = datetime(2026, 11, 5, 20, tzinfo=TAIPEI)
TOPIC = Topic("t1", "flask", ("flask",), 9, 1, 4, 3.0, 2.0, (), ())


def idea(kind: Kind) -> Idea:
    return next(one for one in ideas_of([TOPIC], [], []) if one.kind is kind)


def singles_day() -> Idea:
    days = occasions(["tw"], [], date(2026, 11, 1), date(2026, 11, 20))
    day = next(one for one in days if (one.on.month, one.on.day) == (11, 11))
    return next(one for one in ideas_of([], [], [day]) if one.kind is Kind.ACTIVITY)


@pytest.mark.parametrize(
    "posted", [POSTED, POSTED + timedelta(days=6, hours=-1), POSTED + timedelta(days=6, hours=3, minutes=59)]
)
def test_a_festivals_activity_is_on_its_day_whenever_it_is_posted(posted):
    begins, ends = times_of(singles_day(), posted, TAIPEI)
    assert begins.date() == ends.date() == date(2026, 11, 11)
    assert begins < ends


def test_a_festivals_activity_is_announced_before_it_begins():
    day = singles_day()
    begins, _ = times_of(day, POSTED, TAIPEI)
    assert (begins.hour, post_by(day, POSTED, TAIPEI)) == (10, begins)
    late = datetime(2026, 11, 11, 12, tzinfo=TAIPEI)
    assert post_by(day, late, TAIPEI).date() == late.date()
    assert post_by(idea(Kind.ACTIVITY), POSTED, TAIPEI) is None


def test_a_live_session_lasts_minutes_and_has_no_prize_unless_asked():
    live = idea(Kind.LIVE)
    begins, ends = times_of(live, POSTED, TAIPEI)
    assert begins > POSTED
    plan = plan_of(live, (begins, ends), "en", 0, "TWD", None)
    assert (ends - begins) == timedelta(minutes=plan.duration_min)
    assert plan.duration_min <= 180
    assert not plan.rewards
    assert not [
        text for text in plan_parts({"rules": plan.rules, "follow_up": plan.follow_up}).values() if "inner" in text
    ]
    assert plan_of(live, (begins, ends), "en", 0, "TWD", True).rewards


def test_an_activity_of_a_topic_leaves_time_to_sign_up():
    activity = idea(Kind.ACTIVITY)
    begins, ends = times_of(activity, POSTED, TAIPEI)
    assert begins >= POSTED + timedelta(days=2)
    plan = plan_of(activity, (begins, ends), "en", 0, "TWD", None)
    assert plan.rewards
    assert plan.duration_min is None
    assert not plan_of(activity, (begins, ends), "en", 0, "TWD", False).rewards


@given(st.floats(0, 1e9), st.sampled_from([Kind.LIVE, Kind.ACTIVITY]), st.sampled_from([None, True, False]))
def test_a_budget_is_split_whole(budget, kind, prize):
    plan = plan_of(idea(kind), (POSTED, POSTED), "zh-Hant", budget, "HKD", prize)
    assert (plan.budget, plan.currency) == (budget, "HKD")
    assert sum(part.amount for part in plan.split) == pytest.approx(budget, abs=0.01)
    assert all(part.amount > 0 and part.what for part in plan.split)


def test_all_words_of_a_plan_are_parts_and_no_moment_is():
    moment = {"begins": "2026-11-11T10:00:00+08:00", "budget": 3}
    told = {"ends": "until the cake is gone", "split": [{"what": "cake", "amount": 3}], "staff": ["〔name〕"]}
    parts = {"plan.ends": "until the cake is gone", "plan.split[0].what": "cake", "plan.staff[0]": "〔name〕"}
    assert plan_parts(moment | told) == parts
    assert plan_parts(None) == {}


def test_rules_and_rewards_are_posted():
    assert (
        plan_text({"rules": ["be kind"], "rewards": ["a cup"], "staff": ["ming"]}, "en")
        == "Rules\n- be kind\n\nRewards\n- a cup"
    )
    assert plan_text({"rules": [], "rewards": []}, "en") == plan_text(None, "en") == ""


@pytest.mark.parametrize("kind", [Kind.ACTIVITY, Kind.OFFER])
def test_activities_and_offers_come_from_topics_and_from_the_goal(kind):
    taste = Taste(Goal.RETAIN, frozenset({kind}), language="en")
    material = Material([], [], [], [])
    found = suggest(material, Insight([TOPIC], []), Embedder(), NOW, taste, 5)
    assert found[0].idea.subject == "flask"
    alone = suggest(material, Insight([], []), Embedder(), NOW, taste, 5)
    assert [one.idea.source for one in alone] == ["goal_retain"]
    assert all(subject_of(alone[0].idea, language) for language in LANGUAGES)
    assert "members who stay" in why(alone[0].idea, "en")


def test_why_a_list_is_empty():
    material, nothing = Material([], [], [], []), Insight([], [])
    polls = Taste(kinds=frozenset({Kind.POLL}))
    assert suggest(material, nothing, Embedder(), NOW, polls, 5) == []
    assert empty_because(material, nothing, polls) == "kinds"
    offers = Taste(kinds=frozenset({Kind.OFFER}))
    first = suggest(material, nothing, Embedder(), NOW, offers, 1)[0].idea
    used = replace(offers, used=frozenset({first.id}))
    assert suggest(material, nothing, Embedder(), NOW, used, 5) == []
    assert empty_because(material, nothing, used) == "used"
