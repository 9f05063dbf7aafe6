"""What a text may be found to contain."""

from __future__ import annotations

from enum import StrEnum


class Label(StrEnum):
    """Categories of harm. Their definitions, in every language, stand under ``[labels]`` in the words file."""

    HARASSMENT = "harassment"
    THREAT = "threat"
    HATE = "hate"
    PROFANITY = "profanity"
    SEXUAL = "sexual"
    SEXUAL_MINORS = "sexual_minors"
    VIOLENCE = "violence"
    SELF_HARM = "self_harm"
    GAMBLING = "gambling"
    ILLICIT = "illicit"
    FRAUD = "fraud"
    SPAM = "spam"
    MISLEADING = "misleading"
    PRIVACY = "privacy"
    INJECTION = "injection"


_NAMES = frozenset(label.value for label in Label)

CUSTOM_PREFIX = "custom:"
"""A community's own finding is labelled ``custom:<name>``, the name being the community's (競品, 劇透)."""


def is_label(name: str) -> bool:
    """Whether ``name`` is a shipped label or a community's own."""
    return name in _NAMES or (name.startswith(CUSTOM_PREFIX) and len(name) > len(CUSTOM_PREFIX))


class NoLabel(ValueError):
    """What stands where a label should; ``at`` is the path of the mapping that it is a key of."""

    def __init__(self, name: str, at: str) -> None:
        super().__init__(f"{name!r} is not a label; a community's own is written custom:<name>")
        self.path = f"{at}.{name}"
