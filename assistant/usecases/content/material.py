"""What a community gives to suggest from: its members' messages, what its bot could not answer, its days, its earlier posts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection as Transaction

from assistant.content.flow import Material
from assistant.content.learning import liked
from assistant.content.needs import need_of
from assistant.content.occasions import occasions
from assistant.content.terms import name_groups
from assistant.content.topics import Period
from assistant.errors import NotFound
from assistant.faq.unanswered import Asked, propose
from assistant.ports import Embedder
from assistant.store import content_drafts, content_messages, content_posts, faq_conversations, segments
from assistant.types.content import Kind, Need, NeedKind, Said
from assistant.types.content_settings import ContentSettings
from assistant.usecases.assistant import Assistant
from assistant.usecases.content.settings import settings_in
from assistant.usecases.members.segments import ids_of

MOST_MESSAGES: Final = 4_000
"""Of the period, and as many of the time before it."""
MOST_MEMBERS: Final = 20_000
_PART: Final = 5_000
_MOST_GAPS: Final = 500
_MOST_POSTS: Final = 300
_LOOK_AHEAD: Final = timedelta(days=30)
_LEARN: Final = timedelta(days=180)
_FRESH: Final = timedelta(days=14)
_UNKNOWN: Final = frozenset({"floor", "gap", "clear"})
"""Why the bot did not help: it knew nothing near enough, or two things, or what it knew was judged wrong."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """``named`` are the members who may be named; ``audience`` how many members the post would reach."""

    settings: ContentSettings
    material: Material
    vectors: NDArray[np.float32]
    moments: list[datetime]
    taken: list[datetime]
    voice: list[str]
    liked: dict[Kind, float]
    used: frozenset[str]
    audience: int
    period: Period


def load(assistant: Assistant, community: str, now: datetime, days: int, segment: str | None) -> Loaded:
    """For suggestions made at ``now``, from the messages of the last ``days``. Blocks on the database and the embedder.

    Raises:
        NotFound: there is no such segment.
    """
    period = Period(now - timedelta(days=days), now)
    with assistant.database.transaction(community) as transaction:
        settings = settings_in(transaction, community)
        members = _members(assistant, transaction, community, segment) if segment is not None else None
        said = [
            one
            for since, until in ((period.begins, period.since), (period.since, now))
            for one in content_messages.said(transaction, community, since, until, MOST_MESSAGES, members)
        ]
        unanswered = faq_conversations.unanswered(transaction, community, period.since, _MOST_GAPS)
        posts = content_posts.latest(transaction, community, now, _MOST_POSTS)
        today = now.astimezone(settings.zone).date()
        loaded = Loaded(
            settings=settings,
            material=Material(
                said=said,
                gaps=_gaps(unanswered, assistant.embedder, now),
                occasions=occasions(settings.regions, settings.dates, today, today + _LOOK_AHEAD),
                posts=posts,
            ),
            vectors=np.zeros((0, 0), np.float32),
            moments=content_messages.moments(transaction, community, now - timedelta(days=56), now, 50_000),
            taken=[],
            voice=content_drafts.approved_texts(transaction, community, 50),
            liked=liked(content_drafts.taken(transaction, community, now - _LEARN)),
            used=content_drafts.used(transaction, community, now - _FRESH),
            audience=len(members)
            if members is not None
            else content_messages.active(transaction, community, now - timedelta(days=28), now),
            period=period,
        )
    vectors = assistant.embedder.encode([one.text[:1_000] for one in said])
    return replace(loaded, vectors=vectors.reshape(len(said), assistant.embedder.dimensions))


def _members(assistant: Assistant, transaction: Transaction, community: str, segment_id: str) -> list[str]:
    """Who is in the segment, at most ``MOST_MEMBERS``, by id. Raises: NotFound."""
    try:
        segment = segments.get(transaction, community, segment_id)
    except NotFound:
        raise NotFound("segment_unknown", field="segment") from None
    found: list[str] = []
    while len(found) < MOST_MEMBERS:
        part = ids_of(assistant, transaction, community, segment, found[-1] if found else "", _PART)
        found += part
        if len(part) < _PART:
            break
    return found


def _gaps(rows: list[faq_conversations.TurnRow], embedder: Embedder, now: datetime) -> list[Need]:
    """Questions that had no answer, alike ones together."""
    said = {
        row.id: Said(row.id, row.conversation_id, row.created_at, text)
        for row in rows
        if row.because in _UNKNOWN and (text := (row.question or row.text).strip())
    }
    if not said:
        return []
    asked = [Asked(one.id, one.text, "", one.at, one.member_id) for one in said.values()]
    needs = []
    for group in propose(asked, embedder.encode([one.question for one in asked]), now)[:20]:
        its = [said[name] for name in group.ids]
        vectors = embedder.encode([one.text for one in its])
        found = need_of(its, vectors, NeedKind.QUESTION, name_groups([[one.text for one in its]])[0] or group.terms)
        name = hashlib.sha256("|".join(sorted(group.ids)).encode()).hexdigest()[:12]
        needs.append(replace(found, id=f"gap_{name}", people=()))
    return needs
