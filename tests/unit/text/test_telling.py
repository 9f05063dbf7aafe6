"""The words that tell what a question is about: whole, as written, none of what asks."""

from __future__ import annotations

import pytest

from assistant.text.telling import has_words, telling_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("點數怎麼拿", ["點數"]),
        ("点数怎么拿？", ["点数"]),
        ("寄到香港運費多少", ["香港", "運費"]),
        ("幾天會到貨", ["到貨"]),
        ("保溫瓶漏水怎麼換貨", ["保溫瓶", "漏水", "換貨"]),
        ("會員點數可以折抵運費嗎", ["會員", "點數", "折抵", "運費"]),
        ("嬰兒車可以寄超商嗎", ["嬰兒車", "超商"]),
        ("點解仲未收到貨", ["到貨"]),
        ("有賣貓砂嗎", ["貓砂"]),
        ("訂單號在哪裡看 https://shop.example/orders", ["訂單號"]),
        ("How do I use my points?", ["points"]),
        ("Is the café open on Sundays?", ["café", "open", "Sundays"]),
    ],
)
def test_words_are_whole_and_as_they_were_written(text: str, words: list[str]) -> None:
    assert list(telling_words(text).values()) == words


@pytest.mark.parametrize(
    "text",
    ["？", "😀", "多少", "什麼時候？", "怎麼", "可以嗎", "ㄩㄣˋㄈㄟˋ多少", "배송비 얼마예요", "how much?", "3.5"],
)
def test_what_only_asks_has_no_words(text: str) -> None:
    assert telling_words(text) == {}
    assert not has_words(text)


def test_what_is_done_alone_is_a_word_but_tells_nothing() -> None:
    assert telling_words("怎麼拿") == {}
    assert has_words("怎麼拿")


def test_both_scripts_are_one_word() -> None:
    assert telling_words("運費").keys() == telling_words("运费").keys()
