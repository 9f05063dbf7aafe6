"""Segments: groups of members to speak to, to count, or to compare."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from assistant.store.segments import Segment
from assistant.usecases.members import segments as usecase
from assistant.usecases.request import Cursor, Name, Shape, Text
from assistant.web.answers import json_answer
from assistant.web.auth import operator_of
from assistant.web.body import parse, read_body
from assistant.web.openapi import body, errors
from assistant.web.routes.connections import Community
from assistant.words import choose_language

MAX_BODY_BYTES = 200_000

router = APIRouter(tags=["segments"])
_SECURITY: dict[str, Any] = {"security": [{"key": []}]}
_ERRORS = errors(400, 401, 403, 404, 409, 413, 415, 429, 503)
_RULES = {
    "all": [{"attribute": "region", "in": ["台北市", "新北市"]}, {"interest": "對露營有興趣"}, {"consent": "push"}]
}


class RulesShape(Shape):
    rules: dict[str, Any]


class SegmentShape(RulesShape):
    name: Name


class NamedShape(Shape):
    name: Name


class SegmentsQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    community: Name | None = Field(None, description="Only for a key that belongs to no community.")
    cursor: Cursor | None = Field(None, description="`next_cursor` of the page before.")
    limit: int = Field(50, ge=1, le=200)


class InsideQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    community: Name | None = Field(None, description="Only for a key that belongs to no community.")
    after: Annotated[Text, Field(max_length=200)] = Field("", description="The last member of the page before.")
    limit: int = Field(100, ge=1, le=1_000)


@router.get(
    "/v1/segments",
    summary="The segments",
    responses={200: {"description": "`segments`, the newest first, and `next_cursor`."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_segments(request: Request, query: Annotated[SegmentsQuery, Query()]) -> Response:
    _, site, own = await operator_of(request, query.community)
    page = await asyncio.to_thread(usecase.list_segments, site.assistant, own, query.cursor, query.limit)
    return json_answer({"segments": [render_segment(one) for one in page.rows], "next_cursor": page.next_cursor})


@router.post(
    "/v1/segments",
    summary="Make a segment of rules",
    status_code=201,
    responses={201: {"description": "The segment."}, **_ERRORS},
    openapi_extra={**body(SegmentShape, {"camping": {"name": "露營 · 雙北", "rules": _RULES}}), **_SECURITY},
)
async def post_segment(request: Request, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    asked = parse(SegmentShape, await read_body(request, MAX_BODY_BYTES))
    made = await asyncio.to_thread(usecase.create, site.assistant, own, asked.name, asked.rules, f"key:{caller.key_id}")
    return json_answer(render_segment(made), 201)


@router.post(
    "/v1/segments/count",
    summary="How many members rules find now",
    responses={200: {"description": "`count`."}, **_ERRORS},
    openapi_extra={**body(RulesShape, {"camping": {"rules": _RULES}}), **_SECURITY},
)
async def post_count(request: Request, community: Community = None) -> Response:
    _, site, own = await operator_of(request, community)
    asked = parse(RulesShape, await read_body(request, MAX_BODY_BYTES))
    return json_answer({"count": await asyncio.to_thread(usecase.count_of, site.assistant, own, asked.rules)})


@router.post(
    "/v1/segments/discover",
    summary="Find groups by what members like",
    description="Clusters with names; they take the place of those found before.",
    responses={
        200: {"description": "`segments`, the largest first; empty where too few members have tags."},
        **_ERRORS,
    },
    openapi_extra=_SECURITY,
)
async def post_discover(request: Request, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    language = choose_language(request.headers.get("accept-language"))
    made = await asyncio.to_thread(usecase.discover, site.assistant, own, language, f"key:{caller.key_id}")
    return json_answer({"segments": [render_segment(one) for one in made]})


@router.get(
    "/v1/segments/{segment_id}",
    summary="A segment and how many are in it now",
    responses={200: {"description": "The segment with `count`."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_segment(request: Request, segment_id: Name, community: Community = None) -> Response:
    _, site, own = await operator_of(request, community)
    segment, count = await asyncio.to_thread(usecase.counted, site.assistant, own, segment_id)
    return json_answer(render_segment(segment) | {"count": count})


@router.put(
    "/v1/segments/{segment_id}",
    summary="Change a segment's rules",
    responses={200: {"description": "The segment."}, **_ERRORS},
    openapi_extra={**body(SegmentShape, {"camping": {"name": "露營", "rules": _RULES}}), **_SECURITY},
)
async def put_segment(request: Request, segment_id: Name, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    asked = parse(SegmentShape, await read_body(request, MAX_BODY_BYTES))
    changed = await asyncio.to_thread(
        usecase.change, site.assistant, own, segment_id, asked.name, asked.rules, f"key:{caller.key_id}"
    )
    return json_answer(render_segment(changed))


@router.delete(
    "/v1/segments/{segment_id}",
    summary="Remove a segment",
    status_code=204,
    responses={204: {"description": "It is gone; its members are not."}, **_ERRORS},
    response_class=Response,
    openapi_extra=_SECURITY,
)
async def delete_segment(request: Request, segment_id: Name, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    await asyncio.to_thread(usecase.remove, site.assistant, own, segment_id, f"key:{caller.key_id}")
    return Response(status_code=204)


@router.get(
    "/v1/segments/{segment_id}/members",
    summary="Who is in a segment",
    responses={200: {"description": "`members`, by id, and `next_after`."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_inside(request: Request, segment_id: Name, query: Annotated[InsideQuery, Query()]) -> Response:
    _, site, own = await operator_of(request, query.community)
    found = await asyncio.to_thread(usecase.members_of, site.assistant, own, segment_id, query.after, query.limit)
    return json_answer({"members": found, "next_after": found[-1] if len(found) == query.limit else None})


@router.post(
    "/v1/segments/{segment_id}/snapshot",
    summary="Keep who is in it now",
    status_code=201,
    responses={201: {"description": "A segment of its own, which does not change any more."}, **_ERRORS},
    openapi_extra={**body(NamedShape, {"before": {"name": "before the campaign"}}), **_SECURITY},
)
async def post_snapshot(request: Request, segment_id: Name, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    asked = parse(NamedShape, await read_body(request, MAX_BODY_BYTES))
    kept = await asyncio.to_thread(
        usecase.snapshot, site.assistant, own, segment_id, asked.name, f"key:{caller.key_id}"
    )
    return json_answer(render_segment(kept), 201)


def render_segment(segment: Segment) -> dict[str, Any]:
    return {
        "id": segment.id,
        "name": segment.name,
        "kind": segment.kind,
        "rules": dict(segment.rules),
        "counted": segment.counted,
        "created_by": segment.created_by,
        "created_at": segment.created_at.isoformat(),
        "updated_at": segment.updated_at.isoformat(),
    }
