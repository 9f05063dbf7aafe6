"""A language model's second look: which messages it is asked about, and what its findings raise. It never lowers, and no more than a review
comes of its word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.moderation.decide import decide, merge_scores, open_labels
from assistant.types import Action, Decision, Finding, Message, Policy


@dataclass(frozen=True, slots=True)
class Raised:
    """``action`` is never milder than it was; ``over`` maps the labels that reached a severer action than they had to that action, and
    ``findings`` are what raised them."""

    action: Action
    over: Mapping[str, Action]
    findings: tuple[Finding, ...]


def asked_about(policy: Policy, message: Message, decision: Decision) -> tuple[str, ...]:
    """The labels that a judge may raise for this message; empty where it is not asked: the policy does not want it, the message is held
    up already, its author is exempt, or no score is in the grey zone."""
    judge = policy.judge
    if not judge.enabled or decision.action.severity >= Action.REVIEW.severity:
        return ()
    if not message.text.strip() and not message.parts:
        return ()
    labels = [label for label in open_labels(policy, message) if not judge.labels or label in judge.labels]
    least, below = judge.zone
    grey = any(least <= decision.scores.get(label, 0.0) < below for label in labels)
    return tuple(labels) if grey else ()


def read_findings(
    data: Mapping[str, Any], labels: Sequence[str], texts: Mapping[str, str], source: str
) -> tuple[Finding, ...]:
    """What the model said of ``labels``, the highest score of each, at the characters it quoted; at the whole text where what it quoted
    does not stand there. ``data`` fits the prompt's schema; ``texts`` are by the field that findings name."""
    highest: dict[str, Finding] = {}
    for said in data["findings"]:
        label, score = said["label"], round(float(said["score"]), 4)
        if label not in labels or score <= 0.0:
            continue
        known = highest.get(label)
        if known is None or score > known.score:
            field, start, end = _place(said["quote"], texts)
            highest[label] = Finding(label, score, start, end, source, field)
    return tuple(highest.values())


def raise_by(
    policy: Policy, message: Message, action: Action, scores: Mapping[str, float], found: Sequence[Finding]
) -> Raised:
    """What becomes of a decision of ``action`` and ``scores``. ``message`` needs what the policy looks at alone: member, roles, channel
    and purpose."""
    higher = [one for one in found if one.score > scores.get(one.label, 0.0)]
    before = decide(policy, message, scores, (), language_supported=True, degraded=False).over
    merged = merge_scores(scores, higher, ())
    alone = {one.label: scores.get(one.label, 0.0) for one in higher}
    after = decide(policy, message, merged, higher, language_supported=True, degraded=False, alone=alone).over
    over = {
        label: its
        for label, its in after.items()
        if label in alone and its.severity > before.get(label, Action.ALLOW).severity
    }
    highest = max((action, *over.values()), key=lambda one: one.severity)
    return Raised(highest, over, tuple(one for one in higher if one.label in over))


def _place(quote: str, texts: Mapping[str, str]) -> tuple[str, int, int]:
    for wanted in (quote, quote.strip().strip("\"'「」『』“”")):
        for field, text in texts.items():
            if wanted and (start := text.find(wanted)) >= 0:
                return field, start, start + len(wanted)
    field = next((name for name, text in texts.items() if text), "text")
    return field, 0, len(texts[field])
