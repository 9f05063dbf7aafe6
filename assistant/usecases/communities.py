"""Communities: made with a policy, so that none is ever without one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from assistant.errors import Conflict, InvalidInput
from assistant.moderation.policy import dump_policy, shipped_policy
from assistant.moderation.policy_values import checked
from assistant.store import communities, policies
from assistant.store.communities import Community
from assistant.store.database import EVERY_COMMUNITY, Database
from assistant.types import Own
from assistant.words import LANGUAGES, match_language

DEMO = "demo"


def create_community(
    database: Database, community: str, name: str, own: Own, default_language: str = "zh-Hans"
) -> None:
    """A community under the shipped policy, with what belongs to it exempt.

    Raises:
        Conflict: the id is taken.
        InvalidInput: the id is not one, or the language has no words.
        InvalidPolicy: what is its own could never have an effect: a domain that is none, a phone number without digits.
    """
    now = datetime.now(UTC)
    policy = checked(replace(shipped_policy(), id=community, own=own))
    with database.transaction(community) as connection:
        communities.create(connection, Community(community, name, read_language(default_language), now))
        policies.save(connection, community, dump_policy(policy), created_by="made with the community", now=now)


def set_default_language(database: Database, community: str, language: str) -> None:
    """What members are spoken to in where they do not say otherwise. Raises: InvalidInput, NotFound."""
    chosen = read_language(language)
    with database.transaction(community) as connection:
        communities.set_default_language(connection, community, chosen)


def read_language(tag: str, field: str = "default_language") -> str:
    """The one of ``LANGUAGES`` that a tag means (``zh-TW``). Raises: InvalidInput."""
    found = match_language(tag) if tag.replace("_", "-").lower() != "zh" else None
    if found is None:
        raise InvalidInput(field=field, problem=f"must be one of {', '.join(LANGUAGES)}")
    return found


def list_communities(database: Database) -> list[Community]:
    with database.transaction(EVERY_COMMUNITY) as connection:
        return communities.list_all(connection)


def name_of(database: Database, community: str) -> str:
    """What members know it as. Raises: NotFound."""
    with database.transaction(community) as connection:
        return communities.get(connection, community).name


def set_dry_run(database: Database, community: str, *, dry_run: bool) -> None:
    """On, nothing is carried out on any of its connections. Raises: NotFound."""
    with database.transaction(community) as connection:
        communities.set_dry_run(connection, community, dry_run=dry_run)


def seed_demo(database: Database) -> None:
    """The community ``demo``, if it is not there yet."""
    with database.transaction(DEMO) as connection:
        if communities.list_all(connection):
            return
    own = Own(domains=("demo-shop.example",), accounts=("demo_shop_official",), staff=("staff-1",))
    try:
        create_community(database, DEMO, "Demo", own)
    except Conflict:
        return  # another process made it meanwhile
