"""Suggestions written down: everything that an operator needs, in the language of the drafts."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from assistant.cli.content_report import as_markdown, show
from assistant.words import LANGUAGES
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
        "TITLE BODY WHY MEASURE GOAL FORM PLACE RULE REWARD STAFF SIGNUP CHECKIN AFTER LAWFUL 〔BLANK〕 3,500 TWD 保溫瓶 蓋子哪裡買 怎麼退 "
        "小樹生日 公祭日 公平交易法 第21條 2026-11-28 plan.rewards[0] seg_1 m11 fb-1 12.3 30.5 漏水了 w1 food"
    ).split()
    assert [part for part in parts if part not in said] == []
    assert NOTE[language] in said
    assert said.count("〔BLANK〕") == 1


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "zh-Hant-HK"])
def test_chinese_reports_have_no_english_labels(language):
    said = as_markdown(document(language, suggestion(language)))
    told = re.sub(r"[A-Z]{2,}|plan\.rewards|seg_1|m11|fb-1|w1|food", "", said)
    assert re.findall(r"[A-Za-z]{2,}", told) == []


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
@pytest.mark.parametrize(
    ("language", "nothing", "used"),
    [
        ("en", "no topic and no need", "taken up or rejected"),
        ("zh-Hans", "没有话题和需求", "已采用或拒绝"),
        ("zh-Hant", "沒有話題與需求", "已採用或退回"),
        ("zh-Hant-HK", "沒有話題和需求", "已採用或拒絕"),
    ],
)
def test_an_empty_answer_says_why(write, language, nothing, used):
    mourning = [{"on": "2026-12-13", "name": "公祭日", "days": 15, "own": False, "solemn": True}]
    assert nothing in write(document(language, topics=[], needs=[], occasions=mourning))
    assert used in write(document(language))


def test_members_words_are_no_markup():
    topic = {"name": "[red]x[/nothing]", "recent": 1, "before": 0, "members": 1, "trend": 1.0}
    assert "[red]x[/nothing]" in in_terminal(document("en", suggestion("en"), topics=[topic]))
