"""Campaigns, one row per member of each, and what a member got before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, exc, func, select, text, tuple_, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import insert

from assistant.errors import NotFound
from assistant.push.permit import WEEK, Sent
from assistant.store.deliveries import values as delivery_values
from assistant.store.paging import Page, read_page
from assistant.store.push_tables import campaigns, sends
from assistant.store.tables import deliveries
from assistant.types import Delivery
from assistant.types.campaign import RECURRING, Campaign, CampaignState, Send

_PUT = text("""
    INSERT INTO sends (community, campaign_id, member_id, delivery_id, connection_id, because, due_at, variant, items, created_at, round)
    SELECT community, campaign_id, member_id, delivery_id, connection_id, because, due_at, variant, items, created_at, round
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS row(community text, campaign_id text, member_id text, delivery_id text,
        connection_id text, because text, due_at timestamptz, variant text, items text[], created_at timestamptz, round text)
    ON CONFLICT DO NOTHING
""")
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_TYPES = {column.name: column.type.compile(dialect=_DIALECT) for column in deliveries.columns}
_NAMES = ", ".join(_TYPES)
_PUT_DELIVERIES = text(f"""
    INSERT INTO deliveries ({_NAMES}) SELECT {_NAMES}
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS row({", ".join(f"{name} {kind}" for name, kind in _TYPES.items())})
    ON CONFLICT DO NOTHING
""")  # noqa: S608 - column names of ours
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:community, 7291884503))")
_SUSPEND = text("""
    UPDATE deliveries d SET state = 'skipped', because = :because, finished_at = :now FROM sends s
    WHERE s.community = :community AND s.campaign_id = :campaign AND d.id = s.delivery_id AND d.community = s.community
        AND d.state = 'waiting'
""")
_WAKE = text("""
    UPDATE deliveries d SET state = 'waiting', because = NULL, finished_at = NULL, due_at = greatest(s.due_at, :now) FROM sends s
    WHERE s.community = :community AND s.campaign_id = :campaign AND d.id = s.delivery_id AND d.community = s.community
        AND d.state = 'skipped' AND d.because = :because
""")
_FUNNEL = text("""
    SELECT count(*) AS members, count(s.delivery_id) AS planned,
        count(*) FILTER (WHERE d.state = 'done') AS sent, count(*) FILTER (WHERE d.state = 'waiting') AS waiting,
        count(*) FILTER (WHERE d.state = 'dead') AS dead, count(*) FILTER (WHERE d.state = 'skipped') AS withheld
    FROM sends s LEFT JOIN deliveries d ON d.id = s.delivery_id AND d.community = s.community
    WHERE s.community = :community AND s.campaign_id = :campaign
""")
_MET = text("""
    SELECT e.type, count(DISTINCT e.member_id) FROM sends s JOIN events e ON e.community = s.community
        AND e.member_id = s.member_id AND e.at >= :since AND e.properties -> '$seen' ->> 'delivery_id' = s.delivery_id
    WHERE s.community = :community AND s.campaign_id = :campaign AND s.delivery_id IS NOT NULL
    GROUP BY e.type
""")


def add(connection: Connection, campaign: Campaign) -> None:
    """Raises: NotFound, where there is no such community."""
    try:
        with connection.begin_nested():
            row = asdict(campaign) | {"state": campaign.state.value, "document": dict(campaign.document)}
            connection.execute(insert(campaigns).values(row))
    except exc.IntegrityError:
        raise NotFound("community_unknown", field="community") from None


def get(connection: Connection, community: str, campaign_id: str, *, locked: bool = False) -> Campaign:
    """Raises: NotFound."""
    query = select(campaigns).where(campaigns.c.community == community, campaigns.c.id == campaign_id)
    row = connection.execute(query.with_for_update() if locked else query).mappings().one_or_none()
    if row is None:
        raise NotFound("campaign_unknown", field="campaign")
    return _campaign(row)


def page(connection: Connection, community: str, cursor: str | None, limit: int) -> Page[Campaign]:
    """The newest first."""
    query = select(campaigns).where(campaigns.c.community == community)
    rows, next_cursor = read_page(connection, query, campaigns.c.created_at, campaigns.c.id, cursor, limit)
    return Page(tuple(map(_campaign, rows)), next_cursor)


def planning(connection: Connection) -> list[tuple[str, str]]:
    """Communities and ids of those that are to be planned, the oldest first; in a transaction of every community."""
    query = select(campaigns.c.community, campaigns.c.id).where(campaigns.c.state == CampaignState.PLANNING.value)
    return [(row[0], row[1]) for row in connection.execute(query.order_by(campaigns.c.updated_at))]


def recurring(connection: Connection) -> list[Campaign]:
    """Running ones that the workers raise by themselves; in a transaction of every community."""
    query = select(campaigns).where(
        campaigns.c.state == CampaignState.RUNNING.value,
        campaigns.c.document["occasion"].astext.in_([one.value for one in RECURRING]),
    )
    return [_campaign(row) for row in connection.execute(query.order_by(campaigns.c.created_at)).mappings()]


def waiting_for(connection: Connection, occasion: str) -> list[tuple[str, str, datetime]]:
    """Communities, ids and beginnings of running campaigns that wait for an occasion; in a transaction of every community."""
    query = select(campaigns.c.community, campaigns.c.id, campaigns.c.created_at).where(
        campaigns.c.state == CampaignState.RUNNING.value, campaigns.c.document["occasion"].astext == occasion
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def move(
    connection: Connection,
    community: str,
    campaign_id: str,
    state: CampaignState,
    now: datetime,
    planned_to: str | None,
) -> None:
    query = update(campaigns).where(campaigns.c.community == community, campaigns.c.id == campaign_id)
    connection.execute(query.values(state=state.value, updated_at=now, planned_to=planned_to))


def one_at_a_time(connection: Connection, community: str) -> None:
    """Nobody else plans for this community until the transaction ends: two of them could break a cap together."""
    connection.execute(_LOCK, {"community": community})


def put(connection: Connection, community: str, given: Sequence[Send], now: datetime) -> None:
    """Those that are there already stay as they are."""
    names = Send.__dataclass_fields__
    rows = [{name: getattr(one, name) for name in names} | {"community": community, "created_at": now} for one in given]
    if rows:
        connection.execute(_PUT, {"rows": orjson.dumps(rows).decode()})


def put_deliveries(connection: Connection, entries: Sequence[Delivery]) -> None:
    """Into the outbox, as one statement; those whose key is known stay as they are."""
    if entries:
        rows = orjson.dumps([delivery_values(entry) for entry in entries]).decode()
        connection.execute(_PUT_DELIVERIES, {"rows": rows})


def planned_of(
    connection: Connection, community: str, campaign_id: str, member_ids: Sequence[str], since: datetime | None = None
) -> set[str]:
    """Those of the members that the campaign has been planned for, in any round, or in those ``since`` a time."""
    query = select(sends.c.member_id).where(
        sends.c.community == community, sends.c.campaign_id == campaign_id, sends.c.member_id.in_(list(member_ids))
    )
    return set(connection.scalars(query if since is None else query.where(sends.c.created_at >= since)))


def planned_in(
    connection: Connection, community: str, campaign_id: str, name: str, member_ids: Sequence[str]
) -> set[str]:
    """Those of the members that have their part of a round."""
    query = select(sends.c.member_id).where(
        sends.c.community == community,
        sends.c.campaign_id == campaign_id,
        sends.c.member_id.in_(list(member_ids)),
        sends.c.round == name,
    )
    return set(connection.scalars(query))


def told_of(
    connection: Connection, community: str, campaign_id: str, member_ids: Sequence[str]
) -> dict[str, frozenset[str]]:
    """Items that the campaign has shown each of the members before."""
    query = select(sends.c.member_id, sends.c["items"]).where(
        sends.c.community == community,
        sends.c.campaign_id == campaign_id,
        sends.c.member_id.in_(list(member_ids)),
        sends.c.because.is_(None),
    )
    found: dict[str, set[str]] = {}
    for member_id, shown in connection.execute(query):
        found.setdefault(member_id, set()).update(shown)
    return {member_id: frozenset(shown) for member_id, shown in found.items()}


def approve(connection: Connection, community: str, campaign_id: str, actor: str, now: datetime) -> None:
    query = update(campaigns).where(campaigns.c.community == community, campaigns.c.id == campaign_id)
    connection.execute(query.values(approved_by=actor, approved_at=now, updated_at=now))


def sent_to(connection: Connection, community: str, member_ids: Sequence[str], now: datetime) -> dict[str, list[Sent]]:
    """What each got in the week before ``now``, and what is planned; withheld ones count as well: better one too few."""
    query = select(sends.c.member_id, sends.c.due_at, sends.c.connection_id).where(
        sends.c.community == community,
        sends.c.member_id.in_(list(member_ids)),
        sends.c.because.is_(None),
        sends.c.due_at > now - WEEK - WEEK,
    )
    found: dict[str, list[Sent]] = {}
    for member_id, due_at, connection_id in connection.execute(query):
        found.setdefault(member_id, []).append(Sent(due_at, connection_id))
    return found


def used(connection: Connection, community: str, connection_id: str, since: datetime) -> int:
    """Messages planned on a connection since then: what its quota is counted by."""
    query = select(func.count()).where(
        sends.c.community == community,
        sends.c.connection_id == connection_id,
        sends.c.because.is_(None),
        sends.c.due_at >= since,
    )
    return int(connection.scalar(query) or 0)


def of_delivery(connection: Connection, community: str, delivery_id: str) -> Send | None:
    query = select(sends).where(sends.c.community == community, sends.c.delivery_id == delivery_id)
    row = connection.execute(query).mappings().one_or_none()
    return _send(row) if row is not None else None


def suspend(connection: Connection, community: str, campaign_id: str, because: str, now: datetime) -> int:
    """What waits is not sent; how many there were."""
    values = {"community": community, "campaign": campaign_id, "because": because, "now": now}
    return connection.execute(_SUSPEND, values).rowcount


def wake(connection: Connection, community: str, campaign_id: str, because: str, now: datetime) -> int:
    """What was suspended for that reason waits again."""
    values = {"community": community, "campaign": campaign_id, "because": because, "now": now}
    return connection.execute(_WAKE, values).rowcount


def funnel(connection: Connection, community: str, campaign: Campaign) -> dict[str, Any]:
    """Members, planned, sent, and what they did with it; not sent, by reason."""
    values = {"community": community, "campaign": campaign.id, "since": campaign.created_at}
    counted = dict(connection.execute(_FUNNEL, values).mappings().one())
    met = {row[0]: row[1] for row in connection.execute(_MET, values)}
    query = select(sends.c.because, func.count()).where(
        sends.c.community == community, sends.c.campaign_id == campaign.id, sends.c.because.is_not(None)
    )
    because = {row[0]: row[1] for row in connection.execute(query.group_by(sends.c.because))}
    return {**counted, "met": met, "not_sent": because}


def page_of_sends(
    connection: Connection, community: str, campaign_id: str, after: tuple[str, str] | None, limit: int
) -> list[Send]:
    """In the order of members' ids and of their rounds, those after one of each."""
    place = (sends.c.member_id, sends.c.round)
    query = select(sends).where(sends.c.community == community, sends.c.campaign_id == campaign_id)
    if after is not None:
        query = query.where(tuple_(*place) > after)
    return [_send(row) for row in connection.execute(query.order_by(*place).limit(limit)).mappings()]


def _campaign(row: RowMapping) -> Campaign:
    fields = {name: row[name] for name in Campaign.__dataclass_fields__}
    return Campaign(**fields | {"state": CampaignState(row["state"])})


def _send(row: RowMapping) -> Send:
    fields = {name: row[name] for name in Send.__dataclass_fields__}
    return Send(**fields | {"items": tuple(row["items"])})
