"""The two views that feed the model; in one place, so that training and measuring see what serving sees."""

from __future__ import annotations

from assistant.text import Normalised


def views(text: str) -> tuple[str, str]:
    """The text with disguises undone, and as syllables."""
    normalised = Normalised(text)
    return normalised.leet.text, normalised.pinyin.text
