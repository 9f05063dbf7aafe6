"""What members thought of answers, what they asked that nothing answers, and how the entries do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from assistant.errors import InvalidInput, TooLarge
from assistant.faq.asked_in import written_in
from assistant.faq.unanswered import MAX_QUESTIONS, Asked, propose
from assistant.store import communities, faq_conversations, faq_insight
from assistant.usecases.assistant import Assistant
from assistant.usecases.faq.conversation import Asker, own_conversation
from assistant.usecases.faq.settings import settings_in
from assistant.usecases.harm import harmful

MAX_CORRECTION_CHARS = 2_000
MAX_DAYS = 365
_GAPS = frozenset({"floor", "gap", "clear"})
"""Why the bot did not help: it knew nothing near enough, or two things, or what it knew was judged wrong."""
_UNKNOWN = "unknown"
"""The language of questions that are in none of ours."""
_OLD = timedelta(days=180)
_RECENT = timedelta(days=30)


def judge_answer(
    assistant: Assistant, asker: Asker, conversation_id: str, turn_id: str, thumb: int, correction: str | None
) -> None:
    """Blocks on the database. Raises: NotFound, InvalidInput."""
    if thumb not in {1, -1}:
        raise InvalidInput(field="thumb", problem="must be 1 or -1")
    if correction is not None and len(correction) > MAX_CORRECTION_CHARS:
        raise TooLarge(field="correction", limit=MAX_CORRECTION_CHARS)
    with assistant.database.transaction(asker.community) as transaction:
        conversation = own_conversation(transaction, asker, conversation_id)
        faq_conversations.judge_turn(transaction, conversation, turn_id, thumb, correction or None)


def gaps(assistant: Assistant, community: str, days: int, limit: int) -> list[dict[str, Any]]:
    """What is asked and not answered, alike questions together, the most pressing first: each a proposal for an entry. Questions in which
    the risk screen sees harm are for people, who have them among the handoffs, and are none. Blocks on the database and the models."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        rows = faq_conversations.unanswered(transaction, community, now - timedelta(days=days), MAX_QUESTIONS)
        usual = communities.get(transaction, community).default_language
    asked = [
        Asked(row.id, question, written_in(question, usual) or _UNKNOWN, row.created_at, row.conversation_id)
        for row in rows
        if row.because in _GAPS and (question := (row.question or row.text).strip())
    ]
    harm = harmful(assistant, community, [one.question for one in asked])
    asked = [one for one, found in zip(asked, harm, strict=True) if not found]
    if not asked:
        return []
    proposals = propose(asked, assistant.embedder.encode([one.question for one in asked]), now)
    return [
        {
            "question": one.name,
            "language": one.language,
            "terms": list(one.terms),
            "alternatives": list(one.others),
            "askers": one.askers,
            "weight": round(one.weight, 3),
            "first_at": one.first.isoformat(),
            "last_at": one.last.isoformat(),
        }
        for one in proposals[:limit]
    ]


def entry_report(assistant: Assistant, community: str, days: int, limit: int) -> list[dict[str, Any]]:
    """Each entry: asked, solved, thumbs, and whether it is outdated. Blocks on the database."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        rows = faq_insight.report(transaction, community, now - timedelta(days=days), limit)
    return [
        {
            "entry_id": row.id,
            "question": row.question or row.title,
            "asked": row.asked,
            "solved": row.solved,
            "helpful": row.up,
            "unhelpful": row.down,
            "outdated": row.updated_at < now - _OLD or (row.valid_to is not None and row.valid_to <= now),
        }
        for row in rows
    ]


def top_questions(assistant: Assistant, community: str, language: str) -> list[str]:
    """For the chips of the widget; in the reader's script where there are any, else in the other. Blocks on the database."""
    now = assistant.clock()
    chinese = (
        ["zh-Hant", "zh-Hant-HK", "zh-Hans"] if language.startswith("zh-Hant") else ["zh-Hans", "zh-Hant", "zh-Hant-HK"]
    )
    wanted = [["en"]] if language == "en" else [chinese[:2] if language.startswith("zh-Hant") else chinese[:1], chinese]
    with assistant.database.transaction(community) as transaction:
        limit = settings_in(transaction, community).chips
        for languages in [*wanted, ["en", *chinese]]:
            found = faq_insight.top_questions(transaction, community, languages, now - _RECENT, now, limit)
            if found:
                return found
    return []
