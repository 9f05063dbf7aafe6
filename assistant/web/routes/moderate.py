"""The native routes that screen: one message, or many."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from assistant.errors import InvalidInput
from assistant.types.access import Scope
from assistant.usecases.moderate import moderate, moderate_batch
from assistant.usecases.request import BatchRequest, ModerateRequest, read_batch, read_request
from assistant.web.answers import json_answer
from assistant.web.auth import authenticate
from assistant.web.body import off_loop, read_body
from assistant.web.openapi import body, errors
from assistant.web.shapes import BatchShape, DecisionShape
from assistant.web.site import site_of

MAX_IDEMPOTENCY_CHARS = 200

router = APIRouter(tags=["moderation"])

_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same body gives the same decision once; it is remembered for a day.",
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_IDEMPOTENCY_CHARS},
}
_EXAMPLE = {"text": "加❤薇❤信 abc123 日结300", "member": {"id": "u1", "roles": []}, "channel": "general"}
_SECURITY: list[dict[str, list[str]]] = [{"key": []}]
_ERRORS = errors(400, 401, 403, 404, 409, 413, 415, 429, 503)


@router.post(
    "/v1/moderate",
    summary="Screen one message",
    responses={200: {"model": DecisionShape}, **_ERRORS},
    openapi_extra={**body(ModerateRequest, {"luring": _EXAMPLE}), "parameters": [_IDEMPOTENCY], "security": _SECURITY},
)
async def post_moderate(request: Request) -> Response:
    caller = await authenticate(request, Scope.PLATFORM)
    site = site_of(request)
    limits = site.assistant.settings.limits
    raw = await read_body(request, limits.body_bytes)
    message = read_request(raw, limits)
    answer = await moderate(site.assistant, caller, message, idempotency_key=idempotency_key(request), body=raw)
    site.metrics.decision(caller.community_for(message.community), answer)
    return json_answer(answer)


@router.post(
    "/v1/moderate/batch",
    summary="Screen many messages, answered in order",
    responses={200: {"model": BatchShape}, **_ERRORS},
    openapi_extra={
        **body(BatchRequest, {"two": {"messages": [_EXAMPLE, {"text": "周末一起吃饼干"}]}}),
        "parameters": [_IDEMPOTENCY],
        "security": _SECURITY,
    },
)
async def post_batch(request: Request) -> Response:
    caller = await authenticate(request, Scope.PLATFORM)
    site = site_of(request)
    limits = site.assistant.settings.limits
    raw = await read_body(request, limits.body_bytes)
    batch = await off_loop(partial(read_batch, limits=limits), raw)
    answer = await moderate_batch(site.assistant, caller, batch, idempotency_key=idempotency_key(request), body=raw)
    for message, decision in zip(batch.messages, answer["results"], strict=True):
        site.metrics.decision(caller.community_for(message.community), decision)
    return json_answer(answer)


def idempotency_key(request: Request) -> str | None:
    """The header's value; InvalidInput where it is empty, too long or not printable ASCII."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= MAX_IDEMPOTENCY_CHARS or not (key.isascii() and key.isprintable()):
        raise InvalidInput(
            field="Idempotency-Key",
            limit=MAX_IDEMPOTENCY_CHARS,
            problem=f"must be 1 to {MAX_IDEMPOTENCY_CHARS} printable ASCII characters",
        )
    return key
