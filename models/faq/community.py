"""What the reranker is trained on: communities with entries, and questions whose right entries are known."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.types.faq import Entry


@dataclass(frozen=True, slots=True)
class Asking:
    """``right`` holds the ids of the entries that answer; none where the community does not know. ``group`` keeps what came from one
    text on one side of a split."""

    text: str
    right: frozenset[str]
    language: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Community:
    name: str
    kind: str
    entries: tuple[Entry, ...]
    askings: tuple[Asking, ...] = field(default=())
