"""What the bot knows: put, listed, removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, TypeAdapter
from sqlalchemy import Connection as Transaction

from assistant.errors import Conflict, InvalidInput, NotFound, TooLarge
from assistant.faq.ingest.languages import in_script, read_tag
from assistant.faq.ingest.values import NO_YEAR
from assistant.faq.texts import entry_texts
from assistant.store import audit, faq_entries
from assistant.store.faq_entries import Vectors
from assistant.store.paging import Page
from assistant.text import detect_language
from assistant.types.faq import Entry
from assistant.usecases.assistant import Assistant
from assistant.usecases.faq.replicas import name_of
from assistant.usecases.request import AnyMoment, Moment

MAX_ENTRIES = 1_000
"""At a time."""
MAX_ANSWER_CHARS = 20_000
MAX_QUESTION_CHARS = 1_000
MAX_ALTERNATIVES = 50
_MOMENT: TypeAdapter[datetime] = TypeAdapter(AnyMoment)


def _ends(given: Any) -> Any:
    moment = _MOMENT.validate_python(given) if given is not None else None
    return None if moment is None or moment.year >= NO_YEAR else moment


Until = Annotated[Moment | None, BeforeValidator(_ends), Field(description="From the year 9000 on it means never.")]
"""When an entry is over; None for what is written for never (9999-12-31T23:59:59Z)."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """``vectors`` has, by entry, a row per text of it."""

    entries: list[Entry]
    vectors: dict[str, Vectors]


def put_entries(assistant: Assistant, community: str, entries: Sequence[Entry], *, actor: str) -> list[Entry]:
    """All of them or none, each in the place of one of the same id. Blocks on the database and the model.

    Raises:
        InvalidInput: an entry is empty or too long, or two have one id.
        NotFound: there is no such community.
    """
    ready = prepared(assistant, entries)
    with assistant.database.transaction(community) as transaction:
        keep_prepared(assistant, transaction, community, ready, actor=actor)
    assistant.replicas.look_again(community)
    return ready.entries


def prepared(assistant: Assistant, entries: Sequence[Entry]) -> Prepared:
    """Checked, and with their vectors. Blocks on the model. Raises: InvalidInput."""
    if len(entries) > MAX_ENTRIES:
        raise TooLarge(field="entries", limit=MAX_ENTRIES)
    checked = [_checked(entry, at) for at, entry in enumerate(entries)]
    if len({entry.id for entry in checked}) < len(checked):
        raise Conflict("entry_twice", field="entries")
    texts = [entry_texts(entry) for entry in checked]
    encoded = assistant.embedder.encode([text for its in texts for text in its])
    vectors: dict[str, Vectors] = {}
    at = 0
    for entry, its in zip(checked, texts, strict=True):
        vectors[entry.id] = encoded[at : at + len(its)]
        at += len(its)
    return Prepared(checked, vectors)


def keep_prepared(
    assistant: Assistant, transaction: Transaction, community: str, ready: Prepared, *, actor: str
) -> None:
    """In a transaction of the caller's, who has the replicas look again when it has ended. Raises: NotFound, for the community."""
    now = assistant.clock()
    faq_entries.put(transaction, community, ready.entries, ready.vectors, model_name(assistant), by=actor, now=now)
    details = {"entries": [entry.id for entry in ready.entries[:50]], "count": len(ready.entries)}
    audit.write(transaction, community, now, actor=actor, action="faq.put", subject="faq", details=details)


def remove_entry(assistant: Assistant, community: str, entry_id: str, *, actor: str) -> None:
    """At once, everywhere. Raises: NotFound."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        if not faq_entries.remove(transaction, community, [entry_id]):
            raise NotFound("entry_unknown", field="entry")
        audit.write(transaction, community, now, actor=actor, action="faq.remove", subject=entry_id)


def list_entries(
    assistant: Assistant, community: str, *, document_id: str | None, cursor: str | None, limit: int
) -> Page[Entry]:
    with assistant.database.transaction(community) as transaction:
        return faq_entries.page(transaction, community, document_id, cursor, limit)


def get_entry(assistant: Assistant, community: str, entry_id: str) -> Entry:
    """Raises: NotFound."""
    with assistant.database.transaction(community) as transaction:
        return faq_entries.get(transaction, community, entry_id)


def model_name(assistant: Assistant) -> str:
    """Of the embedder, as it stands with the vectors it made."""
    return name_of(assistant.embedder)


def render_entry(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "language": entry.language,
        "question": entry.question,
        "answer": entry.answer,
        "alternatives": list(entry.alternatives),
        "title": entry.title,
        "source": entry.source,
        "headings": list(entry.headings),
        "document_id": entry.document_id,
        "valid_from": entry.valid_from.isoformat() if entry.valid_from else None,
        "valid_to": entry.valid_to.isoformat() if entry.valid_to else None,
        "roles": list(entry.roles),
        "updated_at": entry.updated_at.isoformat() if entry.updated_at else None,
    }


def _checked(entry: Entry, at: int) -> Entry:
    path = f"entries[{at}]"
    if not entry.answer.strip():
        raise InvalidInput("text_empty", field=f"{path}.answer", limit=1)
    if len(entry.answer) > MAX_ANSWER_CHARS:
        raise TooLarge(field=f"{path}.answer", limit=MAX_ANSWER_CHARS)
    if len(entry.alternatives) > MAX_ALTERNATIVES:
        raise TooLarge(field=f"{path}.alternatives", limit=MAX_ALTERNATIVES)
    texts = {f"{path}.question": entry.question}
    texts |= {f"{path}.alternatives[{number}]": text for number, text in enumerate(entry.alternatives)}
    for field, text in texts.items():
        if len(text) > MAX_QUESTION_CHARS:
            raise TooLarge(field=field, limit=MAX_QUESTION_CHARS)
    if entry.valid_from and entry.valid_to and entry.valid_from >= entry.valid_to:
        raise InvalidInput(field=f"{path}.valid_to", problem="must be after valid_from")
    return replace(entry, language=_language(entry), title=entry.title or entry.question)


def _language(entry: Entry) -> str:
    """As tagged (``zh-TW`` is ``zh-Hant``), else as detected; a mere ``zh`` has the script of its characters."""
    tagged = read_tag(entry.language) if entry.language else ""
    return in_script(tagged, detect_language(entry.question or entry.answer).language)
