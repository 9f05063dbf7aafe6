"""The manual channel's page, for a telephone: copy the post, say that it is out, give its numbers."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qsl

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from assistant.content.results import NUMBERS
from assistant.errors import AssistantError, InvalidInput, TooLarge, UnsupportedMedia
from assistant.types.content import SlotState
from assistant.usecases.content.calendar import NumbersRequest, open_page, posted_by_hand, published_text
from assistant.usecases.content.settings import get_settings
from assistant.usecases.request import invalid_input
from assistant.web.pages import FORM_CSP, language_of, page
from assistant.web.problem import sentence
from assistant.web.site import client_address, site_of

MAX_FORM_BYTES = 4_000
_FORM = "application/x-www-form-urlencoded"

pages = APIRouter(include_in_schema=False)


@pages.get("/posts/{secret}")
async def get_page(request: Request, secret: str) -> Response:
    try:
        return await _show(request, secret)
    except AssistantError as error:
        return _sorry(request, error)


@pages.post("/posts/{secret}")
async def post_page(request: Request, secret: str) -> Response:
    """A form, sent by a browser without any script: done, with what numbers there are."""
    try:
        _limit(request)
        numbers = await _numbers(request)
        await asyncio.to_thread(posted_by_hand, site_of(request).assistant, secret, numbers)
    except AssistantError as error:
        return _sorry(request, error)
    return RedirectResponse(request.url.path, status_code=303)


async def _show(request: Request, secret: str) -> Response:
    _limit(request)
    assistant = site_of(request).assistant
    entry, draft = await asyncio.to_thread(open_page, assistant, secret)
    settings = await asyncio.to_thread(get_settings, assistant.database, entry.community)
    chosen = language_of(request) if request.query_params.get("lang") else draft.language
    answer = page(
        "post.html",
        request,
        language=chosen,
        csp=FORM_CSP,
        text=published_text(draft),
        at=entry.at.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M"),
        published=entry.state is SlotState.PUBLISHED,
        numbers=[(name, entry.numbers.get(name)) for name in NUMBERS],
    )
    answer.headers["referrer-policy"] = "no-referrer"
    answer.headers["cache-control"] = "no-store"
    return answer


def _limit(request: Request) -> None:
    site = site_of(request)
    site.addresses.take(f"post {client_address(request)}", site.assistant.settings.limits.playground_per_minute)


async def _numbers(request: Request) -> dict[str, float]:
    """Raises: UnsupportedMedia, TooLarge, InvalidInput."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
        raise UnsupportedMedia(field="Content-Type", limit=_FORM)
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_FORM_BYTES:
            raise TooLarge(field="body", limit=MAX_FORM_BYTES)
    try:
        fields = dict(parse_qsl(raw.decode("ascii"), errors="strict", max_num_fields=20))
        return NumbersRequest(**{name: fields[name] for name in NUMBERS if fields.get(name)}).given()
    except ValidationError as error:
        raise invalid_input(error) from None
    except (UnicodeDecodeError, ValueError):
        raise InvalidInput(field="numbers", problem="cannot be read") from None


def _sorry(request: Request, error: AssistantError) -> Response:
    text = sentence(error, language_of(request))
    return page("post_sorry.html", request, status=error.status, text=text)
