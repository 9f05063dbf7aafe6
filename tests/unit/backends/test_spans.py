import numpy as np

from assistant.backends.spans import heaviest, worded


def load(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_nothing_positive_is_nothing() -> None:
    assert heaviest(load()) == []
    assert heaviest(load(-1, 0, -2)) == []


def test_small_gaps_close_and_order_is_of_the_text() -> None:
    assert heaviest(load(0, 3, 0, 3, 0, 0, 0, 2, 2, 0)) == [(1, 4), (7, 9)]


def test_only_the_heaviest_are_kept() -> None:
    values = load(9, 0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0, 7)
    assert heaviest(values) == [(0, 1), (8, 9), (12, 13)]
    assert heaviest(values, most=1) == [(0, 1)]


def test_a_faint_stretch_beside_a_strong_one_is_left_out() -> None:
    assert heaviest(load(9, 9, 0, 0, 0, 3)) == [(0, 2)]


def test_words_are_made_whole_and_spaces_left_out() -> None:
    text = "a pathetic  idiot 去死吧"
    assert worded(text, [(3, 6), (11, 14), (19, 20)]) == [(2, 10), (12, 17), (19, 20)]
    assert worded(text, [(3, 6), (7, 9)]) == [(2, 10)]
    assert worded(text, [(10, 12)]) == []


def test_a_very_long_word_takes_linear_time() -> None:
    text = "x" * 200_000
    assert worded(text, [(5, 6), (100_000, 100_001)]) == [(0, 200_000)]
