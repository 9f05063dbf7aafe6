"""How a questionnaire was answered."""

from __future__ import annotations

from typing import Any

from assistant.content.surveys import questions_of, tally
from assistant.errors import Conflict
from assistant.store import content_drafts, survey_answers
from assistant.types.survey import Tally
from assistant.usecases.assistant import Assistant


def survey_results(assistant: Assistant, community: str, draft_id: str) -> dict[str, Any]:
    """Each member counts once a question, by the latest answer; nobody is named. Blocks.

    Raises:
        NotFound: there is no such draft.
        Conflict: it is no questionnaire.
    """
    with assistant.database.transaction(community) as transaction:
        draft = content_drafts.get(transaction, community, draft_id)
        questions = questions_of(draft.suggestion.get("survey"))
        if not questions:
            raise Conflict("draft_no_survey", field="draft_id")
        names = [one.id for one in questions]
        answers, members = survey_answers.counted(transaction, community, draft.id, draft.created_at, names)
    return {
        "draft_id": draft.id,
        "state": draft.state.value,
        "members": members,
        "questions": [_render(one) for one in tally(questions, answers)],
    }


def _render(found: Tally) -> dict[str, Any]:
    """``share`` is of those who answered the question; where several may be chosen shares add up to more than 1."""
    counted = zip(found.question.options, found.counts, strict=True)
    return {
        "id": found.question.id,
        "ask": found.question.ask,
        "several": found.question.several,
        "answered": found.answered,
        "refused": found.refused,
        "options": [
            {"option": number, "text": text, "count": count, "share": round(count / max(1, found.answered), 4)}
            for number, (text, count) in enumerate(counted)
        ],
    }
