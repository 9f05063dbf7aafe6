"""The documents that a community's entries come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, select
from sqlalchemy.dialects.postgresql import insert

from assistant.errors import NotFound
from assistant.store import faq_entries
from assistant.store.faq_tables import faq_documents
from assistant.store.faq_tables import faq_entries as entries_table
from assistant.store.paging import Page, read_page
from assistant.types.faq import Entry

_CHUNK = 1_000
"""Rows in one statement, which has to end within the database's time limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """``content_hash`` tells whether what is imported under this name is what was read already; ``entries`` counts them."""

    id: str
    community: str
    name: str
    title: str
    language: str
    content_hash: bytes
    entries: int
    warnings: Sequence[str]
    created_at: datetime
    updated_at: datetime


def save(connection: Connection, row: DocumentRow) -> str:
    """In the place of the document of this name, if there is one, whose id it keeps. Returns the id, whose row is locked.

    Raises:
        IntegrityError: there is no such community.
    """
    values = asdict(row) | {"warnings": list(row.warnings)}
    query = insert(faq_documents).values(values)
    kept = {name: value for name, value in values.items() if name not in {"id", "community", "name", "created_at"}}
    changed = query.on_conflict_do_update(index_elements=["community", "name"], set_=kept)
    return str(connection.scalar(changed.returning(faq_documents.c.id)))


def named(connection: Connection, community: str, name: str) -> DocumentRow | None:
    query = select(faq_documents).where(faq_documents.c.community == community, faq_documents.c.name == name)
    row = connection.execute(query).mappings().one_or_none()
    return _document(row) if row is not None else None


def warnings(connection: Connection, community: str, names: Sequence[str]) -> dict[str, Sequence[str]]:
    """What was left out of each document, or contradicts itself, by name; of those that there are."""
    query = select(faq_documents.c.name, faq_documents.c.warnings).where(
        faq_documents.c.community == community, faq_documents.c.name.in_(names)
    )
    return {row.name: tuple(row.warnings) for row in connection.execute(query)}


def get(connection: Connection, community: str, document_id: str) -> DocumentRow:
    """Raises: NotFound."""
    query = select(faq_documents).where(faq_documents.c.community == community, faq_documents.c.id == document_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(field="document")
    return _document(row)


def remove(connection: Connection, community: str, document_id: str) -> int:
    """With its entries, in this transaction. How many those were."""
    removed = remove_entries(connection, community, entry_ids(connection, community, document_id))
    connection.execute(
        delete(faq_documents).where(faq_documents.c.community == community, faq_documents.c.id == document_id)
    )
    return removed


def page(connection: Connection, community: str, cursor: str | None, limit: int) -> Page[DocumentRow]:
    """The newest first."""
    query = select(faq_documents).where(faq_documents.c.community == community)
    rows, next_cursor = read_page(connection, query, faq_documents.c.created_at, faq_documents.c.id, cursor, limit)
    return Page(tuple(map(_document, rows)), next_cursor)


def entry_ids(connection: Connection, community: str, document_id: str) -> list[str]:
    query = select(entries_table.c.id).where(
        entries_table.c.community == community, entries_table.c.document_id == document_id
    )
    return list(connection.scalars(query.order_by(entries_table.c.id)))


def entries_of(connection: Connection, community: str, document_id: str) -> dict[str, Entry]:
    """By id."""
    found: dict[str, Entry] = {}
    for part in _parts(entry_ids(connection, community, document_id)):
        found |= faq_entries.get_many(connection, community, part)
    return found


def remove_entries(connection: Connection, community: str, ids: Iterable[str]) -> int:
    return sum(faq_entries.remove(connection, community, part) for part in _parts(sorted(ids)))


def of_others(connection: Connection, community: str, ids: Iterable[str], document_id: str) -> list[str]:
    """Those of the ids that are entries of another document, or of none."""
    found: list[str] = []
    for part in _parts(sorted(ids)):
        query = select(entries_table.c.id).where(
            entries_table.c.community == community,
            entries_table.c.id.in_(part),
            entries_table.c.document_id.is_distinct_from(document_id),
        )
        found += connection.scalars(query)
    return found


def asked_elsewhere(connection: Connection, community: str, questions: Iterable[str], document_id: str) -> list[str]:
    """Those of the questions that another document, or an entry of none, asks in the same words."""
    found: set[str] = set()
    for part in _parts(sorted(questions)):
        query = select(entries_table.c.question).where(
            entries_table.c.community == community,
            entries_table.c.question.in_(part),
            entries_table.c.document_id.is_distinct_from(document_id),
        )
        found |= set(connection.scalars(query))
    return sorted(found)


def _parts(values: Sequence[str]) -> list[Sequence[str]]:
    return [values[at : at + _CHUNK] for at in range(0, len(values), _CHUNK)]


def _document(row: RowMapping) -> DocumentRow:
    return DocumentRow(**{**dict(row), "content_hash": bytes(row["content_hash"]), "warnings": tuple(row["warnings"])})
