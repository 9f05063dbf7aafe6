"""A member's own page: what they allow, where and how often; one-click unsubscribe; links in messages. All without any script."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from assistant.errors import AssistantError, InvalidInput, NotFound, RateLimited, TooLarge, UnsupportedMedia
from assistant.types.member import ConsentPurpose
from assistant.usecases.push import preferences as usecase
from assistant.usecases.push.links import Leads, PushToken, read_link
from assistant.web.pages import FORM_CSP, language_of, page
from assistant.web.problem import sentence
from assistant.web.site import Site, client_address, site_of
from assistant.words import LANGUAGES, choose_language, load_words

MAX_FORM_BYTES = 20_000
MAX_FIELDS = 300
_FORM = "application/x-www-form-urlencoded"
_NO_STORE = {"cache-control": "no-store", "referrer-policy": "no-referrer"}

pages = APIRouter(include_in_schema=False)
Answer = Callable[[Request, Site, PushToken], Awaitable[Response]]


@pages.get("/preferences/{token}")
async def get_preferences(request: Request, token: str) -> Response:
    return await _for_members(request, Leads.PREFERENCES, token, _page)


@pages.post("/preferences/{token}")
async def post_preferences(request: Request, token: str) -> Response:
    return await _for_members(request, Leads.PREFERENCES, token, _save)


@pages.get("/unsubscribe/{token}")
async def get_unsubscribe(request: Request, token: str) -> Response:
    """Asks first: mail scanners open every link."""
    return await _for_members(request, Leads.UNSUBSCRIBE, token, _ask)


@pages.post("/unsubscribe/{token}")
async def post_unsubscribe(request: Request, token: str) -> Response:
    """RFC 8058: the body is ``List-Unsubscribe=One-Click``, or the page's own form."""
    return await _for_members(request, Leads.UNSUBSCRIBE, token, _leave)


@pages.get("/r/{token}")
async def get_click(request: Request, token: str) -> Response:
    return await _for_members(request, Leads.CLICK, token, _follow)


async def _for_members(request: Request, leads: Leads, token: str, answer: Answer) -> Response:
    """The answer for a link of ours, and a page as well for what goes wrong."""
    site = site_of(request)
    try:
        site.addresses.take(f"push {client_address(request)}", site.assistant.settings.limits.playground_per_minute)
        return await answer(request, site, read_link(site.assistant, leads, token))
    except AssistantError as error:
        return _sorry(request, error)


async def _page(request: Request, site: Site, read: PushToken, saved: bool = False) -> Response:
    own = await asyncio.to_thread(usecase.own_page, site.assistant, read)
    return page(
        "preferences.html",
        request,
        language=_language(request, read),
        csp=FORM_CSP,
        community=own.community_name,
        asked=[(one.value, one in own.granted) for one in usecase.ASKED],
        channels=[(one, name, one not in own.refused) for one, name in own.channels.items()],
        per_week=own.per_week,
        choices=usecase.PER_WEEK,
        stops=own.stops,
        saved=saved or request.query_params.get("saved") == "1",
    )


async def _save(request: Request, site: Site, read: PushToken) -> Response:
    fields = await _fields(request)
    granted = {ConsentPurpose(value) for name, value in fields if name == "consent" and value in set(ConsentPurpose)}
    channels = {value for name, value in fields if name == "channel"}
    stops = {value for name, value in fields if name == "stop"}
    week = next((value for name, value in fields if name == "per_week"), "")
    per_week = int(week) if week in {str(one) for one in usecase.PER_WEEK} else None
    await asyncio.to_thread(usecase.save_page, site.assistant, read, granted, channels, per_week, stops)
    return RedirectResponse(f"{request.url.path}?saved=1{_language_query(request)}", status_code=303)


async def _ask(request: Request, site: Site, read: PushToken) -> Response:
    own = await asyncio.to_thread(usecase.own_page, site.assistant, read)
    return _unsubscribe_page(request, read, own.community_name, gone=ConsentPurpose.PUSH not in own.granted)


async def _leave(request: Request, site: Site, read: PushToken) -> Response:
    await _fields(request)
    await asyncio.to_thread(usecase.unsubscribe, site.assistant, read)
    own = await asyncio.to_thread(usecase.own_page, site.assistant, read)
    return _unsubscribe_page(request, read, own.community_name, gone=True)


async def _follow(request: Request, site: Site, read: PushToken) -> Response:
    del request
    target = await asyncio.to_thread(usecase.click, site.assistant, read)
    return RedirectResponse(target, status_code=302, headers=_NO_STORE)


def _unsubscribe_page(request: Request, read: PushToken, community: str, *, gone: bool) -> Response:
    return page(
        "unsubscribe.html",
        request,
        language=_language(request, read),
        csp=FORM_CSP,
        community=community,
        gone=gone,
    )


def _sorry(request: Request, error: AssistantError) -> Response:
    language = language_of(request)
    text = load_words().get("push.page.gone", language) if isinstance(error, NotFound) else sentence(error, language)
    answer = page("push_sorry.html", request, status=error.status, text=text)
    if isinstance(error, RateLimited):
        answer.headers["retry-after"] = str(error.retry_after)
    return answer


def _language(request: Request, read: PushToken) -> str:
    return language_of(request) if request.query_params.get("lang") else choose_language(read.language)


def _language_query(request: Request) -> str:
    lang = request.query_params.get("lang")
    return f"&lang={lang}" if lang in LANGUAGES else ""


async def _fields(request: Request) -> list[tuple[str, str]]:
    """Raises: UnsupportedMedia, TooLarge, InvalidInput."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
        raise UnsupportedMedia(field="Content-Type", limit=_FORM)
    size, chunks = 0, []
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_FORM_BYTES:
            raise TooLarge(field="body", limit=MAX_FORM_BYTES)
        chunks.append(chunk)
    try:
        return parse_qsl(b"".join(chunks).decode("ascii"), errors="strict", max_num_fields=MAX_FIELDS)
    except (UnicodeDecodeError, ValueError):
        raise InvalidInput(field="body", problem="cannot be read") from None
