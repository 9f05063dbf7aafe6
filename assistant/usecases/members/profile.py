"""A member's profile, now or as of a moment, with what each value rests on."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import date, datetime
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection as Transaction

from assistant.errors import InvalidInput
from assistant.members.attributes import Definition, read_definitions, stage_on
from assistant.members.population import Population, measure, today_of
from assistant.members.state import State
from assistant.members.topics import shipped_topics
from assistant.members.view import Seen, evidence_of, view
from assistant.store import events, members, profiles
from assistant.types.member import ConsentPurpose, Member, Sensitivity
from assistant.usecases.assistant import Assistant
from assistant.usecases.members import influence
from assistant.usecases.members.declare import whole_member
from assistant.usecases.members.folding import MOST_EVENTS, allowed_of, embedder_of, fold_on, model_of, place_of
from assistant.words import load_words

SAMPLE = 20_000
FRESH_S = 600.0
_MOST_POPULATIONS = 100
_populations: OrderedDict[tuple[str, str, date], tuple[float, Population]] = OrderedDict()
_lock = Lock()


def read_profile(
    assistant: Assistant, community: str, member_id: str, at: datetime | None, language: str
) -> dict[str, Any]:
    """As JSON. Without consent to profiling there is what the member declared, and no more. Blocks.

    Raises:
        NotFound: there is no such member.
        InvalidInput: ``at`` is in the future.
    """
    now = assistant.clock()
    if at is not None and at > now:
        raise InvalidInput(field="at", limit=now.isoformat(), problem="is in the future")
    moment = at or now
    with assistant.database.transaction(community) as transaction:
        member = whole_member(transaction, community, member_id)
        definitions = read_definitions(members.settings(transaction, community).get("attributes", []))
        state = state_at(assistant, transaction, community, member, at)
        shown = _shown(assistant, transaction, community, member, state, moment, language) if state else {}
        reach = influence.of_member(transaction, community, member_id, moment) if state else None
    return {
        "member_id": member_id,
        "as_of": moment.isoformat(),
        "personalised": member.allows(ConsentPurpose.PROFILING),
        "attributes": [render_attribute(member, one.name, definitions) for one in member.attributes],
        "stages": stages_of(member, definitions, today_of(moment), language),
        "profile": (shown | {"influence": reach}) if state else None,
    }


def state_at(
    assistant: Assistant, transaction: Transaction, community: str, member: Member, at: datetime | None
) -> State | None:
    """The state that the fold comes to, up to a moment: the last one kept before it, and the events since, by the same fold."""
    if not member.allows(ConsentPurpose.PROFILING):
        return None
    embedder = embedder_of(assistant)
    model = model_of(embedder)
    moment = at or assistant.clock()
    base = profiles.last_place(transaction, community, member.id, moment, model)
    if at is None and base is not None:
        return base
    rest = events.of_member(transaction, community, member.id, after=place_of(base), until=moment, limit=MOST_EVENTS)
    if not rest:
        return base
    allowed = allowed_of(transaction, community, [member.id])
    bases = {member.id: base} if base is not None else {}
    return fold_on(transaction, community, bases, {member.id: rest}, allowed, embedder).get(member.id, base)


def _shown(
    assistant: Assistant,
    transaction: Transaction,
    community: str,
    member: Member,
    state: State,
    moment: datetime,
    language: str,
) -> dict[str, Any]:
    seen = Seen(
        now=moment,
        zone=zone_of(member),
        population=population_of(assistant, transaction, community),
        topics=shipped_topics(),
        events=events.by_ids(transaction, community, member.id, evidence_of(state)),
        language=language,
    )
    shown = view(state, seen)
    words, cycle = load_words(), shown["life_cycle"]
    cycle["name"] = words.get(f"life_cycle.{cycle['stage']}", language)
    cycle["next_step"] = {"id": cycle["next_step"], "text": words.get(f"next_steps.{cycle['next_step']}", language)}
    return shown


def population_of(assistant: Assistant, transaction: Transaction, community: str) -> Population:
    """At most ``FRESH_S`` old; of a sample of ``SAMPLE`` members."""
    today = today_of(assistant.clock())
    key = (assistant.database.url.render_as_string(hide_password=True), community, today)
    with _lock:
        made, kept = _populations.get(key, (float("-inf"), Population()))
    if time.monotonic() - made < FRESH_S:
        return kept
    found = measure(profiles.sample(transaction, community, model_of(embedder_of(assistant)), SAMPLE), today)
    with _lock:
        _populations[key] = (time.monotonic(), found)
        while len(_populations) > _MOST_POPULATIONS:
            _populations.popitem(last=False)
    return found


def zone_of(member: Member) -> ZoneInfo:
    """The member's own time zone; UTC where they declared none."""
    declared = member.declared("time_zone")
    try:
        return ZoneInfo(str(declared)) if declared else ZoneInfo("UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def render_attribute(member: Member, name: str, definitions: Mapping[str, Definition]) -> dict[str, Any]:
    one = next(one for one in member.attributes if one.name == name)
    known = definitions.get(name)
    return {
        "name": name,
        "value": one.value,
        "purpose": one.purpose.value,
        "sensitivity": (known.sensitivity if known else Sensitivity.PLAIN).value,
        "source": one.source,
        "at": one.at.isoformat(),
    }


def stages_of(
    member: Member, definitions: Mapping[str, Definition], today: date, language: str
) -> list[dict[str, Any]]:
    """What the member's days come to, in words; none of those they want to hear nothing of."""
    found = []
    for one in member.attributes:
        definition = definitions.get(one.name)
        stage = stage_on(definition, one.value, today) if definition is not None else None
        if stage is None or f"stage:{stage.kind}" in member.stops:
            continue
        text = load_words().get(f"stages.{stage.kind}_{stage.unit}", language, number=stage.number)
        found.append(
            {"stage": stage.kind.value, "unit": stage.unit, "number": stage.number, "text": text, "attribute": one.name}
        )
    return found
