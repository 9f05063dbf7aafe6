"""A member's words are found in what others wrote, and nothing else is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.content.quotes import GONE, LEAST, without, without_in, words_of

SAID = "這個奶粉寶寶喝了不會脹氣"


def test_a_whole_message_is_taken_out_and_shorter_ones_are_anybodys():
    words = words_of("m1", [SAID, f"{SAID}，推薦", "謝謝"])
    assert without(f"有人說：{SAID}，推薦！謝謝", words) == f"有人說：{GONE}！謝謝"
    assert without_in({"a": [SAID, 1], "b": {"c": "x"}}, words) == {"a": [GONE, 1], "b": {"c": "x"}}
    assert without(SAID[:-1], words) == SAID[:-1]


def test_a_name_counts_where_it_can_be_nothing_else():
    short, long = words_of("m1", []), words_of("U4af4980629", [])
    assert without("謝謝 @m1，@m12 也來；m1 升級", short) == f"謝謝 {GONE}，@m12 也來；m1 升級"
    assert without("請 U4af4980629 來", long) == f"請 {GONE} 來"
    assert without("U4af49806291", long) == "U4af49806291"
    assert without("m1", short) == GONE


@given(st.text("ab，。", max_size=40), st.text("ab，。", max_size=40), st.text("ab，。", min_size=LEAST, max_size=20))
def test_what_is_quoted_anywhere_is_gone(before, after, said):
    words = words_of("nobody", [said])
    left = without(before + said + after, words)
    own = said.strip()
    assert len(own) < LEAST or own not in left
    assert len(own) >= LEAST or left == before + said + after


@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=5))
def test_what_quotes_nothing_is_itself(text, messages):
    words = words_of("nobody-of-that-name", messages)
    if not any(len(one.strip()) >= LEAST and one.strip() in text for one in messages):
        assert without(text, words) == text
