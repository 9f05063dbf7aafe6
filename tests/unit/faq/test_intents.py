"""The classifier over ways to ask: learnt from what examples have in common, silent where there is too little."""

from __future__ import annotations

import numpy as np

from assistant.faq import intents
from assistant.faq.intents import Intents
from tests.unit.faq.small import encode

THINGS = ("parcel", "order", "chair", "lamp", "book", "phone")
ASKED = (
    "when will my {} arrive",
    "please send back the money for my {}",
    "cancel my {} now",
    "who repairs a broken {}",
    "which colours has the {}",
    "may I give away a {} as a present",
    "how heavy is one {}",
    "does every {} come with a guarantee",
    "where was this {} made",
    "can I pay the {} in parts",
)
TEXTS = [*(asked.format(thing) for asked in ASKED for thing in THINGS), "only one way"]
OWNERS = np.array([*np.repeat([0, *range(2, 11)], len(THINGS)), 1], np.int32)
ENTRIES = 11


def fitted() -> Intents:
    found = Intents.fit(TEXTS, encode(TEXTS), OWNERS, ENTRIES)
    assert found is not None
    return found


def test_it_tells_apart_what_the_nearest_example_would_not() -> None:
    model = fitted()
    assert list(model.entries) == [0, *range(2, 11)]
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


def test_among_a_handful_of_entries_there_is_nothing_to_tell_apart_from() -> None:
    few = OWNERS < 10
    assert (
        Intents.fit([t for t, kept in zip(TEXTS, few, strict=True) if kept], encode(TEXTS)[few], OWNERS[few], 10)
        is None
    )


def test_too_many_are_left_alone(monkeypatch) -> None:
    monkeypatch.setattr(intents, "MOST_ROWS", 10)
    assert Intents.fit(TEXTS, encode(TEXTS), OWNERS, ENTRIES) is None
