"""Tales, prohibitions, headed warnings, orders, play and names only speak of the words of harm; whoever means them is found."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from assistant.moderation.policy import shipped_policy
from assistant.moderation.rules import Rules
from assistant.moderation.starter import starter_lists
from assistant.text import Normalised
from assistant.types import Action, Label

TEXTS = tomllib.loads((Path(__file__).parents[2] / "data" / "spoken_of.toml").read_text(encoding="utf-8"))
POLICY = shipped_policy()
RULES = Rules(POLICY, starter_lists())


def acted_on(text: str) -> list[str]:
    """What the rules find at a score that the shipped policy acts on."""
    found = RULES.find(Normalised(text))
    return [one.source for one in found if POLICY.thresholds[Label(one.label)].action(one.score) is not Action.ALLOW]


@pytest.mark.parametrize(("about", "text"), [(about, text) for about, both in TEXTS.items() for text in both["spoken"]])
def test_what_is_spoken_of_is_let_through(about: str, text: str) -> None:
    assert acted_on(text) == []


@pytest.mark.parametrize(("about", "text"), [(about, text) for about, both in TEXTS.items() for text in both["meant"]])
def test_what_is_meant_in_the_same_words_is_found(about: str, text: str) -> None:
    assert acted_on(text)
