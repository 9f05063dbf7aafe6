"""Thresholds proposed from reviews."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.moderation.tuning import FEWEST, applied, propose
from assistant.types import Policy, Reviewed, Thresholds

POLICY = Policy(id="p", version=1, thresholds={"spam": Thresholds(review=0.5, hide=0.8)})


def review(score: float, removed: bool, label: str = "spam") -> Reviewed:
    return Reviewed({label: score}, (label,), removed)


def test_wrong_findings_raise_the_threshold_to_where_they_end() -> None:
    reviews = [review(0.55, removed=False)] * 30 + [review(0.7, removed=True)] * 30
    (proposal,) = propose(POLICY, reviews, precision=0.9)
    assert (proposal.label, proposal.action, proposal.proposed, proposal.missed) == ("spam", "review", 0.7, 0)
    assert proposal.right == 0.5
    assert proposal.right_then == 1.0


def test_what_would_be_missed_is_counted() -> None:
    reviews = [review(0.55, removed=n < 5) for n in range(30)] + [review(0.7, removed=True)] * 30
    (proposal,) = propose(POLICY, reviews, precision=0.9)
    assert proposal.missed == 5


def test_findings_that_are_always_right_are_looked_for_a_step_lower() -> None:
    (proposal,) = propose(POLICY, [review(0.6, removed=True)] * 60, precision=0.9)
    assert proposal.proposed == 0.45
    assert proposal.right_then is None


def test_few_right_findings_prove_too_little_to_go_lower() -> None:
    assert propose(POLICY, [review(0.6, removed=True)] * FEWEST, precision=0.9) == []


@pytest.mark.parametrize("step", [0.005, 0.0031])
def test_a_proposal_that_was_put_in_force_is_not_followed_by_another(step: float) -> None:
    reviews = [review(0.5 + n * step, removed=False) for n in range(60)]
    reviews += [review(0.8 + n * 0.003, removed=True) for n in range(60)]
    raised = applied(POLICY, propose(POLICY, reviews, precision=0.8))
    assert raised.thresholds["spam"].review != POLICY.thresholds["spam"].review
    assert propose(raised, reviews, precision=0.8) == []


def steps(policy: Policy, reviews: list[Reviewed], most: int = 20) -> list[float]:
    """What is proposed, each put in force and followed by no further review."""
    proposed: list[float] = []
    while len(proposed) < most and (found := propose(policy, reviews, precision=0.8)):
        proposed.append(found[0].proposed)
        policy = applied(policy, found)
    return proposed


@pytest.mark.parametrize(("wrong", "right"), [(0.55, 0.7), (0.51, 0.64), (0.6, 0.93)])
def test_a_step_downwards_does_not_lead_back_to_what_was_found_wrong(wrong: float, right: float) -> None:
    proposed = steps(POLICY, [review(wrong, removed=False)] * 100 + [review(right, removed=True)] * 100)
    assert proposed[0] == right
    assert min(proposed) > wrong
    assert len(proposed) < 5


@pytest.mark.parametrize(("score", "last"), [(0.5, 0.35), (0.58, 0.45), (0.6, 0.45)])
def test_steps_downwards_without_a_new_review_soon_end(score: float, last: float) -> None:
    assert steps(POLICY, [review(score, removed=True)] * 100)[-1] == last


def test_what_an_earlier_threshold_showed_says_nothing_of_the_one_in_force() -> None:
    below = [review(0.35 + n / 1000, removed=False) for n in range(100)]
    assert propose(POLICY, [*below, *[review(0.6, removed=True)] * (FEWEST - 1)], precision=0.8) == []
    (proposal,) = propose(POLICY, [*below, *[review(0.6, removed=True)] * 60], precision=0.8)
    assert (proposal.reviewed, proposal.right, proposal.right_then) == (60, 1.0, None)


@pytest.mark.parametrize("score", [0.5505, 0.5905, 0.6305, 0.7005, 0.5701, 0.9377])
def test_a_proposal_shows_what_it_was_counted_by_and_nothing_beneath(score: float) -> None:
    beneath = round(score - 0.0001, 4)
    reviews = [review(beneath, removed=False)] * 30 + [review(score, removed=True)] * 30
    (proposal,) = propose(POLICY, reviews, precision=0.9)
    assert beneath < proposal.proposed <= score


def test_few_reviews_propose_nothing() -> None:
    assert propose(POLICY, [review(0.6, removed=False)] * (FEWEST - 1), precision=0.9) == []


def test_another_labels_reviews_say_nothing() -> None:
    assert propose(POLICY, [review(0.6, removed=False, label="fraud")] * 50, precision=0.9) == []


def test_no_threshold_is_right_often_enough() -> None:
    reviews = [review(0.5 + n / 200, removed=n % 2 == 0) for n in range(80)]
    assert propose(POLICY, reviews, precision=0.9) == []


@given(st.lists(st.tuples(st.floats(0.5, 1), st.booleans()), min_size=FEWEST, max_size=80), st.floats(0.5, 0.99))
def test_a_proposed_policy_is_valid_and_as_right_as_asked(pairs: list[tuple[float, bool]], precision: float) -> None:
    proposals = propose(POLICY, [review(score, removed) for score, removed in pairs], precision)
    changed = applied(POLICY, proposals).thresholds["spam"]
    for one in proposals:
        assert changed.review == one.proposed
        assert changed.hide is not None
        assert changed.hide >= one.proposed
        if one.right_then is not None:
            shown = [removed for score, removed in pairs if score >= one.proposed - 1e-4]
            assert sum(shown) / len(shown) == pytest.approx(one.right_then, abs=0.1)
            assert one.right_then >= precision
