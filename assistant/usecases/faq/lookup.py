"""The shop's own system answers about a member's own order, refund or points: a signed question, an answer in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

from assistant.errors import AssistantError
from assistant.platforms import standard_webhooks
from assistant.types.faq_settings import FaqSettings
from assistant.usecases.assistant import Assistant
from assistant.usecases.identity import new_id

log = structlog.get_logger()

TIMEOUT_S = 5.0
MAX_ANSWER_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What the shop says. ``source`` is what it calls the place it looked at."""

    answer: str
    source: str = ""


async def look_up(
    assistant: Assistant, settings: FaqSettings, *, member_id: str, question: str, language: str
) -> LookedUp | None:
    """``None`` where the shop has no answer, does not answer in time, or answers nonsense: then a person is asked."""
    held = assistant.registry.get(settings.lookup_connection or "")
    if held is None or settings.lookup_url is None:
        return None
    data = {"member_id": member_id, "question": question, "language": language}
    now = datetime.now(UTC)
    body = orjson.dumps({"type": "faq.lookup", "timestamp": now.isoformat(), "data": data})
    try:
        headers = standard_webhooks.signed_headers(held.connection, new_id("lkp"), now, body)
        answer = await assistant.outgoing.request(
            "POST", settings.lookup_url, content=body, headers=headers, timeout_s=TIMEOUT_S
        )
        return _read(answer.json()) if answer.status == 200 else None
    except AssistantError as error:
        log.warning("a look-up was not answered", connection=held.connection.id, error=type(error).__name__)
        return None


def _read(document: Any) -> LookedUp | None:
    if not isinstance(document, dict):
        return None
    answer, source = document.get("answer"), document.get("source", "")
    if not isinstance(answer, str) or not isinstance(source, str):
        return None
    text = answer.replace("\0", "").strip()
    return LookedUp(text, source[:200].replace("\0", "")) if 1 <= len(text) <= MAX_ANSWER_CHARS else None
