"""Lexical tokens: scripts, widths and cases that mean the same give the same; nothing is lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from assistant.faq.tokens import MAX_CHARACTERS, lexical_tokens

SIMPLIFIED = OpenCC("t2s")


def test_characters_and_pairs_of_han_and_words_of_the_rest() -> None:
    assert lexical_tokens("VIP運費多少?") == ["vip", "运", "费", "多", "少", "运费", "费多", "多少"]
    assert lexical_tokens("iPhone 15, Pro_Max's don’t") == ["iphone", "15", "pro", "max", "dont"]


def test_pairs_do_not_reach_over_what_stands_between() -> None:
    assert "费多" not in lexical_tokens("运费,多少")


def test_full_width_and_case_make_no_difference() -> None:
    assert lexical_tokens("ＦＡＱ　１２３") == lexical_tokens("faq 123") == ["faq", "123"]


def test_english_plurals_meet_their_singular() -> None:
    pairs = [
        ("refunds", "refund"),
        ("deliveries", "delivery"),
        ("boxes", "boxe"),
        ("status", "status"),
        ("address", "address"),
        ("bus", "bus"),
    ]
    assert [lexical_tokens(word) for word, _ in pairs] == [[stem] for _, stem in pairs]


@settings(deadline=None)
@given(st.text(st.sampled_from("退換貨運費積分訂單發票優惠會員請問怎麼這個嗎臺灣裡後面"), max_size=30))
def test_traditional_and_simplified_are_one(text: str) -> None:
    assert lexical_tokens(text) == lexical_tokens(SIMPLIFIED.convert(text))


@given(st.text())
def test_any_text_gives_tokens_without_spaces(text: str) -> None:
    tokens = lexical_tokens(text)
    assert all(token and not any(char.isspace() for char in token) for token in tokens)
    assert tokens == lexical_tokens(text)


def test_a_text_of_any_length_is_read_to_a_bound() -> None:
    assert len(lexical_tokens("貨" * (MAX_CHARACTERS + 500))) == 2 * MAX_CHARACTERS - 1
