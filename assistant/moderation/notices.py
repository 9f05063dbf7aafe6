"""What is said to a member who may hurt themselves, wherever they said it."""

from __future__ import annotations

from assistant.moderation.helplines import help_text
from assistant.words import load_words


def help_words(language: str, region: str | None, community: str) -> str:
    """Warm words, the help lines of ``region``, and that the people of ``community`` have been told."""
    words = load_words()
    return "\n".join(
        [
            words.get("notices.help", language),
            help_text(language, region),
            words.get("notices.help_end", language, community=community),
        ]
    )
