"""The policy of a community: in force, and changed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from assistant.errors import Conflict
from assistant.moderation.policy import dump_policy, read_policy
from assistant.moderation.tuning import Proposal, propose
from assistant.store import connections, policies, reviewed
from assistant.store.database import Database
from assistant.types import Policy
from assistant.usecases.assistant import Assistant
from assistant.usecases.caller import Caller
from assistant.usecases.connections import warnings_for


def load_policy(database: Database, community: str) -> Policy:
    """The policy in force; NotFound if there is no such community."""
    with database.transaction(community) as transaction:
        return policy_in(transaction, community)


def policy_in(transaction: Connection, community: str) -> Policy:
    """As ``load_policy``, in a transaction under way."""
    return read_policy(policies.load(transaction, community).document)


def set_policy(database: Database, community: str, policy: Policy, *, created_by: str) -> Policy:
    """Stores ``policy`` as the community's next version and returns it under that version. ``policy.version`` names the version it was made
    from; 0 names none, and follows whatever is latest.

    Raises:
        Conflict: the policy was changed since that version.
        NotFound: there is no such community.
    """
    try:
        with database.transaction(community) as connection:
            stored = policies.save(
                connection,
                community,
                dump_policy(policy),
                created_by=created_by,
                now=datetime.now(UTC),
                follows=policy.version or None,
            )
    except Conflict as error:
        raise Conflict("policy_changed", field="version", limit=error.limit) from None
    return replace(policy, version=stored.version)


def proposals(database: Database, community: str, since: datetime, precision: float) -> tuple[Policy, list[Proposal]]:
    """The policy in force, and the thresholds that the reviews since then speak for. Nothing is stored.

    Raises:
        NotFound: there is no such community.
    """
    with database.transaction(community) as transaction:
        policy = policy_in(transaction, community)
        return policy, propose(policy, reviewed.since(transaction, community, since), precision)


def platform_warnings(database: Database, community: str, policy: Policy) -> list[str]:
    """What the policy asks for and one of the community's platforms cannot do, a sentence each."""
    with database.transaction(community) as transaction:
        return warnings_for(policy, connections.list_all(transaction, community))


async def current_policy(assistant: Assistant, community: str) -> Policy:
    """The policy that decides right now in this process."""
    return (await assistant.screeners.get(community)).policy


async def save_policy(assistant: Assistant, caller: Caller, community: str, policy: Policy) -> tuple[Policy, list[str]]:
    """As ``set_policy``, after the policy was compiled; in force in this process at once. With it, what it asks for and a connected
    platform cannot do.

    Raises:
        InvalidPolicy: a rule does not compile; nothing is stored.
    """

    def save() -> tuple[Policy, list[str]]:
        assistant.compile(policy)
        stored = set_policy(assistant.database, community, policy, created_by=caller.key_id)
        assistant.screeners.refresh(community)
        return stored, platform_warnings(assistant.database, community, stored)

    return await asyncio.to_thread(save)
