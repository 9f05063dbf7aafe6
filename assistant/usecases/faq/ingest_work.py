"""Reading what was imported: each document is one transaction that puts its entries in the place of those it had."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import structlog
from numpy.typing import NDArray
from sqlalchemy import Connection as Transaction

from assistant.errors import AssistantError, Conflict, DatabaseUnavailable
from assistant.faq.ingest import VERSION, Defaults, Document, read_document
from assistant.faq.ingest.document import unreadable
from assistant.faq.texts import entry_texts
from assistant.store import faq_documents, faq_entries, faq_jobs
from assistant.store.faq_documents import DocumentRow
from assistant.store.faq_jobs import Item, Job
from assistant.types.faq import Entry
from assistant.usecases.assistant import Assistant
from assistant.usecases.faq import imports
from assistant.usecases.faq.entries import model_name
from assistant.usecases.faq.imports import limits_of, options_of, write_error
from assistant.usecases.faq.settings import settings_in
from assistant.usecases.identity import new_id

log = structlog.get_logger()

MOST_TRIES = 5
"""A document whose reading ended the process so often is not read again."""
_BATCH = 512
_RACES = 5
_WARNINGS = 100
Vectors = dict[str, NDArray[np.float32]]


class _NotSeen(Exception):
    """The model has not seen an entry yet that is to be written."""


@dataclass
class Work:
    """A job that this process has; ``job`` is what it has come to."""

    assistant: Assistant
    job: Job

    def step(self) -> None:
        """The next document."""
        item, tries = self._take()
        if item is None:
            return
        if tries > MOST_TRIES:
            problem = f"was given up: {MOST_TRIES} times, reading it came to no end"
            self._failed(item, unreadable(item.name, problem, MOST_TRIES))
            return
        try:
            self._see_to(item)
        except DatabaseUnavailable:
            raise
        except AssistantError as error:
            self._failed(item, error)
        except Exception:
            log.exception("a document met an error of ours", job=item.job_id, position=item.position)
            self._failed(item, AssistantError(field=item.name))

    def _take(self) -> tuple[Item | None, int]:
        """The first document that waits, and how often it was begun, this time included. Where there is none, the job is brought to its
        end."""
        now = self.assistant.clock()
        with self.assistant.database.transaction(self.job.community) as transaction:
            kept = self._keep(transaction)
            item = faq_jobs.next_item(transaction, self.job.id) if kept else None
            if item is None:
                self.job = faq_jobs.count(transaction, self.job.id, now)
                return None, 0
            trying = self.job.details.get("trying", {})
            times = trying.get("times", 0) + 1 if trying.get("position") == item.position else 1
            details = {**self.job.details, "trying": {"position": item.position, "times": times}}
            self.job = faq_jobs.lease(transaction, self.job.id, self._until(), details=details) or self.job
            return item, times

    def _see_to(self, item: Item) -> None:
        content = item.content or b""
        options = options_of(self.job)
        with self.assistant.database.transaction(item.community) as transaction:
            zone = ZoneInfo(settings_in(transaction, item.community).time_zone)
            known = faq_documents.named(transaction, item.community, item.name)
        defaults = Defaults(
            language=options.language,
            source=options.source,
            roles=options.roles,
            valid_from=options.valid_from,
            valid_to=options.valid_to,
            zone=zone,
        )
        seen = _hash(content, defaults)
        if known is not None and known.content_hash == seen and not options.again:
            self._unchanged(item, known)
            return
        document = read_document(item.name, content, limits_of(self.assistant.settings), defaults)
        self._store(item, document, seen, known)

    def _unchanged(self, item: Item, known: DocumentRow) -> None:
        with self.assistant.database.transaction(item.community) as transaction:
            if faq_jobs.hold_item(transaction, item):
                now = self.assistant.clock()
                self.job = faq_jobs.finish_item(transaction, item, now, entries=known.entries, note="unchanged")

    def _store(self, item: Item, document: Document, seen: bytes, known: DocumentRow | None) -> None:
        """Only what is new or different is embedded and written; should somebody change it at the same moment, it is compared again."""
        row = self._row(item, document, seen, known)
        vectors: Vectors = {}
        for _ in range(_RACES):
            with self.assistant.database.transaction(item.community) as transaction:
                has = faq_documents.entries_of(transaction, item.community, row.id)
            changed = _changed(document.entries, has, row.id)
            vectors |= self._encode([entry for entry in changed if entry.id not in vectors])
            with contextlib.suppress(_NotSeen):
                self._write(item, row, document, vectors)
                return
        raise Conflict(field=item.name)

    def _write(self, item: Item, row: DocumentRow, document: Document, vectors: Vectors) -> None:
        """One transaction, in which the document's old entries and its new ones change places."""
        now = self.assistant.clock()
        with self.assistant.database.transaction(item.community) as transaction:
            if not faq_jobs.hold_item(transaction, item):
                return
            document_id = faq_documents.save(transaction, row)
            has = faq_documents.entries_of(transaction, item.community, document_id)
            changed = _changed(document.entries, has, document_id)
            if not {entry.id for entry in changed} <= vectors.keys():
                raise _NotSeen
            ids = {entry.id for entry in document.entries}
            self._check_ids(transaction, item, ids, document_id)
            faq_documents.remove_entries(transaction, item.community, has.keys() - ids)
            by = str(self.job.details.get("by", "import"))
            model = model_name(self.assistant)
            faq_entries.put(transaction, item.community, changed, vectors, model, by=by, now=now)
            self._warn(transaction, replace(row, id=document_id), document)
            self.job = faq_jobs.finish_item(transaction, item, now, entries=len(document.entries))

    def _check_ids(self, transaction: Transaction, item: Item, ids: set[str], document_id: str) -> None:
        others = faq_documents.of_others(transaction, item.community, ids, document_id)
        if others:
            problem = (
                f"has the id {others[0]!r}, which an entry from elsewhere has: give it another, or remove that one"
            )
            raise unreadable(item.name, problem)

    def _warn(self, transaction: Transaction, row: DocumentRow, document: Document) -> None:
        """What other documents ask in the same words is told with this one."""
        questions = {entry.question for entry in document.entries if entry.question}
        twice = faq_documents.asked_elsewhere(transaction, row.community, questions, row.id)
        if twice:
            told = [f"is answered elsewhere too: {question[:40]}" for question in twice[:_WARNINGS]]
            faq_documents.save(transaction, replace(row, warnings=(*row.warnings, *told)))

    def _row(self, item: Item, document: Document, seen: bytes, known: DocumentRow | None) -> DocumentRow:
        now = self.assistant.clock()
        return DocumentRow(
            id=known.id if known else new_id("doc"),
            community=item.community,
            name=item.name,
            title=document.title,
            language=document.language,
            content_hash=seen,
            entries=len(document.entries),
            warnings=document.warnings,
            created_at=now,
            updated_at=now,
        )

    def _encode(self, entries: Sequence[Entry]) -> Vectors:
        """A row per text of each entry; the job is kept meanwhile."""
        vectors: Vectors = {}
        for at in range(0, len(entries), _BATCH):
            part = entries[at : at + _BATCH]
            texts = [entry_texts(entry) for entry in part]
            encoded = self.assistant.embedder.encode([text for its in texts for text in its])
            start = 0
            for entry, its in zip(part, texts, strict=True):
                vectors[entry.id] = encoded[start : start + len(its)]
                start += len(its)
            self._renew()
        return vectors

    def _failed(self, item: Item, error: AssistantError) -> None:
        """What the document had before stays."""
        with self.assistant.database.transaction(item.community) as transaction:
            if faq_jobs.hold_item(transaction, item):
                now = self.assistant.clock()
                self.job = faq_jobs.finish_item(transaction, item, now, error=write_error(error))

    def _renew(self) -> None:
        with self.assistant.database.transaction(self.job.community) as transaction:
            self._keep(transaction)

    def _keep(self, transaction: Transaction) -> bool:
        kept = faq_jobs.lease(transaction, self.job.id, self._until())
        self.job = kept or faq_jobs.get(transaction, self.job.community, self.job.id)
        return kept is not None

    def _until(self) -> datetime:
        return self.assistant.clock() + timedelta(seconds=imports.LEASE_S)


def _changed(entries: Sequence[Entry], has: Mapping[str, Entry], document_id: str) -> list[Entry]:
    """Those that are not there yet word for word."""
    wanted = (replace(entry, document_id=document_id) for entry in entries)
    return [entry for entry in wanted if entry.id not in has or replace(has[entry.id], updated_at=None) != entry]


def _hash(content: bytes, defaults: Defaults) -> bytes:
    """Of everything that the entries follow from."""
    told = {**asdict(replace(defaults, zone=None)), "zone": str(defaults.zone), "version": VERSION}  # type: ignore[arg-type]
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS) + b"\0" + content).digest()
