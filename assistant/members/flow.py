"""How a profile comes about: words, meanings, fold. Read this first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.members.fold import fold
from assistant.members.interests import F32
from assistant.members.meaning import Allowed, ItemText, meanings, words_of
from assistant.members.state import State
from assistant.members.topics import Topics
from assistant.types.event import Event


def words(events: Sequence[Event], items: Mapping[str, ItemText]) -> list[str]:
    """What each event is judged by, to be embedded; empty where it tells nothing of interests, as what moderation acted on."""
    return [words_of(event, items) for event in events]


def folded(
    base: State | None,
    events: Sequence[Event],
    texts: Sequence[str],
    vectors: F32 | None,
    items: Mapping[str, ItemText],
    topics: Topics,
    allowed: Allowed,
) -> State | None:
    """The state after one member's events, in order of (at, id), all after the place of ``base``. ``texts`` are their ``words``;
    ``vectors`` those embedded and shortened, shape (events, dimensions), ``None`` without an embedder."""
    meant = meanings(events, texts, vectors, items, topics, allowed)
    return fold(base, zip(events, meant, strict=True))
