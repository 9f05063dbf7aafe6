"""Patterns of a community: what they find, what they refuse, and that no pattern can stall the service."""

from __future__ import annotations

import time

import pytest

from assistant.errors import InvalidPolicy
from assistant.moderation.floods import MAX_FINDINGS
from assistant.moderation.patterns import Patterns
from assistant.text import Normalised
from assistant.types import Pattern
from assistant.types.policy import MAX_PATTERNS


def find(pattern: str, text: str) -> list[str]:
    rules = Patterns([Pattern("p", "custom:test", pattern)])
    return [text[f.start : f.end] for f in rules.find(Normalised(text))]


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"競品\p{Han}{2}", "我比較喜歡競品甲乙的", ["競品甲乙"]),
        (r"spoiler", "SPOILER ahead", ["SPOILER"]),
        (r"vip\d+", "ｖｉｐ２３ 請進", ["ｖｉｐ２３"]),
        (r"abc", "a\u200bb\u200bc", ["a\u200bb\u200bc"]),
        (r"(?-i)NDA", "NDA nda", ["NDA"]),
        (r"(?-i)nda", "NDA nda", ["nda"]),
        (r"(?-i:nda)", "NDA nda", ["nda"]),
        (r"code (?-i:x)\d", "CODE x1 CODE X2", ["CODE x1"]),
        (r"(?s-i)nda.", "NDA nda\n", ["nda\n"]),
        (r"x(?U-si:nda)", "xNDA Xnda", ["Xnda"]),
        (r"(?i)nda", "ＮＤＡ", ["ＮＤＡ"]),
        (r"\(?-i:nda", "(－ｉ：ＮＤＡ", ["(－ｉ：ＮＤＡ"]),
        (r"x*", "no match of length none", []),
        (r"ab", "😀ab😀ab", ["ab", "ab"]),
        (r"b", "\ud800b", ["b"]),
    ],
)
def test_finds_in_the_text_as_written_and_as_meant(pattern: str, text: str, found: list[str]) -> None:
    assert find(pattern, text) == found


@pytest.mark.parametrize("pattern", [r"(a", r"a(?=b)", r"(a)\1", r"a{1001}", r"((a{100}){100}){100}", "\ud800", r"\C"])
def test_refuses_what_re2_cannot_run(pattern: str) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        Patterns([Pattern("price-tags", "custom:test", pattern)])
    assert caught.value.field == "patterns.price-tags"
    assert caught.value.values["problem"]


def test_the_refusal_says_what_re2_lacks() -> None:
    with pytest.raises(InvalidPolicy) as caught:
        Patterns([Pattern("p", "spam", r"(a)\1")])
    assert "back-references" in str(caught.value.values["problem"])
    assert "look-around" in str(caught.value.values["problem"])


def test_refuses_too_many() -> None:
    with pytest.raises(InvalidPolicy) as caught:
        Patterns([Pattern(f"p{i}", "spam", "a") for i in range(MAX_PATTERNS + 1)])
    assert caught.value.limit == MAX_PATTERNS


@pytest.mark.parametrize(("pattern", "text"), [(r"(a+)+$", "a" * 100_000 + "!"), (r"a[ab]*c|b", "ab" * 50_000)])
def test_a_catastrophic_pattern_is_quick(pattern: str, text: str) -> None:
    rules = Patterns([Pattern("p", "spam", pattern)])
    normalised = Normalised(text)
    assert normalised.plain
    start = time.process_time()
    found = rules.find(normalised)
    assert time.process_time() - start < 1.0
    assert len(found) <= 2 * MAX_FINDINGS


def test_all_matches_are_covered_however_many() -> None:
    assert find("bad", "bad " * 60) == ["bad"] * 60
    text = "好bad " * 1_000
    found = Patterns([Pattern("p", "spam", "bad")]).find(Normalised(text))
    assert len(found) == MAX_FINDINGS + 1
    assert [(f.start, f.end) for f in found[:2]] == [(1, 4), (6, 9)]
    assert found[-1].end == len(text)
    assert find("bad", "bad " * MAX_FINDINGS + "good") == ["bad"] * MAX_FINDINGS


def test_empty_matches_use_nothing_up() -> None:
    assert find("x*", "a" * 5_000 + "xx") == ["xx"]
