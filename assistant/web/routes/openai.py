"""OpenAI's moderation endpoint, for clients that change nothing but the address."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from assistant.errors import InvalidInput, TooLarge
from assistant.types import Action, Policy
from assistant.types.access import Scope
from assistant.usecases.moderate import moderate, moderate_batch
from assistant.usecases.request import AttachmentShape, BatchRequest, ModerateRequest
from assistant.web.answers import json_answer
from assistant.web.auth import authenticate
from assistant.web.body import off_loop, parse, read_body
from assistant.web.openapi import body, errors
from assistant.web.shapes import OpenAIErrorShape, OpenAIShape
from assistant.web.site import Site, site_of
from assistant.web.vendors.openai import ModerationsRequest, result

DEFAULT_MODEL = "omni-moderation-latest"
_INPUT = "must be a string, a list of strings, or a list of text parts, without NUL or half of a surrogate pair"

router = APIRouter(tags=["OpenAI"])


@router.post(
    "/v1/moderations",
    summary="Screen in OpenAI's request and response shape",
    responses={200: {"model": OpenAIShape}, **errors(400, 401, 403, 413, 415, 429, 503, shape=OpenAIErrorShape)},
    openapi_extra={
        **body(ModerationsRequest, {"one": {"input": "加❤薇❤信 abc123 日结300"}, "two": {"input": ["hello", "再见"]}}),
        "security": [{"key": []}],
    },
)
async def post_moderations(request: Request) -> Response:
    caller = await authenticate(request, Scope.PLATFORM)
    site = site_of(request)
    limits = site.assistant.settings.limits
    raw = await read_body(request, limits.body_bytes)
    asked = await off_loop(_parse, raw)
    community = caller.community_for(None)
    policy = (await site.assistant.screeners.get(community)).policy
    messages = _messages(asked, policy)
    _check(messages, site)
    if len(messages) == 1:
        answers = [await moderate(site.assistant, caller, messages[0], idempotency_key=None, body=raw)]
    else:
        batch = BatchRequest(messages=tuple(messages))
        answers = (await moderate_batch(site.assistant, caller, batch, idempotency_key=None, body=raw))["results"]
    for answer in answers:
        site.metrics.decision(community, answer)
    return json_answer(
        {
            "id": f"modr-{secrets.token_hex(12)}",
            "model": asked.model or DEFAULT_MODEL,
            "results": _results(messages, answers),
        }
    )


def _parse(raw: bytes) -> ModerationsRequest:
    try:
        return parse(ModerationsRequest, raw)
    except InvalidInput as error:
        if (error.field or "").startswith("input."):  # the path goes on with the names of the shapes that were tried
            raise InvalidInput(field="input", problem=_INPUT) from None
        raise


def _messages(asked: ModerationsRequest, policy: Policy) -> list[ModerateRequest]:
    attachments: tuple[AttachmentShape, ...] = ()
    if asked.holds_image():
        if policy.unscreened.get("image", policy.unscreened.get("*", Action.ALLOW)) is not Action.ALLOW:
            raise InvalidInput("image_unscreened", field="input")
        attachments = (AttachmentShape(kind="image"),)
    return [ModerateRequest(text=text, attachments=attachments) for text in asked.texts()]


def _check(messages: Sequence[ModerateRequest], site: Site) -> None:
    """As ``ModerateRequest.check``, naming the field as OpenAI's clients know it."""
    limits = site.assistant.settings.limits
    if len(messages) > limits.batch_messages:
        raise TooLarge(field="input", limit=limits.batch_messages)
    for index, message in enumerate(messages):
        field = f"input[{index}]" if len(messages) > 1 else "input"
        if len(message.text) > limits.text_chars:
            raise TooLarge(field=field, limit=limits.text_chars)
        if not message.text.strip() and not message.attachments:
            raise InvalidInput("text_empty", field=field, limit=1)


def _results(messages: Sequence[ModerateRequest], answers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        result(answer, {finding["label"] for finding in answer["findings"]}, has_text=bool(message.text.strip()))
        for message, answer in zip(messages, answers, strict=True)
    ]
