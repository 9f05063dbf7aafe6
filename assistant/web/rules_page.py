"""A community's policy as its members read it: what is looked for and what may follow, no word lists and no numbers."""

from __future__ import annotations

from typing import Any

from assistant.types import CUSTOM_PREFIX, Action, Policy, Thresholds
from assistant.words import Words

_STEPS = (Action.MASK, Action.REVIEW, Action.HIDE, Action.BLOCK)
_ANY_OWN = CUSTOM_PREFIX + "*"


def rules_document(community: str, policy: Policy, words: Words, language: str) -> dict[str, Any]:
    """The rules in ``language``; ``own`` holds the community's own labels under their own names."""
    shipped = [
        _shipped(name, steps, words, language)
        for name, steps in policy.thresholds.items()
        if not name.startswith(CUSTOM_PREFIX)
    ]
    own = [_own(name, policy, words, language) for name in _own_labels(policy)]
    return {"community": community, "language": language, "version": policy.version, "rules": shipped, "own": own}


def _own_labels(policy: Policy) -> list[str]:
    named = [*policy.thresholds, *(rule.label for rule in policy.rules)]
    return [name for name in dict.fromkeys(named) if name.startswith(CUSTOM_PREFIX) and name != _ANY_OWN]


def _shipped(name: str, thresholds: Thresholds, words: Words, language: str) -> dict[str, Any]:
    return {
        "label": name,
        "name": words.get(f"labels.{name}.name", language),
        "definition": words.get(f"labels.{name}.definition", language),
        "actions": _actions(thresholds, words, language),
    }


def _own(name: str, policy: Policy, words: Words, language: str) -> dict[str, Any]:
    thresholds = policy.thresholds.get(name) or policy.thresholds.get(_ANY_OWN) or Thresholds()
    return {
        "label": name,
        "name": name.removeprefix(CUSTOM_PREFIX),
        "definition": words.get("labels.custom.definition", language),
        "actions": _actions(thresholds, words, language),
    }


def _actions(thresholds: Thresholds, words: Words, language: str) -> list[dict[str, str]]:
    steps = [action.value for action in _STEPS if getattr(thresholds, action.value) is not None]
    return [{"action": step, "name": words.get(f"actions.{step}", language)} for step in steps]
