"""The two knobs: a floor below which nothing is answered, and a gap below which the member is asked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.faq.decide import Verdict, decide
from assistant.types.faq import Entry, Hit


def hits(*scores: float, questions: tuple[str, ...] = ("a?", "b?", "c?")) -> list[Hit]:
    return [
        Hit(Entry(id=str(i), language="en", answer="x", question=questions[i]), score) for i, score in enumerate(scores)
    ]


def test_a_clear_first_is_answered() -> None:
    decided = decide(hits(0.8, 0.1), 0.5, 0.2)
    assert (decided.verdict, [h.score for h in decided.hits], decided.because) == (Verdict.ANSWER, [0.8], "clear")


def test_below_the_floor_nothing_is_said() -> None:
    assert decide(hits(0.2, 0.05), 0.5, 0.2).verdict is Verdict.NOTHING
    assert decide([], 0.0, 0.0).verdict is Verdict.NOTHING


def test_two_close_ones_are_asked_about_when_one_of_them_is_probably_right() -> None:
    decided = decide(hits(0.45, 0.40, 0.02), 0.5, 0.2)
    assert (decided.verdict, len(decided.hits), decided.because) == (Verdict.CLARIFY, 2, "gap")
    assert decide(hits(0.15, 0.14), 0.5, 0.2).verdict is Verdict.NOTHING


def test_a_leader_below_the_floor_is_asked_about_with_the_next_rather_than_given_up() -> None:
    assert decide(hits(0.45, 0.10), 0.5, 0.2).verdict is Verdict.CLARIFY
    alone = decide(hits(0.45, 0.04), 0.5, 0.2)
    assert (alone.verdict, len(alone.hits), alone.because) == (Verdict.CLARIFY, 1, "near")
    assert decide(hits(0.29, 0.04), 0.5, 0.2).verdict is Verdict.NOTHING
    assert decide(hits(0.45, questions=("",)), 0.5, 0.2).verdict is Verdict.NOTHING


def test_knobs_of_zero_are_knobs_all_the_same() -> None:
    """``if threshold`` once made a threshold of 0 no threshold, and a gap of 0 no gap."""
    assert decide(hits(0.01, 0.01), 0.0, 0.0).verdict is Verdict.ANSWER
    assert decide(hits(0.51, 0.49), 0.5, 0.0).verdict is Verdict.ANSWER
    assert decide(hits(0.99), 1.0, 0.0).verdict is Verdict.CLARIFY


def test_passages_that_cannot_be_told_apart_are_not_asked_about() -> None:
    assert decide(hits(0.55, 0.45, questions=("", "")), 0.5, 0.2).verdict is Verdict.ANSWER
    assert decide(hits(0.45, 0.45, questions=("same?", "same?")), 0.5, 0.2).because == "near"


@given(st.lists(st.floats(0, 1), max_size=4), st.floats(0, 1), st.floats(0, 1))
def test_what_is_answered_reached_the_floor(scores: list[float], floor: float, gap: float) -> None:
    scores = sorted(scores, reverse=True)
    decided = decide(hits(*scores, questions=("a?", "b?", "c?", "d?")), floor, gap)
    if decided.verdict is Verdict.ANSWER:
        assert decided.hits[0].score >= floor
        assert len(scores) == 1 or scores[0] - scores[1] >= gap
    if decided.verdict is Verdict.CLARIFY:
        assert sum(scores[:2]) >= floor if decided.because == "gap" else scores[0] >= 0.6 * floor
    said = {"clear": 1, "gap": 2, "near": 1, "floor": 0}
    assert len(decided.hits) == said[decided.because]
