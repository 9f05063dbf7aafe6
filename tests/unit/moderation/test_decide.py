"""Decisions: thresholds, overrides, exemptions, fail modes."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from assistant.moderation.decide import decide, merge_scores
from assistant.types import (
    Action,
    Exemptions,
    FailMode,
    Finding,
    Label,
    Message,
    Override,
    Own,
    Part,
    Policy,
    Purpose,
    Thresholds,
)

POLICY = Policy(
    "p",
    1,
    {
        "spam": Thresholds(review=0.5, block=0.9),
        "profanity": Thresholds(mask=0.4),
        "custom:劇透": Thresholds(hide=0.5),
    },
)
MESSAGE = Message("hello")


def judge(
    policy: Policy = POLICY,
    message: Message = MESSAGE,
    *,
    supported: bool = True,
    degraded: bool = False,
    findings=(),
    classified=None,
    **scores: float,
):
    named = {name.replace("__", ":"): score for name, score in scores.items()}
    return decide(
        policy, message, named, findings, language_supported=supported, degraded=degraded, classified=classified
    )


def test_the_most_severe_label_decides_and_comes_first() -> None:
    verdict = judge(spam=0.95, profanity=0.9)
    assert verdict.action is Action.BLOCK
    assert list(verdict.over) == ["spam", "profanity"]


def test_below_every_threshold_is_allowed() -> None:
    assert judge(spam=0.49, profanity=0.39, violence=1.0).action is Action.ALLOW


def test_custom_labels_have_their_own_or_the_common_thresholds() -> None:
    assert judge(custom__劇透=0.6).action is Action.HIDE
    assert judge(custom__競品=0.6).action is Action.REVIEW
    common = replace(POLICY, thresholds={"custom:*": Thresholds(block=0.6)})
    assert judge(common, custom__競品=0.6).action is Action.BLOCK


@pytest.mark.parametrize(
    ("override", "message", "action"),
    [
        ({"channels": ("ads",)}, Message("x", channel="ads"), Action.ALLOW),
        ({"channels": ("ads",)}, Message("x", channel="chat"), Action.REVIEW),
        ({"channels": ("ads",)}, Message("x"), Action.REVIEW),
        ({"roles": ("seller",)}, Message("x", roles=("vip", "seller")), Action.ALLOW),
        ({"roles": ("seller",)}, Message("x", roles=("vip",)), Action.REVIEW),
        ({"purposes": ("marketing",)}, Message("x", purpose=Purpose.MARKETING), Action.ALLOW),
        ({"channels": ("ads",), "roles": ("seller",)}, Message("x", channel="ads"), Action.REVIEW),
    ],
)
def test_overrides_hold_where_all_they_name_matches(
    override: dict[str, tuple[str, ...]], message: Message, action: Action
) -> None:
    policy = replace(POLICY, overrides=(Override({"spam": Thresholds(review=0.99)}, **override),))
    assert judge(policy, message, spam=0.6).action is action


def test_staff_and_trusted_roles_are_exempt() -> None:
    policy = replace(POLICY, own=Own(staff=("boss",)), exemptions=Exemptions(roles=("trusted",), labels=("spam",)))
    assert judge(policy, Message("x", member_id="boss"), spam=1.0, profanity=1.0).action is Action.ALLOW
    trusted = Message("x", roles=("trusted",))
    assert judge(policy, trusted, spam=1.0).action is Action.ALLOW
    assert judge(policy, trusted, spam=1.0, profanity=1.0).action is Action.MASK
    everything = replace(policy, exemptions=Exemptions(roles=("trusted",)))
    assert judge(everything, trusted, spam=1.0, profanity=1.0).action is Action.ALLOW


def test_quotations_reach_at_most_review_when_the_policy_says_so() -> None:
    policy = replace(POLICY, exemptions=Exemptions(quoting=True))
    message = Message("他說「加我微信」很煩")
    inside, outside = Finding("spam", 0.95, 3, 7, "rule:x"), Finding("spam", 0.95, 7, 9, "rule:x")
    assert judge(policy, message, findings=[inside], spam=0.95).action is Action.REVIEW
    assert judge(policy, message, findings=[inside, outside], spam=0.95).action is Action.BLOCK
    assert judge(POLICY, message, findings=[inside], spam=0.95).action is Action.BLOCK
    assert judge(policy, message, spam=0.95).action is Action.BLOCK, "a score without a span is no quotation"


def test_staff_are_not_judged_by_what_nobody_screened_either() -> None:
    policy = replace(POLICY, own=Own(staff=("boss",)), unscreened={"*": Action.REVIEW}, fail_mode=FailMode.CLOSED)
    mine = Message("x", member_id="boss", unscreened=("image", "voice"))
    assert judge(policy, mine, degraded=True, supported=False).action is Action.ALLOW
    assert judge(policy, replace(mine, member_id="guest")).action is Action.REVIEW
    trusted = replace(policy, exemptions=Exemptions(roles=("trusted",)))
    assert judge(trusted, Message("x", roles=("trusted",), unscreened=("image",))).action is Action.REVIEW


QUOTING = replace(POLICY, exemptions=Exemptions(quoting=True))


def test_what_another_text_of_the_message_says_unquoted_is_not_spared() -> None:
    message = Message("他说“坏东西”", parts=(Part("attachments[0].caption", "坏东西"), Part("title", "「坏东西」")))
    here = Finding("spam", 0.95, 3, 6, "rule:x")
    caption = replace(here, start=0, end=3, field="attachments[0].caption")
    title = replace(here, start=1, end=4, field="title")
    assert judge(QUOTING, message, findings=[here, title], spam=0.95).action is Action.REVIEW
    assert judge(QUOTING, message, findings=[here, title, caption], spam=0.95).action is Action.BLOCK
    hint = replace(caption, score=0.6)
    assert judge(QUOTING, message, findings=[here, hint], spam=0.95).action is Action.REVIEW


def test_what_the_classifier_says_by_itself_is_not_spared() -> None:
    message, inside = Message("他说“坏东西”"), Finding("spam", 0.95, 3, 6, "rule:x")
    policy = replace(QUOTING, thresholds={"spam": Thresholds(review=0.5, hide=0.7, block=0.9)})
    for score, action in ((0.6, Action.REVIEW), (0.8, Action.HIDE), (0.95, Action.BLOCK)):
        assert judge(policy, message, findings=[inside], classified={"spam": score}, spam=0.95).action is action


@pytest.mark.parametrize(
    ("text", "spared"),
    [
        ("'坏东西'", True),
        ("＂坏东西＂", True),
        ("《坏东西》", True),
        ("> 坏东西", True),
        ("他說\n>「坏东西」和别的", True),
        ("他說「别的，\n坏东西」", True),
        ('he wrote "so\n坏东西\nok"', True),
        ("「别的\n> 引\n坏东西」", True),
        ("「\n\n\n\n\n坏东西」", False),
        (">「别的」\n坏东西", False),
        ("don't 坏东西 can't", False),
        ("「别的」坏东西「别的」", False),
    ],
)
def test_what_counts_as_a_quotation(text: str, spared: bool) -> None:
    at = text.index("坏东西")
    found = Finding("spam", 0.95, at, at + 3, "rule:x")
    action = judge(QUOTING, Message(text), findings=[found], spam=0.95).action
    assert action is (Action.REVIEW if spared else Action.BLOCK)


def test_a_quoted_age_excuses_nothing_that_is_said_of_it() -> None:
    policy = replace(QUOTING, thresholds={"sexual_minors": Thresholds(review=0.5, block=0.8)})
    message = Message("[placeholder]「15岁」")
    sign = Finding("sexual_minors", 0.9, 14, 17, "rule:x")
    said = Finding("sexual", 0.9, 0, 13, "rule:placeholder")
    quoted = replace(said, start=14, end=17)
    assert judge(policy, message, findings=[sign, said], sexual=0.9, sexual_minors=0.9).action is Action.BLOCK
    assert judge(policy, message, findings=[sign, quoted], sexual=0.9, sexual_minors=0.9).action is Action.REVIEW


def test_a_row_of_opening_marks_is_read_once() -> None:
    message = Message("「" * 200_000)
    found = Finding("spam", 0.95, 0, 1, "rule:x")
    start = time.process_time()
    assert judge(QUOTING, message, findings=[found], spam=0.95).action is Action.BLOCK
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("mode", "action"),
    [(FailMode.REVIEW, Action.REVIEW), (FailMode.OPEN, Action.ALLOW), (FailMode.CLOSED, Action.BLOCK)],
)
def test_a_failed_stage_brings_the_fail_mode(mode: FailMode, action: Action) -> None:
    verdict = judge(replace(POLICY, fail_mode=mode), degraded=True)
    assert verdict.action is action
    assert verdict.because == (() if action is Action.ALLOW else ("degraded",))


def test_a_failed_stage_never_lowers_what_was_found() -> None:
    assert judge(replace(POLICY, fail_mode=FailMode.OPEN), degraded=True, spam=0.95).action is Action.BLOCK


def test_other_content_and_other_languages_follow_the_policy() -> None:
    policy = replace(POLICY, unscreened={"image": Action.REVIEW, "*": Action.ALLOW}, unsupported_language=Action.HIDE)
    assert judge(policy, Message("x", unscreened=("voice",))).action is Action.ALLOW
    verdict = judge(policy, Message("x", unscreened=("voice", "image")))
    assert (verdict.action, verdict.because) == (Action.REVIEW, ("unscreened",))
    verdict = judge(policy, supported=False)
    assert (verdict.action, verdict.because) == (Action.HIDE, ("unsupported_language",))


def test_merged_scores_hold_every_label_and_the_highest_of_both() -> None:
    findings = [Finding("spam", 0.8, 0, 1, "rule:x"), Finding("custom:a", 0.7, 0, 1, "rule:y")]
    scores = merge_scores({"spam": 0.2, "fraud": 0.6}, findings, {"custom:b"})
    assert set(scores) == {label.value for label in Label} | {"custom:a", "custom:b"}
    assert (scores["spam"], scores["fraud"], scores["custom:a"], scores["custom:b"]) == (0.8, 0.6, 0.7, 0.0)
