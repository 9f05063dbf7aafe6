"""What a language model wrote, held against what it was told."""

from __future__ import annotations

import pytest

from assistant.content.checking import problem_with
from assistant.content.offers import figures, offers, with_digits

FACTS = [
    "滿 1,000 元免運，未滿收 80 元",
    "到貨七天內可以退貨",
    "營業時間週一到週五 10:00 到 19:00",
    "小樹嬰幼",
    "2026-12-03",
]


def problem(body: str, told=FACTS, language: str = "zh-Hant", title: str = "大家好", own=()) -> str | None:
    return problem_with({"title": title, "body": body}, told, language, own)


@pytest.mark.parametrize(
    "body",
    [
        "〔1 月 1 日〕在〔地點〕見，歡迎大家一起來聊聊。",
        "湊滿 1000 元就免運喔，大家一起買。",
        "湊滿 １，０００ 元就免運喔，大家一起買。",
        "湊滿一千元就免運喔，大家一起買。",
        "未滿一千元，運費八十元，請大家留意。",
        "收到後 7 天內可以退貨，請大家放心。",
        "我們 12 月 3 日見，歡迎大家來聊聊。",
        "早上 10:00 開門，歡迎大家來看看。",
        "我們一起來聊聊，有一個問題想問大家，大家說說看。",
        "1. 先洗手\n2. 再開動\n3. 收拾乾淨，大家一起來。",
        "①先洗手②再開動③收拾乾淨，大家一起來。",
        "滿六個月的寶寶、滿一歲的寶寶都在吃什麼？千萬別客氣，大家說說看。",
        "一塊來聊聊元旦，大家想怎麼過？打折的事再說。",
    ],
)
def test_what_was_told_or_left_blank_may_stand(body):
    assert problem(body) is None


@pytest.mark.parametrize(
    "body",
    [
        "全面五折，歡迎大家來逛逛。",
        "全館七五折，歡迎大家來逛逛。",
        "今天全館對折，歡迎大家來逛逛。",
        "第二件半價，歡迎大家來逛逛。",
        "尿布買二送一，歡迎大家來逛逛。",
        "尿布買一包送一包，歡迎大家來逛逛。",
        "這個活動限三天，歡迎大家來逛逛。",
        "限時七天，歡迎大家來逛逛。",
        "只剩兩天，歡迎大家來逛逛。",
        "限量三百份，歡迎大家來逛逛。",
        "滿五百就送小禮，歡迎大家來逛逛。",
        "現在只要九十九元，歡迎大家來逛逛。",
        "全館省三成，歡迎大家來逛逛。",
        "全部 ５ 折，歡迎大家來逛逛。",
        "滿 1,500 元免運，歡迎大家來逛逛。",
        "我們 1 月 1 日見，歡迎大家來聊聊。",
    ],
)
def test_an_offer_that_no_fact_makes_is_refused(body):
    assert "not given" in (problem(body) or "")
    assert problem(body, [*FACTS, body]) is None, "as a fact it may be said"


@pytest.mark.parametrize(
    "body",
    [
        "Everything is half price at our shop today, come and see it.",
        "Everything is half off at our shop today, come and see it.",
        "Get fifty percent off at our shop today, come and see it.",
        "Buy one get one free at our shop today, come and see it.",
        "It is three days only at our shop, so come and see it.",
    ],
)
def test_an_english_offer_that_no_fact_makes_is_refused(body):
    assert "not given" in (problem(body, ["Delivery is free"], "en", "Hello") or "")
    assert problem(body, [body], "en", "Hello") is None


def test_english_words_that_offer_nothing_may_stand():
    assert problem("We talked just two days ago, and half of you liked the flask.", [], "en", "Hello") is None


def test_a_fact_in_another_language_makes_the_offer():
    assert problem("Everything is half price at our shop today.", ["全館五折"], "en", "Hello") is None
    assert problem("尿布買一送一，歡迎大家來逛逛。", ["Buy one get one free"]) is None


@pytest.mark.parametrize(
    ("title", "body", "language"),
    [
        ("大家好", "大家的留言我們都看了，关于保溫瓶漏水的處理，我們會盡快回覆大家。", "zh-Hant"),
        ("问题怎么处理", "大家的留言我們都看了，保溫瓶漏水的處理，我們會盡快回覆大家。", "zh-Hant"),
        ("大家好", "大家的留言我們都看了，问题怎么处理，我們會盡快回覆大家的每一則留言。", "zh-Hant-HK"),
        ("大家好", "大家的留言我们都看了，關於保温瓶漏水的处理，我们会尽快回复大家。", "zh-Hans"),
        ("問題怎麼處理", "大家的留言我们都看了，保温瓶漏水的处理，我们会尽快回复大家。", "zh-Hans"),
    ],
)
def test_another_script_is_refused_wherever_it_stands(title, body, language):
    assert "characters" in (problem(body, [], language, title) or "")


def test_the_operators_own_words_stand_as_they_are_written():
    body = "华为的保溫瓶到貨了，歡迎大家來看看。"
    assert "Simplified" in (problem(body) or "")
    assert problem(body, own=["华为保溫瓶"]) is None


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("一千二百", "1200"), ("十五", "15"), ("二十", "20"), ("七五", "75"), ("兩萬三千", "23000"), ("一百零五", "105"), ("萬", "10000"),
        ("1,234,567", "1234567"), ("１２", "12"), ("09:05", "9:5"), ("1,23", "1,23"), ("0.5", "0.5"),
    ],
)  # fmt: skip
def test_numerals_are_read(text, read):
    assert with_digits(text) == read


def test_figures_are_no_days_and_no_ones():
    assert figures("週一到週五，一起在七天內買滿一千元、2 件，十一個") == {"7", "1000", "2", "11"}


def test_offers_are_told_apart():
    assert offers("全館 7.5 折，買二送一，限三天，滿一千元") == {"discount 75", "gift 2 1", "limit 3 day", "money 1000"}
    assert offers("25% off") == {"discount 75"}
    assert offers("大家打折、曲折、一半、買菜送人") == set()
