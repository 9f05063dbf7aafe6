"""Whether a text quotes a member's message whole, or names the member; and the text without it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

GONE: Final = "〔…〕"
"""What stands where words were."""
LEAST: Final = 8
"""Characters of a message that count as a quotation: shorter ones are anybody's."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is a member's own: ``messages`` by their first ``LEAST`` characters, the longest first, and how the member is named."""

    member_id: str
    messages: Mapping[str, tuple[str, ...]]
    name: re.Pattern[str]


def words_of(member_id: str, messages: Iterable[str]) -> Words:
    """Messages shorter than ``LEAST`` are left out. An id counts after an @; by itself only if it has eight characters and a digit."""
    found: dict[str, set[str]] = {}
    for message in messages:
        if len(own := message.strip()) >= LEAST:
            found.setdefault(own[:LEAST], set()).add(own)
    alone = len(member_id) >= LEAST and any(map(str.isdigit, member_id))
    before = r"(?<!\w)@?" if alone else "@"
    name = re.compile(rf"{before}{re.escape(member_id)}(?!\w)")
    longest = {start: tuple(sorted(own, key=lambda one: (-len(one), one))) for start, own in found.items()}
    return Words(member_id, longest, name)


def without(text: str, words: Words) -> str:
    """The text with ``GONE`` in the place of each quotation and of the name; itself where there is none."""
    if text == words.member_id:
        return GONE
    parts, at, kept = [], 0, 0
    while at <= len(text) - LEAST:
        own = next((one for one in words.messages.get(text[at : at + LEAST], ()) if text.startswith(one, at)), None)
        if own is None:
            at += 1
            continue
        parts += [text[kept:at], GONE]
        at = kept = at + len(own)
    return words.name.sub(GONE, "".join([*parts, text[kept:]]))


def without_in(document: Any, words: Words) -> Any:
    """The same in every text of a JSON value."""
    if isinstance(document, Mapping):
        return {name: without_in(value, words) for name, value in document.items()}
    if isinstance(document, list | tuple):
        return [without_in(value, words) for value in document]
    return without(document, words) if isinstance(document, str) else document
