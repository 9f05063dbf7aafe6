"""What members consented to: what holds now, every change with its source and words, and what they want to hear nothing of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Connection,
    RowMapping,
    bindparam,
    delete,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert

from assistant.store.member_tables import consent_changes, consents, member_stops
from assistant.types.member import Consent, ConsentPurpose


def record(connection: Connection, community: str, given: Mapping[str, Sequence[Consent]]) -> None:
    """By member. Every answer is kept; the latest by its own time holds, whatever order they come in; of two at one time, the no."""
    rows = [
        {
            "community": community,
            "member_id": member,
            "purpose": one.purpose.value,
            "granted": one.granted,
            "source": one.source,
            "wording": one.wording,
            "at": one.at,
        }
        for member, its in sorted(given.items())
        for one in its
    ]
    if not rows:
        return
    connection.execute(insert(consent_changes), rows)
    query = insert(consents)
    newer = (consents.c.at < query.excluded.at) | ((consents.c.at == query.excluded.at) & ~query.excluded.granted)
    connection.execute(
        query.on_conflict_do_update(
            index_elements=["community", "member_id", "purpose"],
            set_={name: query.excluded[name] for name in ("granted", "source", "wording", "at")},
            where=newer,
        ),
        rows,
    )


_GRANTED = text(
    "SELECT member_id, purpose FROM consents WHERE community = :community AND member_id = ANY(:members) AND granted"
)
_STOPS = text("SELECT member_id, topic FROM member_stops WHERE community = :community AND member_id = ANY(:members)")


def granted(connection: Connection, community: str, member_ids: Sequence[str]) -> dict[str, set[ConsentPurpose]]:
    """The purposes each consents to; members without any are absent."""
    found: dict[str, set[ConsentPurpose]] = {}
    for member, purpose in connection.execute(_GRANTED, {"community": community, "members": list(member_ids)}).all():
        found.setdefault(member, set()).add(ConsentPurpose(purpose))
    return found


def _standing() -> CompoundSelect[Any]:
    of: BindParameter[str] = bindparam("of")
    member: BindParameter[str] = bindparam("member")
    allowed = select(literal("purpose"), consents.c.purpose).where(
        consents.c.community == of, consents.c.member_id == member, consents.c.granted
    )
    stopped = select(literal("topic"), member_stops.c.topic).where(
        member_stops.c.community == of, member_stops.c.member_id == member
    )
    return union_all(allowed, stopped)


_STANDING = _standing()
"""Made once: it is asked with every recommendation."""


def standing(connection: Connection, community: str, member_id: str) -> tuple[set[ConsentPurpose], set[str]]:
    """The purposes that a member consents to, and the topics they stopped, asked for at once."""
    rows = connection.execute(_STANDING, {"of": community, "member": member_id}).all()
    purposes = {ConsentPurpose(value) for kind, value in rows if kind == "purpose"}
    return purposes, {value for kind, value in rows if kind == "topic"}


def current(connection: Connection, community: str, member_id: str) -> list[Consent]:
    """What holds now, by purpose."""
    query = select(consents).where(consents.c.community == community, consents.c.member_id == member_id)
    return [_consent(row) for row in connection.execute(query.order_by(consents.c.purpose)).mappings()]


def history(connection: Connection, community: str, member_id: str) -> list[Consent]:
    """Every answer, the oldest first."""
    query = select(consent_changes).where(
        consent_changes.c.community == community, consent_changes.c.member_id == member_id
    )
    ordered = query.order_by(consent_changes.c.at, consent_changes.c.id)
    return [_consent(row) for row in connection.execute(ordered).mappings()]


def stop(connection: Connection, community: str, member_id: str, topic: str, source: str, now: datetime) -> None:
    values = {"community": community, "member_id": member_id, "topic": topic, "source": source, "at": now}
    connection.execute(insert(member_stops).values(values).on_conflict_do_nothing())


def allow_again(connection: Connection, community: str, member_id: str, topic: str) -> int:
    """How many there were; only a member's own wish does this."""
    query = delete(member_stops).where(
        member_stops.c.community == community, member_stops.c.member_id == member_id, member_stops.c.topic == topic
    )
    return connection.execute(query).rowcount


def stops(connection: Connection, community: str, member_ids: Sequence[str]) -> dict[str, set[str]]:
    """Topics by member."""
    found: dict[str, set[str]] = {}
    for member, topic in connection.execute(_STOPS, {"community": community, "members": list(member_ids)}):
        found.setdefault(member, set()).add(topic)
    return found


def _consent(row: RowMapping) -> Consent:
    return Consent(ConsentPurpose(row["purpose"]), row["granted"], row["source"], row["at"], row["wording"])
