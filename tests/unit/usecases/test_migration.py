"""Comparing with Perspective."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import spearmanr

from assistant.errors import InvalidInput
from assistant.usecases.migration import Scored, compare, read_perspective_log, spearman, threshold_for_share

REQUEST = {"comment": {"text": "you fool"}, "requestedAttributes": {"TOXICITY": {}}}
RESPONSE = {
    "attributeScores": {"TOXICITY": {"summaryScore": {"value": 0.9, "type": "PROBABILITY"}}},
    "languages": ["en"],
}


@pytest.mark.parametrize(
    "row",
    [
        {"text": "you fool", "scores": {"TOXICITY": 0.9}},
        {"request": REQUEST, "response": RESPONSE},
        {**REQUEST, **RESPONSE},
    ],
)
def test_every_way_of_logging_is_read(row: dict[str, object]) -> None:
    (comment,) = read_perspective_log([json.dumps(row).encode(), b""])
    assert (comment.text, comment.scores) == ("you fool", {"TOXICITY": 0.9})


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense",
        b"{}",
        b'{"text": "a"}',
        b'{"text": "a", "scores": {"FLIRTATION": 1}}',
        b'{"text": 5, "scores": {"TOXICITY": 1}}',
        b"[]",
        b"[" * 100_000,
        b'{"text": "a", "scores": {"TOXICITY": NaN}}',
        b'{"text": "a", "scores": {"TOXICITY": 1.5}}',
        b'{"text": "a", "scores": {"TOXICITY": 0.5, "INSULT": -0.1}}',
        b'{"text": "a", "scores": {"TOXICITY": 1' + b"0" * 400 + b"}}",
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_perspective_log([b'{"text": "a", "scores": {"TOXICITY": 1}}', line])
    assert caught.value.field == "line 2"


def test_an_empty_log_is_refused() -> None:
    with pytest.raises(InvalidInput):
        read_perspective_log([b" "])


def test_rank_correlation_agrees_with_scipy() -> None:
    rng = np.random.default_rng(0)
    a = rng.integers(0, 9, 200).astype(float)
    b = a + rng.normal(0, 3, 200).round()
    assert spearman(a, b) == pytest.approx(spearmanr(a, b).statistic)
    assert spearman(a, np.ones(200)) is None


def test_our_threshold_flags_the_same_share() -> None:
    scores = np.arange(1, 11) / 10
    threshold = threshold_for_share(scores, 0.3)
    assert threshold is not None
    assert (scores >= threshold).mean() == pytest.approx(0.3)
    assert threshold_for_share(scores, 0.0) is None


def test_the_largest_differences_come_first() -> None:
    rows = [Scored(str(i), {"TOXICITY": 0.5}, {"TOXICITY": 0.5 + i / 100}) for i in range(10)]
    (comparison,) = compare(rows, {"TOXICITY": 0.5}, 3)
    assert [row.text for row in comparison.largest] == ["9", "8", "7"]
    assert (comparison.comments, comparison.flagged_share, comparison.our_threshold) == (10, 1.0, 0.5)
