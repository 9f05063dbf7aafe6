"""The outbox: written with what caused it, claimed in batches under a lease, finished once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, case, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from assistant.errors import NotFound
from assistant.store.paging import Page, read_page
from assistant.store.tables import deliveries
from assistant.types import Delivery, DeliveryKind, DeliveryState, Do

_CLAIM = text("""
    UPDATE deliveries SET due_at = :lease_ends, attempts = attempts + 1, because = NULL
    WHERE id IN (
        SELECT id FROM deliveries WHERE state = 'waiting' AND kind <> 'judge' AND due_at <= :now ORDER BY due_at LIMIT :batch
        FOR UPDATE SKIP LOCKED
    )
    RETURNING *
""")
_WAITING = deliveries.c.state == DeliveryState.WAITING.value
_DEAD = deliveries.c.state == DeliveryState.DEAD.value
_TAKE_BACK = (Do.RESTORE.value, Do.UNMUTE.value, Do.UNBAN.value)
_HAS_WORDS = text("""NOT CASE kind
    WHEN 'question' THEN NOT payload ? 'question'
    WHEN 'order' THEN case_id IS NULL AND payload ->> 'do' IN ('message', 'post', 'amend') AND NOT payload ? 'text'
    WHEN 'event' THEN payload ->> 'type' IN ('push', 'handoff') AND NOT payload -> 'data' ?| ARRAY['text', 'question']
    ELSE false END""")
"""What was to be said is not forgotten yet (``retention``), or there was nothing to be said."""


def add(connection: Connection, entries: Iterable[Delivery]) -> int:
    """Those whose key is not known yet. How many there were."""
    rows = [values(entry) for entry in entries]
    if not rows:
        return 0
    query = insert(deliveries).values(rows).on_conflict_do_nothing().returning(deliveries.c.id)
    return len(connection.execute(query).all())


def claim(connection: Connection, now: datetime, lease_ends: datetime, batch: int) -> list[Delivery]:
    """Take what is due, in a transaction of every community; nobody else gets it before the lease ends. What a language model is to be
    asked about has a queue of its own (``judgements``), so that a slow model holds up no order."""
    rows = connection.execute(_CLAIM, {"now": now, "lease_ends": lease_ends, "batch": batch}).mappings()
    return sorted((delivery_of(row) for row in rows), key=lambda one: (one.created_at, one.id))


def hold(connection: Connection, delivery_id: str) -> bool:
    """Lock one entry for this transaction. Whether it still waits: a follow-up is done once even if two workers had it."""
    query = select(deliveries.c.id).where(deliveries.c.id == delivery_id, _WAITING).with_for_update()
    return connection.execute(query).one_or_none() is not None


def lock(connection: Connection, delivery_id: str) -> Delivery | None:
    """One entry as it is now, which nobody else changes before this transaction ends; None where there is none."""
    query = select(deliveries).where(deliveries.c.id == delivery_id).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    return delivery_of(row) if row is not None else None


def withdraw(connection: Connection, delivery_id: str, because: str, now: datetime) -> None:
    """Never to be tried again, be it waiting or dead; what is done stays done."""
    tried_again = deliveries.c.state.in_([DeliveryState.WAITING.value, DeliveryState.DEAD.value])
    query = update(deliveries).where(deliveries.c.id == delivery_id, tried_again)
    connection.execute(query.values(state=DeliveryState.SKIPPED.value, because=because, finished_at=now))


def finish(
    connection: Connection,
    delivery_id: str,
    state: DeliveryState,
    now: datetime,
    *,
    because: str | None = None,
    message_id: str | None = None,
) -> bool:
    """Whether it was still waiting."""
    query = update(deliveries).where(deliveries.c.id == delivery_id, _WAITING)
    return (
        connection.execute(
            query.values(state=state.value, finished_at=now, because=because, message_id=message_id)
        ).rowcount
        > 0
    )


def postpone(
    connection: Connection, delivery_id: str, due_at: datetime, because: str | None = None, *, uncounted: bool = False
) -> None:
    """Try again then. ``uncounted``: it was not tried at all this time."""
    attempts = deliveries.c.attempts - 1 if uncounted else deliveries.c.attempts
    query = update(deliveries).where(deliveries.c.id == delivery_id, _WAITING)
    connection.execute(query.values(due_at=due_at, because=because, attempts=attempts))


def call_off(
    connection: Connection,
    community: str,
    decision_id: str,
    because: str,
    now: datetime,
    *,
    penalty_id: str | None = None,
) -> datetime:
    """Skip what of a decision has not been done, or of its penalty alone; what was given up is not driven again, and keeps the reason.
    Returns when the last of what a worker may be at right now is certainly over."""
    its = and_(
        deliveries.c.community == community,
        deliveries.c.decision_id == decision_id,
        deliveries.c.kind == DeliveryKind.ORDER.value,
        *([] if penalty_id is None else [deliveries.c.key.contains(f":{penalty_id}", autoescape=True)]),
    )
    mine = and_(its, _WAITING)
    claimed = and_(deliveries.c.attempts > 0, deliveries.c.because.is_(None))  # with a reason, it waits for another try
    under_way = case((claimed, deliveries.c.due_at), else_=None)
    last: datetime | None = connection.scalar(select(func.max(under_way)).where(mine))
    connection.execute(
        update(deliveries).where(mine).values(state=DeliveryState.SKIPPED.value, because=because, finished_at=now)
    )
    given_up = and_(its, _DEAD, deliveries.c.payload["do"].astext.not_in(_TAKE_BACK))
    connection.execute(update(deliveries).where(given_up).values(state=DeliveryState.SKIPPED.value))
    return max(now, last) if last is not None else now


def of_decision(connection: Connection, community: str, decision_id: str) -> list[Delivery]:
    """The oldest first."""
    query = select(deliveries).where(deliveries.c.community == community, deliveries.c.decision_id == decision_id)
    rows = connection.execute(query.order_by(deliveries.c.created_at, deliveries.c.id)).mappings()
    return [delivery_of(row) for row in rows]


def of_case(connection: Connection, community: str, case_id: str) -> list[Delivery]:
    """The cards that were posted about a case."""
    query = select(deliveries).where(deliveries.c.community == community, deliveries.c.case_id == case_id)
    return [delivery_of(row) for row in connection.execute(query.order_by(deliveries.c.created_at)).mappings()]


def of_message(connection: Connection, community: str, connection_id: str, message_id: str) -> Delivery | None:
    """What posted this message of the platform's."""
    query = select(deliveries).where(
        deliveries.c.community == community,
        deliveries.c.connection_id == connection_id,
        deliveries.c.message_id == message_id,
    )
    row = connection.execute(query.limit(1)).mappings().one_or_none()
    return delivery_of(row) if row is not None else None


def messages_since(connection: Connection, community: str, connection_id: str, member_id: str, since: datetime) -> int:
    """How many private messages to a member were entered since then, sent or not."""
    query = select(func.count()).where(
        deliveries.c.community == community,
        deliveries.c.connection_id == connection_id,
        deliveries.c.payload["do"].astext == Do.MESSAGE.value,
        deliveries.c.payload["member_id"].astext == member_id,
        deliveries.c.created_at > since,
    )
    return int(connection.scalar(query) or 0)


def page(
    connection: Connection, community: str, state: DeliveryState | None, cursor: str | None, limit: int
) -> Page[Delivery]:
    """The newest first."""
    query = select(deliveries).where(deliveries.c.community == community)
    if state is not None:
        query = query.where(deliveries.c.state == state.value)
    rows, next_cursor = read_page(connection, query, deliveries.c.created_at, deliveries.c.id, cursor, limit)
    return Page(tuple(map(delivery_of, rows)), next_cursor)


def redrive(connection: Connection, community: str, delivery_ids: Sequence[str] | None, now: datetime) -> int:
    """Dead entries wait again, all of a community's or those named, under their old ids, unless their words are forgotten. How many
    there were.

    Raises:
        NotFound: one that is named is not dead, not there, or has lost its words.
    """
    query = update(deliveries).where(deliveries.c.community == community, _DEAD, _HAS_WORDS)
    if delivery_ids is not None:
        query = query.where(deliveries.c.id.in_(delivery_ids))
    waiting = {"state": DeliveryState.WAITING.value, "due_at": now, "attempts": 0, "finished_at": None}
    changed = connection.execute(query.values(**waiting)).rowcount
    if delivery_ids is not None and changed < len(set(delivery_ids)):
        raise NotFound("delivery_unknown", field="delivery")
    return changed


def counts(connection: Connection, community: str | None = None) -> Mapping[str, int]:
    """Entries by state."""
    query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
    if community is not None:
        query = query.where(deliveries.c.community == community)
    return {state.value: 0 for state in DeliveryState} | {row[0]: row[1] for row in connection.execute(query)}


def values(entry: Delivery) -> dict[str, Any]:
    """The columns of an entry."""
    row = {name: getattr(entry, name) for name in Delivery.__dataclass_fields__}
    return row | {"kind": entry.kind.value, "state": entry.state.value, "payload": dict(entry.payload)}


def delivery_of(row: RowMapping) -> Delivery:
    """The entry of a row."""
    return Delivery(**{**dict(row), "kind": DeliveryKind(row["kind"]), "state": DeliveryState(row["state"])})
