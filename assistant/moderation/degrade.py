"""Decisions when a stage failed around the screening: it did not end in time, or its decision could not be stored in time."""

from __future__ import annotations

from dataclasses import replace

from assistant.moderation.decide import FAIL_ACTIONS
from assistant.moderation.reason import reason
from assistant.types import Action, Decision, FailMode, Label, Message, ModelRef, Policy, PolicyRef


def degrade(decision: Decision, stage: str, fail_mode: FailMode) -> Decision:
    """``decision`` with one more failed stage: what was found stands, and the fail mode may only raise it."""
    action = max(decision.action, FAIL_ACTIONS[fail_mode], key=lambda one: one.severity)
    because = tuple(label for label, its in decision.over.items() if its is action)
    causes = () if because and action is decision.action else ("degraded",)
    return replace(
        decision,
        action=action,
        degraded=(*decision.degraded, stage),
        reason=reason(action, because, causes) if action is not Action.ALLOW else decision.reason,
    )


def unscreened(policy: Policy, model: ModelRef, message: Message, stage: str, fail_mode: FailMode) -> Decision:
    """What the fail mode makes of a message that nothing is known about."""
    nothing = Decision(
        action=Action.ALLOW,
        scores={label.value: 0.0 for label in Label},
        findings=(),
        over={},
        masked_text=message.text,
        reason=reason(Action.ALLOW, (), ()),
        detected_language="und",
        language_supported=True,
        unscreened=("text", *message.unscreened),
        policy=PolicyRef(policy.id, policy.version),
        model=model,
    )
    return degrade(nothing, stage, fail_mode)
