"""Labels that callers suggest."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from assistant.store import communities, feedback
from assistant.store.feedback import NewFeedback
from assistant.text import detect_language
from assistant.usecases.assistant import Assistant
from assistant.usecases.caller import Caller


async def suggest_scores(
    assistant: Assistant, caller: Caller, community: str | None, text: str, suggested: Mapping[str, float]
) -> None:
    """Keeps Perspective's ``suggestscore``: attribute to score in [0, 1]. The text is kept as long as a decision's.

    Raises:
        NotFound: there is no such community.
    """
    owner = caller.community_for(community)
    now = assistant.clock()
    days = assistant.settings.retention.text_days
    new = NewFeedback(
        community=owner,
        created_at=now,
        source="perspective.suggestscore",
        labels=dict(suggested),
        key_id=caller.key_id,
        language=detect_language(text).language,
        text=text if days else None,
        text_expires_at=now + timedelta(days=days) if days else None,
    )

    def write() -> None:
        with assistant.database.transaction(owner) as connection:
            communities.get(connection, owner)
            feedback.add(connection, new)

    await asyncio.to_thread(write)
