"""Where platforms send what is said there. A connection's address is its own; the platform's signature stands in for a key."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from assistant.errors import InvalidInput, NotFound
from assistant.types import HookReply, HookRequest
from assistant.usecases.hooks import answer_hook
from assistant.web.body import read_bytes
from assistant.web.openapi import errors
from assistant.web.site import client_address, site_of

MAX_QUERY_FIELDS = 50
_LONGEST_ID = 100

router = APIRouter(tags=["platforms"])

_BODY: dict[str, Any] = {
    "security": [{}],
    "requestBody": {"required": True, "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}},
}
_ANSWERS: Mapping[int | str, dict[str, Any]] = {
    200: {"description": "In the platform's own words.", "content": {"*/*": {"schema": {"type": "string"}}}},
    **errors(400, 401, 404, 413, 503),
}


@router.post(
    "/v1/hooks/{connection_id}",
    summary="A platform's webhook",
    description="Signed as the platform signs; the connection's id stands in the path. See the page of each platform.",
    responses=dict(_ANSWERS),
    response_class=Response,
    openapi_extra=_BODY,
)
async def post_hook(request: Request) -> Response:
    began = time.monotonic()
    site = site_of(request)
    body = await read_bytes(request, site.assistant.settings.hooks.body_bytes)
    answer = await answer_hook(site.assistant, _connection_id(request), _hook_request(request, body), began)
    for outcome in answer.outcomes:
        if outcome.decision_id is not None:
            site.metrics.hook_decision(answer.community, outcome.action, degraded=outcome.degraded)
    return _response(answer.reply)


@router.get(
    "/v1/hooks/{connection_id}",
    summary="A platform's check of the address",
    description="WeChat and WeCom ask once whether the address is ours, signed like everything else.",
    responses=dict(_ANSWERS),
    response_class=Response,
    openapi_extra={"security": [{}]},
)
async def get_hook(request: Request) -> Response:
    began = time.monotonic()
    hook = _hook_request(request, b"")
    return _response((await answer_hook(site_of(request).assistant, _connection_id(request), hook, began)).reply)


def _connection_id(request: Request) -> str:
    """From the path. One that is not known costs the sender's address: to look for it asks the database."""
    last = str(request.scope["path"].rpartition("/")[2])
    if not last.isascii() or len(last) > _LONGEST_ID:
        raise NotFound("connection_unknown", field="connection")
    site = site_of(request)
    if site.assistant.registry.get(last) is None:
        limits = site.assistant.settings.limits
        site.addresses.take(f"hook {client_address(request)}", limits.requests_per_minute)
    return last


def _hook_request(request: Request, body: bytes) -> HookRequest:
    scope = request.scope
    try:
        query = parse_qsl(
            scope["query_string"].decode("latin-1"),
            keep_blank_values=True,
            errors="surrogateescape",
            max_num_fields=MAX_QUERY_FIELDS,
        )
    except ValueError:
        raise InvalidInput(field="query", limit=MAX_QUERY_FIELDS, problem="has too many fields") from None
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    return HookRequest(scope["method"], tuple(query), headers, body, datetime.now(UTC))


def _response(reply: HookReply) -> Response:
    return Response(reply.body, reply.status, media_type=reply.media_type)
