"""What to post: suggestions, and what they are made of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from assistant.errors import AssistantError
from assistant.types.access import Scope
from assistant.usecases.caller import Caller
from assistant.usecases.content import posts as posts_usecase
from assistant.usecases.content import settings as settings_usecase
from assistant.usecases.content.asking import SuggestionsRequest
from assistant.usecases.content.render import render_post
from assistant.usecases.content.settings_shape import ContentSettingsShape
from assistant.usecases.content.suggest import suggest_all, suggestions
from assistant.usecases.request import Cursor, Name
from assistant.web.answers import json_answer
from assistant.web.auth import authenticate
from assistant.web.body import off_loop, parse, read_body
from assistant.web.openapi import body, errors, streamed
from assistant.web.routes.connections import Community
from assistant.web.routes.faq import KEEP_ALIVE_S, event
from assistant.web.site import Site, site_of

MAX_SMALL_BYTES = 50_000
MAX_BODY_BYTES = 4_194_304

router = APIRouter(tags=["content"])
SECURITY: dict[str, Any] = {"security": [{"key": []}]}
ERRORS = errors(400, 401, 403, 404, 409, 413, 415, 429, 503)
_EXAMPLE = {"goal": "engage", "days": 7, "count": 3, "kinds": ["poll", "how_to", "activity"], "language": "zh-Hant"}
_SETTINGS = {
    "name": "小樹嬰幼",
    "timezone": "Asia/Taipei",
    "language": "zh-Hant",
    "regions": ["tw"],
    "jurisdictions": ["tw"],
    "facts": ["滿 1,000 元免運", "營業時間週一到週五 10:00 到 19:00"],
}
_POST = {"posts": [{"id": "p1", "text": "週三讀書會見", "at": "2026-11-01T12:00:00+08:00", "kind": "activity"}]}


class PageQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    community: Name | None = Field(None, description="Only for a key that belongs to no community.")
    cursor: Cursor | None = Field(None, description="`next_cursor` of the page before.")
    limit: int = Field(50, ge=1, le=200)


@router.post(
    "/v1/content/suggestions",
    summary="What to post, why, to whom and when",
    description="With `stream`, server-sent events: `insight`, then each `suggestion` once it is written and screened, then `done`.",
    responses={**streamed("`insight` (topics, needs, occasions) and `suggestions`, best first."), **ERRORS},
    openapi_extra={**body(SuggestionsRequest, {"three": _EXAMPLE}), **SECURITY},
)
async def post_suggestions(request: Request, community: Community = None) -> Response:
    _, site, own = await operator(request, community)
    asked = parse(SuggestionsRequest, await read_body(request, MAX_SMALL_BYTES))
    if asked.stream:
        return StreamingResponse(
            _events(suggestions(site.assistant, own, asked)),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )
    return json_answer(await suggest_all(site.assistant, own, asked))


@router.get(
    "/v1/content/settings",
    summary="How the community wants its content",
    responses={200: {"description": "The settings."}, **ERRORS},
    openapi_extra=SECURITY,
)
async def get_settings(request: Request, community: Community = None) -> Response:
    _, site, own = await operator(request, community)
    found = await asyncio.to_thread(settings_usecase.get_settings, site.assistant.database, own)
    return json_answer(settings_usecase.dump_settings(found))


@router.put(
    "/v1/content/settings",
    summary="Change how the community wants its content",
    description="All of it: what is left out takes its default again.",
    responses={200: {"description": "The settings as they are now."}, **ERRORS},
    openapi_extra={**body(ContentSettingsShape, {"shop": _SETTINGS}), **SECURITY},
)
async def put_settings(request: Request, community: Community = None) -> Response:
    caller, site, own = await operator(request, community)
    settings = parse(ContentSettingsShape, await read_body(request, MAX_SMALL_BYTES)).settings()
    await asyncio.to_thread(
        settings_usecase.save_settings,
        site.assistant.database,
        own,
        settings,
        actor=caller.key_id,
        now=site.assistant.clock(),
    )
    return json_answer(settings_usecase.dump_settings(settings))


@router.put(
    "/v1/content/posts",
    summary="Tell what was posted before, and what it brought",
    responses={200: {"description": "`posts`: how many."}, **ERRORS},
    openapi_extra={**body(posts_usecase.PostsRequest, {"one": _POST}), **SECURITY},
)
async def put_posts(request: Request, community: Community = None) -> Response:
    _, site, own = await operator(request, community)
    raw = await read_body(request, MAX_BODY_BYTES)
    asked = await off_loop(lambda given: parse(posts_usecase.PostsRequest, given), raw)
    return json_answer({"posts": await asyncio.to_thread(posts_usecase.put_posts, site.assistant, own, asked)})


@router.get(
    "/v1/content/posts",
    summary="What was posted, newest first",
    responses={200: {"description": "`posts` and `next_cursor`."}, **ERRORS},
    openapi_extra=SECURITY,
)
async def get_posts(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    _, site, own = await operator(request, query.community)
    page = await asyncio.to_thread(posts_usecase.list_posts, site.assistant, own, query.cursor, query.limit)
    return json_answer({"posts": [render_post(one) for one in page.rows], "next_cursor": page.next_cursor})


async def operator(request: Request, community: str | None) -> tuple[Caller, Site, str]:
    """The caller, the site and the community that is asked about."""
    caller = await authenticate(request, Scope.OPERATOR)
    return caller, site_of(request), caller.community_for(community)


async def _events(parts: AsyncIterator[tuple[str, Mapping[str, Any]]]) -> AsyncIterator[bytes]:
    """Server-sent events (WHATWG HTML, section 9.2); a comment keeps idle connections open."""
    count = 0
    while True:
        task = asyncio.ensure_future(anext(parts, None))
        try:
            while not task.done():
                done, _ = await asyncio.wait({task}, timeout=KEEP_ALIVE_S)
                if not done:
                    yield b": keep-alive\n\n"
            part = task.result()
        except AssistantError as error:
            yield event("error", {"status": error.status, "error": error.message, "field": error.field})
            return
        finally:
            task.cancel()
        if part is None:
            yield event("done", {"suggestions": count})
            return
        count += part[0] == "suggestion"
        yield event(*part)
