"""Groups of members, by rules or discovered; who is in them, counted live or kept as they were at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection as Transaction

from assistant.errors import InvalidInput, NotFound
from assistant.members import clusters
from assistant.members.attributes import StageKind, read_definitions
from assistant.members.interests import DIMENSIONS, shorten
from assistant.members.rules import Near, Rule, nears, read_rules, segments_named
from assistant.members.topics import shipped_topics
from assistant.store import audit, members, profiles, segments
from assistant.store.paging import Page
from assistant.store.segment_rules import Compiled
from assistant.store.segments import Segment
from assistant.usecases.assistant import Assistant
from assistant.usecases.identity import new_id
from assistant.usecases.members.folding import embedder_of, model_of

MOST_NEAR = 200_000
_PART = 10_000
_SAMPLE = 20_000


def create(assistant: Assistant, community: str, name: str, rules: Mapping[str, Any], actor: str) -> Segment:
    """Raises: InvalidInput, NotFound."""
    rule = read_rules(rules)
    now = assistant.clock()
    segment = Segment(new_id("seg"), name, "rules", dict(rules), None, actor, now, now)
    with assistant.database.transaction(community) as transaction:
        _check_named(transaction, community, rule)
        segments.add(transaction, community, segment)
        audit.write(transaction, community, now, actor=actor, action="segment.create", subject=segment.id)
    return segment


def change(
    assistant: Assistant, community: str, segment_id: str, name: str, rules: Mapping[str, Any], actor: str
) -> Segment:
    """Raises: InvalidInput, NotFound."""
    rule = read_rules(rules)
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        _check_named(transaction, community, rule)
        segments.change(transaction, community, segment_id, name, rules, now)
        audit.write(transaction, community, now, actor=actor, action="segment.change", subject=segment_id)
        return segments.get(transaction, community, segment_id)


def remove(assistant: Assistant, community: str, segment_id: str, actor: str) -> None:
    """Raises: NotFound."""
    with assistant.database.transaction(community) as transaction:
        segments.remove(transaction, community, segment_id)
        audit.write(transaction, community, assistant.clock(), actor=actor, action="segment.remove", subject=segment_id)


def list_segments(assistant: Assistant, community: str, cursor: str | None, limit: int) -> Page[Segment]:
    with assistant.database.transaction(community) as transaction:
        return segments.page(transaction, community, cursor, limit)


def counted(assistant: Assistant, community: str, segment_id: str) -> tuple[Segment, int]:
    """The segment, and how many are in it now. Raises: NotFound."""
    with assistant.database.transaction(community) as transaction:
        segment = segments.get(transaction, community, segment_id)
        return segment, count_in(assistant, transaction, community, segment)


def count_in(assistant: Assistant, transaction: Transaction, community: str, segment: Segment) -> int:
    if segment.kind != "rules":
        return segments.count_kept(transaction, community, segment.id)
    rule = read_rules(segment.rules)
    return segments.count_rules(transaction, _compiled(assistant, transaction, community, rule), rule)


def count_of(assistant: Assistant, community: str, rules: Mapping[str, Any]) -> int:
    """How many members these rules find, before there is a segment of them. Raises: InvalidInput."""
    rule = read_rules(rules)
    with assistant.database.transaction(community) as transaction:
        _check_named(transaction, community, rule)
        return segments.count_rules(transaction, _compiled(assistant, transaction, community, rule), rule)


def _check_named(transaction: Transaction, community: str, rule: Rule) -> None:
    """Raises: InvalidInput, where a condition names a segment that there is none of; of such nobody is ever a member."""
    for path, segment_id in segments_named(rule).items():
        try:
            segments.get(transaction, community, segment_id)
        except NotFound:
            raise InvalidInput(field=path, problem=f"there is no segment {segment_id}") from None


def ids_of(
    assistant: Assistant, transaction: Transaction, community: str, segment: Segment, after: str, limit: int
) -> list[str]:
    """The members of a segment by id, those after one (``""`` begins): what campaigns go through in parts."""
    if segment.kind != "rules":
        return segments.ids_kept(transaction, community, segment.id, after, limit)
    rule = read_rules(segment.rules)
    compiled = _compiled(assistant, transaction, community, rule)
    return segments.ids_by_rules(transaction, compiled, rule, after, limit)


def members_of(assistant: Assistant, community: str, segment_id: str, after: str, limit: int) -> list[str]:
    """As ``ids_of``, in a transaction of its own. Raises: NotFound."""
    with assistant.database.transaction(community) as transaction:
        segment = segments.get(transaction, community, segment_id)
        return ids_of(assistant, transaction, community, segment, after, limit)


def snapshot(assistant: Assistant, community: str, segment_id: str, name: str, actor: str) -> Segment:
    """Who is in it now, to stay so: what an experiment is about. Raises: NotFound."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        segment = segments.get(transaction, community, segment_id)
        found: list[str] = []
        while part := ids_of(assistant, transaction, community, segment, found[-1] if found else "", _PART):
            found += part
        kept = Segment(new_id("seg"), name, "snapshot", {"of": segment_id}, len(found), actor, now, now)
        segments.add(transaction, community, kept, found)
        audit.write(transaction, community, now, actor=actor, action="segment.snapshot", subject=kept.id)
    return kept


def discover(assistant: Assistant, community: str, language: str, actor: str) -> list[Segment]:
    """Clusters of what members like, in the place of those found before; none where there are too few members with tags."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        model = model_of(embedder_of(assistant))
        named = profiles.sample_named(transaction, community, model, _SAMPLE)
        found = clusters.discover([state for _, state in named], now)
        segments.remove_clusters(transaction, community)
        made = [_cluster(one, [name for name, _ in named], language, actor, now) for one in found]
        for segment, inside in made:
            segments.add(transaction, community, segment, inside)
        audit.write(transaction, community, now, actor=actor, action="segment.discover", subject=community)
    return [segment for segment, _ in made]


def _cluster(
    one: clusters.Cluster, names: Sequence[str], language: str, actor: str, now: datetime
) -> tuple[Segment, list[str]]:
    inside = sorted(names[at] for at in one.members)
    title = clusters.name(one, shipped_topics(), language)
    rules = {"tags": list(one.tags)}
    return Segment(new_id("seg"), title, "cluster", rules, len(inside), actor, now, now), inside


def _compiled(assistant: Assistant, transaction: Transaction, community: str, rule: Rule) -> Compiled:
    definitions = read_definitions(members.settings(transaction, community).get("attributes", []))
    stages: dict[StageKind, list[str]] = {}
    for one in definitions.values():
        if one.stage is not None:
            stages.setdefault(one.stage, []).append(one.name)
    near = {one: _near(assistant, transaction, community, one) for one in nears(rule)}
    return Compiled(community, assistant.clock(), stages, near)


def _near(assistant: Assistant, transaction: Transaction, community: str, near: Near) -> list[str]:
    """The members whose interests are close; where there is no embedder, those with the topics that the text names."""
    embedder = embedder_of(assistant)
    if embedder is None:
        return _by_topics(transaction, community, near)
    model, dimensions = model_of(embedder), min(DIMENSIONS, embedder.dimensions)
    if near.text is not None:
        wanted = shorten(embedder.encode([near.text]))
    else:
        parts = [rows for _, rows in segments.interests(transaction, community, model, dimensions, near.members)]
        if not parts:
            return []
        wanted = np.vstack(parts)
    found: set[str] = set()
    for owners, rows in segments.interests(transaction, community, model, dimensions):
        close = (rows @ wanted.T).max(axis=1) >= near.least
        found.update(owner for owner, yes in zip(owners, close, strict=True) if yes)
        if len(found) > MOST_NEAR:
            raise InvalidInput(field="rules", limit=MOST_NEAR, problem="find too many members: raise least")
    return sorted(found - set(near.members))


def _by_topics(transaction: Transaction, community: str, near: Near) -> list[str]:
    if near.text is None:
        return []
    topics = shipped_topics().of_text(near.text)
    return profiles.with_tags(transaction, community, list(topics), MOST_NEAR) if topics else []
