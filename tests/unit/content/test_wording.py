"""What operators and members read: each language's own, the reason's form for its figures, the days by their names."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from assistant.content.drafting import from_template, why
from assistant.content.ideas import ideas_of
from assistant.content.occasions import occasions
from assistant.content.reasons import reason_key
from assistant.types.content import Draft, DraftState, Idea, Kind, Screening
from assistant.types.content_settings import OwnDate
from assistant.usecases.content.asking import SuggestionsRequest
from assistant.usecases.content.calendar import published_text
from assistant.usecases.content.draft_shapes import DraftRequest
from assistant.usecases.request import invalid_input
from assistant.words import LANGUAGES, load_words
from tests.unit.content.making import NOW

WORDS = load_words()
CONTENT = [key for key in WORDS.keys("content.") if not key.startswith("content.days.")]
CONTENT += WORDS.keys("suggest_report.")
MOTHERS_DAY = date(2026, 5, 10)
CANTONESE = re.compile("[嘅咗哋唔喺嚟啲佢冇俾畀咁嗰冧睇]|邊度|點解|話我|傾開|使唔")
TAIWANESE = re.compile(
    "秀給|個資|客訴|照舊|社團|許願|心得|貼文|按讚|報到|重播|兩週|週報|公佈欄|蒐集|聊聊|錄取|隔天|機器人"
)


def idea(because: str, **values) -> Idea:
    return Idea("sug_1", Kind.POLL, "保溫瓶", because, values, 1.0, "top_1")


def days_before(days: int, language: str, own: list[OwnDate]) -> str:
    since = MOTHERS_DAY - timedelta(days=days)
    found = [one for one in occasions(["us"], own, since, MOTHERS_DAY) if one.on == MOTHERS_DAY]
    return why(ideas_of([], [], found)[0], language)


@pytest.mark.parametrize(
    ("language", "today", "tomorrow", "later"),
    [
        (
            "en",
            "Mother's Day is today, 2026-05-10.",
            "Mother's Day is tomorrow, 2026-05-10.",
            "Mother's Day is in 2 days, on 2026-05-10.",
        ),
        ("zh-Hans", "今天是母亲节（2026-05-10）。", "明天是母亲节（2026-05-10）。", "母亲节还有 2 天（2026-05-10）。"),
        ("zh-Hant", "今天是母親節（2026-05-10）。", "明天是母親節（2026-05-10）。", "母親節還有 2 天（2026-05-10）。"),
        (
            "zh-Hant-HK",
            "今日是母親節（2026-05-10）。",
            "明日是母親節（2026-05-10）。",
            "距離母親節還有 2 日（2026-05-10）。",
        ),
    ],
)
def test_a_day_is_today_tomorrow_or_in_so_many_days(language, today, tomorrow, later):
    assert [days_before(days, language, []) for days in (0, 1, 2)] == [today, tomorrow, later]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_own_day_has_its_forms_too(language):
    own = [OwnDate(MOTHERS_DAY, "小樹生日")]
    said = [days_before(days, language, own) for days in (0, 1, 2)]
    assert len(set(said)) == 3
    assert all("小樹生日" in one for one in said)
    assert not any(re.search(r"\b[01] (?:days|天|日)", one) for one in said)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("because", ["rising", "new", "question", "complaint", "wish", "unanswered"])
def test_one_member_is_no_plural(because, language):
    values = {"topic": "保溫瓶", "need": "保溫瓶", "recent": 3, "trend": 2.0}
    one, two = (why(idea(because, members=members, **values), language) for members in (1, 2))
    assert "1 " not in one
    assert "members" not in one
    assert "2" in two


def test_a_need_of_two_is_told_as_theirs():
    assert reason_key("question_one", {"members": 2}) == "question"
    assert reason_key("question", {"members": 1}) == "question_one"


@pytest.mark.parametrize("key", CONTENT)
def test_hong_kong_has_its_own_written_chinese(key):
    said = WORDS.get(key, "zh-Hant-HK")
    assert TAIWANESE.search(said) is None
    assert CANTONESE.search(said) is None


@pytest.mark.parametrize("key", CONTENT)
def test_simplified_counts_messages_as_the_mainland_does(key):
    assert "则消息" not in WORDS.get(key, "zh-Hans")
    assert "几则" not in WORDS.get(key, "zh-Hans")


@pytest.mark.parametrize(
    ("region", "on", "language", "name"),
    [
        ("cn", date(2026, 5, 1), "zh-Hant", "勞動節"),
        ("cn", date(2026, 2, 17), "zh-Hant-HK", "農曆新年"),
        ("tw", date(2026, 6, 19), "zh-Hans", "端午节"),
        ("us", date(2026, 11, 26), "zh-Hant", "感恩節"),
        ("us", date(2026, 11, 26), "en", "Thanksgiving"),
    ],
)
def test_a_post_names_the_day_in_its_own_language(region, on, language, name):
    ideas = [one for one in ideas_of([], [], occasions([region], [], on, on)) if one.kind is Kind.ACTIVITY]
    assert name in {re.split("活|:", from_template(one, language).title)[0] for one in ideas}


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("zh-TW", "zh-Hant"),
        ("zh_TW", "zh-Hant"),
        ("zh-HK", "zh-Hant-HK"),
        ("zh-CN", "zh-Hans"),
        ("en-GB", "en"),
        ("zh-Hant-HK", "zh-Hant-HK"),
    ],
)
def test_suggestions_and_drafts_read_a_language_alike(given, meant):
    assert SuggestionsRequest(language=given).spoken("en") == meant
    assert DraftRequest(kind="poll", title="a", body="b", actor="c", language=given).language == meant


@pytest.mark.parametrize("given", ["ja", "fr", "enochian", "", "zhuang", "x" * 41])
@pytest.mark.parametrize("asked", [SuggestionsRequest, DraftRequest])
def test_another_language_is_refused_by_name(asked, given):
    more = {} if asked is SuggestionsRequest else {"kind": "poll", "title": "a", "body": "b", "actor": "c"}
    with pytest.raises(ValidationError) as refused:
        asked(language=given, **more)
    error = invalid_input(refused.value)
    assert error.field == "language"
    assert error.status == 400
    assert all(one in error.values["problem"] for one in LANGUAGES)


@pytest.mark.parametrize(
    ("language", "mark"), [("en", "(Written by AI)"), ("zh-Hant", "（AI 生成）"), ("zh-Hans", "（AI 生成）")]
)
def test_what_a_model_wrote_is_marked_in_its_language(language, mark):
    draft = Draft(
        "drf", "c", Kind.POLL, "Title", "Body", language, (), "general", True, DraftState.APPROVED,
        Screening("allow", blocked=False), {}, {}, "", 0, "a", NOW, NOW,
    )  # fmt: skip
    assert published_text(draft) == f"Title\n\nBody\n\n{mark}"
