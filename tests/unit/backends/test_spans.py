import numpy as np

from assistant.backends.spans import heaviest


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
