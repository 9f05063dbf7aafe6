"""The shipped classifier reads twice where n-grams see something, and only there; disguises are not talked down."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.backends.cascade import ABOUT, JOINT, CascadeClassifier, Joint
from assistant.backends.light import LightClassifier
from assistant.backends.ngram import NgramClassifier
from assistant.backends.shipped import shipped
from assistant.errors import ModelError
from assistant.text import Normalised

LABELS = len(NgramClassifier.load().labels)


class Denies:
    """Stands for an encoder that holds everything innocent, and remembers what it read."""

    def __init__(self, logit: float = -9.0) -> None:
        self.read: list[str] = []
        self._logit = logit

    def logits(self, texts: Sequence[str]) -> np.ndarray:
        self.read += texts
        return np.full((len(texts), LABELS), self._logit, np.float32)


@pytest.fixture(scope="module")
def ngrams() -> NgramClassifier:
    return NgramClassifier.load()


def cascade(ngrams: NgramClassifier, encoder: Denies, gate: float = 0.3) -> CascadeClassifier:
    ones = np.ones(LABELS)
    joint = Joint(encoder, gate=ones * gate, own=ones * 0.5, read=ones * 0.5, shift=ones * 0.0)
    return CascadeClassifier(LightClassifier(ngrams, None), {0: joint, 1: joint}, "test")


def test_only_what_ngrams_see_something_in_is_read(ngrams: NgramClassifier) -> None:
    encoder = Denies()
    texts = [
        "今天天气不错，出去走走",
        "你们这群人真恶心",
        "see you at lunch tomorrow",
        "you are a pathetic worthless idiot",
    ]
    scores = cascade(ngrams, encoder).classify([Normalised(text) for text in texts])
    assert sorted(encoder.read) == ["you are a pathetic worthless idiot", "你们这群人真恶心"]
    before = ngrams.classify([Normalised(text) for text in texts])
    assert scores[0] == before[0]
    assert scores[2] == before[2]
    assert scores[1]["harassment"] < before[1]["harassment"]


def test_a_disguise_is_not_talked_down(ngrams: NgramClassifier) -> None:
    disguised = [Normalised("尼闷这裙仁真饿芯")]
    before = ngrams.classify(disguised)[0]["harassment"]
    assert before > 0.5
    assert cascade(ngrams, Denies()).classify(disguised)[0]["harassment"] >= before
    assert cascade(ngrams, Denies(9.0)).classify(disguised)[0]["harassment"] > before


def test_no_texts_no_scores(ngrams: NgramClassifier) -> None:
    assert cascade(ngrams, Denies()).classify([]) == []


def test_the_shipped_one_is_quick_on_ordinary_talk() -> None:
    model = CascadeClassifier.load()
    texts = [Normalised(text) for text in ("今天天气不错，出去走走", "see you at lunch tomorrow") * 50]
    model.classify(texts)
    began = time.process_time()
    model.classify([Normalised(text.original) for text in texts])
    assert time.process_time() - began < 0.1


def test_labels_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    shutil.copytree(shipped("models/risk"), tmp_path / "risk")
    about = tmp_path / "risk" / ABOUT
    about.write_text(about.read_text("utf-8").replace("harassment", "harrasment", 1), "utf-8")
    with pytest.raises(ModelError, match="are not those"):
        CascadeClassifier.load(tmp_path / "risk")


def test_a_missing_encoder_is_named(tmp_path: Path) -> None:
    shutil.copytree(shipped("models/risk"), tmp_path / "risk")
    shutil.rmtree(tmp_path / "risk/encoder_en")
    with pytest.raises(ModelError, match="encoder_en"):
        CascadeClassifier.load(tmp_path / "risk")


def test_an_encoder_fitted_by_itself_is_read_by_its_own_maps(tmp_path: Path) -> None:
    folder = tmp_path / "risk"
    shutil.copytree(shipped("models/risk"), folder)
    own, about = folder / "encoder_zh" / JOINT, json.loads((folder / ABOUT).read_text("utf-8"))
    maps = json.loads(own.read_text("utf-8"))
    about.pop("zh", None)
    (folder / ABOUT).write_text(json.dumps(about), "utf-8")
    own.write_text(json.dumps(maps | {"version": "itsown", "shift": [20.0] * LABELS}), "utf-8")
    model, text = CascadeClassifier.load(folder), [Normalised("你们这群人真恶心")]
    assert model.ref.version.endswith("itsown")
    assert model.classify(text)[0]["gambling"] > 0.9 > LightClassifier.load(folder).classify(text)[0]["gambling"]
    (folder / ABOUT).write_text(json.dumps(about | {"zh": maps}), "utf-8")
    assert CascadeClassifier.load(folder).classify(text)[0]["gambling"] < 0.9, "cascade.json counts first"


def test_own_maps_of_other_labels_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "risk"
    shutil.copytree(shipped("models/risk"), folder)
    own, about = folder / "encoder_zh" / JOINT, json.loads((folder / ABOUT).read_text("utf-8"))
    about.pop("zh", None)
    (folder / ABOUT).write_text(json.dumps(about), "utf-8")
    own.write_text(own.read_text("utf-8").replace("harassment", "harrasment", 1), "utf-8")
    with pytest.raises(ModelError, match="are not those"):
        CascadeClassifier.load(folder)
