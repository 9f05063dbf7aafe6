"""The metrics against scikit-learn, and the weighted forms against really repeating the cases."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as oracle

from eval import metrics

RNG = np.random.default_rng(3)
CASES = [
    (RNG.random(400) < 0.3, np.round(RNG.random(400), digits))  # few digits: many ties
    for digits in (1, 2, 6)
]


@pytest.mark.parametrize(("truth", "scores"), CASES)
def test_against_scikit_learn(truth, scores):
    one, flagged = metrics.ones(len(truth)), scores >= 0.5
    assert metrics.roc_auc(truth, scores, one)[0] == pytest.approx(oracle.roc_auc_score(truth, scores))
    assert metrics.average_precision(truth, scores, one)[0] == pytest.approx(
        oracle.average_precision_score(truth, scores)
    )
    assert metrics.accuracy(truth, flagged, one)[0] == pytest.approx(oracle.accuracy_score(truth, flagged))
    assert metrics.precision(truth, flagged, one)[0] == pytest.approx(oracle.precision_score(truth, flagged))
    assert metrics.f1(truth, flagged, one)[0] == pytest.approx(oracle.f1_score(truth, flagged))
    assert metrics.macro_f1(truth, flagged, one)[0] == pytest.approx(oracle.f1_score(truth, flagged, average="macro"))


@pytest.mark.parametrize(("truth", "scores"), CASES)
def test_weights_count_as_repeated_cases(truth, scores):
    weights = RNG.integers(0, 4, size=(3, len(truth))).astype(float)
    for row, auc, ap in zip(
        weights, metrics.roc_auc(truth, scores, weights), metrics.average_precision(truth, scores, weights), strict=True
    ):
        drawn = np.repeat(np.arange(len(truth)), row.astype(int))
        assert auc == pytest.approx(oracle.roc_auc_score(truth[drawn], scores[drawn]))
        assert ap == pytest.approx(oracle.average_precision_score(truth[drawn], scores[drawn]))


@pytest.mark.parametrize("answer", [True, False])
def test_constant_answers_equal_scikit_learn_with_zero_division(answer):
    truth, flagged = CASES[0][0], np.full(400, answer)
    expected = oracle.f1_score(truth, flagged, average="macro", zero_division=0)
    assert metrics.macro_f1(truth, flagged, metrics.ones(400))[0] == pytest.approx(expected)


def test_undefined_is_nan():
    nothing = np.zeros(3, dtype=bool)
    one, scores = metrics.ones(3), np.array([0.1, 0.2, 0.3])
    assert np.isnan(metrics.roc_auc(nothing, scores, one)[0])
    assert np.isnan(metrics.precision(nothing, nothing, one)[0])
    assert np.isnan(metrics.roc_auc(nothing[:0], scores[:0], metrics.ones(0))[0])
    assert metrics.precision_recall_curve(nothing, scores) == []


def test_matched_auc_is_blind_to_what_the_strata_explain():
    """Scores that only follow the stratum separate the classes over all pairs, and not at all inside a stratum."""
    strata = np.repeat([0, 1], 500)
    truth = RNG.random(1000) < np.where(strata == 1, 0.9, 0.1)
    scores = strata.astype(float)
    one = metrics.ones(1000)
    assert metrics.roc_auc(truth, scores, one)[0] > 0.85
    assert metrics.matched_auc(truth, scores, strata, one)[0] == pytest.approx(0.5)


def test_matched_auc_counts_pairs():
    truth = np.array([True, False, True, False, False])
    scores = np.array([0.9, 0.1, 0.2, 0.3, 0.1])
    strata = np.array([0, 0, 1, 1, 1])
    assert metrics.matched_auc(truth, scores, strata, metrics.ones(5))[0] == pytest.approx(2 / 3)


def test_length_strata_are_about_equally_full():
    lengths = RNG.integers(1, 500, 2000)
    strata = metrics.length_strata(lengths)
    counts = np.bincount(strata)
    assert len(counts) == 10
    assert counts.min() > 150
    assert all(lengths[strata == k].max() < lengths[strata == k + 1].min() for k in range(9))


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.2, 1.0])
def test_threshold_flags_at_most_the_budget_and_no_lower_one_does(rate):
    negatives = np.round(RNG.random(997), 2)
    threshold = metrics.threshold_at(negatives, rate)
    assert (negatives >= threshold).mean() <= rate + 1e-12
    lower = negatives[negatives < threshold]
    if len(lower):
        assert (negatives >= lower.max()).mean() > rate


def test_precision_recall_curve_against_scikit_learn():
    truth, scores = CASES[1]
    precision, recall, _ = oracle.precision_recall_curve(truth, scores)
    expected = {(round(float(r), 9), round(float(p), 9)) for r, p in zip(recall, precision, strict=True)}
    ours = metrics.precision_recall_curve(truth, scores, points=1000)
    assert {(round(r, 9), round(p, 9)) for r, p in ours} <= expected
    assert ours[-1][0] == 1.0


def test_reliability_and_calibration_error():
    scores = RNG.random(20_000)
    truth = RNG.random(20_000) < scores
    assert metrics.calibration_error(truth, scores) < 0.02
    assert metrics.calibration_error(truth, np.full(20_000, 0.95)) == pytest.approx(0.45, abs=0.02)
    assert sum(n for _, _, n in metrics.reliability(truth, scores)) == 20_000
    assert metrics.reliability(np.array([True]), np.array([1.0])) == [(1.0, 1.0, 1)]


@pytest.mark.parametrize(
    ("gold", "found", "expected"),
    [
        (set(), set(), 1.0),
        ({1}, set(), 0.0),
        (set(), {1}, 0.0),
        ({1, 2, 3}, {1, 2, 3}, 1.0),
        ({1, 2, 3, 4}, {3, 4}, 2 * 1 * 0.5 / 1.5),
        ({1}, {2}, 0.0),
    ],
)
def test_span_f1(gold, found, expected):
    assert metrics.span_f1(gold, found) == pytest.approx(expected)
