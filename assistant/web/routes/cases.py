"""What waits for a person, and what a person takes back."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from assistant.errors import InvalidInput
from assistant.types import Case, CaseKind, CaseState, Resolution
from assistant.usecases import cases as usecase
from assistant.usecases.caller import Caller
from assistant.usecases.overturn import overturn_decision
from assistant.usecases.request import Cursor, Name, Shape, Text
from assistant.usecases.trail import read_trail
from assistant.web.answers import json_answer
from assistant.web.auth import operator_of
from assistant.web.body import parse, read_body
from assistant.web.openapi import body, errors
from assistant.web.routes.connections import Community

MAX_BODY_BYTES = 50_000
MAX_NOTE_CHARS = 2_000

router = APIRouter(tags=["cases"])
_SECURITY: dict[str, Any] = {"security": [{"key": []}]}
_ERRORS = errors(400, 401, 403, 404, 409, 413, 415, 429, 503)


class CaseQuery(BaseModel):
    """``order=urgent`` lists what waits as it is to be looked at: urgent first, then the oldest, without pages."""

    model_config = ConfigDict(extra="forbid")

    state: CaseState | None = None
    kind: CaseKind | None = None
    order: Literal["newest", "urgent"] = "newest"
    community: Name | None = Field(None, description="Only for a key that belongs to no community.")
    cursor: Cursor | None = Field(None, description="`next_cursor` of the page before.")
    limit: int = Field(50, ge=1, le=200)


class ClaimShape(Shape):
    actor: Name


class ResolveShape(Shape):
    """``approve``: nothing is wrong, or what was done is taken back. ``remove``: it goes, with the strike it brings. ``undo``: the last
    resolution is taken back."""

    resolution: Resolution
    actor: Name
    note: Text | None = Field(None, max_length=MAX_NOTE_CHARS)


class OverturnShape(Shape):
    reason: Text = Field(min_length=1, max_length=MAX_NOTE_CHARS)
    actor: Name


class AuditQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    subject: Name | None = Field(None, description="The id of a decision, case or connection.")
    community: Name | None = Field(None, description="Only for a key that belongs to no community.")
    before: int | None = Field(None, ge=1, le=2**62, description="`next_before` of the page before.")
    limit: int = Field(50, ge=1, le=200)


@router.get(
    "/v1/cases",
    summary="What waits for a person",
    responses={200: {"description": "`cases` and `next_cursor`."}, **errors(400, 401, 403, 404, 429, 503)},
    openapi_extra=_SECURITY,
)
async def get_cases(request: Request, query: Annotated[CaseQuery, Query()]) -> Response:
    _, site, own = await operator_of(request, query.community)
    if query.order == "urgent":
        if query.cursor is not None:
            raise InvalidInput(field="cursor", problem="means nothing with order=urgent, which has no pages")
        waiting = await asyncio.to_thread(
            usecase.waiting_cases, site.assistant, own, query.limit, query.state, query.kind
        )
        return json_answer({"cases": [render_case(case) for case in waiting], "next_cursor": None})
    page = await asyncio.to_thread(
        usecase.list_cases,
        site.assistant,
        own,
        state=query.state,
        kind=query.kind,
        cursor=query.cursor,
        limit=query.limit,
    )
    return json_answer({"cases": [render_case(case) for case in page.rows], "next_cursor": page.next_cursor})


@router.post(
    "/v1/cases/{case_id}/claim",
    summary="Take a case on",
    responses={200: {"description": "The case."}, **_ERRORS},
    openapi_extra={**body(ClaimShape, {"claim": {"actor": "ming"}}), **_SECURITY},
)
async def post_claim(request: Request, case_id: Name, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    asked = parse(ClaimShape, await read_body(request, MAX_BODY_BYTES))
    case = await asyncio.to_thread(usecase.claim_case, site.assistant, own, case_id, _actor(caller, asked.actor))
    return json_answer(render_case(case))


@router.post(
    "/v1/cases/{case_id}/resolve",
    summary="Approve, remove, or take the last resolution back",
    responses={200: {"description": "The case."}, **_ERRORS},
    openapi_extra={**body(ResolveShape, {"remove": {"resolution": "remove", "actor": "ming"}}), **_SECURITY},
)
async def post_resolve(request: Request, case_id: Name, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    asked = parse(ResolveShape, await read_body(request, MAX_BODY_BYTES))
    case = await asyncio.to_thread(
        usecase.resolve_case,
        site.assistant,
        own,
        case_id,
        asked.resolution,
        actor=_actor(caller, asked.actor),
        note=asked.note,
    )
    return json_answer(render_case(case))


@router.post(
    "/v1/decisions/{decision_id}/overturn",
    summary="Take a decision back, with its strike and its penalty",
    responses={200: {"description": "What was taken back."}, **_ERRORS},
    openapi_extra={**body(OverturnShape, {"mistake": {"reason": "a quotation", "actor": "ming"}}), **_SECURITY},
)
async def post_overturn(request: Request, decision_id: Name, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    asked = parse(OverturnShape, await read_body(request, MAX_BODY_BYTES))
    found = await asyncio.to_thread(
        overturn_decision,
        site.assistant,
        own,
        decision_id,
        actor=_actor(caller, asked.actor),
        reason=asked.reason,
    )
    return json_answer(
        {
            "decision_id": found.decision_id,
            "overturned": True,
            "strike": found.strike,
            "penalty": found.penalty,
            "restored": found.restored,
            "lifted": list(found.lifted),
        }
    )


@router.get(
    "/v1/audit",
    summary="Who did what, and why; the newest first",
    responses={200: {"description": "`entries` and `next_before`."}, **errors(400, 401, 403, 404, 429, 503)},
    openapi_extra=_SECURITY,
)
async def get_audit(request: Request, query: Annotated[AuditQuery, Query()]) -> Response:
    _, site, own = await operator_of(request, query.community)
    trail = await asyncio.to_thread(read_trail, site.assistant, own, query.subject, query.before, query.limit)
    return json_answer(trail)


def render_case(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "kind": case.kind.value,
        "state": case.state.value,
        "urgent": case.urgent,
        "decision_id": case.decision_id,
        "connection_id": case.connection_id,
        "member": case.member_id,
        "channel": case.channel,
        "details": dict(case.details),
        "claimed_by": case.claimed_by,
        "resolution": case.resolution.value if case.resolution else None,
        "resolved_by": case.resolved_by,
        "resolved_at": case.resolved_at.isoformat() if case.resolved_at else None,
        "note": case.note,
        "created_at": case.created_at.isoformat(),
    }


def _actor(caller: Caller, named: str) -> str:
    """Who says to be acting, and the key that vouches for it."""
    return f"{named} ({caller.key_id})"
