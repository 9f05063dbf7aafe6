"""Experiments, and which variant each member was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, exc, func, select, update
from sqlalchemy.dialects.postgresql import insert

from assistant.errors import NotFound
from assistant.store.paging import Page, read_page
from assistant.store.push_tables import assignments, experiments


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """``state`` is ``running`` or ``ended``; ``document`` holds the holdout and the variants."""

    id: str
    name: str
    state: str
    document: Mapping[str, Any]
    created_by: str
    created_at: datetime
    updated_at: datetime


def add(connection: Connection, community: str, experiment: Experiment) -> None:
    """Raises: NotFound, where there is no such community."""
    row = {name: getattr(experiment, name) for name in Experiment.__dataclass_fields__}
    try:
        with connection.begin_nested():
            connection.execute(insert(experiments).values({**row, "community": community}))
    except exc.IntegrityError:
        raise NotFound("community_unknown", field="community") from None


def get(connection: Connection, community: str, experiment_id: str) -> Experiment:
    """Raises: NotFound."""
    query = select(experiments).where(experiments.c.community == community, experiments.c.id == experiment_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("experiment_unknown", field="experiment")
    return _experiment(row)


def page(connection: Connection, community: str, cursor: str | None, limit: int) -> Page[Experiment]:
    """The newest first."""
    query = select(experiments).where(experiments.c.community == community)
    rows, next_cursor = read_page(connection, query, experiments.c.created_at, experiments.c.id, cursor, limit)
    return Page(tuple(map(_experiment, rows)), next_cursor)


def end(connection: Connection, community: str, experiment_id: str, now: datetime) -> None:
    query = update(experiments).where(experiments.c.community == community, experiments.c.id == experiment_id)
    connection.execute(query.values(state="ended", updated_at=now))


def assign(
    connection: Connection, community: str, experiment_id: str, member_id: str, variant: str, bucket: int, now: datetime
) -> str:
    """The variant that holds for the member: the first one noted, whatever was decided later."""
    row = {
        "community": community,
        "experiment_id": experiment_id,
        "member_id": member_id,
        "variant": variant,
        "bucket": bucket,
        "at": now,
    }
    connection.execute(insert(assignments).values(row).on_conflict_do_nothing())
    return assigned_to(connection, community, experiment_id, member_id) or variant


def assigned_to(connection: Connection, community: str, experiment_id: str, member_id: str) -> str | None:
    found: str | None = connection.scalar(
        select(assignments.c.variant).where(
            assignments.c.community == community,
            assignments.c.experiment_id == experiment_id,
            assignments.c.member_id == member_id,
        )
    )
    return found


def counts(connection: Connection, community: str, experiment_id: str) -> dict[str, int]:
    """Members by variant."""
    query = select(assignments.c.variant, func.count()).where(
        assignments.c.community == community, assignments.c.experiment_id == experiment_id
    )
    return {row[0]: row[1] for row in connection.execute(query.group_by(assignments.c.variant))}


def _experiment(row: RowMapping) -> Experiment:
    return Experiment(**{name: row[name] for name in Experiment.__dataclass_fields__})
