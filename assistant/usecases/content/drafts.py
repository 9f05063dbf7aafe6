"""Drafts: kept, edited with their diff, approved or rejected; over a block only by two people."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from assistant.content.drafting import blanks
from assistant.content.learning import changes as diff_of
from assistant.errors import Conflict, InvalidInput
from assistant.store import audit, content_drafts
from assistant.store.content_drafts import Change
from assistant.store.paging import Page
from assistant.types import Category, Jurisdiction
from assistant.types.content import Draft, DraftState, Kind
from assistant.usecases.assistant import Assistant
from assistant.usecases.content.render import rewards_of
from assistant.usecases.content.screening import screen_draft
from assistant.usecases.content.settings import get_settings
from assistant.usecases.identity import new_id
from assistant.usecases.request import Name, Shape, Text
from assistant.words import LANGUAGES

MAX_TITLE, MAX_BODY = 200, 5_000
_Lines = Annotated[tuple[Text, ...], Field(max_length=30)]


class PlanShape(Shape):
    """An activity's plan; all of it may be edited."""

    goal: Text = Field("", max_length=500)
    form: Text = Field("", max_length=500)
    place: Text = Field("", max_length=500)
    begins: Text = Field("", max_length=40)
    ends: Text = Field("", max_length=40)
    rules: _Lines = ()
    rewards: _Lines = ()
    budget: float = Field(0.0, ge=0, le=1e12)
    staff: _Lines = ()
    sign_up: Text = Field("", max_length=500)
    check_in: Text = Field("", max_length=500)
    follow_up: _Lines = ()


class OriginShape(Shape):
    """Where a suggested text came from, as the suggestion had it."""

    generator: Text = Field("", max_length=100)
    model: Text = Field("", max_length=200)
    prompt: Text = Field("", max_length=100)
    version: int = Field(0, ge=0, le=1_000_000)
    digest: Text = Field("", max_length=64)
    prompt_tokens: int = Field(0, ge=0, le=1_000_000_000)
    completion_tokens: int = Field(0, ge=0, le=1_000_000_000)
    cost: float = Field(0.0, ge=0, le=1e9)
    currency: Text = Field("", max_length=10)


class DraftRequest(Shape):
    """A draft of an operator's own, or one that was suggested, as it came (``suggestion_id``, ``machine``, ``origin``)."""

    kind: Kind
    title: Text = Field(min_length=1, max_length=MAX_TITLE)
    body: Text = Field(min_length=1, max_length=MAX_BODY)
    actor: Name
    language: str | None = Field(None, max_length=20)
    jurisdictions: Annotated[tuple[Jurisdiction, ...], Field(max_length=len(Jurisdiction))] | None = None
    category: Category | None = None
    machine: bool = False
    suggestion_id: Name | None = None
    why: Text = Field("", max_length=1_000)
    origin: OriginShape | None = None
    plan: PlanShape | None = None


class EditRequest(Shape):
    """``revision`` is the one that was read: an edit of an older one is refused."""

    actor: Name
    revision: int = Field(ge=0, le=1_000_000)
    title: Text | None = Field(None, min_length=1, max_length=MAX_TITLE)
    body: Text | None = Field(None, min_length=1, max_length=MAX_BODY)
    plan: PlanShape | None = None
    note: Text = Field("", max_length=500)


class ReviewRequest(Shape):
    """``over_block`` says that the findings were read and the draft shall go out all the same: the first person's is kept, a second
    person's approves it. A rejection needs a reason."""

    actor: Name
    revision: int = Field(ge=0, le=1_000_000)
    approve: bool
    reason: Text = Field("", max_length=500)
    over_block: bool = False


async def make_draft(assistant: Assistant, community: str, asked: DraftRequest) -> Draft:
    """Raises: NotFound, InvalidInput."""
    settings = await asyncio.to_thread(get_settings, assistant.database, community)
    language = asked.language or settings.language
    if language not in LANGUAGES:
        raise InvalidInput(field="language", limit=", ".join(LANGUAGES), problem="is not one of these")
    jurisdictions = settings.jurisdictions if asked.jurisdictions is None else asked.jurisdictions
    category = asked.category or settings.category
    plan = asked.plan.model_dump() if asked.plan else None
    screening = await screen_draft(
        assistant, community, f"{asked.title}\n{asked.body}", rewards_of(plan or {}), jurisdictions, category.value
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
        suggestion={"id": asked.suggestion_id, "why": asked.why, "plan": plan},
        origin=asked.origin.model_dump(exclude_defaults=True) if asked.origin else {},
        original=f"{asked.title}\n{asked.body}",
        revision=0,
        created_by=asked.actor,
        created_at=now,
        updated_at=now,
    )
    await asyncio.to_thread(_add, assistant, draft)
    return draft


async def edit_draft(assistant: Assistant, community: str, draft_id: str, asked: EditRequest) -> Draft:
    """Screened anew; approvals of what it was before fall. Raises: NotFound, Conflict."""
    draft = await asyncio.to_thread(_get, assistant, community, draft_id)
    if draft.state is DraftState.PUBLISHED:
        raise Conflict("draft_published", field="draft")
    before = f"{draft.title}\n{draft.body}"
    plan = asked.plan.model_dump() if asked.plan else draft.suggestion.get("plan")
    changed = replace(
        draft,
        title=asked.title or draft.title,
        body=asked.body or draft.body,
        suggestion={**draft.suggestion, "plan": plan},
        state=DraftState.PROPOSED,
        approved_by=None,
        seconded_by=None,
        reason=None,
        updated_at=assistant.clock(),
    )
    after = f"{changed.title}\n{changed.body}"
    parts = rewards_of(plan or {})
    screening = await screen_draft(assistant, community, after, parts, draft.jurisdictions, draft.category)
    changed = replace(changed, screening=screening)
    lines = diff_of(before, after)
    return await asyncio.to_thread(_save, assistant, changed, asked.revision, asked.actor, "edited", lines, asked.note)


async def review_draft(assistant: Assistant, community: str, draft_id: str, asked: ReviewRequest) -> Draft:
    """Raises: NotFound; Conflict, where it was published or changed; InvalidInput, where blanks are left, a reason is missing, or a block
    stands against it."""
    draft = await asyncio.to_thread(_get, assistant, community, draft_id)
    if draft.state is DraftState.PUBLISHED:
        raise Conflict("draft_published", field="draft")
    if not asked.approve:
        if not asked.reason.strip():
            raise InvalidInput("reason_missing", field="reason", limit=1)
        rejected = replace(draft, state=DraftState.REJECTED, reason=asked.reason, updated_at=assistant.clock())
        return await asyncio.to_thread(
            _save, assistant, rejected, asked.revision, asked.actor, "rejected", (), asked.reason
        )
    if left := blanks(f"{draft.title}\n{draft.body}"):
        raise InvalidInput("draft_blanks", field="body", blank=left[0])
    approved, action = _approved(draft, asked)
    approved = replace(approved, updated_at=assistant.clock())
    return await asyncio.to_thread(_save, assistant, approved, asked.revision, asked.actor, action, (), asked.reason)


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


def _approved(draft: Draft, asked: ReviewRequest) -> tuple[Draft, str]:
    if not draft.screening.blocked:
        return replace(draft, state=DraftState.APPROVED, approved_by=asked.actor, reason=None), "approved"
    if not asked.over_block or not asked.reason.strip():
        raise InvalidInput("draft_blocked", field="over_block")
    if draft.approved_by is None:
        return replace(draft, state=DraftState.PROPOSED, approved_by=asked.actor), "approved_first"
    if draft.approved_by == asked.actor:
        raise InvalidInput("draft_second", field="actor")
    return replace(draft, state=DraftState.APPROVED, seconded_by=asked.actor, reason=asked.reason), "approved_second"


def _add(assistant: Assistant, draft: Draft) -> None:
    with assistant.database.transaction(draft.community) as transaction:
        content_drafts.add(transaction, draft)
        content_drafts.note(transaction, draft, new_id("chg"), draft.created_at, draft.created_by, "made")


def _get(assistant: Assistant, community: str, draft_id: str) -> Draft:
    with assistant.database.transaction(community) as transaction:
        return content_drafts.get(transaction, community, draft_id)


def _save(assistant: Assistant, draft: Draft, revision: int, actor: str, action: str, lines: Any, note: str) -> Draft:
    now = assistant.clock()
    with assistant.database.transaction(draft.community) as transaction:
        saved = content_drafts.save(transaction, draft, revision)
        content_drafts.note(transaction, saved, new_id("chg"), now, actor, action, tuple(lines), note)
        audit.write(
            transaction, draft.community, now, actor=actor, action=f"content.{action}", subject=draft.id, reason=note
        )
    return saved
