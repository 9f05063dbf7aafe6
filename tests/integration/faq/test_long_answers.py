"""A person's answer reaches the member whole, or is not taken."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import pytest

from assistant.store import faq_conversations
from assistant.store.faq_conversations import Conversation, Handoff
from tests.integration.faq.conftest import Faq

SECRETS = {"token": "t" * 60, "public_key": "0" * 64}


def waiting(faq: Faq, connection_id: str | None) -> str:
    now, name = datetime.now(UTC), secrets.token_hex(8)
    conversation = Conversation(
        id=f"cnv_{name}",
        community=faq.community,
        owner_hash=b"m1",
        language="zh-Hant",
        created_at=now,
        updated_at=now,
        member_id="4711",
        connection_id=connection_id,
    )
    handoff = Handoff(
        id=f"hnd_{name}",
        community=faq.community,
        conversation_id=conversation.id,
        question="怎麼搭帳篷？",
        because="floor",
        urgent=False,
        tried=(),
        due_at=None,
        created_at=now,
        updated_at=now,
    )
    with faq.service.assistant.database.transaction(faq.community) as transaction:
        faq_conversations.add(transaction, conversation)
        faq_conversations.add_handoff(transaction, handoff)
    return handoff.id


@pytest.mark.parametrize("answer", ["先鋪地布。" * 401, "First the groundsheet. " * 100, "🏕️" * 1_001])
def test_an_answer_that_the_platform_would_cut_is_refused(faq: Faq, answer: str) -> None:
    made = faq.service.connect(faq.community, "discord", SECRETS, settings={"guild_id": "1"}, dry_run=True)
    path = f"/v1/faq/handoffs/{waiting(faq, made.row.id)}/answer"
    refused = faq.operator.post(path, json={"actor": "ming", "answer": answer})
    assert (refused.status_code, refused.json()["field"], refused.json()["limit"]) == (413, "answer", 2_000)
    assert faq.operator.post(path, json={"actor": "ming", "answer": answer[:2_000]}).json()["state"] == "answered"
    elsewhere = f"/v1/faq/handoffs/{waiting(faq, None)}/answer"
    assert faq.operator.post(elsewhere, json={"actor": "ming", "answer": answer}).json()["state"] == "answered"
