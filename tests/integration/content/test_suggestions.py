"""Suggestions over HTTP: what they cite, whom they name, what they leave out."""

from __future__ import annotations

import json

import pytest

from tests.integration.content.conftest import TALK, Shop


@pytest.fixture(scope="module")
def answer(shop):
    return shop.suggest(count=8, language="zh-Hant")


def test_what_rises_is_found_and_named(answer):
    risen = [topic["risen"] for topic in answer["insight"]["topics"]]
    assert risen == sorted(risen, reverse=True)
    assert risen[0]
    names = [topic["name"] for topic in answer["insight"]["topics"][:4]]
    assert any("副食品" in name for name in names)
    assert any("保溫瓶" in name or "漏水" in name for name in names)


def test_only_what_was_said_is_cited(shop, answer):
    cited = [one for suggestion in answer["suggestions"] for one in suggestion["evidence"]]
    cited += [one for topic in answer["insight"]["topics"] for one in topic["samples"]]
    assert len(cited) > 10
    assert all(shop.texts[one["message_id"]] == one["text"] for one in cited)


def test_suggestions_vary(answer):
    assert len({one["kind"] for one in answer["suggestions"]}) >= 5
    assert len({one["source"] for one in answer["suggestions"]}) >= 5


def test_needs_are_told_apart(answer):
    kinds = {(need["kind"], need["common"]) for need in answer["insight"]["needs"]}
    assert {("complaint", True), ("question", True)} <= kinds
    assert any(not common for _, common in kinds)


def test_every_draft_is_screened_and_templates_are_clean(answer):
    found = [finding for one in answer["suggestions"] for finding in one["screening"]["findings"]]
    assert not found
    assert all(one["screening"]["clean"] and not one["draft"]["machine"] for one in answer["suggestions"])
    assert all(one["draft"]["to_fill"] or one["kind"] in {"review", "user_content"} for one in answer["suggestions"])


def test_nobody_is_named_without_consent(shop, answer):
    named = {one["member_id"] for suggestion in answer["suggestions"] for one in suggestion["evidence"]}
    assert named <= {None}
    consents = [{"purpose": "profiling", "granted": True, "source": "app"}]
    shop.send("PUT", "/v1/members", members=[{"id": "m11", "consents": consents}])
    again = shop.suggest(count=8)
    people = {name for topic in again["insight"]["topics"] for name in topic["people"]}
    assert people == {"m11"}


def test_kinds_and_language_are_kept_to(shop):
    answer = shop.suggest(kinds=["poll", "quiz"], count=4, language="en")
    assert {one["kind"] for one in answer["suggestions"]} <= {"poll", "quiz"}
    assert all(one["draft"]["language"] == "en" for one in answer["suggestions"])


def test_an_activity_has_a_plan(shop):
    plan = shop.suggest(kinds=["activity"], count=1)["suggestions"][0]["plan"]
    assert all(plan[name] for name in ("rules", "rewards", "staff", "follow_up", "sign_up", "check_in"))
    assert plan["begins"] < plan["ends"]


def test_a_segment_is_listened_to_alone(shop):
    consents = [{"purpose": "push", "granted": True, "source": "app"}]
    own = {"m11", "m12", "m13"}
    shop.send("PUT", "/v1/members", members=[{"id": name, "consents": consents} for name in sorted(own)])
    segment = shop.send("POST", "/v1/segments", 201, name="reached", rules={"consent": "push"})
    answer = shop.suggest(segment=segment["id"])
    assert answer["insight"]["audience"] == 3
    cited = {one["message_id"] for suggestion in answer["suggestions"] for one in suggestion["evidence"]}
    assert cited
    assert {TALK[int(name[1:])][2] for name in cited} <= own


def test_what_was_said_lately_is_not_said_again(shop, content_service):
    before = shop.suggest(count=5)["suggestions"]
    first = next(one for one in before if one["evidence"])
    text = " ".join(one["text"] for one in first["evidence"])
    post = {
        "id": "again",
        "text": f"{first['subject']} {text}",
        "at": first["evidence"][0]["at"],
        "kind": first["kind"],
    }
    shop.send("PUT", "/v1/content/posts", posts=[post])
    after = {one["id"]: one for one in shop.suggest(count=5)["suggestions"]}
    assert first["id"] not in after or after[first["id"]]["score"] < first["score"] / 2


def test_they_come_as_events(shop):
    with shop.operator.stream("POST", "/v1/content/suggestions", json={"count": 3, "stream": True}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        names, documents = [], []
        for line in answer.iter_lines():
            if line.startswith("event: "):
                names.append(line.removeprefix("event: "))
            elif line.startswith("data: "):
                documents.append(json.loads(line.removeprefix("data: ")))
    assert names == ["insight", "suggestion", "suggestion", "suggestion", "done"]
    assert documents[-1] == {"suggestions": 3}


def test_events_end_with_an_error(shop):
    body = {"stream": True, "segment": "nobody"}
    with shop.operator.stream("POST", "/v1/content/suggestions", json=body) as answer:
        text = answer.read().decode()
    assert "event: error" in text
    assert "segment_unknown" in text


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"days": 0}, "days"),
        ({"count": 21}, "count"),
        ({"goal": "win"}, "goal"),
        ({"kinds": ["essay"]}, "kinds[0]"),
        ({"at": "2099-01-01T00:00:00Z"}, "at"),
        ({"tone": "x" * 201}, "tone"),
        ({"segment": "nobody"}, "segment"),
        ({"language": "ja"}, "language"),
        ({"language": "fr", "stream": True}, "language"),
    ],
)
def test_what_is_wrong_is_named(shop, asked, field):
    answer = shop.operator.post("/v1/content/suggestions", json=asked)
    assert answer.status_code in {400, 404, 413}
    assert answer.json()["field"] == field


def test_another_community_sees_nothing_of_it(shop, content_service):
    other = content_service.client(content_service.key(community=content_service.community()))
    answer = other.post("/v1/content/suggestions", json={}).json()
    assert answer["insight"]["messages"] == 0
    draft = shop.draft()
    assert other.get(f"/v1/content/drafts/{draft['id']}").status_code == 404
    other.close()


def test_harm_to_health_is_answered_at_the_first_good_hour(content_service):
    shop = Shop(content_service)
    texts = ["寶寶吃蛋黃過敏，臉紅紅的，急，要看醫生嗎？", "蛋黃可以怎麼煮給寶寶吃？", "寶寶吃蛋黃要從多少開始？"]
    events = [
        {"id": f"harm{at}", "type": "message", "member_id": f"yolk{at}", "at": shop.now(), "properties": {"text": text}}
        for at, text in enumerate(texts)
    ]
    assert shop.operator.post("/v1/events", json={"events": events}).json()["errors"] == []
    answer = shop.suggest(count=20, language="zh-Hant")
    harmed = {one["id"] for part in ("topics", "needs") for one in answer["insight"][part] if one["harmed"]}
    assert harmed
    about = [one for one in answer["suggestions"] if one["source"] in harmed]
    assert about
    assert {one["kind"] for one in about} <= {"answers", "how_to"}
    times = [one["best_time"]["at"] for one in answer["suggestions"] if one["best_time"]]
    assert min(times) in {one["best_time"]["at"] for one in about if one["best_time"]}
    assert answer["insight"]["until"].endswith("+08:00")
    shop.operator.close()
