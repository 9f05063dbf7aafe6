"""The language that a question is written in, and what tells the script of one that shows none."""

from __future__ import annotations

import pytest

from assistant.faq.asked_in import written_in


@pytest.mark.parametrize(
    ("question", "usual", "language"),
    [
        ("點數怎麼拿", "en", "zh-Hant"),
        ("点数怎么拿", "zh-Hant", "zh-Hans"),
        ("多少", "zh-Hant", "zh-Hant"),
        ("多少", "zh-Hans", "zh-Hans"),
        ("ㄩㄣˋㄈㄟˋ多少", "en", "zh-Hant"),
        ("How much is it?", "zh-Hant", "en"),
        ("배송비 얼마예요", "zh-Hant", ""),
        ("😀", "zh-Hant", ""),
    ],
)
def test_the_language_is_the_questions(question: str, usual: str, language: str) -> None:
    assert written_in(question, usual) == language
