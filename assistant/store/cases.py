"""Cases: what waits for a person."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert

from assistant.errors import Conflict, NotFound
from assistant.store.paging import Page, read_page
from assistant.store.tables import cases
from assistant.types import Case, CaseKind, CaseState, Resolution


def add(connection: Connection, entry: Case) -> bool:
    """Unless its cause has a case already. Whether it was added."""
    query = insert(cases).values(values(entry)).on_conflict_do_nothing().returning(cases.c.id)
    return connection.execute(query).one_or_none() is not None


def get(connection: Connection, community: str, case_id: str, *, lock: bool = False) -> Case:
    """Raises: NotFound, also for another community's."""
    query = select(cases).where(cases.c.community == community, cases.c.id == case_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise NotFound("case_unknown", field="case")
    return _case(row)


def of_decision(connection: Connection, community: str, decision_id: str) -> list[Case]:
    query = select(cases).where(cases.c.community == community, cases.c.decision_id == decision_id)
    return [_case(row) for row in connection.execute(query.order_by(cases.c.created_at)).mappings()]


def waiting(
    connection: Connection, community: str, limit: int, state: CaseState | None = None, kind: CaseKind | None = None
) -> list[Case]:
    """Urgent ones first, then the oldest: the order in which they are to be looked at."""
    query = select(cases).where(cases.c.community == community, cases.c.state != CaseState.RESOLVED.value)
    if state is not None:
        query = query.where(cases.c.state == state.value)
    if kind is not None:
        query = query.where(cases.c.kind == kind.value)
    query = query.order_by(cases.c.urgent.desc(), cases.c.created_at, cases.c.id).limit(limit)
    return [_case(row) for row in connection.execute(query).mappings()]


def page(
    connection: Connection,
    community: str,
    *,
    state: CaseState | None,
    kind: CaseKind | None,
    cursor: str | None,
    limit: int,
) -> Page[Case]:
    """The newest first."""
    query = select(cases).where(cases.c.community == community)
    if state is not None:
        query = query.where(cases.c.state == state.value)
    if kind is not None:
        query = query.where(cases.c.kind == kind.value)
    rows, next_cursor = read_page(connection, query, cases.c.created_at, cases.c.id, cursor, limit)
    return Page(tuple(map(_case, rows)), next_cursor)


def reports_by(connection: Connection, community: str, connection_id: str, member_id: str, since: datetime) -> int:
    """How many reports a member has made since then."""
    query = select(func.count()).where(
        cases.c.community == community,
        cases.c.connection_id == connection_id,
        cases.c.kind == CaseKind.REPORT.value,
        cases.c.created_at > since,
        cases.c.details["reported_by"].astext == member_id,
    )
    return int(connection.scalar(query) or 0)


def claim(connection: Connection, community: str, case_id: str, actor: str, now: datetime) -> Case:
    """Raises: NotFound; Conflict, where somebody else has it or it is resolved."""
    found = get(connection, community, case_id, lock=True)
    if found.state is CaseState.CLAIMED and found.claimed_by == actor:
        return found
    if found.state is not CaseState.OPEN:
        raise Conflict("case_taken", field="case", actor=found.claimed_by or found.resolved_by)
    _change(connection, found, state=CaseState.CLAIMED.value, claimed_by=actor, claimed_at=now)
    return get(connection, community, case_id)


def resolve(
    connection: Connection, found: Case, resolution: Resolution, actor: str, note: str | None, now: datetime
) -> None:
    """A case that the transaction has locked."""
    _change(
        connection,
        found,
        state=CaseState.RESOLVED.value,
        resolution=resolution.value,
        resolved_by=actor,
        resolved_at=now,
        note=note,
    )


def reopen(connection: Connection, found: Case) -> None:
    _change(
        connection,
        found,
        state=CaseState.OPEN.value,
        resolution=None,
        resolved_by=None,
        resolved_at=None,
        note=None,
        claimed_by=None,
        claimed_at=None,
    )


def values(entry: Case) -> dict[str, Any]:
    """The columns of a case."""
    plain = {"kind": entry.kind.value, "state": entry.state.value, "details": dict(entry.details)}
    return asdict(entry) | plain | {"resolution": entry.resolution.value if entry.resolution else None}


def _change(connection: Connection, found: Case, **changes: Any) -> None:
    query = update(cases).where(cases.c.community == found.community, cases.c.id == found.id)
    connection.execute(query.values(**changes))


def _case(row: RowMapping) -> Case:
    resolution = Resolution(row["resolution"]) if row["resolution"] else None
    kinds = {"kind": CaseKind(row["kind"]), "state": CaseState(row["state"]), "resolution": resolution}
    return Case(**{**dict(row), **kinds})
