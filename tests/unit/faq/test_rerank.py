"""The judge: its file, its probabilities, and that torch trains what numpy reads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ModelError
from assistant.faq.calibrate import probabilities
from assistant.faq.candidates import CONTEXT, FEATURES, MOST
from assistant.faq.rerank import Reranker
from tests.later import Later
from tests.unit.faq.small import judge

train = Later("models.faq.train")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    train.written(judge(), {"怎么": 0.08}, tmp_path / "reranker.json")
    again, rng = Reranker.read(tmp_path / "reranker.json"), np.random.default_rng(0)
    features, context = rng.random((7, len(FEATURES))).astype(np.float32), rng.random(len(CONTEXT)).astype(np.float32)
    for mine, theirs in zip(again.logits(features, context), judge().logits(features, context), strict=True):
        assert mine == pytest.approx(theirs, abs=1e-4)
    assert (again.floor, again.gap, again.temperature, again.embedder) == (0.5, 0.1, 1.0, "small")
    assert again.common == {"怎么": 0.08}


@pytest.mark.parametrize("damage", ["missing", "junk", "features", "layer"])
def test_a_file_that_is_not_ours_is_named(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "reranker.json"
    if damage != "missing":
        train.written(judge(), {}, file)
        about = json.loads(file.read_text("utf-8"))
        if damage == "features":
            about["features"] = about["features"][1:]
        if damage == "layer":
            del about["entry"]["linear"]
        file.write_text("{" if damage == "junk" else json.dumps(about), "utf-8")
    with pytest.raises(ModelError, match=r"reranker\.json"):
        Reranker.read(file)


@given(st.lists(st.floats(-50, 50, width=32), max_size=MOST), st.floats(-50, 50, width=32), st.floats(0.3, 3))
def test_probabilities_leave_room_for_none(logits: list[float], none: float, temperature: float) -> None:
    shares = probabilities(np.array(logits, np.float32), none, temperature)
    assert len(shares) == len(logits)
    assert ((shares >= 0) & (shares <= 1)).all()
    assert shares.sum() <= 1 + 1e-5
    assert list(np.argsort(-shares, kind="stable")[:1]) == list(np.argsort(-np.array(logits), kind="stable")[:1]) or (
        len(logits) > 1 and shares.max() == shares[int(np.argmax(logits))]
    )


def test_a_higher_temperature_is_less_sure() -> None:
    logits = np.array([3.0, 0.0], np.float32)
    assert probabilities(logits, 0.0, 2.0)[0] < probabilities(logits, 0.0, 1.0)[0]


def test_no_candidates_have_no_probabilities() -> None:
    assert len(probabilities(np.zeros(0, np.float32), 1.0, 1.0)) == 0
    entries, none = judge().logits(np.zeros((0, len(FEATURES)), np.float32), np.zeros(len(CONTEXT), np.float32))
    assert len(entries) == 0
    assert none == pytest.approx(4.0)
