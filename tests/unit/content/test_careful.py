"""What nothing is sold by: harm to health, wishes, days that are over; what posted texts say of days and subjects."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from assistant.content.drafting import from_template, why
from assistant.content.ideas import ideas_of
from assistant.content.needs import find_needs
from assistant.content.plans import over_soon, plan_of, post_by, times_of
from assistant.content.rhythm import soonest_slot
from assistant.content.surveys import survey_of
from assistant.content.topics import rising_topics
from assistant.text.han import in_script
from assistant.types.content import Idea, Kind, Occasion
from assistant.types.content_settings import ContentSettings
from assistant.words import LANGUAGES
from tests.unit.content.making import NOW, PERIOD, Embedder, said

SETTINGS = ContentSettings(timezone="Asia/Taipei")
ZONE = SETTINGS.zone


def topics(texts: list[str]):
    messages = [said(1, text) for text in texts]
    return rising_topics(messages, Embedder().encode(texts), PERIOD)


def test_one_message_of_harm_makes_a_topic_careful_and_soon():
    texts = [*(f"yolk for the baby, lovely {n}" for n in range(9)), "yolk for the baby gave him a rash"]
    found = topics(texts)
    assert len(found) == 1
    assert found[0].troubled < 0.3
    ideas = ideas_of(found, [], [])
    assert {one.kind for one in ideas} == {Kind.ANSWERS, Kind.HOW_TO}
    assert all(one.soon for one in ideas)
    calm = ideas_of(topics(texts[:-1]), [], [])
    assert not any(one.soon for one in calm)
    assert Kind.POLL in {one.kind for one in calm}


def test_a_need_is_careful_for_a_message_that_is_no_sample():
    texts = [*(f"can the baby eat yolk {n}?" for n in range(9)), "can the baby eat yolk? he has a rash now"]
    messages = [said(1, text) for text in texts]
    needs = find_needs(messages, Embedder().encode(texts), PERIOD)
    assert {one.kind for one in ideas_of([], needs, []) if one.soon} == {Kind.ANSWERS, Kind.HOW_TO}


def test_what_is_urgent_goes_out_at_the_first_hour_in_which_members_are_awake():
    shares = np.full(168, 1 / 168)
    begins = datetime(2026, 11, 30, 8, 30, tzinfo=ZONE)
    shares[begins.weekday() * 24 + 9] = 0.0
    until = begins + timedelta(days=3)
    taken = datetime(2026, 11, 30, 9, tzinfo=ZONE) - timedelta(days=2)
    found = soonest_slot(shares, begins, until, [taken], SETTINGS)
    assert found is not None
    assert found.at == datetime(2026, 11, 30, 10, tzinfo=ZONE)
    assert soonest_slot(np.zeros(168), begins, until, [], SETTINGS) is None


def test_a_wish_is_voted_on_and_answered_and_nothing_else():
    found = topics([f"I wish the flask came in green {n}" for n in range(4)])
    assert found[0].wished == 1
    assert {one.kind for one in ideas_of(found, [], [])} == {Kind.POLL, Kind.ANSWERS}
    half = topics([f"I wish the flask came in green {n}" for n in range(2)] + ["the flask came in green, so nice"] * 2)
    assert Kind.REVIEW in {one.kind for one in ideas_of(half, [], [])}


@pytest.mark.parametrize("word", ["希望", "失望", "想要", "love", "wish", "hope", "please"])
def test_a_word_for_wanting_names_no_topic(word):
    texts = [f"{word} 手帳" if word.isascii() else f"{word}手帳" for _ in range(4)]
    names = " ".join(one.name for one in topics([f"{text} {n}" for n, text in enumerate(texts)]))
    assert word not in names


def test_what_was_said_before_in_another_talk_is_not_new():
    new = [said(days, f"flask leaks in bag {n}") for n, days in enumerate((1, 2, 3, 4))]
    fresh = rising_topics(new, Embedder().encode([one.text for one in new]), PERIOD)
    assert fresh[0].trending == "new"
    before = [*new, said(12, "today my grandmother sent an old flask from home with many cups and one letter")]
    found = rising_topics(before, Embedder().encode([one.text for one in before]), PERIOD)
    assert found[0].before == 0
    assert found[0].trending == "rising"
    assert "none before" not in why(ideas_of(found, [], [])[0], "en")


def day_ideas(days: int, *, own: bool = False) -> list[Idea]:
    on = NOW.astimezone(ZONE).date() + timedelta(days=days)
    name = {"en": "the 12.12 sale", "zh-Hans": "双十二", "zh-Hant": "雙十二", "zh-Hant-HK": "雙十二"}
    return ideas_of([], [], [Occasion(f"day_{on}", on, days, name, own=own)])


def test_an_own_day_asks_members_to_show_nothing():
    assert Kind.USER_CONTENT not in {one.kind for one in day_ideas(5, own=True)}
    assert Kind.USER_CONTENT in {one.kind for one in day_ideas(5)}


@pytest.mark.parametrize(
    ("days", "said_of_it"), [(0, "Today is"), (1, "is near"), (10, "is near"), (11, "is on 9 December"), (20, "is on")]
)
def test_only_what_is_near_is_called_so(days, said_of_it):
    story = next(one for one in day_ideas(days) if one.kind is Kind.STORY)
    body = from_template(story, "en").body
    assert said_of_it in body
    assert ("is near" in body) is (said_of_it == "is near")
    assert ("快到了" in from_template(story, "zh-Hant").body) is (said_of_it == "is near")
    if days == 11:
        assert "12月9日是雙十二" in from_template(story, "zh-Hant").body


def test_an_english_text_begins_with_a_capital():
    for one in day_ideas(3):
        written = from_template(one, "en")
        assert written.title[0].isupper()
        assert written.body[0].isupper()
        assert "For the 12.12 sale we meet" not in written.body
    assert "Answer until" not in from_template(Idea("s", Kind.SURVEY, "flask", "new", {}, 1.0, "top"), "en").body


@pytest.mark.parametrize("kind", [Kind.OFFER, Kind.ACTIVITY])
def test_what_is_for_a_day_goes_out_before_it_or_by_its_morning(kind):
    idea = next(one for one in day_ideas(5, own=True) if one.kind is kind)
    last = post_by(idea, NOW, ZONE)
    assert last == datetime(idea.day.year, idea.day.month, idea.day.day, 10, tzinfo=ZONE)
    assert not over_soon(idea, NOW, ZONE)
    noon = datetime(idea.day.year, idea.day.month, idea.day.day, 12, tzinfo=ZONE)
    assert over_soon(idea, noon, ZONE)
    assert post_by(idea, noon, ZONE) > noon


def test_only_a_live_session_has_a_recording():
    activity = Idea("s", Kind.ACTIVITY, "茶會", "new", {}, 1.0, "top")
    for kind, recorded in ((Kind.ACTIVITY, False), (Kind.LIVE, True)):
        one = replace(activity, kind=kind)
        plan = plan_of(one, times_of(one, NOW, ZONE), "zh-Hant", 0, "TWD", prize=False)
        assert ("重播" in plan.follow_up[0]) is recorded


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_posted_names_the_first_term_alone_in_its_script(kind, language):
    idea = Idea("s", kind, "保溫瓶 · 漏水 · 三天", "new", {}, 1.0, "top", ("保溫瓶", "漏水", "三天"))
    written = from_template(idea, language)
    text = f"{written.title}\n{written.body}"
    assert ("保温瓶" if language == "zh-Hans" else "保溫瓶") in text
    assert "漏水" not in text
    assert " · " not in text


def test_a_script_is_changed_one_to_one_or_not_at_all():
    assert in_script("手账本", traditional=True) == "手賬本"
    assert in_script("手帳本", traditional=False) == "手帐本"
    assert in_script("头发", traditional=True) == "头发"
    assert in_script("flask", traditional=True) == "flask"


def test_a_questionnaire_asks_about_one_thing():
    assert all(" · " not in one.ask for one in survey_of("保溫瓶", "zh-Hant"))
