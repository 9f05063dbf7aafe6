"""The language of an answer where nobody asked for one."""

from __future__ import annotations

import pytest

from assistant.faq.asked_in import answer_language
from assistant.types.faq import Turn


@pytest.mark.parametrize(
    ("question", "default", "preferred", "language"),
    [
        # neutral texts: what the browser says, else the community's own
        *(
            (text, "zh-Hant", None, "zh-Hant")
            for text in ("你好", "早安", "我要真人", "感恩", "掰掰", "了解", "我不想活了")
        ),
        ("你好", "zh-Hant-HK", None, "zh-Hant-HK"),
        ("你好", "zh-Hans", None, "zh-Hans"),
        ("你好", "zh-Hans", "zh-Hant", "zh-Hant"),
        ("你好", "en", None, "zh-Hans"),
        ("？？", "zh-Hant", None, "zh-Hant"),
        ("？？", "zh-Hant", "en", "en"),
        # a number, a model or an abbreviation is written alike everywhere
        *(
            (text, "en", "zh-Hant", "zh-Hant")
            for text in (
                "A12345678",
                "#TW-20991",
                "iPhone 15",
                "iPad 10",
                "OK",
                "ok",
                "VIP",
                "S24 Ultra",
                "PS5?",
                "x100v",
            )
        ),
        ("MX-500", "zh-Hans", None, "zh-Hans"),
        ("iPhone 15 Pro Max", "zh-Hant", None, "zh-Hant"),
        ("A12345678", "zh-Hant", "en", "en"),
        *(
            (text, "zh-Hant", "zh-Hant", "en")
            for text in (
                "returns",
                "Is A123 here?",
                "iPhone 15 broken",
                "HELP",
                "ok thanks",
                "A123 has not arrived",
                "Refund A123",
                "hello",
                "I am lost",
                "A refund please",
                "CAN I PAY",
                "WHO ARE YOU?",
                "IS IT OK",
                "I Want Refund",
            )
        ),
        # the script tells
        ("怎麼退貨", "zh-Hans", None, "zh-Hant"),
        ("怎么退货", "zh-Hant", None, "zh-Hans"),
        ("點樣退貨", "zh-Hans", None, "zh-Hant-HK"),
        ("怎麼退貨", "zh-Hant-HK", None, "zh-Hant-HK"),
        # the browser tells the place, not another script or language
        ("怎麼退貨", "zh-Hans", "zh-Hant-HK", "zh-Hant-HK"),
        ("怎麼退貨", "zh-Hans", "zh-Hans", "zh-Hant"),
        ("怎麼退貨", "zh-Hans", "en", "zh-Hant"),
        ("How do I return it?", "zh-Hant", "zh-Hant", "en"),
        ("How do I return it?", "zh-Hant", None, "en"),
    ],
)
def test_what_is_asked_for_then_what_is_written_then_the_communitys(
    question: str, default: str, preferred: str | None, language: str
) -> None:
    assert answer_language(question, (), default, preferred) == language


def test_a_neutral_text_follows_what_was_written_before() -> None:
    assert answer_language("了解", [Turn("怎麼退貨", asker=True)], "zh-Hans") == "zh-Hant"
    assert answer_language("了解", [Turn("怎麼退貨", asker=False)], "zh-Hans") == "zh-Hans"


def test_an_order_number_is_answered_in_the_conversations_language() -> None:
    asked = [Turn("我的訂單到哪了", asker=True), Turn("請告訴我訂單編號", asker=False)]
    assert answer_language("A12345678", asked, "en") == "zh-Hant"
    assert answer_language("A12345678", asked, "en", "en") == "zh-Hant"
    assert answer_language("SF1098", [Turn("我的订单到哪了", asker=True)], "zh-Hant") == "zh-Hans"
    assert answer_language("SF1098", [Turn("Where is my parcel?", asker=True)], "zh-Hant", "zh-Hant") == "en"
