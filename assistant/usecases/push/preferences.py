"""What a member decides on their own page, and by one click in a message; clicks on what they were sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.errors import NotFound
from assistant.store import campaigns, communities, consents, events, members, push_settings
from assistant.types.event import Event, EventType, Seen
from assistant.types.member import Consent, ConsentPurpose
from assistant.usecases.assistant import Assistant
from assistant.usecases.members import declare
from assistant.usecases.push.links import PushToken, allowed_target
from assistant.usecases.push.settings import settings_in

PAGE = "preferences page"
ONE_CLICK = "one click in a message"
ASKED = (ConsentPurpose.PUSH, ConsentPurpose.PROFILING, ConsentPurpose.ANALYTICS, ConsentPurpose.TRAINING)
"""What the page asks about; a child's and health data are asked for where they are given."""
PER_WEEK = (1, 2, 3, 5)
"""What a member may limit messages to."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """What the page's form says: purposes allowed, connections wanted, topics stopped, and the most messages a week."""

    purposes: frozenset[ConsentPurpose]
    channels: frozenset[str]
    stops: frozenset[str]
    per_week: int | None


@dataclass(frozen=True, slots=True)
class OwnPage:
    """``channels`` are the connections that may send, by id, with their names; ``refused`` those that the member wants nothing on."""

    community_name: str
    granted: frozenset[ConsentPurpose]
    channels: Mapping[str, str]
    refused: frozenset[str]
    per_week: int | None
    stops: tuple[str, ...]


def own_page(assistant: Assistant, token: PushToken) -> OwnPage:
    """Raises: NotFound, where the member has been erased."""
    with assistant.database.transaction(token.community) as transaction:
        members.find(transaction, token.community, token.member_id)
        granted = consents.granted(transaction, token.community, [token.member_id]).get(token.member_id, set())
        stops = consents.stops(transaction, token.community, [token.member_id]).get(token.member_id, set())
        wishes = push_settings.preferences(transaction, token.community, token.member_id)
        name = communities.get(transaction, token.community).name
    held = assistant.registry.of_community(token.community)
    return OwnPage(
        name,
        frozenset(granted),
        {one.connection.id: one.connection.name or one.platform.title for one in held},
        frozenset(wishes.get("refused", ())),
        wishes.get("per_week"),
        tuple(sorted(stops)),
    )


def save_page(assistant: Assistant, token: PushToken, shown: Ticks | None, ticked: Ticks) -> None:
    """What the member changed of what the page had ``shown``, all at once; a no is carried out in the same transaction. Whatever was said
    elsewhere meanwhile, and connections that were not on the page, stay as they are. A form that does not say what it had shown, as an
    older version's, showed what holds now: so no refusal is lost.

    Raises: NotFound.
    """
    now = assistant.clock()
    offered = {one.connection.id for one in assistant.registry.of_community(token.community)}
    with assistant.database.transaction(token.community) as transaction:
        members.find(transaction, token.community, token.member_id)
        before = consents.granted(transaction, token.community, [token.member_id]).get(token.member_id, set())
        wishes = push_settings.preferences(transaction, token.community, token.member_id)
        refused = set(wishes.get("refused", ()))
        stopped = consents.stops(transaction, token.community, [token.member_id]).get(token.member_id, set())
        if shown is None:
            shown = Ticks(frozenset(before), frozenset(offered - refused), frozenset(stopped), wishes.get("per_week"))
        after = (before | (ticked.purposes - shown.purposes)) - (shown.purposes - ticked.purposes)
        answers = [Consent(one, one in after, PAGE, now) for one in ASKED if (one in after) != (one in before)]
        declare.answer(transaction, token.community, token.member_id, answers, now)
        refused = (refused | (offered & (shown.channels - ticked.channels))) - (ticked.channels - shown.channels)
        document: dict[str, Any] = {"refused": sorted(refused)}
        per_week = wishes.get("per_week") if ticked.per_week == shown.per_week else ticked.per_week
        if per_week is not None:
            document["per_week"] = per_week
        push_settings.save_preferences(transaction, token.community, token.member_id, document, now)
        wanted_again = stopped & (shown.stops - ticked.stops)
        declare.allow_topics(transaction, token.community, token.member_id, wanted_again, now)


def unsubscribe(assistant: Assistant, token: PushToken) -> None:
    """No more messages, at once, and the event says which message it was. A second click changes nothing.

    Raises:
        NotFound: the member has been erased.
    """
    now = assistant.clock()
    with assistant.database.transaction(token.community) as transaction:
        members.find(transaction, token.community, token.member_id)
        no = Consent(ConsentPurpose.PUSH, granted=False, source=ONE_CLICK, at=now)
        declare.answer(transaction, token.community, token.member_id, [no], now)
    _tell(assistant, token, EventType.UNSUBSCRIBE, f"unsubscribe:{token.delivery_id}:{token.member_id}")


def click(assistant: Assistant, token: PushToken) -> str:
    """Where the link leads, after the click was noted once.

    Raises:
        NotFound: the place is not among those that the community allows any more.
    """
    with assistant.database.transaction(token.community) as transaction:
        hosts = settings_in(transaction, token.community).link_hosts
        known = campaigns.of_delivery(transaction, token.community, token.delivery_id) is not None
    if not allowed_target(token.url, hosts):
        raise NotFound("push_link")
    if known:
        _tell(assistant, token, EventType.CLICK, f"click:{token.delivery_id}:{token.position}", item=token.about)
    return token.url


def _tell(assistant: Assistant, token: PushToken, kind: EventType, event_id: str, item: str | None = None) -> None:
    now = assistant.clock()
    event = Event(
        id=event_id,
        type=kind,
        member_id=token.member_id,
        at=now,
        item_id=item,
        seen=Seen(delivery_id=token.delivery_id, position=token.position if item else None, surface="message"),
        source="push",
    )
    events.make_months(assistant.database, [now])
    with assistant.database.transaction(token.community) as transaction:
        events.put(transaction, token.community, [event], now)
