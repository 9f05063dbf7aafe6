"""Connections as they are kept: secrets sealed, by name, with the value before while a rotation overlaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Text, cast, delete, exc, func, insert, literal_column, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by

from assistant.errors import NotFound
from assistant.store.tables import connections
from assistant.store.vault import Sealed, Vault
from assistant.types import Connection as PlatformConnection
from assistant.types import FailMode, OnReview


@dataclass(frozen=True, slots=True)
class KeptSecret:
    """``previous`` counts until ``previous_until``."""

    current: Sealed
    previous: Sealed | None = None
    previous_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRow:
    """A connection without a secret in the clear. ``dry_run_since`` is when it last began to carry nothing out, ``reported_at`` when it
    told what it would have done; ``failing_since`` is the first failure after the last success."""

    id: str
    community: str
    platform: str
    name: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, KeptSecret] = field(repr=False)
    fail_mode: FailMode
    on_review: OnReview
    dry_run: bool
    paid_messages: bool
    created_at: datetime
    updated_at: datetime
    staff_channel: str | None = None
    dry_run_since: datetime | None = None
    reported_at: datetime | None = None
    disabled_at: datetime | None = None
    disabled_because: str | None = None
    failing_since: datetime | None = None
    stopped_at: datetime | None = None
    stopped_because: str | None = None

    def opened(self, vault: Vault, now: datetime) -> PlatformConnection:
        """As adapters see it.

        Raises:
            ConfigurationError: a secret does not open.
        """
        previous = {
            name: kept.previous
            for name, kept in self.secrets.items()
            if kept.previous and kept.previous_until and now < kept.previous_until
        }
        return PlatformConnection(
            id=self.id,
            community=self.community,
            platform=self.platform,
            name=self.name,
            settings=self.settings,
            secrets={name: vault.open(kept.current, purpose(self.id, name)) for name, kept in self.secrets.items()},
            previous={name: vault.open(sealed, purpose(self.id, name)) for name, sealed in previous.items()},
            fail_mode=self.fail_mode,
            on_review=self.on_review,
            dry_run=self.dry_run,
            paid_messages=self.paid_messages,
            staff_channel=self.staff_channel,
            disabled=self.disabled_at is not None,
            stopped=self.stopped_at is not None,
        )

    @property
    def overlap_ends(self) -> datetime | None:
        """When the next of its previous secrets stops counting, past or to come."""
        return min((kept.previous_until for kept in self.secrets.values() if kept.previous_until), default=None)


def purpose(connection_id: str, name: str) -> str:
    """What a sealed secret is bound to."""
    return f"{connection_id}/{name}"


def add(connection: Connection, row: ConnectionRow) -> None:
    """Raises: NotFound, where there is no such community."""
    try:
        with connection.begin_nested():
            connection.execute(insert(connections).values(_values(row)))
    except exc.IntegrityError:
        raise NotFound("community_unknown", field="community") from None


def get(connection: Connection, community: str, connection_id: str, *, lock: bool = False) -> ConnectionRow:
    """``lock`` keeps others from changing it until the transaction ends. Raises: NotFound, also for another community's."""
    query = select(connections).where(connections.c.community == community, connections.c.id == connection_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise NotFound("connection_unknown", field="connection")
    return _row(row)


def find(connection: Connection, connection_id: str) -> ConnectionRow:
    """Whatever its community, in a transaction of every one. Raises: NotFound."""
    row = connection.execute(select(connections).where(connections.c.id == connection_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("connection_unknown", field="connection")
    return _row(row)


def list_all(connection: Connection, community: str | None = None) -> list[ConnectionRow]:
    """The oldest first, of one community or all that the transaction may see."""
    query = select(connections).order_by(connections.c.created_at, connections.c.id)
    if community is not None:
        query = query.where(connections.c.community == community)
    return [_row(row) for row in connection.execute(query).mappings()]


def stamp(connection: Connection) -> str:
    """Changes whenever any connection that the transaction may see was added, changed or removed. Every time counts, not the latest alone:
    clocks differ, and commits do not come in the order of their times."""
    facts = connections.c.id + cast(connections.c.updated_at, Text)
    every = func.string_agg(facts, aggregate_order_by(literal_column("E'\\n'"), connections.c.id))
    return str(connection.scalar(select(func.md5(every))))


def save(connection: Connection, row: ConnectionRow, now: datetime) -> ConnectionRow:
    """Every column as ``row`` has it. Raises: NotFound."""
    changed = replace(row, updated_at=now)
    query = update(connections).where(connections.c.community == row.community, connections.c.id == row.id)
    if connection.execute(query.values(_values(changed))).rowcount == 0:
        raise NotFound("connection_unknown", field="connection")
    return changed


def remove(connection: Connection, community: str, connection_id: str) -> bool:
    """With its deliveries. Whether it was there."""
    query = delete(connections).where(connections.c.community == community, connections.c.id == connection_id)
    return connection.execute(query).rowcount > 0


def succeeded(connection: Connection, connection_id: str) -> None:
    query = update(connections).where(connections.c.id == connection_id, connections.c.failing_since.is_not(None))
    connection.execute(query.values(failing_since=None))


def failed(connection: Connection, connection_id: str, now: datetime) -> None:
    query = update(connections).where(connections.c.id == connection_id, connections.c.failing_since.is_(None))
    connection.execute(query.values(failing_since=now))


def stop(
    connection: Connection, connection_id: str, because: str, now: datetime, *, failing_for: timedelta | None = None
) -> bool:
    """Send it nothing more, if it has been failing for that long. Whether it was stopped by this call."""
    query = update(connections).where(connections.c.id == connection_id, connections.c.stopped_at.is_(None))
    if failing_for is not None:
        query = query.where(connections.c.failing_since <= now - failing_for)
    values = {"stopped_at": now, "stopped_because": because, "updated_at": now}
    return connection.execute(query.values(values)).rowcount > 0


def stopped_among(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Those of ``ids`` that are sent nothing more, as of now."""
    query = select(connections.c.id).where(connections.c.id.in_(list(ids)), connections.c.stopped_at.is_not(None))
    return set(connection.scalars(query))


def due_for_report(connection: Connection, before: datetime) -> list[ConnectionRow]:
    """Those that began their dry run before that time and have not reported since; locked, and skipped where another has them."""
    query = select(connections).where(
        connections.c.dry_run,
        connections.c.disabled_at.is_(None),
        connections.c.dry_run_since <= before,
        connections.c.reported_at.is_(None),
    )
    return [_row(row) for row in connection.execute(query.with_for_update(skip_locked=True)).mappings()]


def _values(row: ConnectionRow) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in connections.c.keys()}  # noqa: SIM118 - a column collection
    values["secrets"] = {name: _kept(kept) for name, kept in row.secrets.items()}
    return values | {"fail_mode": row.fail_mode.value, "on_review": row.on_review.value}


def _kept(kept: KeptSecret) -> dict[str, Any]:
    until = kept.previous_until.isoformat() if kept.previous_until else None
    return asdict(kept) | {"previous_until": until}


def _row(row: RowMapping) -> ConnectionRow:
    values = dict(row)
    values["secrets"] = {name: _secret(kept) for name, kept in row["secrets"].items()}
    values["fail_mode"], values["on_review"] = FailMode(row["fail_mode"]), OnReview(row["on_review"])
    return ConnectionRow(**values)


def _secret(kept: Mapping[str, Any]) -> KeptSecret:
    previous, until = kept.get("previous"), kept.get("previous_until")
    return KeptSecret(
        Sealed(**kept["current"]),
        Sealed(**previous) if previous else None,
        datetime.fromisoformat(until) if until else None,
    )
