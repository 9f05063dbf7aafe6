"""Whatever is sent to the content desk, the answer is a clear 4xx that names the field."""

from __future__ import annotations

import json

import pytest

from assistant.types.content_settings import ContentSettings
from assistant.usecases.content.settings import dump_settings

SETTINGS = "/v1/content/settings"
DRAFTS = "/v1/content/drafts"
POSTS = "/v1/content/posts"
SUGGESTIONS = "/v1/content/suggestions"
CALENDAR = "/v1/content/calendar"
FULL = {"name", "timezone", "language", "regions", "jurisdictions", "category", "voice", "facts", "dates", "quiet"} | {
    "gap_hours", "per_day", "currency", "cost_per_million", "budget_per_day", "tokens_per_draft", "generation_timeout_s",
}  # fmt: skip


def refused(shop, method: str, path: str, body: str) -> str:
    headers = {"content-type": "application/json"}
    answer = shop.operator.request(method, path, content=body.encode(), headers=headers)
    assert answer.status_code in {400, 413}, answer.text
    return answer.json()["field"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (r'{"voice": "a\u0000b"}', "voice"),
        (r'{"name": "a\u0000b"}', "name"),
        (r'{"facts": ["fine", "a\u0000b"]}', "facts[1]"),
        (r'{"dates": [{"on": "2026-01-01", "name": "a\u0000b"}]}', "dates[0].name"),
        (r'{"dates": [{"on": "2026-01-01", "name": ""}]}', "dates[0].name"),
        (r'{"dates": [{"on": "2026-02-30", "name": "x"}]}', "dates[0].on"),
        (r'{"currency": "T\u0000"}', "currency"),
        (r'{"currency": "TAIWAN DOLLAR"}', "currency"),
        (r'{"timezone": "Asia/\u0000"}', "timezone"),
        (r'{"timezone": "Mars/Base"}', "timezone"),
        (r'{"language": "fr"}', "language"),
        (r'{"regions": ["tw", "mars"]}', "regions[1]"),
        (r'{"jurisdictions": ["mars"]}', "jurisdictions[0]"),
        (r'{"category": "weapons"}', "category"),
        (r'{"quiet": ["22:00", "8:00"]}', "quiet[1]"),
        (r'{"quiet": ["22:00"]}', "quiet[1]"),
        (r'{"quiet": ["22:00", "22:00"]}', "quiet"),
        (r'{"facts": ["fine", "  "]}', "facts[1]"),
        (r'{"facts": ["\u200b"]}', "facts[0]"),
        (r'{"dates": [{"on": "2026-01-01", "name": "\u3000 "}]}', "dates[0].name"),
        (r'{"budget_per_day": 1e999}', "budget_per_day"),
        (r'{"budget_per_day": NaN}', "budget_per_day"),
        (r'{"budget_per_day": -1}', "budget_per_day"),
        (r'{"budget_per_day": 1e10}', "budget_per_day"),
        (r'{"cost_per_million": [1, 1e999]}', "cost_per_million[1]"),
        (r'{"cost_per_million": [-1, 1]}', "cost_per_million[0]"),
        (r'{"gap_hours": -1e999}', "gap_hours"),
        (r'{"per_day": 99999999999999999999}', "per_day"),
        (r'{"tokens_per_draft": 63}', "tokens_per_draft"),
        (r'{"generation_timeout_s": 121}', "generation_timeout_s"),
        (json.dumps({"voice": "x" * 501}), "voice"),
        (json.dumps({"name": "x" * 101}), "name"),
        (json.dumps({"facts": ["x" * 301]}), "facts[0]"),
        (json.dumps({"facts": ["x"] * 51}), "facts"),
        (json.dumps({"dates": [{"on": "2026-01-01", "name": "x"}] * 101}), "dates"),
        (json.dumps({"shoe_size": 40}), "shoe_size"),
    ],
    ids=lambda given: given[:40],
)
def test_a_wrong_setting_is_named_and_changes_nothing(shop, body, field):
    before = shop.send("GET", SETTINGS)
    assert refused(shop, "PUT", SETTINGS, body) == field
    assert shop.send("GET", SETTINGS) == before


def test_settings_come_back_as_they_were_sent(shop):
    before = shop.send("GET", SETTINGS)
    given = before | {
        "name": "小樹",
        "regions": ["tw", "hk"],
        "jurisdictions": ["tw"],
        "category": "food",
        "dates": [{"on": "2019-12-01", "name": "小樹生日", "yearly": False}],
        "quiet": ["23:00", "07:30"],
        "cost_per_million": [1.5, 2.5],
    }
    assert shop.send("PUT", SETTINGS, **given) == given == shop.send("GET", SETTINGS)
    assert shop.send("PUT", SETTINGS) == json.loads(json.dumps(dump_settings(ContentSettings())))


def test_a_blank_text_is_none_and_spaces_around_one_go(shop):
    blank = shop.send("PUT", SETTINGS, name="   ", voice="\u3000", currency=" \u200b ")
    assert (blank["name"], blank["voice"], blank["currency"]) == ("", "", "")
    kept = shop.send("PUT", SETTINGS, name=" 小樹 嬰幼 ", currency=" TWD", facts=[" 滿 1,000 元免運 "])
    assert (kept["name"], kept["currency"], kept["facts"]) == ("小樹 嬰幼", "TWD", ["滿 1,000 元免運"])
    assert shop.send("GET", SETTINGS) == kept


def test_midnight_twice_is_no_quiet_hour(shop):
    assert shop.send("PUT", SETTINGS, quiet=["00:00", "00:00"])["quiet"] == ["00:00", "00:00"]


@pytest.mark.parametrize(
    ("given", "said", "language"),
    [
        ({"facts": ["x" * 301]}, "at most 300 characters", "en"),
        ({"name": "x" * 101}, "at most 100 characters", "en"),
        ({"facts": ["x"] * 51}, "at most 50 items", "en"),
        ({"quiet": ["22:00", "22:00"]}, "must begin and end at different times", "en"),
        ({"quiet": ["22:00", "22:00"]}, "開始與結束時間不可相同", "zh-TW"),
        ({"facts": [" "]}, "看得見的字元", "zh-TW"),
    ],
)
def test_what_is_wrong_is_said_as_a_person_counts_it(shop, given, said, language):
    answer = shop.operator.put(SETTINGS, json=given, headers={"accept-language": language})
    assert said in answer.json()["detail"]


def test_the_settings_stand_in_the_openapi_document(shop):
    shape = shop.send("GET", "/openapi.json")["components"]["schemas"]["ContentSettingsShape"]
    assert set(shape["properties"]) == FULL
    assert (shape["properties"]["voice"]["maxLength"], shape["additionalProperties"]) == (500, False)


DRAFT = r'{"kind": "poll", "title": "t", "body": "b", "actor": "ming", '


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", DRAFTS, r'{"kind": "poll", "title": "t\u0000", "body": "b", "actor": "ming"}', "title"),
        ("POST", DRAFTS, DRAFT + r'"why": "\u0000"}', "why"),
        ("POST", DRAFTS, DRAFT + r'"language": "\u0000"}', "language"),
        ("POST", DRAFTS, DRAFT + r'"suggestion_id": "\u0000"}', "suggestion_id"),
        ("POST", DRAFTS, DRAFT + r'"plan": {"budget": 1e999}}', "plan.budget"),
        ("POST", DRAFTS, DRAFT + r'"plan": {"staff": ["\u0000"]}}', "plan.staff[0]"),
        ("POST", DRAFTS, DRAFT + json.dumps({"plan": {"staff": ["x" * 2_001]}})[1:], "plan.staff[0]"),
        ("POST", DRAFTS, DRAFT + r'"origin": {"cost": 1e999}}', "origin.cost"),
        ("POST", DRAFTS, DRAFT + r'"origin": {"model": "\u0000"}}', "origin.model"),
        ("PUT", POSTS, r'{"posts": [{"id": "\u0000", "text": "t", "at": "2026-01-01T00:00:00Z"}]}', "posts[0].id"),
        ("PUT", POSTS, r'{"posts": [{"id": "a", "text": "\u0000", "at": "2026-01-01T00:00:00Z"}]}', "posts[0].text"),
        (
            "PUT",
            POSTS,
            r'{"posts": [{"id": "a", "text": "t", "at": "2026-01-01T00:00:00Z", "numbers": {"views": 1e999}}]}',
            "posts[0].numbers.views",
        ),
        ("PUT", POSTS, r'{"posts": [{"id": "a", "text": "t", "at": "9999-12-31T23:59:59-12:00"}]}', "posts[0].at"),
        ("PUT", POSTS, r'{"posts": [{"id": "a", "text": "t", "at": "0001-01-01T00:00:00+14:00"}]}', "posts[0].at"),
        ("POST", SUGGESTIONS, r'{"tone": "\u0000"}', "tone"),
        ("POST", SUGGESTIONS, r'{"segment": "\u0000"}', "segment"),
        ("POST", SUGGESTIONS, r'{"at": "9999-12-31T23:59:59-12:00"}', "at"),
        ("POST", CALENDAR, r'{"draft_id": "\u0000", "actor": "ming"}', "draft_id"),
        ("POST", CALENDAR, r'{"draft_id": "x", "actor": "\u0000"}', "actor"),
        ("POST", CALENDAR, r'{"draft_id": "x", "actor": "ming", "channel": "\u0000"}', "channel"),
    ],
)
def test_a_wrong_body_is_named(shop, method, path, body, field):
    assert refused(shop, method, path, body) == field


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
def test_a_moment_at_the_end_of_time_is_refused_or_answered(shop, at):
    draft = shop.review(shop.draft())
    assert refused(shop, "POST", CALENDAR, json.dumps({"draft_id": draft["id"], "actor": "a", "at": at})) == "at"
    for name in ("since", "until"):
        answer = shop.operator.get(CALENDAR, params={name: at})
        assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("path", [f"{DRAFTS}/a%00b", f"{DRAFTS}?cursor=a%00b", f"{CALENDAR}?cursor=%00"])
def test_a_wrong_address_is_no_error_of_ours(shop, path):
    assert shop.operator.get(path).status_code in {400, 404}
