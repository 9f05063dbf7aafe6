"""Imports as jobs: documents are stored first, then read one by one; what they came to, for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import orjson

from assistant.errors import AssistantError, Conflict, InvalidInput, TooLarge
from assistant.faq.ingest import IngestLimits, check_name
from assistant.faq.ingest.document import MEBIBYTE, over
from assistant.ports import Clock
from assistant.settings import Settings
from assistant.store import audit, faq_jobs
from assistant.store.database import Database
from assistant.store.faq_jobs import Item, ItemState, Job, JobState
from assistant.store.paging import Page
from assistant.usecases.assistant import Assistant
from assistant.usecases.identity import new_id

LEASE_S = 180.0
"""Longer than reading one document may take; a job whose process died is taken again after it."""
SHOWN_ITEMS = 1_000
_KINDS: dict[str, type[AssistantError]] = {kind.__name__: kind for kind in (TooLarge, Conflict, InvalidInput)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What holds for every entry of an import that does not say otherwise itself. ``again``: read also what has not changed."""

    roles: tuple[str, ...] = ()
    language: str = ""
    source: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    again: bool = False

    def __post_init__(self) -> None:
        if self.valid_from and self.valid_to and self.valid_from >= self.valid_to:
            raise InvalidInput(field="valid_to", problem="must be after valid_from")


Documents = Iterable[tuple[str, bytes]]


class Place(Protocol):
    """What an import needs of the service, or of whoever prepares it."""

    @property
    def settings(self) -> Settings: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def database(self) -> Database: ...


def open_import(
    place: Place, community: str, documents: Documents, options: Options, *, actor: str, more: bool = False
) -> Job:
    """A job with these documents, for the caller to work on or to ``let_go`` of. With ``more`` to come it begins when those are added.

    Raises:
        NotFound: there is no such community.
        InvalidInput: two documents have one name.
    """
    now = place.clock()
    details = {"by": actor, "options": _written(options)}
    job = Job(
        id=new_id("job"),
        community=community,
        state=JobState.WAITING if more else JobState.RUNNING,
        details=details,
        leased_until=now + timedelta(seconds=LEASE_S),
        created_at=now,
        updated_at=now,
    )
    with place.database.transaction(community) as transaction:
        faq_jobs.add(transaction, job)
        audit.write(transaction, community, now, actor=actor, action="faq.import", subject=job.id)
    return add_documents(place, job, documents, more=more)


def add_documents(place: Place, job: Job, documents: Documents, *, more: bool = False) -> Job:
    """All of them or none. Those of the same name that wait in older jobs are not read any more. Raises: InvalidInput."""
    now, limits = place.clock(), limits_of(place.settings)
    items = [_item(job, at, name, content, limits) for at, (name, content) in enumerate(documents, start=job.total)]
    names = [item.name for item in items]
    if len(set(names)) < len(names):
        raise InvalidInput(field="name", problem="two documents have the same name")
    newer = write_error(InvalidInput(field="name", problem="was imported again before it was read"))
    with place.database.transaction(job.community) as transaction:
        faq_jobs.drop_waiting(transaction, job.community, names, orjson.dumps(newer).decode(), now, but=job.id)
        faq_jobs.add_items(transaction, items)
        faq_jobs.count(transaction, job.id, now)
        state = job.state if more else JobState.RUNNING
        kept = faq_jobs.lease(transaction, job.id, now + timedelta(seconds=LEASE_S), state=state.value)
    return kept or replace(job, state=JobState.STOPPED)


def let_go(place: Place, job: Job) -> Job:
    """Somebody else may take it at once."""
    with place.database.transaction(job.community) as transaction:
        waiting = faq_jobs.lease(transaction, job.id, None, state=JobState.WAITING.value)
        return waiting or faq_jobs.get(transaction, job.community, job.id)


def get_job(assistant: Assistant, community: str, job_id: str) -> tuple[Job, list[Item]]:
    """With its first ``SHOWN_ITEMS`` documents, those that failed before the others. Raises: NotFound."""
    with assistant.database.transaction(community) as transaction:
        job = faq_jobs.get(transaction, community, job_id)
        return job, faq_jobs.items(transaction, job, SHOWN_ITEMS)


def list_jobs(assistant: Assistant, community: str, cursor: str | None, limit: int) -> Page[Job]:
    with assistant.database.transaction(community) as transaction:
        return faq_jobs.page(transaction, community, cursor, limit)


def stop_job(assistant: Assistant, community: str, job_id: str, *, actor: str) -> Job:
    """What was read stays. Raises: NotFound."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        job = faq_jobs.stop(transaction, community, job_id, now)
        audit.write(transaction, community, now, actor=actor, action="faq.import.stop", subject=job_id)
        return job


def limits_of(settings: Settings) -> IngestLimits:
    return IngestLimits(bytes=settings.faq.document_mb * MEBIBYTE)


def write_error(error: AssistantError) -> dict[str, Any]:
    """As it is stored with a document."""
    values = {name: value for name, value in error.values.items() if isinstance(value, str | int | float)}
    return {"kind": type(error).__name__, "message": error.message, "values": values}


def read_error(stored: Mapping[str, Any]) -> AssistantError:
    return _KINDS.get(stored["kind"], AssistantError)(stored["message"], **stored["values"])


def options_of(job: Job) -> Options:
    stored = dict(job.details.get("options", {}))
    for name in ("valid_from", "valid_to"):
        stored[name] = datetime.fromisoformat(stored[name]) if stored.get(name) else None
    return Options(**{**stored, "roles": tuple(stored.get("roles", ()))})


def render_job(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state.value,
        "total": job.total,
        "done": job.done,
        "failed": job.failed,
        "unchanged": int(job.details.get("unchanged", 0)),
        "entries": job.entries,
        "created_at": job.created_at.isoformat(),
        "updated_at": job.updated_at.isoformat(),
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
    }


def failures(items: Sequence[Item]) -> list[tuple[str, AssistantError]]:
    """The documents that could not be read, and why."""
    return [(item.name, read_error(item.error)) for item in items if item.error]


def _item(job: Job, position: int, name: str, content: bytes, limits: IngestLimits) -> Item:
    """A document that will not do is not even stored."""
    error: AssistantError | None = None
    try:
        name = check_name(name)
        if len(content) > limits.bytes:
            error = over(name, limits.bytes, "bytes")
    except InvalidInput as refused:
        error, name = refused, _shown(name)
    return Item(
        job_id=job.id,
        community=job.community,
        position=position,
        name=name,
        content=None if error else content,
        state=ItemState.FAILED if error else ItemState.WAITING,
        error=write_error(error) if error else None,
    )


def _shown(name: str) -> str:
    return name.encode("utf-8", "replace").decode().replace("\0", "")[:300] or "(no name)"


def _written(options: Options) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(orjson.dumps(asdict(options)))
    return document
