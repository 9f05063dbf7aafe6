"""What a community gives to suggest from: its members' messages, what its bot could not answer, its days, its earlier posts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection as Transaction

from assistant.content.flow import Material
from assistant.content.learning import liked, taken, used_of
from assistant.content.needs import need_of
from assistant.content.occasions import occasions
from assistant.content.topics import Period
from assistant.errors import NotFound
from assistant.faq.unanswered import Asked, propose
from assistant.ports import Embedder
from assistant.store import (
    content_calendar,
    content_drafts,
    content_messages,
    content_posts,
    faq_conversations,
    segments,
)
from assistant.types.content import Draft, DraftState, Kind, Need, NeedKind, Post, Said, Used
from assistant.types.content_settings import ContentSettings
from assistant.usecases.assistant import Assistant
from assistant.usecases.content.settings import settings_in
from assistant.usecases.harm import harmful
from assistant.usecases.members.segments import ids_of

MOST_MESSAGES: Final = 4_000
"""Of the period, and as many of the time before it."""
MOST_MEMBERS: Final = 20_000
_PART: Final = 5_000
_MOST_GAPS: Final = 500
_MOST_POSTS: Final = 300
_MOST_DRAFTS: Final = 1_000
_LOOK_AHEAD: Final = timedelta(days=30)
_LEARN: Final = timedelta(days=180)
_FRESH: Final = timedelta(days=14)
_UNKNOWN: Final = frozenset({"floor", "gap", "clear"})
"""Why the bot did not help: it knew nothing near enough, or two things, or what it knew was judged wrong."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """``audience`` is how many members the post would reach; ``used`` and ``subjects`` are what drafts were made of lately, ``reasons`` why
    some were rejected."""

    settings: ContentSettings
    material: Material
    vectors: NDArray[np.float32]
    moments: list[datetime]
    voice: list[str]
    liked: dict[Kind, float]
    used: frozenset[str]
    subjects: list[Used]
    reasons: list[str]
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
        unanswered = faq_conversations.unanswered(transaction, community, period.since, _MOST_GAPS, now, members)
        posts = content_posts.latest(transaction, community, now, _MOST_POSTS)
        drafts = content_drafts.made(transaction, community, now - _LEARN, now, _MOST_DRAFTS)
        decided = [draft for draft in drafts if draft.updated_at <= now]
        lately = [draft for draft in drafts if draft.created_at >= now - _FRESH]
        today = now.astimezone(settings.zone).date()
        loaded = Loaded(
            settings=settings,
            material=Material(
                said=said,
                gaps=(),
                occasions=occasions(settings.regions, settings.dates, today, today + _LOOK_AHEAD),
                posts=posts,
                drafts=_standing(decided, content_calendar.planned_drafts(transaction, community, now)),
            ),
            vectors=np.zeros((0, 0), np.float32),
            moments=content_messages.moments(transaction, community, now - timedelta(days=56), now, 50_000, members),
            voice=content_drafts.approved_texts(transaction, community, now, 50),
            liked=liked(taken(decided)),
            used=frozenset(str(name) for draft in lately if (name := draft.suggestion.get("id"))),
            subjects=[used_of(draft) for draft in lately],
            reasons=[draft.reason for draft in decided if draft.state is DraftState.REJECTED and draft.reason],
            audience=len(members)
            if members is not None
            else content_messages.active(transaction, community, now - timedelta(days=28), now),
            period=period,
        )
    said = _harmless(assistant, community, said)
    gaps = _gaps(_harmless(assistant, community, _questions(unanswered)), assistant.embedder, now)
    vectors = assistant.embedder.encode([one.text[:1_000] for one in said])
    return replace(
        loaded,
        material=replace(loaded.material, said=said, gaps=gaps),
        vectors=vectors.reshape(len(said), assistant.embedder.dimensions),
    )


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


def _standing(drafts: Iterable[Draft], planned: Mapping[str, datetime]) -> list[Post]:
    """Approved drafts as the posts that they will be: at their hour, or of the day when they were approved."""
    return [
        Post(
            draft.id, f"{draft.title}\n{draft.body}", planned.get(draft.id, draft.updated_at), draft.kind, {}, draft.id
        )
        for draft in drafts
        if draft.state is DraftState.APPROVED
    ]


def _harmless(assistant: Assistant, community: str, said: Sequence[Said]) -> list[Said]:
    """Without those in which the risk screen sees harm: nothing is made of them."""
    found = harmful(assistant, community, [one.text for one in said])
    return [one for one, harm in zip(said, found, strict=True) if not harm]


def _questions(rows: Sequence[faq_conversations.TurnRow]) -> list[Said]:
    """What the bot knew nothing of, as the askers' messages."""
    return [
        Said(row.id, row.conversation_id, row.created_at, text)
        for row in rows
        if row.because in _UNKNOWN and (text := (row.question or row.text).strip())
    ]


def _gaps(questions: Sequence[Said], embedder: Embedder, now: datetime) -> list[Need]:
    """Questions that had no answer, alike ones together."""
    if not questions:
        return []
    said = {one.id: one for one in questions}
    asked = [Asked(one.id, one.text, "", one.at, one.member_id) for one in said.values()]
    needs = []
    for group in propose(asked, embedder.encode([one.question for one in asked]), now)[:20]:
        its = [said[name] for name in group.ids]
        vectors = embedder.encode([one.text for one in its])
        found = need_of(its, vectors, NeedKind.QUESTION, group.terms)
        name = hashlib.sha256("|".join(sorted(group.ids)).encode()).hexdigest()[:12]
        needs.append(replace(found, id=f"gap_{name}", people=()))
    return needs
