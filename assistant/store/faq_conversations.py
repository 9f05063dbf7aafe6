"""Conversations with the FAQ bot, and the questions that were handed to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, Connection, RowMapping, Text, any_, insert, literal, select, text, update

from assistant.errors import Conflict, NotFound
from assistant.store.faq_tables import faq_conversations, faq_handoffs, faq_turns
from assistant.store.paging import Page, read_page

PURGE = text("""
    DELETE FROM faq_conversations WHERE id IN (
        SELECT id FROM faq_conversations WHERE updated_at < :before LIMIT :chunk
    )
""")
"""Conversations that nobody has written in since then, with what was said; in a transaction of every community."""
_CHOICE = "choice"


class ConversationState(StrEnum):
    """Who speaks: the ``bot``; nobody, while it is ``waiting`` for a person; a ``person``, with the bot silent."""

    BOT = "bot"
    WAITING = "waiting"
    PERSON = "person"
    CLOSED = "closed"


class HandoffState(StrEnum):
    WAITING = "waiting"
    HELD = "held"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """``owner_hash`` is the SHA-256 of what its owner shows: a member's id or a browser's token."""

    id: str
    community: str
    owner_hash: bytes
    language: str
    created_at: datetime
    updated_at: datetime
    state: ConversationState = ConversationState.BOT
    member_id: str | None = None
    connection_id: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRow:
    """``author`` is ``member``, ``bot`` or ``staff``; the rest is the bot's reasons, or what a person thought of them. ``choices`` are what
    the bot offered where it asked back."""

    id: str
    community: str
    conversation_id: str
    created_at: datetime
    author: str
    text: str
    outcome: str | None = None
    because: str | None = None
    question: str | None = None
    entry_ids: tuple[str, ...] = ()
    citations: Sequence[Mapping[str, Any]] = ()
    choices: tuple[str, ...] = ()
    confidence: float | None = None
    thumb: int | None = None
    correction: str | None = None
    named_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """A question that waits for a person. ``tried`` are the entries that were not good enough; ``contact`` is sealed; by ``due_at`` the
    member was promised an answer."""

    id: str
    community: str
    conversation_id: str
    question: str
    because: str
    created_at: datetime
    updated_at: datetime
    urgent: bool = False
    tried: tuple[str, ...] = ()
    contact: Mapping[str, str] | None = field(default=None, repr=False)
    state: HandoffState = HandoffState.WAITING
    held_by: str | None = None
    answered_by: str | None = None
    due_at: datetime | None = None
    told_late_at: datetime | None = None


def add(connection: Connection, conversation: Conversation) -> None:
    values = asdict(conversation) | {"state": conversation.state.value}
    connection.execute(insert(faq_conversations).values(values))


def get(connection: Connection, community: str, conversation_id: str, *, lock: bool = False) -> Conversation:
    """Raises: NotFound."""
    mine = (faq_conversations.c.community == community) & (faq_conversations.c.id == conversation_id)
    query = select(faq_conversations).where(mine)
    row = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise NotFound("conversation_unknown", field="conversation_id")
    return _conversation(row)


def latest(
    connection: Connection, community: str, owner_hash: bytes, channel: str | None, since: datetime
) -> Conversation | None:
    """The owner's newest conversation of this channel in which something was written ``since``."""
    mine = (
        (faq_conversations.c.community == community)
        & (faq_conversations.c.owner_hash == owner_hash)
        & faq_conversations.c.channel.is_not_distinct_from(channel)
        & (faq_conversations.c.updated_at >= since)
    )
    query = select(faq_conversations).where(mine).order_by(faq_conversations.c.updated_at.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return _conversation(row) if row is not None else None


def set_state(connection: Connection, conversation: Conversation, state: ConversationState, now: datetime) -> None:
    query = update(faq_conversations).where(
        faq_conversations.c.community == conversation.community, faq_conversations.c.id == conversation.id
    )
    connection.execute(query.values(state=state.value, updated_at=now))


def add_turn(connection: Connection, turn: TurnRow) -> None:
    """Choices are kept among the citations: what the bot pointed to."""
    pointed = [*(dict(one) for one in turn.citations), *({_CHOICE: choice} for choice in turn.choices)]
    values = asdict(turn) | {"entry_ids": list(turn.entry_ids), "citations": pointed}
    del values["choices"]
    connection.execute(insert(faq_turns).values(values))


def turns(connection: Connection, conversation: Conversation, limit: int, after: str | None = None) -> list[TurnRow]:
    """The last ones, the oldest first; those after the id ``after`` only."""
    query = select(faq_turns).where(
        faq_turns.c.community == conversation.community, faq_turns.c.conversation_id == conversation.id
    )
    if after is not None:
        query = query.where(faq_turns.c.id > after)
    rows = connection.execute(query.order_by(faq_turns.c.created_at.desc(), faq_turns.c.id.desc()).limit(limit))
    return [_turn(row) for row in reversed(rows.mappings().all())]


def judge_turn(
    connection: Connection, conversation: Conversation, turn_id: str, thumb: int | None, correction: str | None
) -> TurnRow:
    """What its reader thought of an answer of the bot's. Raises: NotFound."""
    query = update(faq_turns).where(
        faq_turns.c.community == conversation.community,
        faq_turns.c.conversation_id == conversation.id,
        faq_turns.c.id == turn_id,
        faq_turns.c.author == "bot",
    )
    row = connection.execute(query.values(thumb=thumb, correction=correction).returning(faq_turns)).mappings()
    found = row.one_or_none()
    if found is None:
        raise NotFound("turn_unknown", field="turn_id")
    return _turn(found)


def unanswered(
    connection: Connection,
    community: str,
    since: datetime,
    limit: int,
    until: datetime | None = None,
    members: Sequence[str] | None = None,
) -> list[TurnRow]:
    """The bot's turns that did not help, the newest first: handed over, asked back, or judged wrong; up to ``until``, and in conversations
    of ``members``, where they are given."""
    unhelpful = faq_turns.c.outcome.in_(["handoff", "clarify"]) | (faq_turns.c.thumb == -1)
    query = select(faq_turns).where(faq_turns.c.community == community, faq_turns.c.created_at >= since, unhelpful)
    if until is not None:
        query = query.where(faq_turns.c.created_at < until)
    if members is not None:
        own = select(faq_conversations.c.id).where(
            faq_conversations.c.community == community,
            faq_conversations.c.member_id == any_(literal(list(members), ARRAY(Text))),
        )
        query = query.where(faq_turns.c.conversation_id.in_(own))
    rows = connection.execute(query.order_by(faq_turns.c.created_at.desc()).limit(limit)).mappings()
    return [_turn(row) for row in rows]


def add_handoff(connection: Connection, handoff: Handoff) -> None:
    values = asdict(handoff) | {"state": handoff.state.value, "tried": list(handoff.tried)}
    connection.execute(insert(faq_handoffs).values(values))


def open_handoff(connection: Connection, conversation: Conversation) -> Handoff | None:
    """The one that waits or is held, locked."""
    query = select(faq_handoffs).where(
        faq_handoffs.c.community == conversation.community,
        faq_handoffs.c.conversation_id == conversation.id,
        faq_handoffs.c.state.in_([HandoffState.WAITING.value, HandoffState.HELD.value]),
    )
    row = connection.execute(query.with_for_update()).mappings().one_or_none()
    return _handoff(row) if row is not None else None


def get_handoff(connection: Connection, community: str, handoff_id: str, *, lock: bool = False) -> Handoff:
    """Raises: NotFound."""
    query = select(faq_handoffs).where(faq_handoffs.c.community == community, faq_handoffs.c.id == handoff_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise NotFound("handoff_unknown", field="handoff")
    return _handoff(row)


def change_handoff(connection: Connection, handoff: Handoff, now: datetime, **changes: Any) -> Handoff:
    """As it is afterwards."""
    query = update(faq_handoffs).where(faq_handoffs.c.community == handoff.community, faq_handoffs.c.id == handoff.id)
    row = connection.execute(query.values(**changes, updated_at=now).returning(faq_handoffs)).mappings().one()
    return _handoff(row)


def hold_handoff(connection: Connection, community: str, handoff_id: str, actor: str, now: datetime) -> Handoff:
    """Raises: NotFound; Conflict, where somebody else has it or it is over."""
    found = get_handoff(connection, community, handoff_id, lock=True)
    if found.state is HandoffState.HELD and found.held_by == actor:
        return found
    if found.state is not HandoffState.WAITING:
        raise Conflict("case_taken", field="handoff", actor=found.held_by or found.answered_by)
    return change_handoff(connection, found, now, state=HandoffState.HELD.value, held_by=actor)


def page_handoffs(
    connection: Connection, community: str, state: HandoffState | None, cursor: str | None, limit: int
) -> Page[Handoff]:
    """The newest first."""
    query = select(faq_handoffs).where(faq_handoffs.c.community == community)
    if state is not None:
        query = query.where(faq_handoffs.c.state == state.value)
    rows, next_cursor = read_page(connection, query, faq_handoffs.c.created_at, faq_handoffs.c.id, cursor, limit)
    return Page(tuple(map(_handoff, rows)), next_cursor)


def late_handoffs(connection: Connection, now: datetime) -> list[Handoff]:
    """Those past their promised time of which nobody was told yet; marked as told. In a transaction of every community."""
    query = update(faq_handoffs).where(
        faq_handoffs.c.state == HandoffState.WAITING.value,
        faq_handoffs.c.due_at < now,
        faq_handoffs.c.told_late_at.is_(None),
    )
    return [
        _handoff(row) for row in connection.execute(query.values(told_late_at=now).returning(faq_handoffs)).mappings()
    ]


def _conversation(row: RowMapping) -> Conversation:
    values = {**dict(row), "state": ConversationState(row["state"]), "owner_hash": bytes(row["owner_hash"])}
    return Conversation(**values)


def _turn(row: RowMapping) -> TurnRow:
    pointed = row["citations"]
    lists = {
        "entry_ids": tuple(row["entry_ids"]),
        "citations": [one for one in pointed if _CHOICE not in one],
        "choices": tuple(one[_CHOICE] for one in pointed if _CHOICE in one),
    }
    return TurnRow(**{**dict(row), **lists})


def _handoff(row: RowMapping) -> Handoff:
    return Handoff(**{**dict(row), "state": HandoffState(row["state"]), "tried": tuple(row["tried"])})
