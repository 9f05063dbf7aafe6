"""A community's settings of content, and what its language model was used for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, exc, select, update
from sqlalchemy.dialects.postgresql import insert

from assistant.errors import NotFound
from assistant.store.content_tables import content_settings, content_spending


def load(connection: Connection, community: str) -> Mapping[str, Any]:
    """Empty where none were saved."""
    query = select(content_settings.c.document).where(content_settings.c.community == community)
    return connection.scalar(query) or {}


def save(connection: Connection, community: str, document: Mapping[str, Any], now: datetime) -> None:
    """Raises: NotFound, where there is no such community."""
    values = {"document": dict(document), "updated_at": now}
    query = insert(content_settings).values(community=community, **values)
    try:
        with connection.begin_nested():
            connection.execute(query.on_conflict_do_update(index_elements=["community"], set_=values))
    except exc.IntegrityError:
        raise NotFound("community_unknown", field="community") from None


def spend(connection: Connection, community: str, day: date, prompt: int, completion: int, cost: Decimal) -> None:
    """One answer's tokens; ``cost`` is below 0 where more was reserved for it."""
    row = {"calls": 1, "prompt_tokens": prompt, "completion_tokens": completion, "cost": cost}
    query = insert(content_spending).values(community=community, day=day, **row)
    added = {name: content_spending.c[name] + query.excluded[name] for name in row}
    connection.execute(query.on_conflict_do_update(index_elements=["community", "day"], set_=added))


def reserve(connection: Connection, community: str, day: date, cost: Decimal, budget: Decimal) -> bool:
    """Whether the day had room for ``cost``, which counts as spent from now on."""
    if cost > budget:
        return False
    row = {"calls": 0, "prompt_tokens": 0, "completion_tokens": 0, "cost": cost}
    query = insert(content_spending).values(community=community, day=day, **row)
    after = content_spending.c.cost + query.excluded.cost
    kept = query.on_conflict_do_update(
        index_elements=["community", "day"], set_={"cost": after}, where=after <= budget
    ).returning(content_spending.c.day)
    return connection.execute(kept).one_or_none() is not None


def release(connection: Connection, community: str, day: date, cost: Decimal) -> None:
    """Takes back what was reserved."""
    query = update(content_spending).where(content_spending.c.community == community, content_spending.c.day == day)
    connection.execute(query.values(cost=content_spending.c.cost - cost))


def spent(connection: Connection, community: str, day: date) -> Decimal:
    query = select(content_spending.c.cost).where(
        content_spending.c.community == community, content_spending.c.day == day
    )
    return Decimal(connection.scalar(query) or 0)
