"""When a new ranker takes over."""

import numpy as np

from assistant.push.verdict import LEAST_GUESSES, compare


def test_it_takes_over_only_where_nothing_speaks_against_it():
    better, worse = np.full(LEAST_GUESSES, 0.5), np.full(LEAST_GUESSES, 0.4)
    assert compare(better, worse, None).taken
    assert compare(better, better, (0.2, 0.1, 500.0)).taken
    assert compare(worse, better, None).because == "worse_on_replay"
    assert compare(better, worse, (0.1, 0.2, 500.0)).because == "worse_on_lists"
    assert compare(better, worse, (0.1, 0.2, 5.0)).taken
    assert compare(better[1:], worse[1:], None).because == "too_little"
