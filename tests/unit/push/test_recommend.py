"""Nothing later is used, nothing hidden is shown, and a propensity is the probability it says it is."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.push.candidates import candidates
from assistant.push.diversify import Chooser
from assistant.push.explore import arrange, probability
from assistant.push.features import NAMES, features
from assistant.push.fit import Lessons, exported, fit, learn
from assistant.push.flow import recommend
from assistant.push.pool import Taste
from assistant.push.scorer import read_trees
from assistant.push.trends import SCALES_H, Trends
from assistant.types.item import Item
from tests.unit.push.small import T0, world

STEADY = Taste(explore=0.0)


@pytest.fixture(scope="module")
def taught():
    memory, touches = world(touches=2500)
    lessons = Lessons()
    learn(memory, touches, lessons)
    return memory, touches, lessons, fit(lessons, "trees-t", rounds=20)


def test_fitted_trees_score_as_scikit_learn_does(taught):
    from sklearn.ensemble import HistGradientBoostingClassifier

    _, _, lessons, _ = taught
    x, y = np.concatenate(lessons.rows), np.concatenate(lessons.right)
    model = HistGradientBoostingClassifier(max_iter=30, max_leaf_nodes=15, random_state=1).fit(x, y)
    trees = exported(model, "t")
    assert np.allclose(trees.score(x), model.decision_function(x), atol=1e-9)
    again = read_trees(trees.document())
    assert again is not None
    assert np.array_equal(again.score(x), trees.score(x))
    assert read_trees(trees.document() | {"names": ["other"]}) is None


def test_a_fitted_ranker_beats_the_order_by_chance(taught):
    _, _, lessons, trees = taught
    ranks = [
        np.mean(trees.score(x) > trees.score(x)[y > 0][0]) for x, y in zip(lessons.rows, lessons.right, strict=True)
    ]
    assert np.mean(ranks) < 0.4


@given(st.integers(0, 599), st.integers(0, 29))
@settings(max_examples=15, deadline=None)
def test_nothing_later_than_the_moment_changes_a_list(cut, member):
    memory, touches = world()
    memory.add_all(touches[:cut])
    at = touches[cut].at
    name = f"m{member}"
    early = recommend(memory, memory.past(name), memory.seen(name), at, 10, taste=STEADY)
    other, same = world()
    other.add_all(same[:cut])
    assert recommend(other, other.past(name), other.seen(name), at, 10, taste=STEADY) == early


def test_hidden_expired_future_and_seen_items_are_never_candidates():
    memory, touches = world()
    memory.add_all(touches)
    at = touches[-1].at + 1
    items = [Item(id=f"i{row}", title="t", published_at=datetime.fromtimestamp(T0, UTC)) for row in range(3)]
    memory.put(replace(items[0], hidden=True))
    memory.put(replace(items[1], expires_at=datetime.fromtimestamp(at - 1, UTC)))
    memory.put(replace(items[2], published_at=datetime.fromtimestamp(at + 1, UTC)))
    memory.catalogue.drop("i3")
    found = candidates(memory, memory.past("m1"), at, frozenset({4}))
    assert not set(found.tolist()) & {0, 1, 2, 3, 4}
    made = recommend(memory, memory.past("m1"), frozenset({4}), at, 40)
    assert not {one.item for one in made.items} & {"i0", "i1", "i2", "i3", "i4"}


def test_strangers_and_empty_catalogues_get_an_answer():
    memory, touches = world()
    memory.add_all(touches)
    made = recommend(memory, (), frozenset(), touches[-1].at, 10)
    assert len(made.items) == 10
    assert not made.personalised
    empty, _ = world(items=1)
    assert recommend(empty, (), frozenset(), T0 - 1, 10).items == ()


@given(st.integers(1, 12), st.floats(0.05, 0.6), st.integers(0, 5))
@settings(max_examples=20, deadline=None)
def test_propensities_are_frequencies(n, rate, seed):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, 4)).astype(np.float32)

    def fresh():
        return Chooser(rng.permutation(0) if n == 0 else worth, vectors, [""] * n)

    worth = np.random.default_rng(seed).normal(size=n)
    counts = Counter(arrange(fresh(), 1, rate, f"s{number}")[0].place for number in range(1500))
    assert sum(probability(fresh(), place, rate) for place in range(n)) == pytest.approx(1)
    for place in range(n):
        expected = probability(fresh(), place, rate)
        assert abs(counts[place] / 1500 - expected) < 5 * (expected * (1 - expected) / 1500) ** 0.5 + 1e-9
    for one in arrange(fresh(), n, rate, "x"):
        assert 0 < one.propensity <= 1


def test_no_creator_has_more_than_its_cap_and_likeness_costs():
    vectors = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    chooser = Chooser(np.array([0.0, -0.01, -0.2]), vectors, ["a", "a", "b"], share=0.7, per_creator=2)
    assert [one.place for one in arrange(chooser, 3, 0.0, "")] == [0, 2, 1]
    capped = Chooser(np.array([0.0, -0.1, -9.0]), vectors, ["a", "a", "b"], share=1.0, per_creator=1)
    assert [one.place for one in arrange(capped, 3, 0.0, "")] == [0, 2]


@given(st.lists(st.tuples(st.integers(0, 6), st.floats(0, 5e5)), min_size=1, max_size=60))
@settings(max_examples=40, deadline=None)
def test_trends_are_the_sums_of_decayed_touches(given_touches):
    trends = Trends()
    ordered = sorted(given_touches, key=lambda one: one[1])
    for row, at in ordered:
        trends.add(row, at)
    now = ordered[-1][1] + 100.0
    rows = np.arange(8)
    expected = np.zeros((8, len(SCALES_H)))
    for row, at in ordered:
        expected[row] += np.exp(-(now - at) / (np.array(SCALES_H) * 3600))
    assert np.allclose(trends.counts(rows, now), expected, rtol=1e-9)
    assert trends.top(1, now, 1)[0] in np.flatnonzero(np.isclose(expected[:, 1], expected[:, 1].max()))


def test_features_are_finite_and_named():
    memory, touches = world()
    memory.add_all(touches)
    for name in ("m1", "nobody"):
        rows = candidates(memory, memory.past(name), touches[-1].at, memory.seen(name))
        table = features(memory, memory.past(name), rows, touches[-1].at)
        assert table.shape == (len(rows), len(NAMES))
        assert np.isfinite(table).all()


def test_every_tenth_place_is_for_what_was_shown_little():
    worth = -0.1 * np.arange(40.0)
    shown = np.zeros(40)

    def ten():
        chooser = Chooser(worth, np.zeros((40, 0), np.float32), [""] * 40, share=1.0, deep=20, shown=shown)
        return arrange(chooser, 10, 0.0, "", 10)

    first = ten()
    assert [one.place for one in first] == list(range(10))
    assert [one.rare for one in first] == [False] * 9 + [True]
    met = set()
    for _ in range(60):
        placed = ten()
        assert [one.place for one in placed[:9]] == list(range(9))
        assert placed[9].propensity == 1.0
        met.add(placed[9].place)
        shown[placed[9].place] += 1
    assert len(met) > 15
    assert max(met) >= 20
