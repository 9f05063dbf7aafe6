"""When a stage failed around the screening: the fail mode may only raise what was found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.moderation.degrade import degrade, unscreened
from assistant.moderation.policy import shipped_policy
from assistant.moderation.reason import reason
from assistant.types import Action, Decision, FailMode, Finding, Label, Message, ModelRef, PolicyRef
from assistant.words import LANGUAGES

MODEL = ModelRef("ngram", "1")


def decision(action: Action, over: dict[str, Action] | None = None, degraded: tuple[str, ...] = ()) -> Decision:
    its = over if over is not None else ({"spam": action} if action is not Action.ALLOW else {})
    because = tuple(label for label, one in its.items() if one is action)
    return Decision(
        action=action,
        scores={label.value: 0.0 for label in Label} | dict.fromkeys(its, 0.97),
        findings=tuple(Finding(label, 0.97, 0, 1, "rule:x") for label in its),
        over=its,
        masked_text="*bc",
        reason=reason(action, because, ()),
        detected_language="en",
        language_supported=True,
        unscreened=(),
        policy=PolicyRef("p", 1),
        model=MODEL,
        degraded=degraded,
    )


@given(st.sampled_from(Action), st.sampled_from(FailMode), st.lists(st.sampled_from(["model", "rules"]), max_size=2))
def test_it_only_raises_and_keeps_what_was_found(action: Action, mode: FailMode, failed: list[str]) -> None:
    found = decision(action, degraded=tuple(failed))
    late = degrade(found, "store", mode)
    assert late.action.severity >= found.action.severity
    least = {FailMode.OPEN: Action.ALLOW, FailMode.REVIEW: Action.REVIEW, FailMode.CLOSED: Action.BLOCK}[mode]
    assert late.action is max(found.action, least, key=lambda one: one.severity)
    assert late.degraded == (*failed, "store")
    kept = replace(late, action=found.action, degraded=found.degraded, reason=found.reason)
    assert kept == found


@pytest.mark.parametrize("mode", FailMode)
@pytest.mark.parametrize("action", Action)
def test_the_reason_names_the_label_while_that_is_what_acts(action: Action, mode: FailMode) -> None:
    late = degrade(decision(action), "store", mode)
    assert set(late.reason) == set(LANGUAGES)
    if late.action is Action.ALLOW:
        assert late.reason == decision(action).reason
    elif late.action is action:
        assert late.reason == reason(action, ("spam",), ())
    else:
        assert late.reason == reason(late.action, (), ("degraded",))
        assert late.reason["en"] != reason(late.action, ("spam",), ())["en"]


def test_a_label_that_brings_less_is_not_named_for_what_the_fail_mode_did() -> None:
    found = decision(Action.REVIEW, {"spam": Action.REVIEW, "profanity": Action.MASK})
    assert degrade(found, "deadline", FailMode.REVIEW).reason == reason(Action.REVIEW, ("spam",), ())
    assert degrade(found, "deadline", FailMode.CLOSED).reason == reason(Action.BLOCK, (), ("degraded",))


@pytest.mark.parametrize(
    ("mode", "action"),
    [(FailMode.OPEN, Action.ALLOW), (FailMode.REVIEW, Action.REVIEW), (FailMode.CLOSED, Action.BLOCK)],
)
def test_a_message_that_nothing_is_known_about(mode: FailMode, action: Action) -> None:
    policy = replace(shipped_policy(), id="shop", version=7)
    message = Message("加微信 abc123", unscreened=("image",))
    made = unscreened(policy, MODEL, message, "deadline", mode)
    assert (made.action, made.degraded, made.over, made.findings) == (action, ("deadline",), {}, ())
    assert made.unscreened == ("text", "image"), "the text was not read, and that is said"
    assert (made.policy, made.model) == (PolicyRef("shop", 7), MODEL)
    assert made.masked_text == message.text
    assert set(made.scores) == {label.value for label in Label}
    assert set(made.scores.values()) == {0.0}
