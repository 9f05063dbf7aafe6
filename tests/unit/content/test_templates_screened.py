"""The service's own words, of every kind and language and about everyday things, are let through by the shipped policy."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from assistant.content.drafting import from_template
from assistant.content.plans import PLANNED_KINDS, plan_of, times_of
from assistant.content.surveys import as_document, survey_of
from assistant.settings import load_settings
from assistant.types import Label, Message, Part, Purpose
from assistant.types.content import Idea, Kind, Written
from assistant.usecases.content.render import render_plan, screened_parts
from assistant.wiring import build_screener
from assistant.words import LANGUAGES
from tests.unit.content.making import NOW

CALM = 0.6
"""Well below the shipped threshold for instructions to a language model."""
HANS = ("保温瓶", "手账本", "团购", "尿布", "婴儿车", "咖啡豆", "猫砂", "读书会", "陶杯", "发货", "运费", "拉面")
HANT = ("保溫瓶", "手帳本", "團購", "尿布", "嬰兒車", "咖啡豆", "貓砂", "讀書會", "陶杯", "出貨", "運費", "拉麵")
EN = (
    "flask",
    "notebook",
    "group buy",
    "nappies",
    "stroller",
    "coffee beans",
    "cat litter",
    "book club",
    "mug",
    "shipping",
)
EN += ("returns", "noodles")
SUBJECTS = {"en": EN, "zh-Hans": HANS, "zh-Hant": HANT, "zh-Hant-HK": HANT}
DAY = date(2026, 12, 22)
DAYS = dict.fromkeys(LANGUAGES, ("冬至", "12.12")) | {"en": ("Winter solstice", "the 12.12 sale")}


@pytest.fixture(scope="module")
def screener():
    return build_screener(load_settings())


def written(kind: Kind, language: str) -> list[Written]:
    subjects = SUBJECTS[language][list(Kind).index(kind) % 3 :: 3]
    about = [Idea("s", kind, one, "new", {}, 1.0, "top", (one,)) for one in subjects]
    days = [
        Idea("s", kind, one, "festival", {"days": n}, 1.0, "day", day=DAY) for n in (0, 5, 20) for one in DAYS[language]
    ]
    return [from_template(one, language) for one in (*about, *days)]


def beside(kind: Kind, language: str) -> tuple[Part, ...]:
    """The words of a plan or a questionnaire, which are screened with the draft's."""
    idea = Idea("s", kind, SUBJECTS[language][0], "new", {}, 1.0, "top")
    survey = as_document(survey_of(idea.subject, language)) if kind is Kind.SURVEY else None
    plan = None
    if kind in PLANNED_KINDS:
        plan = render_plan(plan_of(idea, times_of(idea, NOW, ZoneInfo("Asia/Taipei")), language, 0, "TWD", prize=True))
    return tuple(Part(*one) for one in screened_parts({"plan": plan, "survey": survey}).items())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(Kind))
def test_our_own_templates_are_let_through(screener, kind, language):
    texts = [f"{one.title}\n{one.body}" for one in written(kind, language)]
    parts = beside(kind, language)
    assert bool(parts) is (kind in PLANNED_KINDS | {Kind.SURVEY})
    messages = [Message(text, purpose=Purpose.MARKETING, parts=() if at else parts) for at, text in enumerate(texts)]
    for text, decision in zip(texts, screener.screen_batch(messages), strict=True):
        assert decision.action.value == "allow", text
        assert decision.scores.get(Label.INJECTION, 0.0) < CALM, text
