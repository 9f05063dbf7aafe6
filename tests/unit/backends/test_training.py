"""The whole of training on our own seeds alone, as on a machine without any of the public sets."""

import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

pytest.importorskip("sklearn", reason="training needs the extra `train`")

from assistant.backends.ngram import NgramClassifier
from assistant.text import Normalised
from models.risk import calibrate, data, train
from models.risk.features import extract
from models.risk.row import LABELS, Row, clean, fingerprint

LABEL = "gambling"


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    found = [row for row in data.seeds() if {label for label, value in row.labels.items() if value == 1.0} <= {LABEL}]
    return list(data.unique(found[::3], set()))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, rows: list[Row]) -> Path:
    where = tmp_path_factory.mktemp("risk")
    train.build(rows, Console(quiet=True), where)
    return where


def test_what_is_trained_is_loaded_and_tells_the_two_apart(out: Path, rows: list[Row]) -> None:
    model = NgramClassifier.load(out / "weights")
    harmful = [Normalised(row.text) for row in rows if row.labels.get(LABEL) == 1.0]
    benign = [Normalised(row.text) for row in rows if row.labels.get(LABEL) == 0.0]
    means = [np.mean([scores[LABEL] for scores in model.classify(texts)]) for texts in (harmful, benign)]
    assert means[0] > means[1] + 0.3


def test_labels_without_examples_are_named_uncalibrated_and_score_low(out: Path) -> None:
    model = NgramClassifier.load(out / "weights")
    assert set(LABELS) - {LABEL} <= set(model.ref.uncalibrated)
    (scores,) = model.classify([Normalised("随便说点什么")])
    assert all(scores[label] < 0.2 for label in model.ref.uncalibrated)


def test_the_same_rows_give_the_same_weights(out: Path, rows: list[Row], tmp_path: Path) -> None:
    train.build(rows, Console(quiet=True), tmp_path)
    assert (tmp_path / "weights/weights.npz").read_bytes() == (out / "weights/weights.npz").read_bytes()
    assert json.loads((tmp_path / "weights/model.json").read_text()) == json.loads(
        (out / "weights/model.json").read_text()
    )


def test_training_and_serving_see_the_same_margin(out: Path, rows: list[Row]) -> None:
    """The stored table against the matrices it was made from: equal but for the steps of int8 and keys without a slot."""
    model = NgramClassifier.load(out / "weights")
    texts = [row.text for row in rows[:40]]
    scores = [one[LABEL] for one in model.classify([Normalised(text) for text in texts])]
    letters, _, scripts = extract([row.text for row in rows])
    column = model._weights.labels.index(LABEL)
    at, found = model._weights.find(letters.keys)
    weights = np.zeros(len(letters.keys))
    weights[at] = model._weights.rows[found, column] * model._weights.scales[column]
    maps = model._weights.calibration
    for number, score in enumerate(scores):
        script = scripts[number]
        margin = (letters.matrix[number] @ weights)[0] + model._weights.bias[script, column]
        logit = margin * maps.head_slope[script, column] + maps.head_shift[script, column]
        alone = 1 / (1 + np.exp(-(logit * maps.slope[script, column] + maps.shift[script, column])))
        assert score >= alone - 1e-4, "the syllables may only raise it"


def test_a_text_of_the_evaluation_never_trains() -> None:
    rows = [
        Row("你好，世界", clean(), "a", "zh-Hans"),
        Row("你好 世界!", clean(), "b", "zh-Hans"),
        Row("再见", clean(), "a", "zh-Hans"),
    ]
    assert [row.text for row in data.unique(rows, set())] == ["你好，世界", "再见"]
    assert [row.text for row in data.unique(rows, {fingerprint("你好世界")})] == ["再见"]


def test_of_a_repeat_the_held_back_copy_stays() -> None:
    rows = [Row("同一句话", clean(), "a", "zh-Hans"), Row("同一句话", clean(), "a", "zh-Hans", dev=True)]
    assert [row.dev for row in data.unique(rows, set())] == [True]


def test_a_seed_says_nothing_of_relatives_it_does_not_name() -> None:
    spam = next(row for row in data.seeds() if row.labels.get("spam") == 1.0 and "fraud" not in row.labels)
    assert spam.labels["hate"] == 0.0


def test_platt_needs_enough_of_both() -> None:
    few = np.array([1.0] * 5 + [0.0] * 50)
    assert calibrate.platt(np.arange(55.0), few, np.ones(55)) == calibrate.NOTHING


def test_rows_at_odds_weigh_as_said() -> None:
    truth, script = np.array([1.0, 0, 0, 1, 0]), np.array([1, 1, 1, 0, 0], np.int8)
    weight = calibrate.at_odds(truth, np.ones(5), script)
    for one in (0, 1):
        mask = script == one
        assert weight[mask & (truth == 0)].sum() == pytest.approx(calibrate.ODDS * weight[mask & (truth == 1)].sum())
