"""Answers to the bot's own clarification, in four languages."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.faq.choosing import MOST_CHARS, Beside, Offer, choose, numbered, offered
from assistant.faq.phrases import say
from assistant.types.faq import Turn
from assistant.words import LANGUAGES

RETURNS, SHIPPING = "怎麼退貨？", "運費怎麼算？"
TWO = Offer("退貨運費", (RETURNS, SHIPPING))
ONE = Offer("退貨", (RETURNS,))
ENGLISH = Offer("return", ("How do I return an item?", "Can I exchange an item?"))
SECOND = [
    "2",
    "２",
    "二",
    "第二個",
    "第2个",
    "第二個啦",
    "揀第二個",
    "選 2",
    "2.",
    "②",
    "我要第二個",
    "對，第二個",
    "the second one",
]
SECOND += ["number 2", "no. 2", "option two", "B", "b)", "Ｂ", "後者", "最后一个", "the latter", "the last one"]
NONE = [
    "不是",
    "都不是",
    "兩個都不是",
    "都不对",
    "以上皆非",
    "唔係",
    "都唔係",
    "唔啱",
    "no",
    "neither",
    "No, neither.",
    "none of them",
]
YES = [
    "對",
    "是",
    "是的",
    "沒錯",
    "没错",
    "係",
    "係呀",
    "啱",
    "就是這個",
    "嗯嗯",
    "yes",
    "Yes, that's it!",
    "right",
    "1",
    "第一個",
]


@pytest.mark.parametrize("text", SECOND)
def test_the_second_by_its_number(text: str) -> None:
    assert choose(text, TWO) == SHIPPING
    assert choose(text, ENGLISH) == ENGLISH.choices[1]


@pytest.mark.parametrize("text", ["1", "１", "一", "第一個", "the first one", "A", "前者", "first"])
def test_the_first_by_its_number(text: str) -> None:
    assert choose(text, TWO) == RETURNS


@pytest.mark.parametrize("text", NONE)
def test_none_of_them(text: str) -> None:
    assert choose(text, TWO) is Beside.NONE
    assert choose(text, ONE) is Beside.NONE


@pytest.mark.parametrize("text", YES)
def test_yes_picks_what_was_offered_alone(text: str) -> None:
    assert choose(text, ONE) == RETURNS


@pytest.mark.parametrize("text", ["對", "yes", "係", "第三個", "3", "both", "都是"])
def test_what_does_not_tell_which_of_two(text: str) -> None:
    assert choose(text, TWO) is Beside.UNCLEAR


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("運費", SHIPPING),
        ("運費怎麼算", SHIPPING),
        ("运费", SHIPPING),
        ("退貨的那個", RETURNS),
        ("我想問運費的問題", SHIPPING),
        ("關於退貨", RETURNS),
    ],
)
def test_the_words_of_a_choice_or_a_part_of_them(text: str, choice: str) -> None:
    assert choose(text, TWO) == choice


def test_words_of_english_choices() -> None:
    assert choose("exchange", ENGLISH) == ENGLISH.choices[1]
    assert choose("the one about returns", ENGLISH) == ENGLISH.choices[0]
    assert choose("an item", ENGLISH) is None


@pytest.mark.parametrize(
    "text",
    [
        "退貨要運費嗎",
        "怎麼",
        "我的訂單到哪了",
        "你們有門市嗎",
        "謝謝",
        "不用了",
        "",
        "  ",
        "2 件可以合併寄嗎",
        "do you ship to Japan?",
    ],
)
def test_other_questions_are_no_answers(text: str) -> None:
    assert choose(text, TWO) is None


OWN_WORDS = {
    "en": ["my own order", "mine", "my account", "My own order or account"],
    "zh-Hans": ["自己的订单", "我自己的", "我的账户"],
    "zh-Hant": ["自己的訂單", "我自己的", "我的帳號"],
    "zh-Hant-HK": ["我自己嘅訂單", "自己的戶口", "我嘅"],
}
GENERAL_WORDS = {
    "en": ["in general", "how it works in general", "general"],
    "zh-Hans": ["一般的规则", "一般", "规则"],
    "zh-Hant": ["一般的規定", "一般的規定吧", "規定"],
    "zh-Hant-HK": ["一般的安排", "一般嘅安排", "安排"],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bots_own_words_for_ones_own_and_the_general(language: str) -> None:
    offer = Offer("退款幾天到", (say("own", language), "退款多久會入帳？"))
    assert [choose(text, offer) for text in OWN_WORDS[language]] == [offer.choices[0]] * len(OWN_WORDS[language])
    assert [choose(text, offer) for text in GENERAL_WORDS[language]] == [offer.choices[1]] * len(
        GENERAL_WORDS[language]
    )
    assert choose("2", offer) == offer.choices[1]


def test_those_words_mean_nothing_after_another_offer() -> None:
    assert choose("一般的規定", TWO) is None
    assert choose("mine", ENGLISH) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["clarify", "near", "own_or_general"])
def test_an_offer_is_read_from_its_own_plain_text(language: str, name: str) -> None:
    text = numbered(say(name, language), TWO.choices)
    assert text.endswith(f"\n1. {RETURNS}\n2. {SHIPPING}")
    assert offered([Turn("退貨運費", asker=True), Turn(text, asker=False)]) == TWO


@pytest.mark.parametrize(
    "turns",
    [
        [],
        [Turn("x", asker=True)],
        [Turn("x", asker=True), Turn("步驟：\n1. 寄回\n2. 等候", asker=False)],
        [Turn("x", asker=True), Turn(say("clarify", "en"), asker=False)],
        [Turn("x", asker=True), Turn(numbered(say("clarify", "en"), ["a"]), asker=False), Turn("y", asker=True)],
    ],
)
def test_other_texts_offer_nothing(turns: list[Turn]) -> None:
    assert offered(turns) is None


@given(st.text(max_size=MOST_CHARS + 5), st.sampled_from([TWO, ONE, ENGLISH]))
def test_any_text_picks_a_choice_or_none(text: str, offer: Offer) -> None:
    assert choose(text, offer) in {*offer.choices, *Beside, None}


@pytest.mark.parametrize("unit", ["是", "就是", "對", "the ", "1", "不是", " "])
def test_long_answers_take_linear_time(unit: str) -> None:
    choose("2", TWO)
    start = time.process_time()
    choose((unit * MOST_CHARS)[:MOST_CHARS], TWO)
    assert time.process_time() - start < 0.2
