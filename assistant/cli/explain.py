"""Errors in words."""

from __future__ import annotations

from assistant.errors import AssistantError
from assistant.words import load_words


def explain(error: AssistantError) -> str:
    """The error's sentence in English, its values filled in."""
    return load_words().get(f"errors.{error.message}", "en", **error.values)
