"""A community's rules and outbox, set and read beside the service."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import text

from assistant.types import Penalties
from assistant.usecases.policies import load_policy, set_policy
from tests.integration.platforms.conftest import Shop


def rule(shop: Shop, penalties: Penalties) -> None:
    """In force before the community's first message."""
    database = shop.service.assistant.database
    policy = replace(load_policy(database, shop.community), penalties=penalties)
    set_policy(database, shop.community, policy, created_by="test")


def until(what: Callable[[], object], seconds: float = 10.0) -> object:
    """What it gives, once that is something."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)
    return found


def deliveries(shop: Shop, *, do: str | None = None, member: str | None = None) -> list[dict]:
    """The outbox's entries, with the orders' members."""
    database = shop.service.assistant.database
    with database.transaction(shop.community) as transaction:
        rows = transaction.execute(text("SELECT kind, state, because, payload, key FROM deliveries")).mappings().all()
    return [
        dict(row)
        for row in rows
        if (do is None or row["payload"].get("do") == do)
        and (member is None or row["payload"].get("member_id") == member)
    ]


def nothing_waits(shop: Shop) -> bool:
    return not [one for one in deliveries(shop) if one["state"] == "waiting"]
