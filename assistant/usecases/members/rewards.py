"""Points exchanged for rewards with stock, and draws whose rules and fairness anyone can check."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection as Transaction

from assistant.errors import Conflict, InvalidInput, NotFound
from assistant.members.points import draw
from assistant.store import audit, members, points, rewards
from assistant.store.points import Entry
from assistant.store.rewards import Draw, Redemption, Reward
from assistant.usecases.assistant import Assistant


@dataclass(frozen=True, slots=True)
class Offer:
    """What operators say of a reward."""

    id: str
    name: str
    cost: int
    stock: int | None = None
    per_member: int | None = None
    least_level: int = 0
    opens_at: datetime | None = None
    closes_at: datetime | None = None


def put_reward(assistant: Assistant, community: str, offer: Offer, actor: str) -> Reward:
    now = assistant.clock()
    reward = Reward(
        **{name: getattr(offer, name) for name in Offer.__dataclass_fields__}, created_at=now, updated_at=now
    )
    with assistant.database.transaction(community) as transaction:
        rewards.put_reward(transaction, community, reward)
        audit.write(transaction, community, now, actor=actor, action="reward.put", subject=reward.id)
    return reward


def list_rewards(assistant: Assistant, community: str, after: str, limit: int) -> list[Reward]:
    with assistant.database.transaction(community) as transaction:
        return rewards.list_rewards(transaction, community, after, limit)


def redeem(assistant: Assistant, community: str, reward_id: str, member_id: str, redemption_id: str) -> Redemption:
    """Once for each ``redemption_id``.

    Raises:
        NotFound: there is no such reward or member.
        Conflict: it is out of stock or closed, the member has too few points or is of too low a level, or has had all that one may.
    """
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        members.find(transaction, community, member_id)
        reward = rewards.lock_reward(transaction, community, reward_id)
        known = rewards.find_redemption(transaction, community, redemption_id)
        if known is not None:
            if (known.reward_id, known.member_id) != (reward_id, member_id):
                raise Conflict(field="id")
            return known
        held = points.lock(transaction, community, member_id, now)
        had = rewards.redeemed(transaction, community, reward_id, member_id)
        _check(reward, held.balance, held.level, had, now)
        one = Redemption(redemption_id, reward_id, member_id, reward.cost, "asked", now, now)
        rewards.add_redemption(transaction, community, one)
        rewards.change_stock(transaction, community, reward_id, -1)
        _move(transaction, community, one, -reward.cost, "redeemed", now)
    return one


def _check(reward: Reward, balance: int, level: int, had: int, now: datetime) -> None:
    closed = (reward.opens_at is not None and now < reward.opens_at) or (
        reward.closes_at is not None and now >= reward.closes_at
    )
    because = {
        "closed": closed,
        "out_of_stock": reward.stock is not None and reward.stock < 1,
        "level": level < reward.least_level,
        "points": balance < reward.cost,
        "per_member": reward.per_member is not None and had >= reward.per_member,
    }
    found = next((name for name, true in because.items() if true), None)
    if found is not None:
        raise Conflict("cannot_redeem", field="reward_id", because=found)


def settle(assistant: Assistant, community: str, redemption_id: str, state: str, actor: str) -> Redemption:
    """``given``, or ``returned`` with points and stock. Raises: NotFound; Conflict, where it was settled otherwise."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        one = rewards.find_redemption(transaction, community, redemption_id)
        if one is None:
            raise NotFound(field="redemption_id")
        if one.state == state:
            return one
        if one.state != "asked":
            raise Conflict(field="redemption_id")
        rewards.set_state(transaction, community, redemption_id, state, now)
        if state == "returned":
            rewards.change_stock(transaction, community, one.reward_id, 1)
            _move(transaction, community, one, one.cost, "returned", now)
        audit.write(transaction, community, now, actor=actor, action=f"redemption.{state}", subject=redemption_id)
        found = rewards.find_redemption(transaction, community, redemption_id)
        assert found is not None  # noqa: S101 - it was there before
        return found


def _move(transaction: Transaction, community: str, one: Redemption, amount: int, kind: str, now: datetime) -> None:
    if not amount:
        return
    entry = Entry(f"{kind}:{one.id}", one.member_id, amount, kind, now, now.date(), None, f"redemption:{one.id}")
    held = points.lock(transaction, community, one.member_id, now)
    if points.add(transaction, community, entry):
        after = points.Balance(held.balance + amount, held.earned, held.level)
        points.keep(transaction, community, one.member_id, after, now)


def open_draw(
    assistant: Assistant,
    community: str,
    draw_id: str,
    name: str,
    rules: dict[str, Any],
    closes_at: datetime,
    actor: str,
) -> Draw:
    """Its seed is fixed now, and its SHA-256 published with the rules. Raises: Conflict; InvalidInput, where it closes in the past."""
    now = assistant.clock()
    if closes_at <= now:
        raise InvalidInput(field="closes_at", limit=now.isoformat(), problem="is in the past")
    seed = secrets.token_bytes(32)
    one = Draw(draw_id, name, rules, sha256(seed).digest(), seed, "open", closes_at, None, now)
    with assistant.database.transaction(community) as transaction:
        rewards.add_draw(transaction, community, one)
        audit.write(
            transaction,
            community,
            now,
            actor=actor,
            action="draw.open",
            subject=draw_id,
            details={"commitment": one.commitment.hex(), "rules": rules},
        )
    return one


def enter(assistant: Assistant, community: str, draw_id: str, member_id: str) -> bool:
    """Whether it is the member's first time. Raises: NotFound; Conflict, where it is closed or the level too low."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        members.find(transaction, community, member_id)
        one = rewards.lock_draw(transaction, community, draw_id)
        if one.state != "open" or now >= one.closes_at:
            raise Conflict("cannot_redeem", field="draw_id", because="closed")
        held = points.balance(transaction, community, member_id)
        if held.level < int(one.rules.get("least_level", 0)):
            raise Conflict("cannot_redeem", field="draw_id", because="level")
        return rewards.enter(transaction, community, draw_id, member_id, now)


def settle_draw(assistant: Assistant, community: str, draw_id: str, actor: str) -> tuple[Draw, list[str]]:
    """The winners in order; the same however often it is asked. Raises: NotFound; Conflict, before it closes."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        one = rewards.lock_draw(transaction, community, draw_id)
        if one.state == "open":
            if now < one.closes_at:
                raise Conflict("cannot_redeem", field="draw_id", because="open")
            entrants = rewards.entrants(transaction, community, draw_id)
            winners = draw(one.seed, entrants, int(one.rules["winners"]))
            rewards.settle(transaction, community, draw_id, winners, now)
            audit.write(
                transaction,
                community,
                now,
                actor=actor,
                action="draw.drawn",
                subject=draw_id,
                details={"entrants": len(entrants), "seed": one.seed.hex()},
            )
        return rewards.lock_draw(transaction, community, draw_id), rewards.winners_of(transaction, community, draw_id)


def read_draw(assistant: Assistant, community: str, draw_id: str) -> tuple[Draw, list[str], int]:
    """The draw, its winners so far, and how many take part. Raises: NotFound."""
    with assistant.database.transaction(community) as transaction:
        one = rewards.lock_draw(transaction, community, draw_id)
        winners = rewards.winners_of(transaction, community, draw_id)
        return one, winners, len(rewards.entrants(transaction, community, draw_id))
