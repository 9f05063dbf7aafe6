"""The classifier over ways to ask: learnt from what examples have in common, silent where there is too little."""

from __future__ import annotations

import numpy as np

from assistant.faq import intents
from assistant.faq.intents import Intents
from tests.unit.faq.small import encode

TEXTS = [
    *(f"when will my {thing} arrive" for thing in ("parcel", "order", "chair", "lamp", "book", "phone")),
    *(f"please send back the money for my {thing}" for thing in ("parcel", "order", "chair", "lamp", "book", "phone")),
    *(f"cancel my {thing} now" for thing in ("parcel", "order", "chair", "lamp", "book", "phone")),
    "only one way",
]
OWNERS = np.array([0] * 6 + [2] * 6 + [3] * 6 + [1], np.int32)


def fitted() -> Intents:
    found = Intents.fit(TEXTS, encode(TEXTS), OWNERS, 4)
    assert found is not None
    return found


def test_it_tells_apart_what_the_nearest_example_would_not() -> None:
    model = fitted()
    assert list(model.entries) == [0, 2, 3]
    for question, entry in (
        ("when will the sofa arrive", 0),
        ("send back money for the sofa", 2),
        ("cancel the sofa", 3),
    ):
        logits = model.logits(question, encode([question])[0])
        assert model.entries[int(np.argmax(logits))] == entry


def test_a_question_like_none_of_them_scores_low_everywhere() -> None:
    model, question = fitted(), "quantum chromodynamics"
    known = model.logits(TEXTS[0], encode([TEXTS[0]])[0]).max()
    assert model.logits(question, np.zeros_like(encode([question])[0])).max() < known - 1


def test_it_learns_the_same_every_time() -> None:
    assert np.array_equal(fitted().words, fitted().words)


def test_too_few_ways_teach_nothing() -> None:
    assert Intents.fit(TEXTS[:2], encode(TEXTS[:2]), np.array([0, 1], np.int32), 2) is None
    assert Intents.fit([], encode([]), np.zeros(0, np.int32), 0) is None


def test_too_many_are_left_alone(monkeypatch) -> None:
    monkeypatch.setattr(intents, "MOST_ROWS", 10)
    assert Intents.fit(TEXTS, encode(TEXTS), OWNERS, 4) is None
