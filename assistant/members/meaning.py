"""What events are about, before they are folded: topics, direction and language; nothing where a consent is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.members.dislikes import without_disliked
from assistant.members.fold import INTEREST, Meaning
from assistant.members.interests import F32
from assistant.members.topics import Topics
from assistant.text.language import detect_language
from assistant.types.event import Event, EventType
from assistant.types.member import ConsentPurpose

NEEDS = {
    "pregnancy": ConsentPurpose.HEALTH,
    "health": ConsentPurpose.HEALTH,
    "parenting": ConsentPurpose.CHILD,
    "education": ConsentPurpose.CHILD,
}
"""Topics that tell of health or of a child: without that consent nothing is made of a text that names one."""


@dataclass(frozen=True, slots=True)
class ItemText:
    """What an item says of itself."""

    text: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowed:
    """``purposes`` that the member consented to, and ``stops``: topics (``topic:pregnancy``) that are never to be inferred again."""

    purposes: frozenset[ConsentPurpose] = frozenset()
    stops: frozenset[str] = frozenset()

    def may_know(self, topic: str) -> bool:
        need = NEEDS.get(topic)
        stopped = f"topic:{topic}" in self.stops or f"stage:{topic}" in self.stops
        return not stopped and (need is None or need in self.purposes)


def words_of(event: Event, items: Mapping[str, ItemText]) -> str:
    """What an event is judged by: what the member wrote, but for what they do not like, else the item; empty where it says nothing of
    interests."""
    if event.flagged or event.type not in INTEREST:
        return ""
    if event.type is EventType.MESSAGE or event.text:
        return without_disliked(event.text or "")
    item = items.get(event.item_id or "")
    return item.text if item is not None else ""


def meanings(
    events: Sequence[Event],
    words: Sequence[str],
    vectors: F32 | None,
    items: Mapping[str, ItemText],
    topics: Topics,
    allowed: Allowed,
) -> list[Meaning]:
    """One for each event. ``words`` are ``words_of`` each; ``vectors`` their embeddings, shortened, shape (events, dimensions), or
    ``None``."""
    return [
        _meaning(event, text, vectors[at] if vectors is not None else None, items, topics, allowed)
        for at, (event, text) in enumerate(zip(events, words, strict=True))
    ]


def _meaning(
    event: Event, text: str, vector: F32 | None, items: Mapping[str, ItemText], topics: Topics, allowed: Allowed
) -> Meaning:
    if event.flagged:
        return Meaning()
    item = items.get(event.item_id or "")
    own = item.tags if item is not None and event.type in INTEREST else ()
    tags = tuple(dict.fromkeys((*own, *topics.of_text(text)))) if text or own else ()
    language = _language(event)
    if not all(allowed.may_know(tag) for tag in tags):
        return Meaning(language=language)
    directed = vector is not None and bool(vector.any())
    return Meaning(vector if directed else None, tags, language)


def _language(event: Event) -> str | None:
    if event.type is not EventType.MESSAGE or not event.text:
        return None
    if event.language:
        return event.language
    found = detect_language(event.text).language
    return found if found != "und" else None
