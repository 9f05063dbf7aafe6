"""A language model's second look: it raises to a review at most, it never lowers, and it points at what was written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.backends.generated import misfit
from assistant.errors import InvalidPolicy
from assistant.moderation.judge import asked_about, raise_by, read_findings
from assistant.moderation.policy import dump_policy, read_policy, shipped_policy
from assistant.prompts import load_prompt
from assistant.types import (
    Action,
    Decision,
    Exemptions,
    Finding,
    Judge,
    Label,
    Message,
    ModelRef,
    Override,
    Own,
    Policy,
    PolicyRef,
    Thresholds,
)

LABELS = [label.value for label in Label]
POLICY = Policy(
    "p",
    1,
    {"harassment": Thresholds(review=0.5, hide=0.8), "spam": Thresholds(block=0.6), "profanity": Thresholds(mask=0.5)},
    judge=Judge(enabled=True, zone=(0.2, 0.5)),
)
MESSAGE = Message("說話的人", member_id="u1", roles=("new",), channel="general")
SCORES = st.dictionaries(st.sampled_from(LABELS), st.floats(0, 1), max_size=8)
FINDINGS = st.lists(
    st.builds(lambda label, score: Finding(label, score, 0, 1, "judge:m"), st.sampled_from(LABELS), st.floats(0, 1))
)
THRESHOLDS = st.lists(st.floats(0.01, 1), min_size=4, max_size=4).map(lambda four: Thresholds(*sorted(four)))


def decided(scores: dict[str, float], action: Action = Action.ALLOW) -> Decision:
    every = {**dict.fromkeys(LABELS, 0.0), **scores}
    model = ModelRef("m", "1")
    return Decision(action, every, (), {}, "", {}, "zh-Hant", True, (), PolicyRef("p", 1), model)


class TestWhoIsAskedAbout:
    def test_a_score_in_the_zone(self) -> None:
        assert asked_about(POLICY, MESSAGE, decided({"harassment": 0.2})) == ("harassment", "spam")
        for score in (0.0, 0.19, 0.5, 0.9):
            assert asked_about(POLICY, MESSAGE, decided({"harassment": score})) == ()

    def test_only_labels_that_a_threshold_could_hold_up(self) -> None:
        assert asked_about(POLICY, MESSAGE, decided({"profanity": 0.4})) == ()
        assert asked_about(POLICY, MESSAGE, decided({"hate": 0.4})) == ()
        elsewhere = Override({"hate": Thresholds(review=0.9)}, channels=("general",))
        assert "hate" in asked_about(replace(POLICY, overrides=(elsewhere,)), MESSAGE, decided({"hate": 0.4}))

    def test_only_the_labels_that_the_policy_names(self) -> None:
        policy = replace(POLICY, judge=replace(POLICY.judge, labels=("spam",)))
        assert asked_about(policy, MESSAGE, decided({"harassment": 0.3})) == ()
        assert asked_about(policy, MESSAGE, decided({"spam": 0.3})) == ("spam",)

    def test_not_what_is_held_up_already(self) -> None:
        for action in (Action.REVIEW, Action.HIDE, Action.BLOCK):
            assert asked_about(POLICY, MESSAGE, decided({"harassment": 0.3}, action)) == ()
        assert asked_about(POLICY, MESSAGE, decided({"harassment": 0.3}, Action.MASK))

    def test_not_by_default_nor_where_nothing_is_said(self) -> None:
        assert asked_about(replace(POLICY, judge=Judge()), MESSAGE, decided({"harassment": 0.3})) == ()
        assert asked_about(POLICY, replace(MESSAGE, text=" "), decided({"harassment": 0.3})) == ()
        assert not shipped_policy().judge.enabled

    def test_not_the_staff_nor_exempt_labels(self) -> None:
        grey = decided({"harassment": 0.3})
        assert asked_about(replace(POLICY, own=Own(staff=("u1",))), MESSAGE, grey) == ()
        assert asked_about(replace(POLICY, exemptions=Exemptions(roles=("new",))), MESSAGE, grey) == ()
        some = replace(POLICY, exemptions=Exemptions(roles=("new",), labels=("spam",)))
        assert asked_about(some, MESSAGE, grey) == ("harassment",)


class TestWhatItRaises:
    def test_a_review_where_the_policy_would_hide_or_block(self) -> None:
        found = [Finding("harassment", 0.95, 0, 2, "judge:m"), Finding("spam", 1.0, 0, 1, "judge:m")]
        raised = raise_by(POLICY, MESSAGE, Action.ALLOW, {}, found)
        assert raised.action is Action.REVIEW
        assert raised.over == {"harassment": Action.REVIEW, "spam": Action.REVIEW}
        assert list(raised.findings) == found

    def test_what_stays_below_the_thresholds_raises_nothing(self) -> None:
        raised = raise_by(POLICY, MESSAGE, Action.ALLOW, {}, [Finding("harassment", 0.49, 0, 2, "judge:m")])
        assert (raised.action, raised.over, raised.findings) == (Action.ALLOW, {}, ())

    def test_nothing_for_whom_the_policy_exempts(self) -> None:
        policy = replace(POLICY, exemptions=Exemptions(roles=("new",)))
        assert raise_by(policy, MESSAGE, Action.ALLOW, {}, [Finding("harassment", 1.0, 0, 2, "judge:m")]).over == {}

    @given(THRESHOLDS, SCORES, FINDINGS, st.sampled_from(Action))
    def test_it_never_lowers_and_brings_a_review_at_most(self, thresholds, scores, findings, action) -> None:
        policy = Policy("p", 1, dict.fromkeys(LABELS, thresholds))
        raised = raise_by(policy, MESSAGE, action, scores, findings)
        assert raised.action.severity >= action.severity
        assert raised.action is action or raised.action.severity <= Action.REVIEW.severity
        assert all(its.severity <= Action.REVIEW.severity for its in raised.over.values())
        for one in raised.findings:
            assert one.score > scores.get(one.label, 0.0)
            assert one.label in raised.over


class TestWhatItSaid:
    TEXTS = {"text": "前面 <壞話> 後面", "member.name": "小王"}  # noqa: RUF012

    def read(self, *found: dict, labels=("harassment", "spam")) -> dict[str, Finding]:
        return {one.label: one for one in read_findings({"findings": found}, labels, self.TEXTS, "judge:m")}

    def test_it_points_at_the_quoted_characters_in_whatever_field(self) -> None:
        found = self.read(
            {"label": "harassment", "score": 0.7, "quote": "<壞話>"},
            {"label": "spam", "score": 0.6, "quote": "「小王」"},
        )
        assert (found["harassment"].start, found["harassment"].end, found["harassment"].field) == (3, 7, "text")
        assert (found["spam"].start, found["spam"].end, found["spam"].field) == (0, 2, "member.name")

    def test_what_does_not_stand_there_is_the_whole_text(self) -> None:
        found = self.read({"label": "harassment", "score": 0.7, "quote": "not there"})["harassment"]
        assert (found.start, found.end, found.field) == (0, len(self.TEXTS["text"]), "text")

    def test_other_labels_are_not_heard(self) -> None:
        assert (
            self.read({"label": "hate", "score": 1, "quote": ""}, {"label": "nonsense", "score": 1, "quote": ""}) == {}
        )

    @given(st.lists(st.fixed_dictionaries({
        "label": st.sampled_from(LABELS) | st.text(max_size=20), "score": st.floats(0, 1) | st.integers(0, 1),
        "quote": st.text(max_size=20) | st.sampled_from(["壞", "前面 ", "小"]),
    }), max_size=8), st.text(max_size=30))  # fmt: skip
    def test_offsets_lie_in_the_texts(self, found, text) -> None:
        texts = {"text": text, "member.name": "小王"}
        for one in read_findings({"findings": found}, LABELS, texts, "judge:m"):
            assert 0 <= one.start <= one.end <= len(texts[one.field])
            assert 0 < one.score <= 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"label": "spam", "score": 2, "quote": ""},
            {"label": "spam", "score": -0.1, "quote": ""},
            {"label": "spam", "score": float("nan"), "quote": ""},
            {"label": "spam", "score": "1", "quote": ""},
            {"label": "spam", "score": True, "quote": ""},
            {"label": ["spam"], "score": 1, "quote": ""},
            {"label": "spam", "score": 1},
            {"label": "spam", "score": 1, "quote": "x" * 401},
            "spam",
        ],
        ids=str,
    )
    def test_the_schema_refuses(self, wrong) -> None:
        assert misfit({"findings": [wrong]}, load_prompt("judge").schema or {})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"zone": [0.5, 0.2]}, "zone"),
        ({"zone": [0.0, 0.2]}, "zone"),
        ({"labels": ["custom:x"]}, "custom:x"),
        ({"per_minute": 0}, "per_minute"),
        ({"timeout_s": 0.5}, "timeout_s"),
        ({"queue": 0}, "queue"),
        ({"cost_per_million": [-1, 0]}, "negative"),
        ({"budget_per_day": float("nan")}, "negative"),
        ({"budget_per_day": float("inf")}, "finite"),
        ({"cost_per_million": [0.5, float("inf")]}, "finite"),
        ({"cost_per_million": [1.0, float("nan")]}, "finite"),
        ({"currency": ""}, "currency"),
        ({"nonsense": 1}, "nonsense|Unexpected"),
    ],
    ids=str,
)
def test_a_wrong_policy_is_refused_with_its_field(wrong, said) -> None:
    with pytest.raises(InvalidPolicy, match=said) as caught:
        read_policy({"thresholds": {"spam": {"review": 0.5}}, "judge": {"enabled": True, **wrong}})
    assert "judge" in caught.value.field


def test_it_is_stored_and_read_back() -> None:
    assert read_policy(dump_policy(POLICY)) == POLICY
