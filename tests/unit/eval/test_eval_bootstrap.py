"""The intervals: repeatable, of the right width, and holding the true value as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from eval.bootstrap import RESAMPLES, estimates, rate, resamples
from eval.tables import binary_cells


def mean_of(values):
    return lambda w: w @ values / w.sum(axis=1)


def test_same_seed_same_interval():
    values = np.random.default_rng(0).random(50)
    assert estimates(50, {"m": mean_of(values)}) == estimates(50, {"m": mean_of(values)})
    assert estimates(50, {"m": mean_of(values)}, seed=1) != estimates(50, {"m": mean_of(values)}, seed=2)


def test_blocks_of_resamples_make_up_the_count_and_draw_n_each():
    blocks = list(resamples(30_000))
    assert len(blocks) > 1
    assert sum(len(block) for block in blocks) == RESAMPLES
    assert (blocks[0].sum(axis=1) == 30_000).all()


def test_the_interval_covers_the_mean_of_a_known_distribution():
    """95 % intervals of 300 samples of an exponential distribution, n = 150: about 94 % hold its mean of 1."""
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(300):
        e = estimates(150, {"m": mean_of(rng.exponential(size=150))})["m"]
        hits += e.low <= 1 <= e.high
    assert 0.90 <= hits / 300 <= 0.98


def test_a_rate_agrees_with_the_normal_width_and_with_the_general_bootstrap():
    flags = np.arange(1000) < 200
    e = rate(flags)
    assert e.value == 0.2
    assert e.high - e.low == pytest.approx(2 * 1.96 * np.sqrt(0.2 * 0.8 / 1000), rel=0.1)
    general = estimates(1000, {"m": mean_of(flags.astype(float))})["m"]
    assert (e.low, e.high) == pytest.approx((general.low, general.high), abs=0.005)


def test_a_rate_of_nothing_or_everything_keeps_a_width():
    none, every = rate(np.zeros(100, dtype=bool)), rate(np.ones(100, dtype=bool))
    assert (none.value, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(0.0370, abs=1e-4)  # Wilson, 0 of 100
    assert (every.value, every.high) == (1.0, 1.0)
    assert every.low == pytest.approx(1 - 0.0370, abs=1e-4)


@pytest.mark.parametrize(("clusters", "each"), [(40, 25), (8, 100)])
def test_a_rate_of_whole_clusters_is_as_wide_as_that_of_so_many_cases(clusters, each):
    right = np.arange(clusters) % 4 == 0
    whole = rate(np.repeat(right, each), np.repeat(np.arange(clusters), each))
    assert whole.value == 0.25
    assert whole.n == clusters * each
    assert whole.high - whole.low == pytest.approx(2 * 1.96 * np.sqrt(0.25 * 0.75 / clusters), rel=0.15)
    none = rate(np.zeros(clusters * each, dtype=bool), np.repeat(np.arange(clusters), each))
    assert none.high == pytest.approx(rate(np.zeros(clusters, dtype=bool)).high)


@pytest.mark.parametrize("clusters", [1, 30])
def test_clusters_that_are_all_alike_prove_no_certainty(clusters):
    whole = rate(np.tile([True, False, False, False], clusters * 5), np.repeat(np.arange(clusters), 20))
    assert (whole.low, whole.high) != (0.25, 0.25)
    assert whole.low < whole.value == 0.25 < whole.high


def test_every_column_of_a_table_draws_whole_clusters():
    """Forty templates of 25 cases that stand and fall together: no figure is as sure as a thousand cases would make it."""
    template = np.repeat(np.arange(40), 25)
    truth, flagged = template % 2 == 0, template % 4 < 2
    scores = np.where(flagged, 0.9, 0.1)
    alone, together = binary_cells(truth, scores), binary_cells(truth, scores, clusters=template)
    for column in ("accuracy", "recall", "false positives"):
        assert together[column].value == alone[column].value == 0.5
        assert together[column].high - together[column].low > 3 * (alone[column].high - alone[column].low)


def test_no_cases_no_figure():
    assert np.isnan(rate(np.zeros(0, dtype=bool)).value)
    e = estimates(0, {"m": mean_of(np.zeros(0))})["m"]
    assert np.isnan(e.value)
    assert e.n == 0


def test_clusters_are_drawn_whole_and_widen_the_interval():
    clusters = np.repeat(np.arange(20), 50)
    weights = next(iter(resamples(1000, clusters)))
    assert all(len(set(row[clusters == 3])) == 1 for row in weights[:20])
    values = np.repeat(np.random.default_rng(1).random(20), 50)
    alone = estimates(1000, {"m": mean_of(values)})["m"]
    whole = estimates(1000, {"m": mean_of(values)}, clusters)["m"]
    assert (whole.high - whole.low) > 3 * (alone.high - alone.low)
