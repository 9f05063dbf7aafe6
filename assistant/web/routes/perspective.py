"""Google's Perspective API, for clients that change nothing but the address."""

from __future__ import annotations

import re
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from assistant.errors import InvalidInput, NotFound
from assistant.text import detect_language
from assistant.types.access import Scope
from assistant.usecases.caller import Caller
from assistant.usecases.feedback import suggest_scores
from assistant.usecases.moderate import moderate
from assistant.usecases.request import ContextShape, ModerateRequest
from assistant.web.answers import json_answer
from assistant.web.auth import authenticate
from assistant.web.body import off_loop, parse, read_body
from assistant.web.loopback import is_loopback
from assistant.web.openapi import body, errors
from assistant.web.shapes import AnalyzeShape, PerspectiveErrorShape, SuggestShape
from assistant.web.site import Site, site_of
from assistant.web.vendors.discovery import discovery_document
from assistant.web.vendors.perspective import AnalyzeRequest, SuggestRequest, attribute_scores, choose_languages

router = APIRouter(tags=["Perspective"])

_COMMENT = {"comment": {"text": "you are an idiot"}, "languages": ["en"]}
_SECURITY: list[dict[str, list[str]]] = [{"url_key": []}, {"key": []}]
_ERRORS = errors(400, 401, 403, 429, 503, shape=PerspectiveErrorShape)
_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


@router.post(
    "/v1alpha1/comments:analyze",
    summary="Score a comment in Perspective's request and response shape",
    responses={200: {"model": AnalyzeShape}, **_ERRORS},
    openapi_extra={
        **body(AnalyzeRequest, {"toxicity": {**_COMMENT, "requestedAttributes": {"TOXICITY": {}}, "doNotStore": True}}),
        "security": _SECURITY,
    },
)
async def post_analyze(request: Request) -> Response:
    caller = await authenticate(request, Scope.PLATFORM, url_key=True)
    site = site_of(request)
    raw = await read_body(request, site.assistant.settings.limits.body_bytes)
    asked = await off_loop(partial(parse, AnalyzeRequest), raw)
    text = asked.text(site.assistant.settings.limits.text_chars)
    asked.check_attributes()
    detected = choose_languages(text, asked.languages, detect_language(text).language, list(asked.requested_attributes))
    message = _message(asked, text, caller, site)
    native = await moderate(site.assistant, caller, message, idempotency_key=None, body=raw)
    site.metrics.decision(caller.community_for(message.community), native)
    answer: dict[str, object] = {"languages": asked.languages or detected[:1], "detectedLanguages": detected}
    if scores := attribute_scores(asked, native, text):
        answer["attributeScores"] = scores
    return json_answer(_with_token(answer, asked.client_token))


@router.post(
    "/v1alpha1/comments:suggestscore",
    summary="Suggest better scores for a comment",
    responses={200: {"model": SuggestShape}, **_ERRORS},
    openapi_extra={
        **body(
            SuggestRequest, {"milder": {**_COMMENT, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 0.1}}}}}
        ),
        "security": _SECURITY,
    },
)
async def post_suggestscore(request: Request) -> Response:
    caller = await authenticate(request, Scope.PLATFORM, url_key=True)
    site = site_of(request)
    raw = await read_body(request, site.assistant.settings.limits.body_bytes)
    asked = await off_loop(partial(parse, SuggestRequest), raw)
    text = asked.text(site.assistant.settings.limits.text_chars)
    suggested = asked.suggested()
    detected = choose_languages(text, asked.languages, detect_language(text).language, list(suggested))
    await suggest_scores(site.assistant, caller, _community(asked.community_id, caller), text, suggested)
    answer: dict[str, object] = {"detectedLanguages": detected}
    if asked.languages:
        answer["requestedLanguages"] = asked.languages
    return json_answer(_with_token(answer, asked.client_token))


@router.get(
    "/$discovery/rest",
    summary="Discovery document",
    response_model=dict[str, object],
    responses=errors(400, 404, shape=PerspectiveErrorShape),
)
async def get_discovery(request: Request, version: str = "v1alpha1") -> Response:
    if version != "v1alpha1":
        raise NotFound(field="version", limit="v1alpha1")
    return json_answer(discovery_document(_root_url(request, site_of(request).assistant.settings.public_url)))


@router.get(
    "/discovery/v1/apis/commentanalyzer/v1alpha1/rest",
    summary="Discovery document",
    response_model=dict[str, object],
    responses=errors(400, shape=PerspectiveErrorShape),
)
async def get_discovery_directory(request: Request) -> Response:
    return json_answer(discovery_document(_root_url(request, site_of(request).assistant.settings.public_url)))


def _root_url(request: Request, public_url: str | None) -> str:
    """``public_url``, or the address that a client on this machine used. A Host header from elsewhere is not repeated: clients send
    their keys to the address that this document names."""
    if public_url:
        return public_url.rstrip("/") + "/"
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host) or not is_loopback(request.url.hostname or ""):
        raise InvalidInput(field="Host", problem="set public_url to the address that clients use")
    return f"{request.url.scheme}://{host}/"


def _message(asked: AnalyzeRequest, text: str, caller: Caller, site: Site) -> ModerateRequest:
    context = asked.context.texts() if asked.context else []
    kept = (
        context[-site.assistant.settings.limits.context_messages :]
        if site.assistant.settings.limits.context_messages
        else []
    )
    return ModerateRequest(
        text=text,
        context=tuple(ContextShape(text=entry) for entry in kept),
        community=_community(asked.community_id, caller),
        thread=asked.session_id or None,
        store=not asked.do_not_store,
    ).check(site.assistant.settings.limits)


def _community(named: str | None, caller: Caller) -> str | None:
    """Perspective's ``communityId`` is any name of the client's own; it names one of ours only where the key belongs to none."""
    return named or None if caller.community is None else None


def _with_token(answer: dict[str, object], token: str | None) -> dict[str, object]:
    return {**answer, "clientToken": token} if token is not None else answer
