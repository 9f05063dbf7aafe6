"""Drafts and the calendar: edit, approve, publish, measure."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from assistant.types.content import DraftState
from assistant.usecases.content import calendar as calendar_usecase
from assistant.usecases.content import draft_shapes
from assistant.usecases.content import drafts as drafts_usecase
from assistant.usecases.content.people import Actor
from assistant.usecases.content.render import render_draft, render_entry
from assistant.usecases.content.surveys import survey_results
from assistant.usecases.request import AnyMoment, Name, Shape
from assistant.web.answers import json_answer
from assistant.web.body import parse, read_body
from assistant.web.openapi import body
from assistant.web.routes.connections import Community
from assistant.web.routes.content import ERRORS, MAX_SMALL_BYTES, SECURITY, PageQuery, operator
from assistant.web.site import Site

router = APIRouter(tags=["content"])
_DRAFT = {"kind": "poll", "title": "投個票", "body": "下次讀書會想讀哪一本？", "actor": "ming", "language": "zh-Hant"}
_EDIT = {"actor": "ming", "revision": 0, "title": "投個票：下次讀哪一本"}
_REVIEW = {"actor": "ling", "revision": 1, "approve": True}
_PLAN = {"draft_id": "drf_...", "actor": "ling"}
_NUMBERS = {"views": 420, "reactions": 31, "replies": 12}


class DraftQuery(PageQuery):
    state: DraftState | None = None


class CalendarQuery(PageQuery):
    since: AnyMoment | None = None
    until: AnyMoment | None = None


class CancelShape(Shape):
    actor: Actor


@router.post(
    "/v1/content/drafts",
    summary="Keep a draft: a suggested one, or one's own",
    status_code=201,
    responses={201: {"description": "The draft, screened."}, **ERRORS},
    openapi_extra={**body(draft_shapes.DraftRequest, {"poll": _DRAFT}), **SECURITY},
)
async def post_draft(request: Request, community: Community = None) -> Response:
    _, site, own = await operator(request, community)
    asked = parse(draft_shapes.DraftRequest, await read_body(request, MAX_SMALL_BYTES))
    return json_answer(render_draft(await drafts_usecase.make_draft(site.assistant, own, asked)), 201)


@router.get(
    "/v1/content/drafts",
    summary="Drafts, newest first",
    responses={200: {"description": "`drafts` and `next_cursor`."}, **ERRORS},
    openapi_extra=SECURITY,
)
async def get_drafts(request: Request, query: Annotated[DraftQuery, Query()]) -> Response:
    _, site, own = await operator(request, query.community)
    page = await asyncio.to_thread(
        drafts_usecase.list_drafts, site.assistant, own, query.state, query.cursor, query.limit
    )
    return json_answer({"drafts": [render_draft(one) for one in page.rows], "next_cursor": page.next_cursor})


@router.get(
    "/v1/content/drafts/{draft_id}",
    summary="One draft, with its edits and decisions",
    responses={200: {"description": "The draft and its `changes`."}, **ERRORS},
    openapi_extra=SECURITY,
)
async def get_draft(request: Request, draft_id: Name, community: Community = None) -> Response:
    _, site, own = await operator(request, community)
    draft, changes = await asyncio.to_thread(drafts_usecase.show_draft, site.assistant, own, draft_id)
    return json_answer(render_draft(draft, changes))


@router.patch(
    "/v1/content/drafts/{draft_id}",
    summary="Edit a draft; it is screened again",
    description="Its approvals fall, and what is planned leaves the calendar: `taken_out` is the place that it had there, or null.",
    responses={200: {"description": "The draft, and `taken_out`."}, **ERRORS},
    openapi_extra={**body(draft_shapes.EditRequest, {"title": _EDIT}), **SECURITY},
)
async def patch_draft(request: Request, draft_id: Name, community: Community = None) -> Response:
    _, site, own = await operator(request, community)
    asked = parse(draft_shapes.EditRequest, await read_body(request, MAX_SMALL_BYTES))
    draft, lost = await drafts_usecase.edit_draft(site.assistant, own, draft_id, asked)
    return json_answer(render_draft(draft) | {"taken_out": render_entry(lost) if lost else None})


@router.post(
    "/v1/content/drafts/{draft_id}/review",
    summary="Approve or reject; over a block, two people",
    description="`actor` is who the caller says is acting. A rejection takes every approval back, and what is planned out of the calendar: "
    "`taken_out` is the place that it had there, or null.",
    responses={
        200: {"description": "The draft, and `taken_out`; `needs_second` says that a second person has to agree."},
        **ERRORS,
    },
    openapi_extra={**body(draft_shapes.ReviewRequest, {"approve": _REVIEW}), **SECURITY},
)
async def post_review(request: Request, draft_id: Name, community: Community = None) -> Response:
    _, site, own = await operator(request, community)
    asked = parse(draft_shapes.ReviewRequest, await read_body(request, MAX_SMALL_BYTES))
    draft, lost = await drafts_usecase.review_draft(site.assistant, own, draft_id, asked)
    return json_answer(render_draft(draft) | {"taken_out": render_entry(lost) if lost else None})


@router.get(
    "/v1/content/drafts/{draft_id}/answers",
    summary="How a questionnaire was answered, by question",
    description="Members answer by events of the type `answer`: `item_id` is the draft, `properties` are `question` and `option`, the "
    "number of the option from 0 or a list of them. Each member's latest answer to a question counts; nobody is named.",
    responses={200: {"description": "`members`, and of each question its options with `count` and `share`."}, **ERRORS},
    openapi_extra=SECURITY,
)
async def get_answers(request: Request, draft_id: Name, community: Community = None) -> Response:
    _, site, own = await operator(request, community)
    return json_answer(await asyncio.to_thread(survey_results, site.assistant, own, draft_id))


@router.post(
    "/v1/content/calendar",
    summary="Plan an approved draft, at its best hour or a given one",
    description="Without `connection_id`, `page` is where a person copies it and gives the numbers; its address is shown this once.",
    status_code=201,
    responses={201: {"description": "The place in the calendar."}, **ERRORS},
    openapi_extra={**body(calendar_usecase.PlanRequest, {"by hand": _PLAN}), **SECURITY},
)
async def post_calendar(request: Request, community: Community = None) -> Response:
    _, site, own = await operator(request, community)
    asked = parse(calendar_usecase.PlanRequest, await read_body(request, MAX_SMALL_BYTES))
    entry, secret = await calendar_usecase.plan_screened(site.assistant, own, asked)
    page = f"{_address(site)}/posts/{secret}" if secret else None
    return json_answer(render_entry(entry) | {"page": page}, 201)


@router.get(
    "/v1/content/calendar",
    summary="What is planned and what went out, the latest first",
    responses={200: {"description": "`entries` and `next_cursor`."}, **ERRORS},
    openapi_extra=SECURITY,
)
async def get_calendar(request: Request, query: Annotated[CalendarQuery, Query()]) -> Response:
    _, site, own = await operator(request, query.community)
    page = await asyncio.to_thread(
        calendar_usecase.list_calendar, site.assistant, own, query.since, query.until, query.cursor, query.limit
    )
    return json_answer({"entries": [render_entry(one) for one in page.rows], "next_cursor": page.next_cursor})


@router.post(
    "/v1/content/calendar/{entry_id}/cancel",
    summary="Call off what is planned",
    responses={200: {"description": "The place in the calendar."}, **ERRORS},
    openapi_extra={**body(CancelShape, {"cancel": {"actor": "ling"}}), **SECURITY},
)
async def post_cancel(request: Request, entry_id: Name, community: Community = None) -> Response:
    _, site, own = await operator(request, community)
    asked = parse(CancelShape, await read_body(request, MAX_SMALL_BYTES))
    entry = await asyncio.to_thread(calendar_usecase.cancel, site.assistant, own, entry_id, asked.actor)
    return json_answer(render_entry(entry))


@router.put(
    "/v1/content/calendar/{entry_id}/numbers",
    summary="What a post brought",
    responses={200: {"description": "The place in the calendar."}, **ERRORS},
    openapi_extra={**body(calendar_usecase.NumbersRequest, {"numbers": _NUMBERS}), **SECURITY},
)
async def put_numbers(request: Request, entry_id: Name, community: Community = None) -> Response:
    _, site, own = await operator(request, community)
    asked = parse(calendar_usecase.NumbersRequest, await read_body(request, MAX_SMALL_BYTES))
    given: dict[str, Any] = asked.given()
    entry = await asyncio.to_thread(calendar_usecase.put_numbers, site.assistant, own, entry_id, given)
    return json_answer(render_entry(entry))


def _address(site: Site) -> str:
    return (site.assistant.settings.public_url or "").rstrip("/")
