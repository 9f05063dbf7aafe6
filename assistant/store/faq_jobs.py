"""Imports: a job with an item per document, held under a lease while somebody works on it.

Rows are locked in one order everywhere: items, then documents, then jobs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, exc, insert, select, text, update

from assistant.errors import NotFound
from assistant.store.faq_tables import faq_job_items, faq_jobs
from assistant.store.paging import Page, read_page

IMPORT, EMBED = "import", "embed"
_CLAIM = text("""
    UPDATE faq_jobs SET state = 'running', leased_until = :lease_ends, updated_at = :now
    WHERE id = (
        SELECT id FROM faq_jobs
        WHERE kind = :kind AND state IN ('waiting', 'running') AND (leased_until IS NULL OR leased_until <= :now)
        ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING *
""")
_COUNT = text("""
    WITH counted AS (
        SELECT count(*) AS total, count(*) FILTER (WHERE state = 'done') AS done, coalesce(sum(entries), 0) AS entries,
            count(*) FILTER (WHERE state = 'failed') AS failed, count(*) FILTER (WHERE state = 'waiting') AS waiting
        FROM faq_job_items WHERE job_id = :job
    )
    UPDATE faq_jobs SET total = c.total, done = c.done, failed = c.failed, entries = c.entries, updated_at = :now,
        details = CASE WHEN CAST(:note AS text) IS NULL THEN details ELSE jsonb_set(
            details, ARRAY[CAST(:note AS text)], to_jsonb(coalesce((details ->> CAST(:note AS text))::integer, 0) + 1)) END,
        state = CASE WHEN state <> 'running' OR c.waiting > 0 THEN state
            WHEN c.failed > 0 AND c.done = 0 THEN 'failed' ELSE 'done' END,
        finished_at = CASE WHEN state = 'running' AND c.waiting = 0 THEN :now ELSE finished_at END,
        leased_until = CASE WHEN state = 'running' AND c.waiting = 0 THEN NULL ELSE leased_until END
    FROM counted c WHERE id = :job RETURNING faq_jobs.*
""")
_DROP = text("""
    UPDATE faq_job_items SET state = 'failed', content = NULL, error = CAST(:error AS jsonb)
    WHERE (job_id, position) IN (
        SELECT job_id, position FROM faq_job_items
        WHERE community = :community AND name = ANY(:names) AND state = 'waiting' AND job_id <> :but
        ORDER BY job_id, position FOR UPDATE
    )
    RETURNING job_id
""")


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class ItemState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """``done`` and ``failed`` count its ``total`` items, ``entries`` what came of them. Whoever works on it has it until
    ``leased_until``."""

    id: str
    community: str
    created_at: datetime
    updated_at: datetime
    kind: str = IMPORT
    state: JobState = JobState.WAITING
    total: int = 0
    done: int = 0
    failed: int = 0
    entries: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)
    leased_until: datetime | None = None
    finished_at: datetime | None = None

    @property
    def over(self) -> bool:
        return self.state in {JobState.DONE, JobState.FAILED, JobState.STOPPED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One document. ``content`` is kept until it is read."""

    job_id: str
    community: str
    position: int
    name: str
    content: bytes | None = field(default=None, repr=False)
    state: ItemState = ItemState.WAITING
    error: Mapping[str, Any] | None = None
    entries: int = 0


_LISTED = [column for column in faq_job_items.c if column.name != "content"]


def add(connection: Connection, job: Job) -> None:
    """Raises: NotFound, where there is no such community."""
    values = asdict(job) | {"state": job.state.value, "details": dict(job.details)}
    try:
        with connection.begin_nested():
            connection.execute(insert(faq_jobs).values(values))
    except exc.IntegrityError:
        raise NotFound("community_unknown", field="community") from None


def add_items(connection: Connection, items: Sequence[Item]) -> None:
    for item in items:  # one at a time: contents are large
        values = asdict(item) | {"state": item.state.value, "error": dict(item.error) if item.error else None}
        connection.execute(insert(faq_job_items).values(values))


def claim(connection: Connection, now: datetime, lease_ends: datetime, kind: str = IMPORT) -> Job | None:
    """The oldest open job that nobody has, in a transaction of every community."""
    row = connection.execute(_CLAIM, {"now": now, "lease_ends": lease_ends, "kind": kind}).mappings().one_or_none()
    return _job(row) if row is not None else None


def is_open(connection: Connection, community: str, kind: str) -> bool:
    """Whether there is such a job that is not over."""
    open_ = faq_jobs.c.state.in_([JobState.WAITING.value, JobState.RUNNING.value])
    query = select(faq_jobs.c.id).where(faq_jobs.c.community == community, faq_jobs.c.kind == kind, open_)
    return connection.execute(query.limit(1)).first() is not None


def waits(connection: Connection, community: str, name: str) -> bool:
    """Whether a document of this name is still to be read."""
    query = select(faq_job_items.c.job_id).where(
        faq_job_items.c.community == community,
        faq_job_items.c.name == name,
        faq_job_items.c.state == ItemState.WAITING.value,
        faq_job_items.c.content.is_not(None),
    )
    return connection.execute(query.limit(1)).first() is not None


def lease(connection: Connection, job_id: str, until: datetime | None, **changes: Any) -> Job | None:
    """Keep a job longer, or let go of it (``None``). ``None`` back: it is over."""
    open_ = faq_jobs.c.state.in_([JobState.WAITING.value, JobState.RUNNING.value])
    query = update(faq_jobs).where(faq_jobs.c.id == job_id, open_).values(leased_until=until, **changes)
    row = connection.execute(query.returning(faq_jobs)).mappings().one_or_none()
    return _job(row) if row is not None else None


def next_item(connection: Connection, job_id: str) -> Item | None:
    """The first that waits, with its content."""
    waiting = (faq_job_items.c.job_id == job_id) & (faq_job_items.c.state == ItemState.WAITING.value)
    query = select(faq_job_items).where(waiting).order_by(faq_job_items.c.position).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return _item(row) if row is not None else None


def hold_item(connection: Connection, item: Item) -> bool:
    """Lock it for this transaction. Whether it still waits: each is done once, even if two had the job; a job that was stopped has
    nothing left to read."""
    query = select(faq_job_items.c.position).where(
        faq_job_items.c.job_id == item.job_id,
        faq_job_items.c.position == item.position,
        faq_job_items.c.state == ItemState.WAITING.value,
        faq_job_items.c.content.is_not(None),
    )
    return connection.execute(query.with_for_update()).one_or_none() is not None


def finish_item(
    connection: Connection,
    item: Item,
    now: datetime,
    *,
    error: Mapping[str, Any] | None = None,
    entries: int = 0,
    note: str | None = None,
) -> Job:
    """Its content is no longer needed. ``note`` names a count among the job's details that goes up by one. Returns the job as it is now,
    over if nothing waits any more."""
    state = ItemState.FAILED if error else ItemState.DONE
    query = update(faq_job_items).where(
        faq_job_items.c.job_id == item.job_id, faq_job_items.c.position == item.position
    )
    connection.execute(
        query.values(state=state.value, error=dict(error) if error else None, entries=entries, content=None)
    )
    return count(connection, item.job_id, now, note)


def count(connection: Connection, job_id: str, now: datetime, note: str | None = None) -> Job:
    """Bring a job's counts up to date; one that runs and has nothing left is over."""
    row = connection.execute(_COUNT, {"job": job_id, "now": now, "note": note}).mappings().one()
    return _job(row)


def drop_waiting(
    connection: Connection, community: str, names: Sequence[str], error: str, now: datetime, *, but: str = ""
) -> None:
    """Documents of these names that still wait in jobs, other than ``but``, are not read any more; ``error`` is JSON."""
    values = {"community": community, "names": list(names), "error": error, "but": but}
    for job_id in sorted({row[0] for row in connection.execute(_DROP, values)}):
        count(connection, job_id, now)


def stop(connection: Connection, community: str, job_id: str, now: datetime) -> Job:
    """What waits is dropped; what is done stays. One that is over stays what it is. Raises: NotFound."""
    get(connection, community, job_id)
    waiting = (faq_job_items.c.job_id == job_id) & (faq_job_items.c.state == ItemState.WAITING.value)
    connection.execute(update(faq_job_items).where(waiting).values(content=None))
    stopped = {"state": JobState.STOPPED.value, "finished_at": now, "updated_at": now}
    return lease(connection, job_id, None, **stopped) or get(connection, community, job_id)


def get(connection: Connection, community: str, job_id: str) -> Job:
    """Raises: NotFound."""
    query = select(faq_jobs).where(faq_jobs.c.community == community, faq_jobs.c.id == job_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(field="job")
    return _job(row)


def items(connection: Connection, job: Job, limit: int) -> list[Item]:
    """Without their contents; those that failed first."""
    query = select(*_LISTED).where(faq_job_items.c.job_id == job.id)
    failed_first = (faq_job_items.c.state != ItemState.FAILED.value, faq_job_items.c.position)
    return [_item(row) for row in connection.execute(query.order_by(*failed_first).limit(limit)).mappings()]


def page(connection: Connection, community: str, cursor: str | None, limit: int) -> Page[Job]:
    """The newest first."""
    query = select(faq_jobs).where(faq_jobs.c.community == community)
    rows, next_cursor = read_page(connection, query, faq_jobs.c.created_at, faq_jobs.c.id, cursor, limit)
    return Page(tuple(map(_job, rows)), next_cursor)


def purge(connection: Connection, before: datetime) -> int:
    """Jobs that were over before then, with their items. In a transaction of every community."""
    return connection.execute(delete(faq_jobs).where(faq_jobs.c.finished_at < before)).rowcount


def _job(row: RowMapping) -> Job:
    return Job(**{**dict(row), "state": JobState(row["state"])})


def _item(row: RowMapping) -> Item:
    content = {"content": bytes(row["content"])} if row.get("content") is not None else {}
    return Item(**{**dict(row), **content, "state": ItemState(row["state"])})
