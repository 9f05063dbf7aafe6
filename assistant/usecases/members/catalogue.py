"""Members as operators look them up, and what a community defines for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pydantic import Field

from assistant.errors import InvalidInput
from assistant.members.attributes import MAX_DEFINITIONS, read_definitions
from assistant.members.points import PointsRules, read_points
from assistant.store import events, members
from assistant.store.members import Known
from assistant.store.paging import Page, list_of, read_cursor, write_cursor
from assistant.types.event import Event
from assistant.types.member import Member
from assistant.usecases.assistant import Assistant
from assistant.usecases.members import declare
from assistant.usecases.request import Shape

_EVENTS: Final = "events"


class SettingsShape(Shape):
    """``attributes`` that members may declare; ``points``: the rules by which they earn."""

    attributes: list[dict[str, Any]] = Field([], max_length=MAX_DEFINITIONS)
    points: dict[str, Any] | None = None


def list_members(
    assistant: Assistant, community: str, search: str | None, cursor: str | None, limit: int
) -> Page[Known]:
    with assistant.database.transaction(community) as transaction:
        return members.page(transaction, community, search, cursor, limit)


def get_member(assistant: Assistant, community: str, member_id: str) -> Member:
    """Raises: NotFound."""
    with assistant.database.transaction(community) as transaction:
        return declare.whole_member(transaction, community, member_id)


def timeline(
    assistant: Assistant, community: str, member_id: str, cursor: str | None, limit: int
) -> tuple[list[Event], str | None]:
    """A page of events and the cursor of the next. Raises: NotFound, InvalidInput."""
    listed = list_of(_EVENTS, community, member_id)
    with assistant.database.transaction(community) as transaction:
        members.find(transaction, community, member_id)
        found = events.timeline(transaction, community, member_id, read_cursor(listed, cursor), limit + 1)
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], write_cursor(listed, last.at, last.id)


def save_settings(assistant: Assistant, community: str, asked: SettingsShape, actor: str) -> dict[str, Any]:
    """The document as it is kept. Raises: InvalidInput, naming what is wrong."""
    read_definitions(asked.attributes)
    named = [(f"attributes[{at}].name", str(one["name"])) for at, one in enumerate(asked.attributes)]
    document = asked.model_dump(mode="json", exclude_none=True)
    if asked.points is not None:
        rules = read_points(asked.points, assistant.clock())
        document["points"] = {**asked.points, "since": rules.since.isoformat()}
        named += _named(rules)
    for field, name in named:
        if name.endswith("\n"):
            raise InvalidInput(field=field, limit=63, problem="must not end in a line break")
    declare.save_settings(assistant, community, document, actor)
    return document


def _named(rules: PointsRules) -> Iterator[tuple[str, str]]:
    """Ids and languages with their fields. They are looked at here alone: what was kept with a line break at its end is still read."""
    yield from ((f"points.rules[{at}].id", rule.id) for at, rule in enumerate(rules.rules))
    yield from ((f"points.levels[{at}].name", key) for at, level in enumerate(rules.levels) for key in level.name)
    for at, badge in enumerate(rules.badges):
        yield f"points.badges[{at}].id", badge.id
        yield from ((f"points.badges[{at}].name", key) for key in badge.name)
