"""Items, and what to show a member next."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from assistant.errors import InvalidInput
from assistant.types.access import Scope
from assistant.usecases.caller import Caller
from assistant.usecases.push import items as usecase
from assistant.usecases.push.items import MOST_ITEMS, ItemsShape
from assistant.usecases.push.recommend import MAX_LIMIT, recommend_items
from assistant.usecases.request import Cursor, Moment, Name
from assistant.web.answers import json_answer
from assistant.web.auth import authenticate
from assistant.web.body import parse, read_body
from assistant.web.openapi import body, errors
from assistant.web.routes.connections import Community
from assistant.web.site import Site, site_of
from assistant.web.whole_segments import WholeSegments
from assistant.words import choose_language

router = APIRouter(tags=["push"], route_class=WholeSegments)
_SECURITY: dict[str, Any] = {"security": [{"key": []}]}
_ERRORS = errors(400, 401, 403, 404, 409, 413, 415, 429, 503)
_ITEM = {
    "id": "post-7",
    "title": "露營第一次就上手",
    "text": "帳篷、睡袋、爐具怎麼選。",
    "tags": ["露營"],
    "published_at": "2026-11-28T09:00:00+08:00",
}


@router.put(
    "/v1/items",
    summary="What may be recommended and sent",
    description=f"At most {MOST_ITEMS} at once, all or none. An item whose words violate the policy is kept and never shown.",
    responses={200: {"description": "The items as they are kept."}, **_ERRORS},
    openapi_extra={**body(ItemsShape, {"post": {"items": [_ITEM]}}), **_SECURITY},
)
async def put_items(request: Request, community: Community = None) -> Response:
    caller, site, own = await _caller(request, Scope.PLATFORM, community)
    asked = parse(ItemsShape, await read_body(request, site.assistant.settings.limits.body_bytes))
    kept = await asyncio.to_thread(usecase.put_items, site.assistant, own, asked.items, actor=f"key:{caller.key_id}")
    return json_answer({"items": [usecase.render_item(one) for one in kept]})


@router.get(
    "/v1/items",
    summary="The items, the newest first",
    responses={200: {"description": "`items` and `next_cursor`."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_items(
    request: Request,
    community: Community = None,
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    _, site, own = await _caller(request, Scope.OPERATOR, community)
    page = await asyncio.to_thread(usecase.list_items, site.assistant, own, cursor, limit)
    return json_answer({"items": [usecase.render_item(one) for one in page.rows], "next_cursor": page.next_cursor})


@router.get(
    "/v1/items/{item_id}",
    summary="One item",
    responses={200: {"description": "The item; `hidden_because` names labels."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_item(request: Request, item_id: Name, community: Community = None) -> Response:
    _, site, own = await _caller(request, Scope.OPERATOR, community)
    return json_answer(usecase.render_item(await asyncio.to_thread(usecase.get_item, site.assistant, own, item_id)))


@router.delete(
    "/v1/items/{item_id}",
    summary="Remove an item, at once",
    status_code=204,
    responses={204: {"description": "Removed."}, **_ERRORS},
    response_class=Response,
    openapi_extra=_SECURITY,
)
async def delete_item(request: Request, item_id: Name, community: Community = None) -> Response:
    caller, site, own = await _caller(request, Scope.PLATFORM, community)
    await asyncio.to_thread(usecase.remove_item, site.assistant, own, item_id, actor=f"key:{caller.key_id}")
    return Response(status_code=204)


@router.get(
    "/v1/members/{member_id}/recommendations",
    summary="What to show a member next",
    description="Without consent to profiling, what is popular and new. `at` (operator) asks as of then, for replays.",
    responses={200: {"description": "`items` with reason and propensity, and `policy_version`."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_recommendations(
    request: Request,
    member_id: Name,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 10,
    at: Annotated[Moment | None, Query()] = None,
    community: Community = None,
) -> Response:
    _, site, own = await _caller(request, Scope.PLATFORM if at is None else Scope.OPERATOR, community)
    if at is not None and at > site.assistant.clock():
        raise InvalidInput(field="at", limit="now", problem="is in the future")
    language = choose_language(request.headers.get("accept-language"))
    found = await asyncio.to_thread(recommend_items, site.assistant, own, member_id, limit, at, language)
    return json_answer(found)


async def _caller(request: Request, least: Scope, community: str | None) -> tuple[Caller, Site, str]:
    caller = await authenticate(request, least)
    return caller, site_of(request), caller.community_for(community)
