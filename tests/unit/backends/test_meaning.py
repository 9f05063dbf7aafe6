"""What a text means is joined to what n-grams see in it: by the maps, a disguise never talked down, a long text never drowned."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.backends.light import LightClassifier
from assistant.backends.meaning import ABOUT, WEIGHTS, Layers, Meaning
from assistant.backends.ngram import WINDOW, Judged, NgramClassifier, windows
from assistant.backends.shipped import is_shipped, shipped
from assistant.errors import ModelError
from assistant.text import Normalised
from assistant.types import ModelRef

pytestmark = pytest.mark.skipif(not is_shipped("models/embedder"), reason="without the embedder there is none")


class Letters:
    """Stands for an embedder: how often a text has the letters a and b."""

    dimensions = 2
    ref = ModelRef("letters", "1")

    def encode(self, texts: Sequence[str], *, query: bool = False) -> np.ndarray:
        return np.array([[text.count("a"), text.count("b")] for text in texts], np.float32)


LAYERS = Layers(
    inner=np.eye(2, dtype=np.float32),
    inner_bias=np.zeros(2, np.float32),
    outer=np.array([[1, 0], [0, -1]], np.float32),
    outer_bias=np.array([0, 0.5], np.float32),
)
ONES = np.ones((2, 2))


def meaning(own: float = 1.0, read: float = 1.0, shift: float = 0.0) -> Meaning:
    return Meaning(Letters(), LAYERS, ONES * own, ONES * read, ONES * shift, "test")  # type: ignore[arg-type]


def judged(scores: list[list[float]], disguise: float = 0.0) -> Judged:
    found = np.array(scores)
    return Judged(found, np.zeros(len(found), np.int64), np.full(found.shape, disguise, np.float32))


def logit(score: float) -> float:
    return float(np.log(score / (1 - score)))


def test_the_logits_are_joined_by_the_maps() -> None:
    (found,) = meaning(own=0.5, read=2.0, shift=-1.0).joined(judged([[0.8, 0.3]]), ["aab"])
    assert logit(found[0]) == pytest.approx(0.5 * logit(0.8) + 2.0 * 2 - 1.0, abs=1e-4)
    assert logit(found[1]) == pytest.approx(0.5 * logit(0.3) + 2.0 * (0.5 - 1) - 1.0, abs=1e-4)


def test_each_script_has_its_own_maps() -> None:
    maps = np.array([[1.0, 1.0], [0.0, 0.0]])
    both = Judged(np.full((2, 2), 0.5), np.array([0, 1]), np.zeros((2, 2), np.float32))
    found = Meaning(Letters(), LAYERS, maps, maps, maps * 0, "x").joined(both, ["aa", "aa"])  # type: ignore[arg-type]
    assert found[0][0] > 0.85
    assert found[1][0] == pytest.approx(0.5)


def test_a_disguise_is_not_talked_down() -> None:
    (found,) = meaning(shift=-5.0).joined(judged([[0.8, 0.3]], disguise=2.0), [""])
    assert found.tolist() == [0.8, 0.3]
    (raised,) = meaning().joined(judged([[0.8, 0.3]], disguise=2.0), ["aaa"])
    assert raised[0] > 0.8


def test_of_a_long_text_the_piece_that_says_most_counts() -> None:
    alone = meaning().logits(["a" * 30])[0]
    long = meaning().logits(["x" * 2 * WINDOW + "a" * 30 + "b" * 5 * WINDOW])[0]
    assert long[0] == alone[0]
    assert long[1] == 0.5


@given(st.text(max_size=5 * WINDOW))
def test_pieces_cover_the_text_and_none_is_too_long(text: str) -> None:
    pieces = windows(text)
    assert all(len(piece) <= WINDOW for piece in pieces)
    assert pieces[0] == text[:WINDOW]
    assert text.endswith(pieces[-1])
    assert sum(map(len, pieces)) >= len(text)


def test_any_text_is_judged_and_a_batch_as_one_by_one() -> None:
    model = LightClassifier.load()
    texts = [
        Normalised(text)
        for text in ("", "你好", "you are a pathetic worthless idiot", "加❤薇❤信 abc", "x" * 2_000, "👍")
    ]
    together = model.classify(texts)
    for text, scores in zip(texts, together, strict=True):
        (alone,) = model.classify([text])
        assert scores == pytest.approx(alone, abs=1e-5)
        assert all(0 <= score <= 1 for score in scores.values())
    assert model.classify([]) == []


def test_without_it_the_ngrams_speak_alone(tmp_path: Path) -> None:
    folder = tmp_path / "risk"
    shutil.copytree(shipped("models/risk"), folder)
    (folder / ABOUT).unlink()
    model, text = LightClassifier.load(folder), [Normalised("你们这群人真恶心")]
    assert model.classify(text) == NgramClassifier.load(folder).classify(text)
    assert model.ref.version != LightClassifier.load().ref.version


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"embedder": "another-256"}, "fitted to the embedder another-256"),
        ({"labels": ["spam"]}, "are not those"),
        ({"own": None}, "cannot be read"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, change: dict[str, object], complaint: str) -> None:
    folder = tmp_path / "risk"
    shutil.copytree(shipped("models/risk"), folder)
    about = json.loads((folder / ABOUT).read_text("utf-8")) | change
    (folder / ABOUT).write_text(
        json.dumps({name: value for name, value in about.items() if value is not None}), "utf-8"
    )
    with pytest.raises(ModelError, match=complaint):
        LightClassifier.load(folder)


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "risk"
    shutil.copytree(shipped("models/risk"), folder)
    (folder / WEIGHTS).write_bytes(b"PK")
    with pytest.raises(ModelError, match="cannot be read"):
        LightClassifier.load(folder)
