"""A community's policy as its members read it: what is looked for, what may follow, and what several violations bring. No word lists, no
thresholds."""

from __future__ import annotations

from typing import Any

from assistant.moderation.penalties import weights_of
from assistant.types import CUSTOM_PREFIX, Action, Label, Policy, Thresholds
from assistant.types.penalties import LadderStep, Penalties
from assistant.words import Words

_STEPS = (Action.MASK, Action.REVIEW, Action.HIDE, Action.BLOCK)
_ANY_OWN = CUSTOM_PREFIX + "*"
_MINUTES = (("day", 1_440), ("hour", 60), ("minute", 1))


def rules_document(community: str, name: str, policy: Policy, words: Words, language: str) -> dict[str, Any]:
    """The rules in ``language``; members know the community as ``name``. ``own`` holds its own labels under their own names.

    ``points`` of a rule are what a message may add for its author, fewest first; ``penalties`` is ``None`` where nothing is added up.
    """
    shipped = [
        _shipped(label, steps, policy, words, language)
        for label, steps in policy.thresholds.items()
        if not label.startswith(CUSTOM_PREFIX)
    ]
    own = [_own(label, policy, words, language) for label in _own_labels(policy)]
    return {
        "community": community,
        "name": name,
        "language": language,
        "version": policy.version,
        "rules": shipped,
        "own": own,
        "penalties": _penalties(policy.penalties, words, language),
    }


def _own_labels(policy: Policy) -> list[str]:
    named = [*policy.thresholds, *(rule.label for rule in policy.rules)]
    return [name for name in dict.fromkeys(named) if name.startswith(CUSTOM_PREFIX) and name != _ANY_OWN]


def _shipped(name: str, thresholds: Thresholds, policy: Policy, words: Words, language: str) -> dict[str, Any]:
    return {
        "label": name,
        "name": words.get(f"labels.{name}.name", language),
        "definition": words.get(f"labels.{name}.definition", language),
        "actions": _actions(thresholds, words, language),
        "points": _points(name, thresholds, policy.penalties),
    }


def _own(name: str, policy: Policy, words: Words, language: str) -> dict[str, Any]:
    thresholds = policy.thresholds.get(name) or policy.thresholds.get(_ANY_OWN) or Thresholds()
    return {
        "label": name,
        "name": name.removeprefix(CUSTOM_PREFIX),
        "definition": words.get("labels.custom.definition", language),
        "actions": _actions(thresholds, words, language),
        "points": _points(name, thresholds, policy.penalties),
    }


def _actions(thresholds: Thresholds, words: Words, language: str) -> list[dict[str, str]]:
    steps = [action.value for action in _STEPS if getattr(thresholds, action.value) is not None]
    return [{"action": step, "name": words.get(f"actions.{step}", language)} for step in steps]


def _points(label: str, thresholds: Thresholds, penalties: Penalties) -> list[int]:
    """What a person removes weighs as what is hidden; someone who may hurt themselves is never punished."""
    if not _adds_up(penalties) or label == Label.SELF_HARM.value:
        return []
    weights = weights_of(penalties, label)
    may = {weights.hide, *(weights.of(action) for action in _STEPS if getattr(thresholds, action.value) is not None)}
    return sorted(may - {0})


def _adds_up(penalties: Penalties) -> bool:
    return penalties.enabled and bool(penalties.ladder)


def _penalties(penalties: Penalties, words: Words, language: str) -> dict[str, Any] | None:
    if not _adds_up(penalties):
        return None
    return {
        "expire_days": penalties.expire_days,
        "expire": _time(penalties.expire_days * 1_440, words, language),
        "ladder": [_step(one, words, language) for one in penalties.ladder],
    }


def _step(one: LadderStep, words: Words, language: str) -> dict[str, Any]:
    step = one.step.value
    if step in {"mute", "ban"} and one.minutes is None:
        text = words.get(f"rules.steps.{step}_open", language)
    elif one.minutes is not None:
        text = words.get(f"rules.steps.{step}", language, time=_time(one.minutes, words, language))
    else:
        text = words.get(f"rules.steps.{step}", language)
    return {
        "points": one.at,
        "step": step,
        "minutes": one.minutes,
        "automatic": one.automatic,
        "text": text if one.automatic else words.get("rules.by_person", language, step=text),
    }


def _time(minutes: int, words: Words, language: str) -> str:
    """In the largest unit that leaves no rest."""
    unit, size = next((unit, size) for unit, size in _MINUTES if minutes % size == 0)
    count = minutes // size
    return words.get(f"rules.time.{unit}" + ("s" if count > 1 else ""), language, count=count)
