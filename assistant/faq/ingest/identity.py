"""The ids of entries that were given none: the same question of the same document keeps its id when its answer changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from assistant.types.faq import Entry

PREFIX = "ent_"


def with_ids(name: str, entries: Iterable[Entry]) -> list[Entry]:
    """``name`` is the document's. Questions that are asked twice, and passages under one path of headings, are counted."""
    seen: dict[tuple[str, ...], int] = {}
    made: list[Entry] = []
    for entry in entries:
        if entry.id:
            made.append(entry)
            continue
        place = (entry.language, *entry.headings, entry.question)
        number = seen[place] = seen.get(place, -1) + 1
        digest = hashlib.sha256("\0".join((name, *place, str(number))).encode()).hexdigest()
        made.append(replace(entry, id=PREFIX + digest[:24]))
    return made
