"""What points can be exchanged for, and draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from assistant.errors import Conflict, NotFound
from assistant.store.member_tables import draw_entries, draws, redemptions, rewards


@dataclass(frozen=True, slots=True)
class Reward:
    """``stock`` is what is left, ``None`` without end; ``per_member`` how many one member may have."""

    id: str
    name: str
    cost: int
    stock: int | None
    per_member: int | None
    least_level: int
    opens_at: datetime | None
    closes_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Redemption:
    """``state``: ``asked``, ``given``, or ``returned`` with its points and stock."""

    id: str
    reward_id: str
    member_id: str
    cost: int
    state: str
    at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Draw:
    """``commitment`` is the seed's SHA-256; the seed itself is told once it is drawn."""

    id: str
    name: str
    rules: Mapping[str, Any]
    commitment: bytes
    seed: bytes
    state: str
    closes_at: datetime
    drawn_at: datetime | None
    created_at: datetime


def put_reward(connection: Connection, community: str, reward: Reward) -> None:
    """In the place of the one of its id; when that was made stays."""
    row = {name: getattr(reward, name) for name in Reward.__dataclass_fields__} | {"community": community}
    query = upsert(rewards).values(row)
    changed = {name: row[name] for name in Reward.__dataclass_fields__ if name not in {"id", "created_at"}}
    connection.execute(query.on_conflict_do_update(index_elements=["community", "id"], set_=changed))


def list_rewards(connection: Connection, community: str, after: str, limit: int) -> list[Reward]:
    """By id, those after one."""
    query = select(rewards).where(rewards.c.community == community, rewards.c.id > after)
    rows = connection.execute(query.order_by(rewards.c.id).limit(limit)).mappings()
    return [_of(Reward, row) for row in rows]


def lock_reward(connection: Connection, community: str, reward_id: str) -> Reward:
    """Raises: NotFound."""
    query = select(rewards).where(rewards.c.community == community, rewards.c.id == reward_id).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(field="reward_id")
    return _of(Reward, row)  # type: ignore[no-any-return]


def change_stock(connection: Connection, community: str, reward_id: str, by: int) -> None:
    mine = (rewards.c.community == community) & (rewards.c.id == reward_id) & rewards.c.stock.is_not(None)
    connection.execute(update(rewards).where(mine).values(stock=rewards.c.stock + by))


def redeemed(connection: Connection, community: str, reward_id: str, member_id: str) -> int:
    """How many a member has, or has asked for."""
    query = select(func.count()).where(
        redemptions.c.community == community,
        redemptions.c.reward_id == reward_id,
        redemptions.c.member_id == member_id,
        redemptions.c.state != "returned",
    )
    return int(connection.scalar(query) or 0)


def add_redemption(connection: Connection, community: str, one: Redemption) -> None:
    """Raises: Conflict, where there is one of this id."""
    row = {name: getattr(one, name) for name in Redemption.__dataclass_fields__} | {"community": community}
    query = upsert(redemptions).values(row).on_conflict_do_nothing().returning(redemptions.c.id)
    if connection.execute(query).first() is None:
        raise Conflict(field="id")


def find_redemption(connection: Connection, community: str, redemption_id: str) -> Redemption | None:
    query = select(redemptions).where(redemptions.c.community == community, redemptions.c.id == redemption_id)
    row = connection.execute(query.with_for_update()).mappings().one_or_none()
    return _of(Redemption, row) if row is not None else None


def set_state(connection: Connection, community: str, redemption_id: str, state: str, now: datetime) -> None:
    mine = (redemptions.c.community == community) & (redemptions.c.id == redemption_id)
    connection.execute(update(redemptions).where(mine).values(state=state, updated_at=now))


def add_draw(connection: Connection, community: str, one: Draw) -> None:
    """Raises: Conflict, where there is one of this id."""
    row = {name: getattr(one, name) for name in Draw.__dataclass_fields__} | {"community": community}
    query = upsert(draws).values(row).on_conflict_do_nothing().returning(draws.c.id)
    if connection.execute(query).first() is None:
        raise Conflict(field="id")


def lock_draw(connection: Connection, community: str, draw_id: str) -> Draw:
    """Raises: NotFound."""
    query = select(draws).where(draws.c.community == community, draws.c.id == draw_id).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(field="draw_id")
    return _of(Draw, row)  # type: ignore[no-any-return]


def enter(connection: Connection, community: str, draw_id: str, member_id: str, now: datetime) -> bool:
    """Whether it is the first time."""
    values = {"community": community, "draw_id": draw_id, "member_id": member_id, "at": now}
    query = upsert(draw_entries).values(values).on_conflict_do_nothing().returning(draw_entries.c.member_id)
    return connection.execute(query).first() is not None


def entrants(connection: Connection, community: str, draw_id: str) -> list[str]:
    query = select(draw_entries.c.member_id).where(
        draw_entries.c.community == community, draw_entries.c.draw_id == draw_id
    )
    return list(connection.scalars(query.order_by(draw_entries.c.member_id)))


def settle(connection: Connection, community: str, draw_id: str, winners: Sequence[str], now: datetime) -> None:
    mine = (draws.c.community == community) & (draws.c.id == draw_id)
    connection.execute(update(draws).where(mine).values(state="drawn", drawn_at=now))
    for place, member in enumerate(winners, 1):
        one = (
            (draw_entries.c.community == community)
            & (draw_entries.c.draw_id == draw_id)
            & (draw_entries.c.member_id == member)
        )
        connection.execute(update(draw_entries).where(one).values(place=place))


def winners_of(connection: Connection, community: str, draw_id: str) -> list[str]:
    query = select(draw_entries.c.member_id).where(
        draw_entries.c.community == community, draw_entries.c.draw_id == draw_id, draw_entries.c.place.is_not(None)
    )
    return list(connection.scalars(query.order_by(draw_entries.c.place)))


def _of(kind: type[Any], row: RowMapping) -> Any:
    found = {name: row[name] for name in kind.__dataclass_fields__}
    return kind(**{name: bytes(value) if isinstance(value, memoryview) else value for name, value in found.items()})
