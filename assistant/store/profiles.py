"""Profiles, the states they are folded on from, and the queue of those that lack events."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, delete, select, text
from sqlalchemy.dialects import postgresql

from assistant.members.packing import asked_of, pack, unpack
from assistant.members.state import State, read_document, written_rows
from assistant.store.events import read
from assistant.store.member_tables import profile_queue, profile_snapshots, profiles
from assistant.types.event import Event

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Queued since then, a profile is folded anew from its first event."""
SNAPSHOT_DAYS = 1
_TOGETHER = 400
"""Profiles are written so many at a time, while the next ones are packed."""
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Work:
    """A member whose profile lacks events from ``since`` on."""

    member_id: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """A profile as it is stored, and when its last snapshot was taken. ``state`` is ``None`` where it is of another fold or model."""

    state: State | None
    snapshot_at: datetime | None


_CLAIM = text("""
    WITH claimed AS (
        SELECT id, community, member_id, since FROM profile_queue ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
    ), held AS (
        SELECT community, member_id FROM (SELECT DISTINCT community, member_id FROM claimed) AS one
        WHERE pg_try_advisory_xact_lock(hashtextextended(community || '/' || member_id, 0))
    ), all_theirs AS (
        SELECT q.id FROM profile_queue q JOIN held USING (community, member_id) FOR UPDATE OF q SKIP LOCKED
    ), taken AS (
        DELETE FROM profile_queue WHERE id IN (SELECT id FROM all_theirs) RETURNING community, member_id, since
    )
    SELECT community, member_id, min(since) AS since FROM taken GROUP BY community, member_id ORDER BY community, member_id
""")


def claim(connection: Connection, limit: int) -> dict[str, list[Work]]:
    """By community; theirs alone until the transaction ends, and back in the queue if it fails. For a transaction of every community."""
    found: dict[str, list[Work]] = {}
    for row in connection.execute(_CLAIM, {"limit": limit}):
        found.setdefault(row.community, []).append(Work(row.member_id, row.since))
    return found


def hold(connection: Connection, community: str, member_ids: Sequence[str]) -> None:
    """Nobody folds these members until the transaction ends: what is taken from them is not written again behind its back."""
    for one in sorted(member_ids):
        connection.execute(_HOLD, {"community": community, "member": one})


_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(:community || '/' || :member, 0))")


def waiting(connection: Connection, community: str) -> int:
    """Rows of the queue."""
    found = connection.scalar(text("SELECT count(*) FROM profile_queue WHERE community = :c"), {"c": community})
    return int(found or 0)


def queue(connection: Connection, community: str, member_ids: Sequence[str], since: datetime, now: datetime) -> None:
    rows = [{"community": community, "member_id": one, "since": since, "queued_at": now} for one in sorted(member_ids)]
    if rows:
        connection.execute(profile_queue.insert(), rows)


_KEPT = text("""
    SELECT p.member_id, p.at, p.event_id, p.model, p.packed, p.vectors, CASE WHEN p.packed IS NULL THEN p.state END AS state,
        (SELECT max(s.at) FROM profile_snapshots s WHERE s.community = p.community AND s.member_id = p.member_id) AS snapshot_at
    FROM profiles p WHERE p.community = :community AND p.member_id = ANY(:members)
""")


def kept(connection: Connection, community: str, member_ids: Sequence[str], model: str) -> dict[str, Kept]:
    """By member; those without a profile are absent."""
    rows = connection.execute(_KEPT, {"community": community, "members": list(member_ids)}).mappings().all()
    return {row["member_id"]: Kept(_state(row, model), row["snapshot_at"]) for row in rows}


_BEFORE = text("""
    SELECT wanted.member_id, s.at, s.event_id, s.state, s.vectors, s.model, s.packed
    FROM unnest(CAST(:members AS text[]), CAST(:sinces AS timestamptz[])) AS wanted(member_id, since)
    CROSS JOIN LATERAL (
        SELECT * FROM profile_snapshots s
        WHERE s.community = :community AND s.member_id = wanted.member_id AND s.at < wanted.since
        ORDER BY s.at DESC, s.event_id DESC LIMIT 1
    ) AS s
""")


def before(connection: Connection, community: str, wanted: Sequence[Work], model: str) -> dict[str, State]:
    """The last snapshot before each one's ``since``, by member; absent where there is none of this fold and model."""
    values = {"members": [one.member_id for one in wanted], "sinces": [one.since for one in wanted]}
    rows = connection.execute(_BEFORE, {"community": community, **values}).mappings().all()
    return {row["member_id"]: state for row in rows if (state := _state(row, model)) is not None}


_AFTER = text("""
    SELECT e.* FROM unnest(CAST(:members AS text[]), CAST(:ats AS timestamptz[]), CAST(:ids AS text[])) AS place(member_id, at, id)
    CROSS JOIN LATERAL (
        SELECT * FROM events e
        WHERE e.community = :community AND e.member_id = place.member_id AND e.at >= place.at
            AND (e.at, e.id) > (place.at, place.id COLLATE "C")
        ORDER BY e.at, e.id LIMIT :most
    ) AS e
    ORDER BY e.member_id, e.at, e.id
""")


def events_after(
    connection: Connection, community: str, places: Mapping[str, tuple[datetime, str]], most: int
) -> dict[str, list[Event]]:
    """Each member's events after a place, in order, ``most`` at most."""
    values = {
        "members": list(places),
        "ats": [at for at, _ in places.values()],
        "ids": [event_id for _, event_id in places.values()],
    }
    found: dict[str, list[Event]] = {}
    for event in read(connection.execute(_AFTER, {"community": community, "most": most, **values})):
        found.setdefault(event.member_id, []).append(event)
    return found


def _upsert(table: Any, key: Sequence[str]) -> str:
    columns = {column.name: column.type.compile(dialect=_DIALECT) for column in table.columns}
    typed = ", ".join(f"{name} {'text' if kind == 'BYTEA' else kind}" for name, kind in columns.items())
    read = ", ".join(f"decode({n}, 'base64')" if kind == "BYTEA" else n for n, kind in columns.items())
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    return (
        f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {read} "  # noqa: S608 - names of ours
        f"FROM jsonb_to_recordset(CAST(%(rows)s AS jsonb)) AS given({typed}) "
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}"
    )


_SAVE = _upsert(profiles, ("community", "member_id"))
_SNAP = _upsert(profile_snapshots, ("community", "member_id", "at", "event_id"))


def save(
    connection: Connection, community: str, states: Mapping[str, State], model: str, now: datetime, due: Set[str]
) -> None:
    """The profiles; of the members in ``due`` a snapshot too, which later folds begin from."""
    members = list(states)
    with ThreadPoolExecutor(1, thread_name_prefix="profiles") as beside:
        written = []
        for at in range(0, len(members), _TOGETHER):
            rows, snapshots = [], []
            for member in members[at : at + _TOGETHER]:
                held = _held(community, member, states[member], model)
                rows.append(held | _told(states[member]) | {"state": asked_of(states[member]), "updated_at": now})
                if member in due:
                    snapshots.append(held)
            written += [beside.submit(_put, connection, *one) for one in ((_SAVE, rows), (_SNAP, snapshots)) if one[1]]
        for one in written:
            one.result()


def _put(connection: Connection, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
    connection.exec_driver_sql(statement, {"rows": orjson.dumps(rows).decode()})


_LATER = text("""
    DELETE FROM profile_snapshots s USING unnest(CAST(:members AS text[]), CAST(:sinces AS timestamptz[])) AS late(member_id, since)
    WHERE s.community = :community AND s.member_id = late.member_id AND s.at >= late.since
""")


def drop_later(connection: Connection, community: str, late: Sequence[Work]) -> None:
    """The snapshots from each one's ``since`` on: they lack what came late."""
    values = {"members": [one.member_id for one in late], "sinces": [one.since for one in late]}
    connection.execute(_LATER, {"community": community, **values})


def forget(connection: Connection, community: str, member_ids: Sequence[str]) -> None:
    """The profiles, with their snapshots and what waits to be folded."""
    for table in (profiles, profile_snapshots, profile_queue):
        connection.execute(delete(table).where(table.c.community == community, table.c.member_id.in_(list(member_ids))))


def last_place(connection: Connection, community: str, member_id: str, moment: datetime, model: str) -> State | None:
    """The latest state kept that is not after ``moment``."""
    for table in (profiles, profile_snapshots):
        query = select(table).where(
            table.c.community == community, table.c.member_id == member_id, table.c.at <= moment
        )
        row = connection.execute(query.order_by(table.c.at.desc()).limit(1)).mappings().first()
        if row is not None and (state := _state(row, model)) is not None:
            return state
    return None


_SAMPLE = text("""
    SELECT * FROM profiles WHERE community = :community ORDER BY hashtext(member_id), member_id LIMIT :most
""")


def sample(connection: Connection, community: str, model: str, most: int) -> list[State]:
    """Of members chosen by chance, the same ones every time."""
    return [state for _, state in sample_named(connection, community, model, most)]


def sample_named(connection: Connection, community: str, model: str, most: int) -> list[tuple[str, State]]:
    """As ``sample``, with the members' ids."""
    rows = connection.execute(_SAMPLE, {"community": community, "most": most}).mappings()
    return [(row["member_id"], state) for row in rows if (state := _state(row, model)) is not None]


def with_tags(connection: Connection, community: str, tags: Sequence[str], most: int) -> list[str]:
    """Members whose profile holds one of these tags, by id."""
    query = text(
        "SELECT member_id FROM profiles WHERE community = :community AND state -> 'tags' ?| CAST(:tags AS text[]) "
        "ORDER BY member_id LIMIT :most"
    )
    return list(connection.scalars(query, {"community": community, "tags": list(tags), "most": most}))


THIN = text("""
    DELETE FROM profile_snapshots WHERE (community, member_id, at, event_id) IN (
        SELECT s.community, s.member_id, s.at, s.event_id FROM profile_snapshots s JOIN profiles p USING (community, member_id)
        WHERE s.at < p.at - interval '10 days' AND EXISTS (
            SELECT 1 FROM profile_snapshots n WHERE n.community = s.community AND n.member_id = s.member_id AND n.at > s.at
                AND date_trunc('month', n.at) = date_trunc('month', s.at)
        ) LIMIT :chunk
    )
""")
"""Keeps every snapshot of a member's last ten days, and one a month before. For a transaction of every community."""


def _state(row: RowMapping | Mapping[str, Any], model: str) -> State | None:
    if row["model"] != model:
        return None
    at, event_id, packed, vectors = row["at"], row["event_id"], row["packed"], bytes(row["vectors"])
    if packed is None:
        return read_document(at, event_id, row["state"], vectors)
    return unpack(at, event_id, bytes(packed), vectors)


def _held(community: str, member: str, state: State, model: str) -> dict[str, Any]:
    return {
        "community": community,
        "member_id": member,
        "at": state.at,
        "event_id": state.event_id,
        "model": model,
        "packed": b64encode(pack(state)).decode(),
        "vectors": b64encode(written_rows(state)).decode(),
    }


def _told(state: State) -> dict[str, Any]:
    """The columns that members are searched and segments made by."""
    currency = max(sorted(state.spending), key=lambda one: state.spending[one].count, default=None)
    spent = state.spending[currency] if currency is not None else None
    return {
        "first_at": state.first_at,
        "events": state.events,
        "active_days": state.active_days,
        "purchases": sum(one.count for one in state.spending.values()),
        "spent": spent.amount if spent else "0",
        "currency": currency or None,
        "language": max(state.languages, key=lambda one: (state.languages[one], one), default=None),
    }
