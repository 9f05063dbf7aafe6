"""Recommendations as they were made, and the ranker that makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exc, func, select
from sqlalchemy.dialects.postgresql import insert

from assistant.errors import NotFound
from assistant.store.push_tables import ranker_fits, rankers, recommendations


@dataclass(frozen=True, slots=True)
class Ranker:
    version: str
    document: Mapping[str, Any]
    lessons: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Fit:
    """A ranker that was fitted: what it was judged to be worth, and whether it was put in force, and why."""

    version: str
    at: datetime
    actor: str
    lessons: int
    judged: Mapping[str, Any]
    taken: bool
    because: str


@dataclass(frozen=True, slots=True)
class Made:
    """``shown`` holds, in order, each item's id, score, propensity and features."""

    id: str
    member_id: str
    at: datetime
    policy_version: str
    personalised: bool
    candidates: Sequence[str]
    shown: Sequence[Mapping[str, Any]]


def log(connection: Connection, community: str, made: Sequence[Made]) -> None:
    """The last of its transaction: without a savepoint, which would cost two more questions of each request.

    Raises:
        NotFound: there is no such community; the transaction is over.
    """
    rows = [
        {
            "community": community,
            "id": one.id,
            "member_id": one.member_id,
            "at": one.at,
            "policy_version": one.policy_version,
            "personalised": one.personalised,
            "candidates": list(one.candidates),
            "shown": [dict(item) for item in one.shown],
        }
        for one in made
    ]
    try:
        connection.execute(insert(recommendations), rows)
    except exc.IntegrityError:
        raise NotFound("community_unknown", field="community") from None


def logged(connection: Connection, community: str, since: datetime, limit: int) -> list[Made]:
    """The newest first."""
    query = select(recommendations).where(recommendations.c.community == community, recommendations.c.at >= since)
    rows = connection.execute(query.order_by(recommendations.c.at.desc()).limit(limit)).mappings()
    return [Made(**{name: row[name] for name in Made.__dataclass_fields__}) for row in rows]


def ranker(connection: Connection, community: str) -> Ranker | None:
    row = connection.execute(select(rankers).where(rankers.c.community == community)).mappings().one_or_none()
    return Ranker(row["version"], row["document"], row["lessons"], row["created_at"]) if row is not None else None


def log_fit(connection: Connection, community: str, one: Fit) -> None:
    """Raises: NotFound, where there is no such community."""
    try:
        with connection.begin_nested():
            connection.execute(insert(ranker_fits).values(community=community, **asdict(one)).on_conflict_do_nothing())
    except exc.IntegrityError:
        raise NotFound("community_unknown", field="community") from None


def fits(connection: Connection, community: str, limit: int) -> list[Fit]:
    """The newest first."""
    query = select(ranker_fits).where(ranker_fits.c.community == community).order_by(ranker_fits.c.at.desc())
    rows = connection.execute(query.limit(limit)).mappings()
    return [Fit(**{name: row[name] for name in Fit.__dataclass_fields__}) for row in rows]


def made_since(connection: Connection, community: str, since: datetime) -> int:
    """Lists that were shown to somebody since then."""
    query = select(func.count()).where(
        recommendations.c.community == community, recommendations.c.at >= since, recommendations.c.personalised
    )
    return int(connection.scalar(query) or 0)


def save_ranker(connection: Connection, community: str, one: Ranker) -> None:
    """Raises: NotFound, where there is no such community."""
    values = {
        "version": one.version,
        "document": dict(one.document),
        "lessons": one.lessons,
        "created_at": one.created_at,
    }
    query = insert(rankers).values(community=community, **values)
    try:
        with connection.begin_nested():
            connection.execute(query.on_conflict_do_update(index_elements=["community"], set_=values))
    except exc.IntegrityError:
        raise NotFound("community_unknown", field="community") from None
