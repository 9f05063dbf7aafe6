"""Appeals: by the community's own systems, and on a signed page for the member."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from assistant.errors import (
    AssistantError,
    Conflict,
    InvalidInput,
    NotFound,
    RateLimited,
    TooLarge,
    UnsupportedMedia,
)
from assistant.store.appeals import AppealRow, AppealState
from assistant.types import CUSTOM_PREFIX
from assistant.types.access import Scope
from assistant.usecases.appeal_links import AppealToken, read_token
from assistant.usecases.appeals import MAX_APPEAL_CHARS, find_appeal, list_appeals, make_appeal
from assistant.usecases.request import Cursor, LanguageTag, Name, Shape, Text, storable
from assistant.web.answers import json_answer
from assistant.web.auth import authenticate
from assistant.web.body import parse, read_body
from assistant.web.openapi import body, errors
from assistant.web.pages import FORM_CSP, again, asked_language, language_of, page
from assistant.web.problem import sentence
from assistant.web.routes.connections import Community
from assistant.web.site import Site, client_address, site_of
from assistant.words import LANGUAGES, choose_language, load_words

MAX_BODY_BYTES = 50_000
MAX_FORM_BYTES = 200_000
"""A text that is several times too long is still given back to be shortened; a character takes 12 bytes at most."""
_FORM = "application/x-www-form-urlencoded"

router = APIRouter(tags=["cases"])
pages = APIRouter(include_in_schema=False)
_SECURITY: dict[str, Any] = {"security": [{"key": []}]}


class AppealShape(Shape):
    """``member``, where given, has to be the decision's."""

    decision_id: Name
    text: Text = Field(min_length=1, max_length=MAX_APPEAL_CHARS)
    member: Name | None = None
    language: LanguageTag | None = None


class AppealQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    state: AppealState | None = None
    community: Name | None = Field(None, description="Only for a key that belongs to no community.")
    cursor: Cursor | None = Field(None, description="`next_cursor` of the page before.")
    limit: int = Field(50, ge=1, le=200)


@router.post(
    "/v1/appeals",
    summary="Hand in a member's appeal",
    status_code=201,
    responses={201: {"description": "The appeal."}, **errors(400, 401, 403, 404, 409, 413, 415, 429, 503)},
    openapi_extra={
        **body(AppealShape, {"appeal": {"decision_id": "dec_...", "text": "It was a quotation."}}),
        **_SECURITY,
    },
)
async def post_appeal(request: Request, community: Community = None) -> Response:
    caller = await authenticate(request, Scope.PLATFORM)
    own = caller.community_for(community)
    asked = parse(AppealShape, await read_body(request, MAX_BODY_BYTES))
    language = asked.language if asked.language in LANGUAGES else choose_language(asked.language)
    appeal = await asyncio.to_thread(
        make_appeal,
        site_of(request).assistant,
        own,
        asked.decision_id,
        text=asked.text,
        language=language,
        member_id=asked.member,
    )
    return json_answer(render_appeal(appeal), 201)


@router.get(
    "/v1/appeals",
    summary="Appeals, newest first",
    responses={200: {"description": "`appeals` and `next_cursor`."}, **errors(400, 401, 403, 404, 429, 503)},
    openapi_extra=_SECURITY,
)
async def get_appeals(request: Request, query: Annotated[AppealQuery, Query()]) -> Response:
    caller = await authenticate(request, Scope.OPERATOR)
    own = caller.community_for(query.community)
    found = await asyncio.to_thread(
        list_appeals, site_of(request).assistant, own, state=query.state, cursor=query.cursor, limit=query.limit
    )
    return json_answer({"appeals": [render_appeal(one) for one in found.rows], "next_cursor": found.next_cursor})


@pages.get("/appeals/{token}")
async def get_page(request: Request, token: str) -> Response:
    return await _for_people(request, token, _page)


@pages.post("/appeals/{token}")
async def post_page(request: Request, token: str) -> Response:
    """A form, sent by a browser without any script."""
    return await _for_people(request, token, _take)


def render_appeal(appeal: AppealRow) -> dict[str, Any]:
    return {
        "id": appeal.id,
        "decision_id": appeal.decision_id,
        "member": appeal.member_id,
        "state": appeal.state.value,
        "text": appeal.text,
        "language": appeal.language,
        "note": appeal.note,
        "decided_by": appeal.decided_by,
        "decided_at": appeal.decided_at.isoformat() if appeal.decided_at else None,
        "created_at": appeal.created_at.isoformat(),
    }


async def _for_people(
    request: Request, token: str, answer: Callable[[Request, Site, AppealToken], Awaitable[Response]]
) -> Response:
    """The answer for a link of ours, and a page as well for what goes wrong."""
    site = site_of(request)
    try:
        limit = site.assistant.settings.limits.playground_per_minute
        site.addresses.take(f"appeal {client_address(request)}", limit)
        return await answer(request, site, read_token(site.assistant, token))
    except AssistantError as error:
        return _sorry(request, error)


async def _take(request: Request, site: Site, read: AppealToken) -> Response:
    text = ""
    try:
        text = await _form_text(request)
        await asyncio.to_thread(
            make_appeal,
            site.assistant,
            read.community,
            read.decision_id,
            text=text,
            language=_language(request, read),
            member_id=read.member_id,
        )
    except InvalidInput as error:
        if error.field == "decision":
            raise
        return await _page(request, site, read, error, text)
    except Conflict:
        pass  # it is there already: the page says so
    return again(request, asked_language(request))


async def _page(
    request: Request, site: Site, read: AppealToken, problem: InvalidInput | None = None, text: str = ""
) -> Response:
    """What was decided, and a form, or what became of the appeal; with a ``problem``, what was typed is in the form again."""
    found = await asyncio.to_thread(find_appeal, site.assistant, read.community, read.decision_id)
    decision, appeal = found.decision, found.appeal
    language = _language(request, read)
    return page(
        "appeal.html",
        request,
        language=language,
        csp=FORM_CSP,
        status=200 if problem is None else problem.status,
        community=found.community_name,
        slug=read.community,
        reason=decision.answer["reason"].get(language) or decision.answer["reason"]["en"],
        rules=_rules(decision.labels, language),
        decision_id=decision.id,
        appeal=appeal,
        sent_on=appeal.created_at.astimezone(found.zone).strftime("%Y-%m-%d") if appeal else "",
        overturned=found.overturned,
        problem=_sentence(problem, text, language) if problem else None,
        text=text,
        limit=MAX_APPEAL_CHARS,
    )


def _rules(labels: Sequence[str], language: str) -> list[str]:
    keys = dict.fromkeys("custom" if label.startswith(CUSTOM_PREFIX) else label for label in labels)
    return [load_words().get(f"labels.{key}.definition", language) for key in keys]


def _sentence(problem: InvalidInput, text: str, language: str) -> str:
    key = {"text_empty": "empty", "too_large": "too_long" if text else "far_too_long"}.get(
        problem.message, "unreadable"
    )
    return load_words().get(f"appeal.{key}", language, limit=MAX_APPEAL_CHARS, count=len(text.strip()))


def _sorry(request: Request, error: AssistantError) -> Response:
    """There is no telling whose link it was: in the language of the address or the browser."""
    known = {NotFound: "gone", InvalidInput: "nothing"}.get(type(error))
    language = language_of(request)
    text = load_words().get(f"appeal.{known}", language) if known else sentence(error, language)
    answer = page("appeal_sorry.html", request, status=error.status, text=text)
    if isinstance(error, RateLimited):
        answer.headers["retry-after"] = str(error.retry_after)
    return answer


def _language(request: Request, read: AppealToken) -> str:
    return language_of(request) if request.query_params.get("lang") else read.language


async def _form_text(request: Request) -> str:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
        raise UnsupportedMedia(field="Content-Type", limit=_FORM)
    size, chunks = 0, []
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_FORM_BYTES:
            raise TooLarge(field="body", limit=MAX_FORM_BYTES)
        chunks.append(chunk)
    try:
        fields = dict(parse_qsl(b"".join(chunks).decode("ascii"), errors="strict", max_num_fields=10))
        return storable(fields.get("text", "").replace("\r\n", "\n"))
    except (UnicodeDecodeError, ValueError):
        raise InvalidInput(field="text", problem="cannot be read") from None
