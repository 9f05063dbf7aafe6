"""From scores and findings to an action, by the policy."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from assistant.moderation.quoted import cited, is_inside
from assistant.text import Normalised
from assistant.types import (
    CUSTOM_PREFIX,
    Action,
    FailMode,
    Finding,
    Label,
    Message,
    Override,
    Policy,
    Thresholds,
)

ANY_CUSTOM = f"{CUSTOM_PREFIX}*"
"""The thresholds under this name hold for every label of the community's own that has none."""

_DEFAULT_CUSTOM = Thresholds(review=0.5)
_NEVER = Thresholds()
_ZERO = {label.value: 0.0 for label in Label}
_RESTS_ON: Mapping[str, tuple[str, ...]] = {Label.SEXUAL_MINORS.value: (Label.SEXUAL_MINORS.value, Label.SEXUAL.value)}
"""Labels whose score is another's too."""
FAIL_ACTIONS = {FailMode.REVIEW: Action.REVIEW, FailMode.OPEN: Action.ALLOW, FailMode.CLOSED: Action.BLOCK}


@dataclass(frozen=True, slots=True)
class Verdict:
    """``over`` maps each label that reached a threshold to the action it brings, most severe first; ``because`` names what else raised the
    action (``degraded``, ``unscreened``, ``unsupported_language``)."""

    action: Action
    over: Mapping[str, Action]
    because: tuple[str, ...] = ()


def merge_scores(
    assessed: Mapping[str, float], findings: Sequence[Finding], custom: Collection[str]
) -> dict[str, float]:
    """Every shipped label and every one of ``custom`` with the highest of the classifier's and the rules' scores, in [0, 1]."""
    scores = {**_ZERO, **dict.fromkeys(custom, 0.0), **assessed}
    for finding in findings:
        if finding.score > scores.get(finding.label, 0.0):
            scores[finding.label] = finding.score
    return scores


def decide(
    policy: Policy,
    message: Message,
    scores: Mapping[str, float],
    findings: Sequence[Finding],
    *,
    language_supported: bool,
    degraded: bool,
    alone: Mapping[str, float] | None = None,
    classified: Mapping[str, float] | None = None,
) -> Verdict:
    """What the policy does with a message that has these scores; nothing at all where the staff wrote it. ``alone`` holds what labels have
    by the message's own words, where something else raised them: that brings a review at most. ``classified`` are the classifier's
    scores, which no quotation marks excuse."""
    if _is_staff(policy, message):
        return Verdict(Action.ALLOW, {})
    exempt = _exempt_labels(policy, message)
    thresholds = _thresholds(policy, message)
    over: dict[str, Action] = {}
    for label, score in scores.items():
        if score <= 0.0 or (exempt is not None and (not exempt or label in exempt)):
            continue
        action = _limits(thresholds, label).action(score)
        if alone is not None and label in alone and action.severity > Action.REVIEW.severity:
            by_itself = _limits(thresholds, label).action(alone[label])
            action = max(by_itself, Action.REVIEW, key=lambda one: one.severity)
        if action is not Action.ALLOW:
            over[label] = action
    if over and policy.exemptions.quoting:
        over = _spare_quotations(over, thresholds, message, findings, classified or {})
    over = dict(sorted(over.items(), key=lambda item: (-item[1].severity, -scores[item[0]], item[0])))
    return _raise_for_the_rest(policy, message, over, language_supported=language_supported, degraded=degraded)


def least_scores(policy: Policy, message: Message, labels: Collection[str]) -> dict[str, float]:
    """The lowest score of each of ``labels`` that brings anything."""
    thresholds = _thresholds(policy, message)
    return {label: _least(_limits(thresholds, label)) for label in labels}


def _least(limits: Thresholds) -> float:
    return min((one for one in (limits.mask, limits.review, limits.hide, limits.block) if one is not None), default=0.0)


def open_labels(policy: Policy, message: Message) -> list[str]:
    """The shipped labels for which a threshold of the policy could hold this message up, whatever their scores."""
    exempt = _exempt_labels(policy, message)
    if exempt is not None and not exempt:
        return []
    thresholds = _thresholds(policy, message)
    return [
        label
        for label in _ZERO
        if label not in (exempt or ()) and _limits(thresholds, label).action(1.0).severity >= Action.REVIEW.severity
    ]


def _raise_for_the_rest(
    policy: Policy, message: Message, over: Mapping[str, Action], *, language_supported: bool, degraded: bool
) -> Verdict:
    action = max(over.values(), key=lambda a: a.severity, default=Action.ALLOW)
    raised: list[tuple[str, Action]] = []
    if degraded:
        raised.append(("degraded", FAIL_ACTIONS[policy.fail_mode]))
    if not language_supported:
        raised.append(("unsupported_language", policy.unsupported_language))
    other = policy.unscreened.get("*", Action.ALLOW)
    raised.extend(("unscreened", policy.unscreened.get(kind, other)) for kind in message.unscreened)
    because: dict[str, None] = {}
    for reason, its_action in raised:
        if its_action is not Action.ALLOW and its_action.severity >= action.severity:
            action = its_action
            because[reason] = None
    return Verdict(action, over, tuple(because))


def _limits(thresholds: Mapping[str, Thresholds], label: str) -> Thresholds:
    known = thresholds.get(label)
    if known is not None:
        return known
    if label.startswith(CUSTOM_PREFIX):
        return thresholds.get(ANY_CUSTOM, _DEFAULT_CUSTOM)
    return _NEVER


def _thresholds(policy: Policy, message: Message) -> Mapping[str, Thresholds]:
    chosen = [override.thresholds for override in policy.overrides if _matches(override, message)]
    if not chosen:
        return policy.thresholds
    merged = dict(policy.thresholds)
    for thresholds in chosen:
        merged.update(thresholds)
    return merged


def _matches(override: Override, message: Message) -> bool:
    return (
        (not override.channels or message.channel in override.channels)
        and (not override.roles or not set(override.roles).isdisjoint(message.roles))
        and (not override.purposes or message.purpose.value in override.purposes)
    )


def _exempt_labels(policy: Policy, message: Message) -> frozenset[str] | None:
    """``None``: not exempt; empty: exempt from every label."""
    if _is_staff(policy, message):
        return frozenset()
    if not set(policy.exemptions.roles).isdisjoint(message.roles):
        return frozenset(policy.exemptions.labels)
    return None


def _is_staff(policy: Policy, message: Message) -> bool:
    return message.member_id is not None and message.member_id in policy.own.staff


def _spare_quotations(
    over: Mapping[str, Action],
    thresholds: Mapping[str, Thresholds],
    message: Message,
    findings: Sequence[Finding],
    classified: Mapping[str, float],
) -> dict[str, Action]:
    """``over`` with a review for what only quotations bring more than that."""
    spared = dict(over)
    severe = [label for label, action in over.items() if action.severity > Action.REVIEW.severity]
    if not severe:
        return spared
    texts = {"text": message.text, **{part.field: part.text for part in message.parts}}
    quoted = {field: cited(Normalised(text)) for field, text in texts.items()}
    for label in severe:
        limits, labels = _limits(thresholds, label), _RESTS_ON.get(label, (label,))
        found = [one for one in findings if one.label in labels]
        said = [one.score for one in found if not is_inside(one, quoted.get(one.field, ()))]
        said += [classified.get(one, 0.0) for one in labels]
        if len(found) + len(labels) > len(said):
            left = max(Action.REVIEW, limits.action(max(said)), key=lambda one: one.severity)
            spared[label] = min(over[label], left, key=lambda one: one.severity)
    return spared
