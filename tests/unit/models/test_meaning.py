"""Fitting what reads a text's meaning: it learns, unknown labels teach nothing, and it is joined only where it helps."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from models.risk.kept import Kept
from models.risk.row import LABELS, Row, clean
from tests.later import Later

meaning = Later("models.risk.meaning")
pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="training takes the extra `models`")

RNG = np.random.default_rng(0)
COUNT = 600


def lessons(targets: np.ndarray, weights: np.ndarray | None = None) -> meaning.Lessons:
    vectors = RNG.standard_normal((COUNT, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    aims = np.zeros((COUNT, len(LABELS)), np.float32)
    aims[:, 0] = targets if targets.ndim else (vectors[:, 0] * vectors[:, 1] > 0)
    return meaning.Lessons(vectors, aims, np.ones_like(aims) if weights is None else weights)


def test_it_learns_what_no_straight_line_parts() -> None:
    given = lessons(np.array(0))
    said = meaning.fit(given, turns=80).logits(given.vectors)
    assert ((said[:, 0] > 0) == (given.targets[:, 0] > 0.5)).mean() > 0.9
    assert (said[:, 1] < 0).all()


def test_what_weighs_nothing_teaches_nothing() -> None:
    weights = np.ones((COUNT, len(LABELS)), np.float32)
    weights[:, 0] = 0
    told = lessons(np.ones(COUNT), weights)
    untold = meaning.Lessons(told.vectors, np.zeros_like(told.targets), weights)
    assert np.array_equal(meaning.fit(told, 2).outer, meaning.fit(untold, 2).outer)


def test_an_unknown_label_weighs_nothing_and_a_target_takes_the_truths_place() -> None:
    rows = [
        Row("a", clean() | {"harassment": 1.0}, "olid", "en"),
        Row("b", {"spam": 0.0}, "sms-spam-uci", "en", weight=0.5),
    ]
    target = np.array([0.7, np.nan])
    given = meaning.lessons(rows, np.zeros((2, 4), np.float32), {"harassment": target})
    attack, spam = LABELS.index("harassment"), LABELS.index("spam")
    assert given.targets[:, attack].tolist() == pytest.approx([0.7, 0.0])
    assert given.weights[1, attack] == 0
    assert given.weights[1, spam] == 0.5


def test_it_is_joined_where_it_helps_and_there_alone() -> None:
    rows = [Row(str(n), clean(), "olid" if n % 5 else "disguised", "en") for n in range(COUNT)]
    truth = np.array([float(n % 3 == 0) for n in range(COUNT)])
    logit = 2 * (truth * 2 - 1 + RNG.standard_normal(COUNT)) - np.log(2)  # as well calibrated as can be
    kept = {
        label: Kept(np.arange(COUNT), truth, np.ones(COUNT), np.zeros(COUNT, np.int8), logit.copy()) for label in LABELS
    }
    said = RNG.standard_normal((COUNT, len(LABELS)))
    said[:, 0] += truth * 4
    found, after = meaning.maps(rows, kept, said)
    assert found["read"][0][0] > 0.3
    hate = LABELS.index("hate")
    assert [found[name][0][hate] for name in ("own", "read", "shift")] == [1.0, 0.0, 0.0]
    assert found["read"][1][0] == 0.0, "no row of that script"
    disguised = np.arange(0, COUNT, 5)
    assert np.array_equal(after[LABELS[0]].logit[disguised], logit[disguised])
    assert not np.array_equal(after[LABELS[0]].logit, logit)
