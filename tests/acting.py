"""What the rules as shipped find at a score that the shipped policy acts on."""

from __future__ import annotations

from assistant.moderation.policy import shipped_policy
from assistant.moderation.rules import Rules
from assistant.moderation.starter import starter_lists
from assistant.text import Normalised
from assistant.types import Action, Label

_POLICY = shipped_policy()
_RULES = Rules(_POLICY, starter_lists())


def acted_on(text: str) -> bool:
    found = _RULES.find(Normalised(text))
    return any(_POLICY.thresholds[Label(one.label)].action(one.score) is not Action.ALLOW for one in found)
