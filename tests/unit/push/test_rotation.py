"""Items shown little take turns."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.push.candidates import candidates
from assistant.push.flow import recommend
from assistant.push.pool import SERVED
from assistant.push.reasons import SELDOM, TREND
from assistant.push.rotation import WAITING, Rotation

from .small import world


def every(rows):
    return rows


@given(known=st.integers(1, 70), picks=st.lists(st.integers(0, 10**6), min_size=1, max_size=300))
def test_each_has_its_turn_before_any_has_a_second(known, picks):
    rotation, count = Rotation(), Counter()
    rotation.showed([], known, every)
    for pick in picks:
        waiting = rotation.waiting()
        assert len(waiting) == len(set(waiting)) <= WAITING
        assert waiting
        row = waiting[pick % len(waiting)]
        count[row] += 1
        rotation.showed([row], known, every)
    shown = [count[row] for row in range(known)]
    assert rotation.shown(np.arange(known)).tolist() == shown
    assert max(shown) <= -(-sum(shown) // max(1, known - WAITING)) + 1


def test_what_may_not_be_shown_makes_room():
    rotation = Rotation()
    rotation.showed([], 100, every)
    assert rotation.waiting() == list(range(WAITING))
    rotation.showed([3], 100, lambda rows: rows[rows >= 10])
    assert rotation.waiting() == [*range(10, WAITING), *range(WAITING, WAITING + 10)]


def test_of_very_many_few_are_looked_at():
    rotation, looked_at = Rotation(), []

    def none(rows):
        looked_at.append(len(rows))
        return rows[:0]

    rotation.showed([], 10**6, none)
    assert rotation.waiting() == []
    assert sum(looked_at) <= 1_000 + WAITING


def test_what_nothing_speaks_for_is_a_candidate_in_its_turn_and_shown_in_time():
    memory, touches = world(items=400, members=20, touches=200)
    memory.add_all(touches)
    at, past, seen = touches[-1].at + 86_400 * 30, memory.past("m1"), memory.seen("m1")
    before = set(candidates(memory, past, at, seen).tolist())
    met, whys = set(), set()
    for number in range(400):
        made = recommend(memory, past, seen, at, 10, taste=SERVED, seed=str(number))
        rare = [one for one in made.items if one.rare]
        assert all(one.reason.kind != TREND for one in rare)
        whys |= {one.reason.kind for one in rare}
        rows = [memory.catalogue.rows[one.item] for one in rare]
        met |= set(rows)
        memory.showed(rows, at)
    assert SELDOM in whys
    assert len(met - before) > 40
    assert not met & seen
