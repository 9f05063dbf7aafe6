"""Keys must not depend on where in an array a text stands, nor on its neighbours."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.backends.ngrams import SALT, codes, distinct, grams, joined, prepared

words = st.text(st.sampled_from("ab c1'你好吗的，🙂"), min_size=0, max_size=40)


def keys(text: str) -> set[int]:
    return set(grams(codes(prepared(text))).keys.tolist())


@given(words, words)
def test_a_neighbour_changes_no_key(first: str, second: str) -> None:
    together = grams(joined([codes(prepared(first)), codes(prepared(second))]))
    edge = len(prepared(first)) + 1
    own = {key for key, start in zip(together.keys.tolist(), together.starts.tolist(), strict=True) if start >= edge}
    assert keys(second) <= own


@given(words)
def test_each_key_is_parallel_to_its_place(text: str) -> None:
    found = grams(codes(prepared(text)))
    assert len(found.keys) == len(found.starts) == len(found.lengths)
    assert (found.starts + found.lengths <= len(prepared(text))).all()


def test_equal_strings_have_equal_keys_wherever_they_stand() -> None:
    assert keys("坏透") - keys("今天天气坏透了") == keys("坏透") - keys("天坏透了"), "all but those at the ends"
    assert len(keys("完全不同") & keys("毫无关系")) == 1, "they share the space at either end alone"


def test_word_keys_need_word_boundaries() -> None:
    assert keys("ass") <= keys("an ass here")
    assert not keys("ass") <= keys("class assassin")


def test_long_numbers_read_alike_and_short_ones_do_not() -> None:
    assert keys("群 123456") == keys("群 987654")
    assert keys("18") != keys("19")


def test_a_salted_view_shares_nothing() -> None:
    points = codes(prepared("你好 hello"))
    assert not set(grams(points).keys.tolist()) & set(grams(points + SALT).keys.tolist())


def test_distinct_is_numpy_unique() -> None:
    values = np.random.default_rng(3).integers(0, 50, 400)
    assert (distinct(values) == np.unique(values)).all()
    assert not len(distinct(values[:0]))
