"""Perspective's attributes in terms of our labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ATTRIBUTES: Final[dict[str, tuple[str, ...]]] = {
    "TOXICITY": ("harassment", "hate", "threat", "profanity"),
    "SEVERE_TOXICITY": ("hate", "threat"),
    "IDENTITY_ATTACK": ("hate",),
    "INSULT": ("harassment",),
    "PROFANITY": ("profanity",),
    "THREAT": ("threat",),
    "SEXUALLY_EXPLICIT": ("sexual", "sexual_minors"),
}
"""An attribute's score is the highest of its labels'."""


def attribute_score(attribute: str, scores: Mapping[str, float]) -> float:
    """The score in [0, 1] of an attribute in ``ATTRIBUTES``."""
    return max(scores.get(label, 0.0) for label in ATTRIBUTES[attribute])
