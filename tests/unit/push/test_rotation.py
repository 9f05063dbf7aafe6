"""Items shown little take turns."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.push.candidates import candidates
from assistant.push.flow import recommend
from assistant.push.pool import SERVED
from assistant.push.reasons import SELDOM, TREND
from assistant.push.rotation import TURN, WAITING, Rotation

from .small import world


def every(rows):
    return rows


@given(known=st.integers(1, 70), picks=st.lists(st.integers(0, 10**6), min_size=1, max_size=200))
def test_as_many_wait_as_can_and_each_showing_is_counted(known, picks):
    rotation, count = Rotation(), Counter()
    rotation.showed([], known, every)
    for pick in picks:
        waiting = rotation.waiting()
        assert len(waiting) == len(set(waiting)) == min(WAITING, known)
        row = waiting[pick % len(waiting)]
        count[row] += 1
        rotation.showed([row], known, every)
    assert rotation.shown(np.arange(known)).tolist() == [count[row] for row in range(known)]


def test_who_waits_longest_goes_round_evenly():
    rotation, count = Rotation(), Counter()
    rotation.showed([], 100, every)
    for _ in range(500):
        row = rotation.waiting()[0]
        count[row] += 1
        rotation.showed([row], 100, every)
    assert set(count) == set(range(100))
    assert max(count.values()) - min(count.values()) <= 1


def test_what_was_shown_more_often_than_laps_began_waits_for_a_later_lap():
    rotation = Rotation()
    rotation.showed([25, 26, 26], 60, every)
    had = set(rotation.waiting())
    for _ in range(39):
        rotation.showed([rotation.waiting()[0]], 60, every)
        had |= set(rotation.waiting())
    assert had == set(range(60)) - {25, 26}


def test_what_may_not_be_shown_makes_room():
    rotation = Rotation()
    rotation.showed([], 100, every)
    assert rotation.waiting() == list(range(WAITING))
    rotation.showed([3], 100, lambda rows: rows[rows >= 10])
    assert rotation.waiting() == [*range(10, WAITING), *range(WAITING, WAITING + 10)]


def test_what_is_never_shown_has_its_turn_and_no_more():
    rotation = Rotation()
    seen = set()
    for _ in range(10 * TURN):
        rotation.showed([], 150, every)
        seen |= set(rotation.waiting())
    assert seen == set(range(150))


def test_many_that_have_ended_are_passed_over():
    rotation = Rotation()
    rotation.showed([], 600, lambda rows: rows[rows >= 500])
    assert rotation.waiting() == list(range(500, 500 + WAITING))


def test_of_very_many_few_are_looked_at():
    rotation, looked_at = Rotation(), []

    def none(rows):
        looked_at.append(len(rows))
        return rows[:0]

    rotation.showed([], 10**6, none)
    assert rotation.waiting() == []
    assert 500 < sum(looked_at) <= 1_000 + WAITING


@pytest.mark.parametrize(("begin", "first"), [(0.0, 0), (0.5, 50), (0.999, 99)])
def test_the_first_turn_is_where_it_begins(begin, first):
    rotation = Rotation(begin)
    rotation.showed([], 100, every)
    assert rotation.waiting()[0] == first
    assert len(rotation.waiting()) == WAITING


def test_what_nothing_speaks_for_is_shown_in_time_and_nobody_is_told_that_many_look_at_it():
    memory, touches = world(items=400, members=20, touches=200)
    memory.add_all(touches)
    at, past, seen = touches[-1].at + 86_400 * 30, memory.past("m1"), memory.seen("m1")
    before = set(candidates(memory, past, at, seen).tolist())
    met, told = set(), {}
    for number in range(400):
        made = recommend(memory, past, seen, at, 10, taste=SERVED, seed=str(number))
        told |= {memory.catalogue.rows[one.item]: one.reason.kind for one in made.items}
        rows = [memory.catalogue.rows[one.item] for one in made.items if one.rare]
        met |= set(rows)
        memory.showed(rows, at)
    touched = memory.covisits.touches
    assert {kind for row, kind in told.items() if touched[row] == 0} >= {SELDOM}
    assert all(touched[row] >= 3 for row, kind in told.items() if kind == TREND)
    assert all(touched[row] < 3 for row, kind in told.items() if kind == SELDOM)
    assert TREND in told.values()
    assert len(met - before) > 40
    assert not met & seen
