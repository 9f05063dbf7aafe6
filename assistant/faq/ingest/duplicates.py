"""The same entry twice in one document, and one question with two answers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from assistant.text.han import fold
from assistant.types.faq import Entry

_IGNORED = re.compile(r"[\W_]+")
_SHOWN = 40


def same_words(text: str) -> str:
    """Equal for texts that differ in script, width, case, spaces or punctuation only."""
    return _IGNORED.sub("", fold(unicodedata.normalize("NFKC", text).lower()))


def without_duplicates(entries: Iterable[Entry]) -> tuple[list[Entry], list[str]]:
    """The entries without those that say the same to the same people, and a warning for each that was left out or contradicts another.

    A question that is asked twice with one answer stays once, with the other's ways to ask it. In another script it is no duplicate: its
    members read that one.
    """
    kept: dict[tuple[object, ...], Entry] = {}
    answers: dict[tuple[object, ...], Entry] = {}
    warnings: list[str] = []
    for entry in entries:
        audience = (entry.language, entry.roles, entry.valid_from, entry.valid_to)
        key = (same_words(entry.question), same_words(entry.answer) or entry.answer, audience)
        if key in kept:
            kept[key] = _merged(kept[key], entry)
            warnings.append(f"stands twice, and is kept once: {_name(entry)}")
            continue
        if entry.question:
            asked = (same_words(entry.question) or entry.question, audience)
            if asked in answers:
                warnings.append(f"has two answers, and both are kept: {_name(entry)}")
            answers.setdefault(asked, entry)
        kept[key] = entry
    return list(kept.values()), warnings


def _merged(first: Entry, second: Entry) -> Entry:
    known = {first.question, *first.alternatives}
    return replace(first, alternatives=(*first.alternatives, *(one for one in second.alternatives if one not in known)))


def _name(entry: Entry) -> str:
    name = entry.question or entry.answer
    return name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"
