"""What workers do for each community in time, one of them at a time: under a lease, so that whoever dies is followed by another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, TextClause, select, text, update

from assistant.store.push_tables import background_jobs

_ENSURE = text("""
    INSERT INTO background_jobs (community, name, due_at, document)
    SELECT id, CAST(:name AS text), CAST(:now AS timestamptz), '{}'::jsonb FROM communities ON CONFLICT DO NOTHING
""")
_CLAIM = text("""
    UPDATE background_jobs SET leased_until = :lease_ends, holder = :holder WHERE (community, name) IN (
        SELECT community, name FROM background_jobs
        WHERE name = :name AND due_at <= :now AND (leased_until IS NULL OR leased_until <= :now)
        ORDER BY due_at, community LIMIT 1 FOR UPDATE SKIP LOCKED
    ) RETURNING *
""")
_CLAIM_CHANGED = text("""
    UPDATE background_jobs SET leased_until = :lease_ends, holder = :holder WHERE (community, name) IN (
        SELECT community, name FROM background_jobs j
        WHERE name = :name AND due_at <= :now AND (leased_until IS NULL OR leased_until <= :now)
            AND (SELECT max(p.version) FROM policies p WHERE p.community = j.community)
                IS DISTINCT FROM CAST(j.document ->> 'policy' AS integer)
        ORDER BY due_at, community LIMIT 1 FOR UPDATE SKIP LOCKED
    ) RETURNING *
""")


@dataclass(frozen=True, slots=True)
class Job:
    """``document`` says how far it is; ``holder`` names whoever has it now."""

    community: str
    name: str
    holder: str
    document: Mapping[str, Any]


def ensure(connection: Connection, name: str, now: datetime) -> None:
    """Every community has one of that name; in a transaction of every community."""
    connection.execute(_ENSURE, {"name": name, "now": now})


def claim(connection: Connection, name: str, holder: str, now: datetime, lease_ends: datetime) -> Job | None:
    """One that is due and nobody's, the holder's alone until the lease ends; in a transaction of every community."""
    return _claim(connection, _CLAIM, name, holder, now, lease_ends)


def claim_changed(connection: Connection, name: str, holder: str, now: datetime, lease_ends: datetime) -> Job | None:
    """As ``claim``, of communities whose policy is another than the job last did."""
    return _claim(connection, _CLAIM_CHANGED, name, holder, now, lease_ends)


def keep(connection: Connection, job: Job, until: datetime, document: Mapping[str, Any] | None = None) -> bool:
    """The lease goes on, and this is how far it is. Whether it still is the holder's."""
    more = {} if document is None else {"document": dict(document)}
    query = update(background_jobs).where(*_held(job)).values(leased_until=until, **more)
    return connection.execute(query).rowcount > 0


def finish(connection: Connection, job: Job, due_at: datetime, document: Mapping[str, Any]) -> bool:
    """Done until it is due again. Whether it still was the holder's."""
    values = {"leased_until": None, "holder": None, "due_at": due_at, "document": dict(document)}
    return connection.execute(update(background_jobs).where(*_held(job)).values(**values)).rowcount > 0


def document_of(connection: Connection, community: str, name: str) -> Mapping[str, Any]:
    """Empty where it was never begun."""
    query = select(background_jobs.c.document).where(
        background_jobs.c.community == community, background_jobs.c.name == name
    )
    found: Mapping[str, Any] = connection.scalar(query) or {}
    return found


def _claim(
    connection: Connection, query: TextClause, name: str, holder: str, now: datetime, lease_ends: datetime
) -> Job | None:
    values = {"name": name, "holder": holder, "now": now, "lease_ends": lease_ends}
    row = connection.execute(query, values).mappings().one_or_none()
    return Job(row["community"], name, holder, row["document"]) if row is not None else None


def _held(job: Job) -> tuple[Any, ...]:
    table = background_jobs.c
    return table.community == job.community, table.name == job.name, table.holder == job.holder
