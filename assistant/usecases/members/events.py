"""Events come in: each taken once, or refused by itself with its reason; what waits for them learns of them in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import exc

from assistant.errors import AssistantError, InvalidInput
from assistant.store import erasures, events
from assistant.types import Action, Message
from assistant.types.event import Event, EventType
from assistant.usecases.assistant import Assistant
from assistant.usecases.members.event_shapes import AHEAD, Bounds, read_event
from assistant.usecases.members.hashing import member_hash

_CHUNK = 1_000
_SCREENED = 200
"""Messages at once."""
_HARMLESS = frozenset({Action.ALLOW, Action.REVIEW})
"""Here nobody will review what the policy is unsure of."""


@dataclass
class Taken:
    """``taken`` were new, ``known`` had been taken before, ``erased`` belong to a member who was erased since; the others, by their place
    in the batch, were wrong."""

    taken: int = 0
    known: int = 0
    erased: int = 0
    errors: dict[int, AssistantError] = field(default_factory=dict)


def bounds_of(assistant: Assistant) -> Bounds:
    now = assistant.clock()
    earliest = now - timedelta(days=assistant.settings.retention.event_days)
    return Bounds(assistant.settings.limits.text_chars, earliest, now + AHEAD)


def take_events(
    assistant: Assistant, community: str, given: Sequence[Any], *, source: str = "api", first: int = 0
) -> Taken:
    """``given`` are decoded JSON objects; errors name them ``events[i]``, counted from ``first``. Blocks.

    Raises:
        NotFound: there is no such community.
    """
    bounds, found = bounds_of(assistant), Taken()
    read: dict[str, Event] = {}
    for at, one in enumerate(given):
        try:
            event = read_event(one, bounds, f"events[{first + at}]", source)
        except InvalidInput as error:
            found.errors[first + at] = error
            continue
        found.known += event.id in read
        read.setdefault(event.id, event)
    put_events(assistant, community, list(read.values()), found)
    return found


def put_events(assistant: Assistant, community: str, read: Sequence[Event], found: Taken) -> None:
    """``read`` has each id once; what became of them is added to ``found``. What members wrote is screened first, as messages are."""
    alive = _without_erased(assistant, community, read)
    found.erased += len(read) - len(alive)
    screened = _screened(assistant, community, alive)
    events.make_months(assistant.database, [event.at for event in screened])
    for start in range(0, len(screened), _CHUNK):
        part = screened[start : start + _CHUNK]
        try:
            new = _put(assistant, community, part)
        except exc.IntegrityError as error:
            if not isinstance(error.orig, psycopg.errors.CheckViolation):
                raise
            events.make_months(assistant.database, [event.at for event in part], anew=True)
            new = _put(assistant, community, part)
        found.taken += len(new)
        found.known += len(part) - len(new)


def _put(assistant: Assistant, community: str, part: Sequence[Event]) -> set[str]:
    with assistant.database.transaction(community) as transaction:
        return events.put(transaction, community, part, assistant.clock())


def _without_erased(assistant: Assistant, community: str, read: Sequence[Event]) -> list[Event]:
    """What happened before its member was erased does not come back."""
    hashes = {member: member_hash(assistant.vault, community, member) for member in {one.member_id for one in read}}
    with assistant.database.transaction(community) as transaction:
        erased: Mapping[bytes, datetime] = erasures.known(transaction, community, list(hashes.values()))
    if not erased:
        return list(read)
    return [one for one in read if (at := erased.get(hashes[one.member_id])) is None or one.at > at]


def _screened(assistant: Assistant, community: str, read: Sequence[Event]) -> list[Event]:
    """What the community's policy would act on by itself is flagged: it is never an interest."""
    waiting = [at for at, one in enumerate(read) if _unscreened(one)]
    if not waiting:
        return [_kept(assistant, one) for one in read]
    screener = assistant.screeners.refresh(community)
    flagged: set[int] = set()
    for start in range(0, len(waiting), _SCREENED):
        part = waiting[start : start + _SCREENED]
        decisions = screener.screen_batch([Message(read[at].text or "", member_id=read[at].member_id) for at in part])
        flagged |= {at for at, one in zip(part, decisions, strict=True) if one.action not in _HARMLESS}
    return [_kept(assistant, replace(one, flagged=True) if at in flagged else one) for at, one in enumerate(read)]


def _unscreened(event: Event) -> bool:
    return event.type is EventType.MESSAGE and bool(event.text) and not event.flagged


def _kept(assistant: Assistant, event: Event) -> Event:
    return event if assistant.settings.retention.text_days else replace(event, text=None)
