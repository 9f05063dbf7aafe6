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
