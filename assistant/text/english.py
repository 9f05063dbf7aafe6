"""Which English words are usual."""

from __future__ import annotations

from functools import cache

from assistant.text.characters import TABLES


@cache
def usual_words() -> frozenset[str]:
    """Words of two letters or more, small, as the training texts have them; ``models.risk.usual_words`` lists them."""
    return frozenset((TABLES / "usual_english.txt").read_text(encoding="utf-8").split())
