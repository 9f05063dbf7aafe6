"""The shipped policy acts where held-back texts say it should."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.moderation.policy import shipped_policy

ROOT = Path(__file__).parents[3]
PROPOSED = json.loads((ROOT / "models" / "risk" / "thresholds.json").read_text("utf-8"))
LEAST_SEVERE = 0.96
"""No shipped keyword list is this sure: a severe action takes the model, or rules that checked more than a word."""


@pytest.mark.parametrize("label", PROPOSED)
def test_thresholds_are_the_proposed_ones(label: str) -> None:
    limits = shipped_policy().thresholds[label]
    for action, figures in PROPOSED[label].items():
        least = LEAST_SEVERE if action in {"hide", "block"} else 0.0
        assert getattr(limits, action) == max(figures["threshold"], least), action
