"""The documents that were imported: listed, and removed with what they said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from assistant.errors import InvalidInput
from assistant.store import audit, faq_documents, faq_jobs
from assistant.store.faq_documents import DocumentRow
from assistant.store.paging import Page
from assistant.usecases.assistant import Assistant
from assistant.usecases.faq.imports import write_error


def list_documents(assistant: Assistant, community: str, cursor: str | None, limit: int) -> Page[DocumentRow]:
    with assistant.database.transaction(community) as transaction:
        return faq_documents.page(transaction, community, cursor, limit)


def get_document(assistant: Assistant, community: str, document_id: str) -> DocumentRow:
    """Raises: NotFound."""
    with assistant.database.transaction(community) as transaction:
        return faq_documents.get(transaction, community, document_id)


def warnings_of(assistant: Assistant, community: str, names: Sequence[str]) -> dict[str, Sequence[str]]:
    """What was left out of each of these documents, or contradicts itself, by name. Blocks on the database."""
    with assistant.database.transaction(community) as transaction:
        return faq_documents.warnings(transaction, community, names)


def remove_document(assistant: Assistant, community: str, document_id: str, *, actor: str) -> int:
    """Its entries go at once, everywhere, and what waits under its name is not read. How many entries there were. Raises: NotFound."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        row = faq_documents.get(transaction, community, document_id)
        gone = write_error(InvalidInput(field=row.name, problem="was removed before it was read"))
        faq_jobs.drop_waiting(transaction, community, [row.name], orjson.dumps(gone).decode(), now)
        removed = faq_documents.remove(transaction, community, document_id)
        details = {"name": row.name, "entries": removed}
        audit.write(
            transaction, community, now, actor=actor, action="faq.document.remove", subject=document_id, details=details
        )
    return removed


def render_document(row: DocumentRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "title": row.title,
        "language": row.language,
        "entries": row.entries,
        "warnings": list(row.warnings),
        "created_at": row.created_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
    }
