"""Looking for entries: the replica proposes, PostgreSQL has the last word. The bot, the API and the harness all come through here."""

from __future__ import annotations

from dataclasses import replace

from assistant.errors import InvalidInput, TooLarge
from assistant.faq.names import even_name, preferred
from assistant.store import faq_entries
from assistant.types.faq import Hit
from assistant.usecases.assistant import Assistant

HITS = 6
MAX_LIMIT = 50


def find_hits(
    assistant: Assistant,
    community: str,
    question: str,
    roles: frozenset[str],
    language: str | None,
    limit: int = HITS,
) -> list[Hit]:
    """The best first. An entry that was removed, or that this asker may not see, is never among them, whatever a replica still holds.
    Blocks on the database and the model."""
    now = assistant.clock()
    serving = assistant.replicas.get(community)
    vector = serving.embedder.encode([question], query=True)[0]
    proposed = serving.index.search(question, vector, now=now, roles=roles, limit=limit, language=language)
    with assistant.database.transaction(community) as transaction:
        current = faq_entries.get_many(transaction, community, [hit.entry.id for hit in proposed])
    hits = []
    for hit in proposed:
        entry = current.get(hit.entry.id)
        if entry is not None and entry.holds(now) and entry.visible_to(roles):
            hits.append(replace(hit, entry=entry))
    return hits


def find_named(assistant: Assistant, community: str, question: str, roles: frozenset[str], language: str) -> list[Hit]:
    """The entry whose question this is, but for how it is written; of several the one in ``language``, then the newest. None where there
    is none that this asker may see. Blocks on the database."""
    now = assistant.clock()
    proposed = assistant.replicas.get(community).index.named(question, now=now, roles=roles)
    if not proposed:
        return []
    with assistant.database.transaction(community) as transaction:
        current = faq_entries.get_many(transaction, community, [one.id for one in proposed])
    name = even_name(question)
    entries = [
        one for one in current.values() if one.holds(now) and one.visible_to(roles) and even_name(one.question) == name
    ]
    return [Hit(preferred(entries, language), 1.0)] if entries else []


def search(
    assistant: Assistant, community: str, question: str, roles: frozenset[str], language: str | None, limit: int
) -> list[Hit]:
    """As ``find_hits``, for whoever asks by the API. Raises: InvalidInput."""
    text = question.strip()
    if not text:
        raise InvalidInput("text_empty", field="question", limit=1)
    if len(text) > assistant.settings.limits.text_chars:
        raise TooLarge(field="question", limit=assistant.settings.limits.text_chars)
    return find_hits(assistant, community, text, roles, language, limit)
