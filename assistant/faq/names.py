"""Texts that are the same but for how they are written, and the entry that answers where several have the same question."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from assistant.text.han import fold
from assistant.types.faq import Entry

_DROPPED = ("P", "Z", "C")
"""General categories of what does not count: punctuation, spaces, control and format characters."""


def even_name(text: str) -> str:
    """``text`` without punctuation and spaces, in lower case, narrow forms and Simplified characters."""
    narrow = fold(unicodedata.normalize("NFKC", text).casefold())
    return "".join(char for char in narrow if char not in "~`" and not unicodedata.category(char).startswith(_DROPPED))


def called(entry: Entry) -> str:
    """What a member is shown of an entry to choose it by; empty where it has neither question nor title."""
    return entry.question or entry.title


def preferred(entries: Sequence[Entry], language: str) -> Entry:
    """Of entries with the same question the one in the asker's ``language``, else in its script; of several the newest. ValueError
    where there is none."""
    return max(entries, key=lambda one: (_nearness(one.language, language), _seconds(one), one.id))


def _nearness(own: str, asker: str) -> int:
    return 2 if own == asker else int(bool(own) and asker.startswith(own))


def _seconds(entry: Entry) -> float:
    return entry.updated_at.timestamp() if entry.updated_at is not None else 0.0
