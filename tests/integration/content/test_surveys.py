"""A questionnaire from the suggestion to its results, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

QUESTIONS = [
    {"id": "often", "ask": "多久用一次保溫瓶？", "options": ["每天", "每週", "很少"]},
    {"id": "matters", "ask": "最在意什麼？", "options": ["不漏水", "保溫", "好洗"], "several": True},
]


def survey(shop, **more):
    given = {
        "kind": "survey",
        "title": "保溫瓶問卷",
        "body": "三分鐘聊聊保溫瓶，謝謝大家。",
        "survey": {"questions": QUESTIONS},
    }
    return shop.draft(**(given | more))


def answers(shop, draft, given):
    """``given``: member, question, option, and how many seconds after now it is said to be."""
    now = datetime.now(UTC)
    events = [
        {
            "id": f"{draft['id']}-{at}",
            "type": "answer",
            "member_id": member,
            "at": (now + timedelta(milliseconds=at)).isoformat(),
            "item_id": draft["id"],
            "properties": {"question": question, "option": option},
        }
        for at, (member, question, option) in enumerate(given)
    ]
    answer = shop.operator.post("/v1/events", json={"events": events})
    assert answer.status_code == 200, answer.text
    assert answer.json()["errors"] == []


def test_a_suggested_one_has_questions_and_blanks(shop):
    one = shop.suggest(kinds=["survey"], count=1, language="zh-Hant")["suggestions"][0]
    assert one["kind_name"] == "問卷"
    assert len(one["survey"]["questions"]) == 3
    assert one["screening"]["clean"]
    assert any("選項" in blank for blank in one["draft"]["to_fill"])
    drafted = survey(shop, title=one["draft"]["title"], body=one["draft"]["body"], survey=one["survey"])
    assert drafted["suggestion"]["survey"] == one["survey"]
    assert shop.review(drafted, 400)["field"] == "body"
    filled = survey(shop, survey=one["survey"])
    assert shop.review(filled, 400)["field"] == "survey"


def test_its_answers_are_counted_once_a_member_by_the_latest(shop, content_service):
    draft = survey(shop)
    path = f"/v1/content/drafts/{draft['id']}/answers"
    assert shop.send("GET", path)["members"] == 0
    given = [
        ("m1", "often", 0),
        ("m1", "often", 1),
        ("m2", "often", 1),
        ("m2", "matters", [0, 2]),
        ("m3", "matters", 0),
        ("m3", "often", 7),
        ("m4", "nothing", 0),
    ]
    answers(shop, draft, given)
    found = shop.send("GET", path)
    assert found["members"] == 3
    often, matters = found["questions"]
    assert [one["count"] for one in often["options"]] == [0, 2, 0]
    assert (often["answered"], often["refused"]) == (2, 1)
    assert [(one["text"], one["share"]) for one in matters["options"]] == [
        ("不漏水", 1.0),
        ("保溫", 0.0),
        ("好洗", 0.5),
    ]
    assert "'m1'" not in str(found)
    other = content_service.client(content_service.key(community=content_service.community()))
    assert other.get(path).status_code == 404
    other.close()


def test_what_goes_out_holds_the_questions(shop):
    draft = shop.review(survey(shop))
    entry = shop.send("POST", "/v1/content/calendar", 201, draft_id=draft["id"], actor="ling", ahead_days=14)
    page = shop.operator.get(entry["page"])
    assert page.status_code == 200
    assert "1. 多久用一次保溫瓶？" in page.text
    assert "A 不漏水" in page.text
    assert "（可複選）" in page.text


def test_a_claim_in_an_option_is_found(shop):
    wrong = [{"id": "q", "ask": "你覺得呢？", "options": ["全台第一名的保溫瓶", "保證治好感冒"]}]
    draft = survey(shop, survey={"questions": wrong})
    assert draft["screening"]["blocked"]
    edited = shop.send(
        "PATCH", f"/v1/content/drafts/{draft['id']}", actor="ming", revision=0, survey={"questions": QUESTIONS}
    )
    assert edited["screening"]["clean"]
    assert edited["suggestion"]["survey"]["questions"][0]["id"] == "often"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"survey": None}, "survey"),
        ({"survey": {"questions": []}}, "survey.questions"),
        ({"survey": {"questions": [QUESTIONS[0] | {"options": ["只有一個"]}]}}, "survey.questions[0].options"),
        ({"survey": {"questions": [QUESTIONS[0] | {"options": ["a" * 201, "b"]}]}}, "survey.questions[0].options[0]"),
        ({"survey": {"questions": [QUESTIONS[0] | {"id": "Q 1"}]}}, "survey.questions[0].id"),
        ({"survey": {"questions": [QUESTIONS[0], QUESTIONS[0]]}}, "survey.questions"),
        ({"survey": {"questions": [QUESTIONS[0] | {"id": f"q{at}"} for at in range(21)]}}, "survey.questions"),
        ({"kind": "poll"}, "survey"),
    ],
)
def test_what_is_wrong_is_named(shop, more, field):
    given = {"kind": "survey", "title": "a", "body": "b", "actor": "ming", "survey": {"questions": QUESTIONS}} | more
    answer = shop.operator.post("/v1/content/drafts", json=given)
    assert answer.status_code in {400, 413}
    assert answer.json()["field"] == field


def test_a_poll_has_no_results_of_a_survey(shop):
    draft = shop.draft()
    answer = shop.operator.get(f"/v1/content/drafts/{draft['id']}/answers")
    assert answer.status_code == 409
    assert shop.operator.get("/v1/content/drafts/drf_none/answers").status_code == 404
