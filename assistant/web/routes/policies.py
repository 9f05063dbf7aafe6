"""A community's policy for its operators, and as a page for its members."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from assistant.errors import InvalidInput, NotFound
from assistant.moderation.policy import MAX_POLICY_BYTES, dump_policy, read_policy_text
from assistant.types import Policy
from assistant.types.access import Scope
from assistant.usecases.caller import Caller
from assistant.usecases.communities import name_of
from assistant.usecases.policies import current_policy, save_policy
from assistant.web.answers import json_answer
from assistant.web.auth import authenticate
from assistant.web.body import read_body
from assistant.web.openapi import errors
from assistant.web.pages import language_of, page
from assistant.web.rules_page import rules_document
from assistant.web.site import client_address, site_of
from assistant.words import load_words

router = APIRouter(tags=["communities"])

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_EXAMPLE = {"id": "demo", "version": 1, "thresholds": {"spam": {"review": 0.6, "block": 0.95}}}


@dataclass(frozen=True, slots=True)
class StoredPolicy(Policy):
    """``warnings`` are there where there are any."""

    warnings: tuple[str, ...] = ()


@router.get(
    "/v1/communities/{community}/policy",
    summary="The policy in force",
    response_model=Policy,
    responses=errors(401, 403, 404, 429, 503),
    openapi_extra={"security": [{"key": []}]},
)
async def get_policy(request: Request, community: str) -> Response:
    caller = await authenticate(request, Scope.OPERATOR)
    policy = await current_policy(site_of(request).assistant, _own(caller, community))
    return json_answer(dump_policy(policy))


@router.put(
    "/v1/communities/{community}/policy",
    summary="Put a new version of the policy in force",
    description="`version` is the one it was made from; if another was stored meanwhile, the answer is 409. Left out, or 0, it is stored "
    "regardless. "
    "`warnings`, where there are any, name what it asks for and a connected platform cannot do.",
    response_model=StoredPolicy,
    responses=errors(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
    openapi_extra={
        "security": [{"key": []}],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/Policy"},
                    "examples": {"spam": {"value": _EXAMPLE}},
                }
            },
        },
    },
)
async def put_policy(request: Request, community: str) -> Response:
    caller = await authenticate(request, Scope.OPERATOR)
    own = _own(caller, community)
    raw = await read_body(request, MAX_POLICY_BYTES)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(field="body", problem="is not UTF-8") from error
    policy = await asyncio.to_thread(read_policy_text, text)
    stored, warnings = await save_policy(site_of(request).assistant, caller, own, policy)
    return json_answer({**dump_policy(stored), "warnings": warnings} if warnings else dump_policy(stored))


@router.get(
    "/v1/communities/{community}/rules",
    summary="The rules as members read them",
    description="A page, or JSON by Accept; in the language of `lang` or Accept-Language. It needs no key.",
    responses={
        200: {
            "content": {"text/html": {"schema": {"type": "string"}}, "application/json": {"schema": {"type": "object"}}}
        },
        **errors(404, 429, 503),
    },
    response_class=Response,
    openapi_extra={"security": [{}]},
)
async def get_rules(
    request: Request, community: str, lang: Annotated[str | None, Query(max_length=50)] = None
) -> Response:
    del lang  # read by language_of
    site = site_of(request)
    if "authorization" in request.headers:
        _own(await authenticate(request, Scope.MEMBER), community)
    else:
        site.addresses.take(f"rules {client_address(request)}", site.assistant.settings.limits.playground_per_minute)
    policy = await current_policy(site.assistant, _slug(community))
    language = language_of(request)
    name = await asyncio.to_thread(name_of, site.assistant.database, community)
    rules: dict[str, Any] = rules_document(community, name, policy, load_words(), language)
    if _wants_json(request):
        return json_answer(rules)
    return page("rules.html", request, rules=rules)


def _own(caller: Caller, community: str) -> str:
    return caller.own(_slug(community))


def _slug(community: str) -> str:
    if not _SLUG.fullmatch(community):
        raise NotFound(field="community")
    return community


def _wants_json(request: Request) -> bool:
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept
