"""The members' widget: its script for pages elsewhere, its words, and a page to try it on."""

from __future__ import annotations

import asyncio
import gzip
from functools import cache
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from assistant.usecases.communities import DEMO
from assistant.usecases.faq.entries import list_entries
from assistant.usecases.faq.widget import demo_member_key, widget_config
from assistant.usecases.request import LanguageTag
from assistant.web.answers import json_answer
from assistant.web.loopback import require_playground
from assistant.web.openapi import errors
from assistant.web.pages import STATIC, language_of, page
from assistant.web.routes.connections import Community
from assistant.web.routes.faq import asker_of
from assistant.web.site import site_of
from assistant.words import choose_language

SHOWN_ENTRIES = 30

router = APIRouter(tags=["faq"])
_SECURITY: dict[str, Any] = {"security": [{"key": []}]}
_SCRIPT_HEADERS = {
    "cache-control": "public, max-age=3600, stale-while-revalidate=86400",
    "access-control-allow-origin": "*",  # so that a page may pin the script's hash (Subresource Integrity)
    "cross-origin-resource-policy": "cross-origin",
    "vary": "Accept-Encoding",
}


@router.get("/widget.js", include_in_schema=False)
async def get_script(request: Request) -> Response:
    """Cached for an hour, and compressed: every page of a shop asks for it."""
    plain, small, tag = _script()
    headers = {**_SCRIPT_HEADERS, "etag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(small, media_type="text/javascript", headers={**headers, "content-encoding": "gzip"})
    return Response(plain, media_type="text/javascript", headers=headers)


@router.get(
    "/v1/faq/widget",
    summary="What the widget shows at first",
    responses={
        200: {"description": "`words` in the language, `questions` for the chips, `enabled`."},
        **errors(400, 401, 403, 404, 429, 503),
    },
    openapi_extra=_SECURITY,
)
async def get_widget(
    request: Request, language: Annotated[LanguageTag | None, Query()] = None, community: Community = None
) -> Response:
    asker, _ = await asker_of(request, community)
    spoken = choose_language(language or request.headers.get("accept-language"))
    config = await asyncio.to_thread(widget_config, site_of(request).assistant, asker.community, spoken)
    answer = json_answer(config)
    answer.headers["cache-control"] = "private, max-age=300"
    answer.headers["vary"] = "Authorization, Accept-Language"
    return answer


@router.get("/widget/demo", include_in_schema=False)
async def get_demo(request: Request) -> Response:
    assistant = site_of(request).assistant
    require_playground(request, assistant.settings.playground, assistant.settings.public_url)
    kept = assistant.settings.data_dir / "demo-member.key"
    key = await asyncio.to_thread(demo_member_key, assistant.database, kept)
    known = await asyncio.to_thread(list_entries, assistant, DEMO, document_id=None, cursor=None, limit=SHOWN_ENTRIES)
    return page(
        "widget_demo.html",
        request,
        page="widget",
        key=key,
        community=DEMO,
        language=language_of(request),
        entries=[(entry.question or entry.title, entry.answer) for entry in known.rows],
    )


@cache
def _script() -> tuple[bytes, bytes, str]:
    """As it is, compressed, and its entity tag."""
    plain = (STATIC / "widget.js").read_bytes()
    return plain, gzip.compress(plain, mtime=0), f'"{sha256(plain).hexdigest()[:20]}"'
