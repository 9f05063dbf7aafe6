"""Questions that the bot had no answer to, as it keeps them."""

from __future__ import annotations

from datetime import datetime

from assistant.store import faq_conversations
from assistant.store.database import Database
from assistant.store.faq_conversations import Conversation, TurnRow


def asked(database: Database, community: str, member: str, question: str, at: datetime) -> None:
    conversation = Conversation(
        id=f"cnv_{member}_{at.timestamp():.0f}_{community}",
        community=community,
        owner_hash=member.encode(),
        language="zh-Hant",
        created_at=at,
        updated_at=at,
        member_id=member,
    )
    turn = TurnRow(
        id=f"trn_{conversation.id}",
        community=community,
        conversation_id=conversation.id,
        created_at=at,
        author="bot",
        text="不知道",
        outcome="handoff",
        because="floor",
        question=question,
    )
    with database.transaction(community) as transaction:
        faq_conversations.add(transaction, conversation)
        faq_conversations.add_turn(transaction, turn)
