"""A row in each of the FAQ bot's tables, for tests that need one."""

from __future__ import annotations

import secrets

import numpy as np
from sqlalchemy import Connection, text

from assistant.store import faq_conversations, faq_entries, faq_settings
from assistant.store.faq_conversations import Conversation, Handoff, TurnRow
from assistant.types.faq import Entry
from tests.integration.store.making import NOW

MODEL = "tiny@1"


def entry(entry_id: str = "e1", **more) -> Entry:
    return Entry(**{"id": entry_id, "language": "zh-Hant", "question": "怎麼退貨？", "answer": "七天內可退。", **more})


def vectors(*entries: Entry, dimensions: int = 4) -> dict[str, np.ndarray]:
    """A question and a passage each."""
    return {one.id: np.eye(2, dimensions, dtype=np.float32) for one in entries}


def fill(connection: Connection, community: str) -> None:
    token = secrets.token_hex(6)
    faq_settings.save(connection, community, {}, NOW)
    faq_entries.put(connection, community, [entry()], {"e1": np.eye(1, 4, dtype=np.float32)}, MODEL, by="test", now=NOW)
    values = {"community": community, "id": token, "now": NOW}
    for statement in (
        "INSERT INTO faq_documents VALUES (:id, :community, 'a.md', 'A', 'en', '\\x00', 1, '[]', :now, :now)",
        "INSERT INTO faq_jobs VALUES (:id, :community, 'import', 'done', 1, 1, 0, 1, '{}', NULL, :now, :now, :now)",
        "INSERT INTO faq_job_items VALUES (:id, :community, 0, 'a.md', NULL, 'done', NULL, 1)",
    ):
        connection.execute(text(statement), values)
    conversation = Conversation(
        id=f"cnv_{token}", community=community, owner_hash=b"x" * 32, language="en", created_at=NOW, updated_at=NOW
    )
    faq_conversations.add(connection, conversation)
    turn = TurnRow(
        id=f"trn_{token}",
        community=community,
        conversation_id=conversation.id,
        created_at=NOW,
        author="member",
        text="hi",
    )
    faq_conversations.add_turn(connection, turn)
    handoff = Handoff(
        id=f"hnd_{token}",
        community=community,
        conversation_id=conversation.id,
        question="hi",
        because="floor",
        created_at=NOW,
        updated_at=NOW,
    )
    faq_conversations.add_handoff(connection, handoff)
