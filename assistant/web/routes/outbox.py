"""The outbox: what was, is to be, or could not be carried out."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from assistant.types import DeliveryState
from assistant.types.access import Scope
from assistant.usecases.deliveries import list_deliveries, redrive_deliveries
from assistant.usecases.request import Cursor, Name, Shape
from assistant.web.answers import json_answer
from assistant.web.auth import authenticate
from assistant.web.body import parse, read_body
from assistant.web.openapi import body, errors
from assistant.web.routes.connections import Community
from assistant.web.site import site_of

MAX_BODY_BYTES = 50_000
MAX_IDS = 500

router = APIRouter(tags=["platforms"])
_SECURITY: dict[str, Any] = {"security": [{"key": []}]}


class OutboxQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    state: DeliveryState | None = None
    community: Name | None = Field(None, description="Only for a key that belongs to no community.")
    cursor: Cursor | None = Field(None, description="`next_cursor` of the page before.")
    limit: int = Field(50, ge=1, le=200)


class RedriveShape(Shape):
    """Without ``ids``, every dead delivery of the community."""

    ids: tuple[Name, ...] | None = Field(None, min_length=1, max_length=MAX_IDS)


@router.get(
    "/v1/deliveries",
    summary="The outbox, newest first",
    responses={
        200: {"description": "`deliveries`, `counts` by state and `next_cursor`."},
        **errors(400, 401, 403, 404, 429, 503),
    },
    openapi_extra=_SECURITY,
)
async def get_deliveries(request: Request, query: Annotated[OutboxQuery, Query()]) -> Response:
    caller = await authenticate(request, Scope.OPERATOR)
    own = caller.community_for(query.community)
    assistant = site_of(request).assistant
    return json_answer(
        await asyncio.to_thread(list_deliveries, assistant.database, own, query.state, query.cursor, query.limit)
    )


@router.post(
    "/v1/deliveries/redrive",
    summary="Send dead deliveries again, under their old ids",
    responses={200: {"description": "`redriven`: how many."}, **errors(400, 401, 403, 404, 413, 415, 429, 503)},
    openapi_extra={**body(RedriveShape, {"all": {}}), **_SECURITY},
)
async def post_redrive(request: Request, community: Community = None) -> Response:
    caller = await authenticate(request, Scope.OPERATOR)
    own = caller.community_for(community)
    asked = parse(RedriveShape, await read_body(request, MAX_BODY_BYTES))
    assistant = site_of(request).assistant
    ids = list(asked.ids) if asked.ids is not None else None
    number = await asyncio.to_thread(
        redrive_deliveries, assistant.database, own, ids, actor=caller.key_id, now=assistant.clock()
    )
    return json_answer({"redriven": number})
