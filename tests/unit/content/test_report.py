"""Suggestions written down: everything that an operator needs, in the language of the drafts."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from assistant.cli.content_report import as_markdown, show
from assistant.types import Category
from assistant.words import LANGUAGES, load_words
from tests.unit.content.report import NOTE, insight, suggestion


def document(language: str, *suggestions: dict, **more) -> dict:
    return {"insight": insight(language=language, **more), "suggestions": list(suggestions)}


def in_terminal(given: dict) -> str:
    screen = Console(file=io.StringIO(), width=300)
    show(given, screen)
    return screen.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("write", [as_markdown, in_terminal])
def test_everything_is_told(write, language):
    said = write(document(language, suggestion(language)))
    parts = (
        "TITLE BODY WHY MEASURE GOAL FORM PLACE RULE REWARD STAFF SIGNUP CHECKIN AFTER LAWFUL 〔BLANK〕 "
        "3,500 1,500 SPLIT TWD 保溫瓶 蓋子哪裡買 怎麼退 "
        "小樹生日 公祭日 公平交易法 第21條 2026-11-28 plan.rewards[0] seg_1 m11 fb-1 12.3 30.5 漏水了 w1"
    ).split()
    assert [part for part in parts if part not in said] == []
    assert NOTE[language] in said
    assert said.count("〔BLANK〕") == 1


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "zh-Hant-HK"])
def test_chinese_reports_have_no_english_labels(language):
    said = as_markdown(document(language, suggestion(language)))
    told = re.sub(r"[A-Z]{2,}|plan\.rewards|seg_1|m11|fb-1|w1", "", said)
    assert re.findall(r"[A-Za-z]{2,}", told) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("category", Category)
def test_a_category_has_a_word_in_every_language(language, category):
    said = as_markdown(document(language, suggestion(language, category=category.value)))
    word = load_words().get(f"suggest_report.categories.{category.value}", language)
    assert word in said
    assert word.isascii() is (language == "en")
    assert "_" not in word


@pytest.mark.parametrize(
    ("language", "quoted"),
    [("en", "“漏水了”"), ("zh-Hans", "“漏水了”"), ("zh-Hant", "「漏水了」"), ("zh-Hant-HK", "「漏水了」")],
)
def test_members_are_quoted_as_their_readers_quote(language, quoted):
    assert quoted in in_terminal(document(language, suggestion(language)))


@pytest.mark.parametrize(
    ("language", "kind", "title", "heading"),
    [
        ("en", "Poll", "A quick poll: bibs", "A quick poll: bibs"),
        ("en", "Live session", "Live: bibs", "Live: bibs"),
        ("en", "Story", "A story about bibs", "Story: A story about bibs"),
        ("en", "Poll", "Pollen: what helps?", "Poll: Pollen: what helps?"),
        ("zh-Hant-HK", "投票", "投票：寶寶", "投票：寶寶"),
        ("zh-Hant", "投票", "投個票：寶寶", "投個票：寶寶"),
        ("zh-Hans", "故事", "宝宝的一天", "故事：宝宝的一天"),
        ("zh-Hant", "教學", "副食品：一步一步來", "教學：副食品：一步一步來"),
    ],
)
def test_a_heading_names_its_kind_once(language, kind, title, heading):
    one = suggestion(language, kind_name=kind)
    one["draft"]["title"] = title
    assert f"## 1. {heading}\n" in as_markdown(document(language, one))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_of_a_poll_or_a_live_session_names_its_kind_itself(language):
    words = load_words()
    for kind in ("poll", "live"):
        name = words.get(f"content.kinds.{kind}.name", language)
        title = words.get(f"content.kinds.{kind}.title", language, subject="X")
        one = suggestion(language, kind_name=name)
        one["draft"]["title"] = title
        assert f"## 1. {title}\n" in as_markdown(document(language, one))


@pytest.mark.parametrize(
    ("language", "others"),
    [
        ("en", "posts of other kinds"),
        ("zh-Hans", "其他类型的帖子"),
        ("zh-Hant", "其他類型的貼文"),
        ("zh-Hant-HK", "其他類型的帖文"),
    ],
)
def test_an_estimate_from_other_kinds_says_so(language, others):
    effect = {"mean": 12.3, "low": 4.0, "high": 30.5, "posts": 0}
    assert others in as_markdown(document(language, suggestion(language, expected=effect)))
    assert others not in as_markdown(document(language, suggestion(language)))


def test_an_expected_response_has_its_unit_and_its_range():
    said = as_markdown(document("en", suggestion("en")))
    assert "12.3 points" in said
    assert "between 4 and 30.5" in said
    assert "an order 5" in said


def test_places_and_dates_of_the_laws_stand_beside_a_clean_draft_too():
    clean = {"action": "allow", "blocked": False, "clean": True, "findings": [], "rewordings": {}, "note": NOTE}
    said = as_markdown(document("en", suggestion("en", screening=clean, jurisdictions=[])))
    assert "mainland China, Taiwan, Hong Kong, United States" in said
    assert re.search(r"as read on \d{4}-\d\d-\d\d", said)
    assert "Screened: nothing found" in said


def test_a_budget_that_nobody_set_is_left_to_fill():
    plan = suggestion("en")["plan"] | {"budget": 0.0}
    assert "Budget: 〔to fill in〕" in as_markdown(document("en", suggestion("en", plan=plan)))


@pytest.mark.parametrize("write", [as_markdown, in_terminal])
def test_an_empty_answer_says_why(write):
    assert "BECAUSE" in write(document("zh-Hant", topics=[], needs=[], empty="BECAUSE"))


def test_members_words_are_no_markup():
    topic = {"name": "[red]x[/nothing]", "recent": 1, "before": 0, "members": 1, "trend": 1.0}
    assert "[red]x[/nothing]" in in_terminal(document("en", suggestion("en"), topics=[topic]))
