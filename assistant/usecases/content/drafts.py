"""Drafts: kept, edited with their diff, approved or rejected; over a block only by two people."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from assistant.content.drafting import blanks
from assistant.content.learning import changes as diff_of
from assistant.content.plans import plan_parts
from assistant.errors import Conflict, InvalidInput
from assistant.store import content_drafts
from assistant.store.content_drafts import Change
from assistant.store.paging import Page
from assistant.types.content import Draft, DraftState, Entry, Kind
from assistant.usecases.assistant import Assistant
from assistant.usecases.content.draft_shapes import DraftRequest, EditRequest, ReviewRequest, SurveyShape
from assistant.usecases.content.people import same_person
from assistant.usecases.content.render import blanks_of, screened_parts
from assistant.usecases.content.saving import save_draft
from assistant.usecases.content.screening import screen_draft
from assistant.usecases.content.settings import get_settings
from assistant.usecases.identity import new_id


async def make_draft(assistant: Assistant, community: str, asked: DraftRequest) -> Draft:
    """Raises: NotFound, InvalidInput."""
    settings = await asyncio.to_thread(get_settings, assistant.database, community)
    language = asked.language or settings.language
    jurisdictions = settings.jurisdictions if asked.jurisdictions is None else asked.jurisdictions
    category = asked.category or settings.category
    survey = _survey(asked.kind, asked.survey)
    suggestion = {
        "id": asked.suggestion_id,
        "why": asked.why,
        "subject": asked.subject,
        "plan": asked.plan.model_dump() if asked.plan else None,
        **({"survey": survey} if survey else {}),
    }
    text = f"{asked.title}\n{asked.body}"
    screening = await screen_draft(
        assistant, community, text, screened_parts(suggestion), jurisdictions, category.value
    )
    now = assistant.clock()
    draft = Draft(
        id=new_id("drf"),
        community=community,
        kind=asked.kind,
        title=asked.title,
        body=asked.body,
        language=language,
        jurisdictions=tuple(one.value for one in jurisdictions),
        category=category.value,
        machine=asked.machine,
        state=DraftState.PROPOSED,
        screening=screening,
        suggestion=suggestion,
        origin=asked.origin.model_dump(exclude_defaults=True) if asked.origin else {},
        original=text,
        revision=0,
        created_by=asked.actor,
        created_at=now,
        updated_at=now,
    )
    await asyncio.to_thread(_add, assistant, draft)
    return draft


async def edit_draft(
    assistant: Assistant, community: str, draft_id: str, asked: EditRequest
) -> tuple[Draft, Entry | None]:
    """Screened anew; approvals of what it was before fall, and so does its place in the calendar, which is given back.

    Raises:
        NotFound: there is no such draft.
        Conflict: it was published or changed, or is being posted right now.
        InvalidInput: a questionnaire is not as it has to be.
    """
    draft = await asyncio.to_thread(_get, assistant, community, draft_id)
    if draft.state is DraftState.PUBLISHED:
        raise Conflict("draft_published", field="draft")
    before = f"{draft.title}\n{draft.body}"
    suggestion = dict(draft.suggestion)
    if asked.plan:
        suggestion["plan"] = asked.plan.model_dump()
    if asked.survey:
        suggestion["survey"] = _survey(draft.kind, asked.survey)
    changed = replace(
        draft,
        title=asked.title or draft.title,
        body=asked.body or draft.body,
        suggestion=suggestion,
        state=DraftState.PROPOSED,
        approved_by=None,
        seconded_by=None,
        reason=None,
        updated_at=assistant.clock(),
    )
    after = f"{changed.title}\n{changed.body}"
    parts = screened_parts(suggestion)
    screening = await screen_draft(assistant, community, after, parts, draft.jurisdictions, draft.category)
    changed = replace(changed, screening=screening)
    lines = diff_of(before, after)
    return await asyncio.to_thread(
        save_draft, assistant, changed, asked.revision, asked.actor, "edited", lines, asked.note
    )


async def review_draft(
    assistant: Assistant, community: str, draft_id: str, asked: ReviewRequest
) -> tuple[Draft, Entry | None]:
    """A rejection takes every approval back, and the draft out of the calendar; the place that it had there is given back.

    Raises:
        NotFound: there is no such draft.
        Conflict: it was published or changed, or is being posted right now.
        InvalidInput: blanks are left, a reason is missing, or a block stands against it.
    """
    draft = await asyncio.to_thread(_get, assistant, community, draft_id)
    if draft.state is DraftState.PUBLISHED:
        raise Conflict("draft_published", field="draft")
    if not asked.approve:
        if not asked.reason.strip():
            raise InvalidInput("reason_missing", field="reason", limit=1)
        rejected = replace(
            draft,
            state=DraftState.REJECTED,
            approved_by=None,
            seconded_by=None,
            reason=asked.reason,
            updated_at=assistant.clock(),
        )
        return await asyncio.to_thread(
            save_draft, assistant, rejected, asked.revision, asked.actor, "rejected", (), asked.reason
        )
    if left := blanks_of(draft):
        beside = "plan" if blanks("\n".join(plan_parts(draft.suggestion.get("plan")).values())) else "survey"
        field = "body" if blanks(f"{draft.title}\n{draft.body}") else beside
        raise InvalidInput("draft_blanks", field=field, blank=left[0])
    approved, action = _approved(draft, asked)
    approved = replace(approved, updated_at=assistant.clock())
    return await asyncio.to_thread(
        save_draft, assistant, approved, asked.revision, asked.actor, action, (), asked.reason
    )


def list_drafts(
    assistant: Assistant, community: str, state: DraftState | None, cursor: str | None, limit: int
) -> Page[Draft]:
    with assistant.database.transaction(community) as transaction:
        return content_drafts.page(transaction, community, state, cursor, limit)


def show_draft(assistant: Assistant, community: str, draft_id: str) -> tuple[Draft, list[Change]]:
    """Raises: NotFound."""
    with assistant.database.transaction(community) as transaction:
        draft = content_drafts.get(transaction, community, draft_id)
        return draft, content_drafts.changes(transaction, community, draft_id)


def _survey(kind: Kind, asked: SurveyShape | None) -> dict[str, Any] | None:
    """Raises: InvalidInput, where a questionnaire has no questions, two of one id, or another kind has any."""
    if (asked is None) != (kind is not Kind.SURVEY):
        raise InvalidInput(field="survey", problem="belongs to the kind survey, and only to it")
    if asked is not None and len({one.id for one in asked.questions}) < len(asked.questions):
        raise InvalidInput(field="survey.questions", problem="has two questions of one id")
    return asked.model_dump(mode="json") if asked is not None else None


def _approved(draft: Draft, asked: ReviewRequest) -> tuple[Draft, str]:
    if not draft.screening.blocked:
        return replace(draft, state=DraftState.APPROVED, approved_by=asked.actor, reason=None), "approved"
    if not asked.over_block or not asked.reason.strip():
        raise InvalidInput("draft_blocked", field="over_block")
    if draft.approved_by is None:
        return replace(draft, state=DraftState.PROPOSED, approved_by=asked.actor), "approved_first"
    if same_person(draft.approved_by, asked.actor):
        raise InvalidInput("draft_second", field="actor", first=draft.approved_by)
    return replace(draft, state=DraftState.APPROVED, seconded_by=asked.actor, reason=asked.reason), "approved_second"


def _add(assistant: Assistant, draft: Draft) -> None:
    with assistant.database.transaction(draft.community) as transaction:
        content_drafts.add(transaction, draft)
        content_drafts.note(transaction, draft, new_id("chg"), draft.created_at, draft.created_by, "made")


def _get(assistant: Assistant, community: str, draft_id: str) -> Draft:
    with assistant.database.transaction(community) as transaction:
        return content_drafts.get(transaction, community, draft_id)
