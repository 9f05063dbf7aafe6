"""What members declare and consent to, and what follows at once: values and profiles that lost their consent are gone with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StrictBool, ValidationError
from sqlalchemy import Connection as Transaction

from assistant.errors import AssistantError, InvalidInput
from assistant.members.attributes import Definition, held_under, read_definitions, read_value
from assistant.store import audit, consents, members, profiles
from assistant.types.member import Attribute, Consent, ConsentPurpose, Member
from assistant.usecases.assistant import Assistant
from assistant.usecases.members.event_shapes import AHEAD
from assistant.usecases.request import Moment, Name, Shape, Text, field_path, invalid_input, storable

MOST_MEMBERS = 1_000
MAX_WORDING = 4_000
_FOLDED_BY = frozenset({ConsentPurpose.PROFILING, ConsentPurpose.CHILD, ConsentPurpose.HEALTH})


class ConsentShape(Shape):
    """A yes or no to one purpose. ``source`` says where it was given; ``wording`` what the member read."""

    purpose: ConsentPurpose
    granted: StrictBool
    source: Name = "api"
    wording: Text | None = Field(None, max_length=MAX_WORDING)
    at: Moment | None = None


class MemberShape(Shape):
    """What a member declares. An attribute is a value, or ``null`` to take it back; each is held under its definition's consent."""

    id: Name
    name: Text | None = Field(None, max_length=200)
    attributes: dict[str, Any] = Field({}, max_length=100)
    consents: list[ConsentShape] = Field([], max_length=20)
    source: Name = "api"


class MembersShape(Shape):
    members: Annotated[list[MemberShape], Field(min_length=1, max_length=MOST_MEMBERS)]


@dataclass
class Declared:
    """``put`` were taken; the others, by their place in the batch, were wrong and changed nothing."""

    put: int = 0
    errors: dict[int, AssistantError] = field(default_factory=dict)


@dataclass
class _Batch:
    """What a batch comes to: the last of each attribute (``None``: taken back) and every answer, by member."""

    allowed: dict[str, set[ConsentPurpose]]
    names: dict[str, str | None] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    answers: dict[str, list[Consent]] = field(default_factory=dict)
    attributes: dict[str, dict[str, Attribute | None]] = field(default_factory=dict)

    def add(self, shape: MemberShape, answers: Sequence[Consent], declared: Sequence[Attribute]) -> None:
        self.names[shape.id] = shape.name if shape.name is not None else self.names.get(shape.id)
        self.sources.setdefault(shape.id, shape.source)
        if answers:
            self.answers.setdefault(shape.id, []).extend(answers)
            self.allowed[shape.id] = _after(self.allowed.get(shape.id, set()), answers)
        mine = self.attributes.setdefault(shape.id, {})
        mine.update(dict.fromkeys(shape.attributes))
        mine.update({one.name: one for one in declared})


def put_members(assistant: Assistant, community: str, given: Sequence[Any]) -> Declared:
    """Each by itself, in order. Blocks. Raises: NotFound, if there is no such community."""
    found, now = Declared(), assistant.clock()
    with assistant.database.transaction(community) as transaction:
        definitions = read_definitions(members.settings(transaction, community).get("attributes", []))
        ids = {one["id"] for one in given if isinstance(one, dict) and isinstance(one.get("id"), str)}
        batch = _Batch(consents.granted(transaction, community, sorted(filter(_is_name, ids))))
        for at, one in enumerate(given):
            try:
                _add(batch, one, definitions, now, f"members[{at}]")
            except InvalidInput as error:
                found.errors[at] = error
            else:
                found.put += 1
        _keep(transaction, community, batch, definitions, now)
    return found


def _is_name(text: str) -> bool:
    try:
        return bool(storable(text))
    except ValueError:
        return False


def _add(batch: _Batch, given: Any, definitions: Mapping[str, Definition], now: datetime, path: str) -> None:
    shape = _read(given, path)
    answers = [_consent(one, now, f"{path}.consents[{at}]") for at, one in enumerate(shape.consents)]
    allowed = _after(batch.allowed.get(shape.id, set()), answers)
    batch.add(shape, answers, _attributes(shape, definitions, allowed, now, path))


def _after(allowed: set[ConsentPurpose], answers: Sequence[Consent]) -> set[ConsentPurpose]:
    return (allowed | {one.purpose for one in answers if one.granted}) - {
        one.purpose for one in answers if not one.granted
    }


def _keep(
    transaction: Transaction, community: str, batch: _Batch, definitions: Mapping[str, Definition], now: datetime
) -> None:
    for source in sorted(set(batch.sources.values())):
        names = {one: name for one, name in batch.names.items() if batch.sources[one] == source}
        members.put(transaction, community, names, source, now)
    answer_all(transaction, community, batch.answers, now)
    allowed = consents.granted(transaction, community, sorted(batch.attributes))
    declared = {}
    for member_id, its in sorted(batch.attributes.items()):
        gone = [name for name, one in its.items() if one is None]
        if gone:
            members.undeclare(transaction, community, member_id, gone)
        may = allowed.get(member_id, set())
        declared[member_id] = [
            one for name, one in its.items() if one and held_under(definitions[name], one.value)[1] <= may
        ]
    members.declare(transaction, community, declared)


def _read(given: Any, path: str) -> MemberShape:
    try:
        return MemberShape.model_validate(given)
    except ValidationError as error:
        wrong = invalid_input(error)
        at = field_path(error.errors(include_url=False)[0]["loc"])
        field = f"{path}.{at}" if at else path
        raise type(wrong)(
            wrong.message, field=field, limit=wrong.limit, problem=wrong.values.get("problem", "")
        ) from None


def _attributes(
    shape: MemberShape,
    definitions: Mapping[str, Definition],
    allowed: set[ConsentPurpose],
    now: datetime,
    path: str,
) -> list[Attribute]:
    found = []
    for name, given in shape.attributes.items():
        at = f"{path}.attributes.{name}"
        definition = definitions.get(name)
        if definition is None:
            raise InvalidInput(field=at, problem="is not an attribute of this community")
        if given is None:
            continue
        value = read_value(definition, given, at)
        purpose, needs = held_under(definition, value)
        if missing := needs - allowed:
            raise InvalidInput("consent_missing", field=at, purpose=", ".join(sorted(one.value for one in missing)))
        found.append(Attribute(name, value, purpose, shape.source, now))
    return found


def _consent(shape: ConsentShape, now: datetime, path: str) -> Consent:
    """Given now at the latest, whatever a clock that is ahead says: the next answer, a no above all, has to come after it."""
    if shape.at is not None and shape.at > now + AHEAD:
        raise InvalidInput(field=f"{path}.at", limit=now.isoformat(), problem="is in the future")
    return Consent(shape.purpose, shape.granted, shape.source, min(shape.at or now, now), shape.wording)


def answer(transaction: Transaction, community: str, member_id: str, answers: Sequence[Consent], now: datetime) -> None:
    """As ``answer_all``, of one member."""
    answer_all(transaction, community, {member_id: answers}, now)


def answer_all(transaction: Transaction, community: str, given: Mapping[str, Sequence[Consent]], now: datetime) -> None:
    """Records yes and no by member, and carries them out: what was held under a consent that is gone goes in this transaction."""
    if not given:
        return
    ids = sorted(given)
    profiles.hold(transaction, community, ids)
    before = consents.granted(transaction, community, ids)
    consents.record(transaction, community, given)
    after = consents.granted(transaction, community, ids)
    for member_id in ids:
        _carry_out(transaction, community, member_id, before.get(member_id, set()), after.get(member_id, set()), now)


def _carry_out(
    transaction: Transaction,
    community: str,
    member_id: str,
    before: set[ConsentPurpose],
    after: set[ConsentPurpose],
    now: datetime,
) -> None:
    gone = before - after
    if gone:
        apart = {ConsentPurpose.CHILD, ConsentPurpose.HEALTH} if ConsentPurpose.PROFILING in gone else set()
        members.undeclare_purposes(transaction, community, [member_id], gone | apart)
    if gone & _FOLDED_BY:
        profiles.forget(transaction, community, [member_id])
    if (before ^ after) & _FOLDED_BY and ConsentPurpose.PROFILING in after:
        profiles.queue(transaction, community, [member_id], profiles.BEGINNING, now)


def give_consents(assistant: Assistant, community: str, member_id: str, given: Sequence[ConsentShape]) -> Member:
    """A member's answers, and the member as they are then. Raises: InvalidInput, NotFound."""
    now = assistant.clock()
    answers = [_consent(one, now, f"consents[{at}]") for at, one in enumerate(given)]
    with assistant.database.transaction(community) as transaction:
        members.put(transaction, community, {member_id: None}, "consent", now)
        answer(transaction, community, member_id, answers, now)
        return whole_member(transaction, community, member_id)


def stop_topic(assistant: Assistant, community: str, member_id: str, topic: str, source: str) -> Member:
    """Nothing more about this, at once; what was inferred of it is inferred anew without it. Raises: NotFound."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        members.find(transaction, community, member_id)
        profiles.hold(transaction, community, [member_id])
        consents.stop(transaction, community, member_id, topic, source, now)
        profiles.forget(transaction, community, [member_id])
        profiles.queue(transaction, community, [member_id], profiles.BEGINNING, now)
        return whole_member(transaction, community, member_id)


def allow_topic(assistant: Assistant, community: str, member_id: str, topic: str) -> Member:
    """The member wants to hear of it again. Raises: NotFound."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        members.find(transaction, community, member_id)
        if not allow_topics(transaction, community, member_id, [topic], now):
            raise InvalidInput(field="topic", problem="was not stopped")
        return whole_member(transaction, community, member_id)


def allow_topics(
    transaction: Transaction, community: str, member_id: str, topics: Collection[str], now: datetime
) -> int:
    """How many of them had been stopped; where there were any, what is inferred is inferred anew with them."""
    found = sum(consents.allow_again(transaction, community, member_id, topic) for topic in sorted(topics))
    if found:
        profiles.queue(transaction, community, [member_id], profiles.BEGINNING, now)
    return found


def whole_member(transaction: Transaction, community: str, member_id: str) -> Member:
    """Raises: NotFound."""
    return members.whole(
        members.find(transaction, community, member_id),
        members.attributes(transaction, community, [member_id]).get(member_id, []),
        consents.current(transaction, community, member_id),
        consents.stops(transaction, community, [member_id]).get(member_id, set()),
    )


def read_settings(assistant: Assistant, community: str) -> Mapping[str, Any]:
    with assistant.database.transaction(community) as transaction:
        return members.settings(transaction, community)


def save_settings(assistant: Assistant, community: str, document: Mapping[str, Any], actor: str) -> None:
    """Raises: InvalidInput, naming what is wrong; NotFound."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        members.save_settings(transaction, community, document, now)
        audit.write(transaction, community, now, actor=actor, action="member_settings", subject=community)
