"""Whose a conversation is, and what was said in it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any

from sqlalchemy import Connection as Transaction

from assistant.errors import NotFound
from assistant.store import faq_conversations
from assistant.store.faq_conversations import Conversation, TurnRow
from assistant.types.faq import Turn
from assistant.usecases.assistant import Assistant
from assistant.usecases.identity import new_id

TURNS = 12
"""How many earlier turns a question may lean on."""
SHOWN_TURNS = 100


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a member whom the community's server vouches for, a browser by the token it was given, or a platform by the member's id
    there. ``token`` is shown once, to a browser that had none."""

    community: str
    member_id: str | None = None
    roles: frozenset[str] = frozenset()
    token: str | None = None
    connection_id: str | None = None
    channel: str | None = None

    @property
    def owner_hash(self) -> bytes:
        """Of a member wherever they ask from; else of the browser's token."""
        if self.member_id is not None:
            return hashlib.sha256(f"member/{self.connection_id or ''}/{self.member_id}".encode()).digest()
        return hashlib.sha256(f"token/{self.token}".encode()).digest()


def new_token() -> str:
    """128 random bits."""
    return secrets.token_urlsafe(16)


def open_conversation(
    transaction: Transaction, asker: Asker, conversation_id: str | None, language: str, now: datetime
) -> Conversation:
    """The asker's conversation, locked, or a new one.

    Raises:
        NotFound: there is no such conversation, or it is somebody else's.
    """
    if conversation_id is not None:
        return own_conversation(transaction, asker, conversation_id, lock=True)
    conversation = Conversation(
        id=f"cnv_{secrets.token_hex(16)}",
        community=asker.community,
        owner_hash=asker.owner_hash,
        language=language,
        created_at=now,
        updated_at=now,
        member_id=asker.member_id,
        connection_id=asker.connection_id,
        channel=asker.channel,
    )
    faq_conversations.add(transaction, conversation)
    return conversation


def own_conversation(
    transaction: Transaction, asker: Asker, conversation_id: str, *, lock: bool = False
) -> Conversation:
    """Raises: NotFound, also for somebody else's."""
    found = faq_conversations.get(transaction, asker.community, conversation_id, lock=lock)
    if not compare_digest(found.owner_hash, asker.owner_hash):
        raise NotFound("conversation_unknown", field="conversation_id")
    return found


def read_conversation(assistant: Assistant, asker: Asker, conversation_id: str, after: str | None) -> dict[str, Any]:
    """Who speaks now, and what was said, after the turn ``after`` only. Blocks on the database. Raises: NotFound."""
    with assistant.database.transaction(asker.community) as transaction:
        conversation = own_conversation(transaction, asker, conversation_id)
        rows = faq_conversations.turns(transaction, conversation, SHOWN_TURNS, after)
    return {
        "state": conversation.state.value,
        "turns": [
            {
                "id": row.id,
                "author": row.author,
                "text": row.text,
                "at": row.created_at.isoformat(),
                "outcome": row.outcome,
                "citations": list(row.citations),
                "choices": list(row.choices),
            }
            for row in rows
        ],
    }


def earlier_turns(rows: Sequence[TurnRow]) -> list[Turn]:
    return [Turn(row.text, row.author == "member") for row in rows]


def member_turn(conversation: Conversation, text: str, now: datetime) -> TurnRow:
    return TurnRow(
        id=new_id("trn"),
        community=conversation.community,
        conversation_id=conversation.id,
        created_at=now,
        author="member",
        text=text,
    )
