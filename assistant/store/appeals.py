"""Appeals: a member asks for another look."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert

from assistant.errors import Conflict
from assistant.store.paging import Page, read_page
from assistant.store.tables import appeals


class AppealState(StrEnum):
    """``upheld``: the decision stands."""

    OPEN = "open"
    UPHELD = "upheld"
    OVERTURNED = "overturned"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealRow:
    """One appeal against one decision; there is no second."""

    id: str
    community: str
    decision_id: str
    language: str
    text: str
    created_at: datetime
    state: AppealState = AppealState.OPEN
    connection_id: str | None = None
    member_id: str | None = None
    note: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None


def add(connection: Connection, appeal: AppealRow) -> None:
    """Raises: Conflict, where the decision has been appealed already."""
    query = insert(appeals).values(_values(appeal)).on_conflict_do_nothing().returning(appeals.c.id)
    if connection.execute(query).one_or_none() is None:
        raise Conflict("appeal_known", field="decision")


def of_decision(connection: Connection, community: str, decision_id: str) -> AppealRow | None:
    query = select(appeals).where(appeals.c.community == community, appeals.c.decision_id == decision_id)
    row = connection.execute(query).mappings().one_or_none()
    return _appeal(row) if row is not None else None


def decide(
    connection: Connection, appeal: AppealRow, state: AppealState, actor: str, note: str | None, now: datetime
) -> None:
    query = update(appeals).where(appeals.c.community == appeal.community, appeals.c.id == appeal.id)
    connection.execute(query.values(state=state.value, decided_by=actor, decided_at=now, note=note))


def page(
    connection: Connection, community: str, state: AppealState | None, cursor: str | None, limit: int
) -> Page[AppealRow]:
    """The newest first."""
    query = select(appeals).where(appeals.c.community == community)
    if state is not None:
        query = query.where(appeals.c.state == state.value)
    rows, next_cursor = read_page(connection, query, appeals.c.created_at, appeals.c.id, cursor, limit)
    return Page(tuple(map(_appeal, rows)), next_cursor)


def _values(appeal: AppealRow) -> dict[str, object]:
    return asdict(appeal) | {"state": appeal.state.value}


def _appeal(row: RowMapping) -> AppealRow:
    return AppealRow(**{**dict(row), "state": AppealState(row["state"])})
