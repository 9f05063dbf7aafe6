"""Strikes and penalties of members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from assistant.store.tables import penalties, strikes
from assistant.types import PenaltyState, Step

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeRow:
    """One decision's strike against a member of a connection; one of a ``dry_run`` never counts afterwards."""

    id: str
    community: str
    connection_id: str
    member_id: str
    decision_id: str
    label: str
    weight: int
    dry_run: bool
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyRow:
    """One step that a decision brought. ``because`` says why it is held, or was lifted."""

    id: str
    community: str
    connection_id: str
    member_id: str
    step: Step
    decision_id: str
    state: PenaltyState
    created_at: datetime
    channel: str | None = None
    refs: Mapping[str, str] | None = None
    ends_at: datetime | None = None
    because: str | None = None
    lifted_at: datetime | None = None


def lock(connection: Connection, community: str, member: str) -> None:
    """Until the transaction ends, nobody else counts this member's strikes, or this community's steps where ``member`` is empty."""
    connection.execute(_LOCK, {"name": f"strikes/{community}/{member}"})


def add_strike(connection: Connection, strike: StrikeRow) -> bool:
    """Unless the decision has brought one already. Whether it was added."""
    query = insert(strikes).values(asdict(strike)).on_conflict_do_nothing().returning(strikes.c.id)
    return connection.execute(query).one_or_none() is not None


def points(
    connection: Connection, community: str, connection_id: str, member_id: str, now: datetime, *, dry_run: bool
) -> int:
    """The sum of the strikes that count now; those of a dry run count in a dry run only."""
    query = select(func.coalesce(func.sum(strikes.c.weight), 0)).where(
        strikes.c.community == community,
        strikes.c.connection_id == connection_id,
        strikes.c.member_id == member_id,
        strikes.c.revoked_at.is_(None),
        strikes.c.expires_at > now,
        *([] if dry_run else [strikes.c.dry_run.is_(False)]),
    )
    return int(connection.scalar(query) or 0)


def strikes_behind(connection: Connection, penalty: PenaltyRow) -> list[StrikeRow]:
    """The strikes of its member, taken back or not, that had not expired when it came, the oldest first; those of a dry run are none."""
    query = select(strikes).where(
        strikes.c.community == penalty.community,
        strikes.c.connection_id == penalty.connection_id,
        strikes.c.member_id == penalty.member_id,
        strikes.c.expires_at > penalty.created_at,
        strikes.c.dry_run.is_(False),
    )
    return [StrikeRow(**row) for row in connection.execute(query.order_by(strikes.c.created_at)).mappings()]


def standing(connection: Connection, community: str, connection_id: str, member_id: str) -> list[PenaltyRow]:
    """The member's penalties that were applied or wait for a person, the oldest first, locked."""
    query = select(penalties).where(
        penalties.c.community == community,
        penalties.c.connection_id == connection_id,
        penalties.c.member_id == member_id,
        penalties.c.state.in_([PenaltyState.APPLIED.value, PenaltyState.HELD.value]),
    )
    rows = connection.execute(query.order_by(penalties.c.created_at).with_for_update()).mappings()
    return [_penalty(row) for row in rows]


def revoke_strike(connection: Connection, community: str, decision_id: str, now: datetime) -> bool:
    """Whether there was one that counted."""
    query = update(strikes).where(
        strikes.c.community == community, strikes.c.decision_id == decision_id, strikes.c.revoked_at.is_(None)
    )
    return connection.execute(query.values(revoked_at=now)).rowcount > 0


def reinstate_strike(connection: Connection, community: str, decision_id: str) -> None:
    """What was taken back counts again."""
    query = update(strikes).where(strikes.c.community == community, strikes.c.decision_id == decision_id)
    connection.execute(query.values(revoked_at=None))


def strike_of(connection: Connection, community: str, decision_id: str) -> StrikeRow | None:
    query = select(strikes).where(strikes.c.community == community, strikes.c.decision_id == decision_id)
    row = connection.execute(query).mappings().one_or_none()
    return StrikeRow(**row) if row is not None else None


def add_penalty(connection: Connection, penalty: PenaltyRow) -> bool:
    """Unless the decision has brought one already. Whether it was added."""
    plain = asdict(penalty) | {"step": penalty.step.value, "state": penalty.state.value}
    query = insert(penalties).values(plain).on_conflict_do_nothing().returning(penalties.c.id)
    return connection.execute(query).one_or_none() is not None


def penalty_of(connection: Connection, community: str, decision_id: str) -> PenaltyRow | None:
    query = select(penalties).where(penalties.c.community == community, penalties.c.decision_id == decision_id)
    row = connection.execute(query.with_for_update()).mappings().one_or_none()
    return _penalty(row) if row is not None else None


def set_state(
    connection: Connection, penalty: PenaltyRow, state: PenaltyState, now: datetime, because: str | None = None
) -> None:
    lifted = now if state is PenaltyState.LIFTED else None
    query = update(penalties).where(penalties.c.community == penalty.community, penalties.c.id == penalty.id)
    connection.execute(query.values(state=state.value, because=because, lifted_at=lifted))


def take(connection: Connection, penalty: PenaltyRow, now: datetime) -> PenaltyRow:
    """A step that was held is applied from now on, for as long as it was to last."""
    ends_at = now + (penalty.ends_at - penalty.created_at) if penalty.ends_at else None
    query = update(penalties).where(penalties.c.community == penalty.community, penalties.c.id == penalty.id)
    connection.execute(query.values(state=PenaltyState.APPLIED.value, because=None, ends_at=ends_at))
    return replace(penalty, state=PenaltyState.APPLIED, because=None, ends_at=ends_at)


def in_force(
    connection: Connection, community: str, connection_id: str, member_id: str, steps: Sequence[Step], now: datetime
) -> list[PenaltyRow]:
    """The member's penalties of these steps that hold right now."""
    query = select(penalties).where(
        penalties.c.community == community,
        penalties.c.connection_id == connection_id,
        penalties.c.member_id == member_id,
        penalties.c.step.in_([step.value for step in steps]),
        penalties.c.state == PenaltyState.APPLIED.value,
        (penalties.c.ends_at.is_(None)) | (penalties.c.ends_at > now),
    )
    return [_penalty(row) for row in connection.execute(query).mappings()]


def steps_since(connection: Connection, community: str, step: Step, since: datetime) -> int:
    """How many of this step were applied in the community since then, by the machine or by people."""
    query = select(func.count()).where(
        penalties.c.community == community,
        penalties.c.created_at > since,
        penalties.c.step == step.value,
        penalties.c.state == PenaltyState.APPLIED.value,
    )
    return int(connection.scalar(query) or 0)


def of_member(
    connection: Connection, community: str, connection_id: str, member_id: str, limit: int
) -> tuple[list[StrikeRow], list[PenaltyRow]]:
    """The newest first, at most ``limit`` of each."""

    def newest(table: Any) -> Any:
        mine = (table.c.connection_id == connection_id) & (table.c.member_id == member_id)
        query = (
            select(table)
            .where(table.c.community == community, mine)
            .order_by(table.c.created_at.desc(), table.c.id.desc())
        )
        return connection.execute(query.limit(limit)).mappings()

    return [StrikeRow(**row) for row in newest(strikes)], [_penalty(row) for row in newest(penalties)]


def _penalty(row: RowMapping) -> PenaltyRow:
    return PenaltyRow(**{**dict(row), "step": Step(row["step"]), "state": PenaltyState(row["state"])})
