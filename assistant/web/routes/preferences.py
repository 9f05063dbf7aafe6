"""A member's own page: what they allow, where and how often; one-click unsubscribe; links in messages. All without any script."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import parse_qsl

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from assistant.errors import AssistantError, InvalidInput, NotFound, RateLimited, UnsupportedMedia
from assistant.members.topics import shipped_topics
from assistant.types.member import ConsentPurpose
from assistant.usecases.push import preferences as usecase
from assistant.usecases.push.links import Leads, PushToken, read_link
from assistant.web.body import off_loop, read_bytes
from assistant.web.pages import FORM_CSP, again, asked_language, language_of, page
from assistant.web.problem import sentence
from assistant.web.site import Site, client_address, site_of
from assistant.words import choose_language, load_words

MAX_FORM_BYTES = 1_000_000
MAX_FIELDS = 5_000
"""A member may have stopped many topics, each of them a hundred characters of twelve bytes."""
SHOWN = "shown_"
_FORM = "application/x-www-form-urlencoded"
_PARTS = "multipart/form-data"
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
    """RFC 8058, section 3.2: the body is ``List-Unsubscribe=One-Click`` in either encoding of forms, or the page's own form."""
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
    language = _language(request, read)
    return page(
        "preferences.html",
        request,
        language=language,
        csp=FORM_CSP,
        community=own.community_name,
        asked=[(one.value, one in own.granted) for one in usecase.ASKED],
        channels=[(one, name, one not in own.refused) for one, name in own.channels.items()],
        per_week=own.per_week,
        choices=usecase.PER_WEEK,
        stops=[(one, _called(one, language)) for one in own.stops],
        saved=saved or request.query_params.get("saved") == "1",
    )


async def _save(request: Request, site: Site, read: PushToken) -> Response:
    fields = await _fields(request)
    told = [(name.removeprefix(SHOWN), value) for name, value in fields if name.startswith(SHOWN)]
    shown = _ticks(told) if told else None
    await asyncio.to_thread(usecase.save_page, site.assistant, read, shown, _ticks(fields))
    return again(request, f"?saved=1{asked_language(request, '&')}")


def _ticks(fields: Sequence[tuple[str, str]]) -> usecase.Ticks:
    def of(kind: str) -> frozenset[str]:
        return frozenset(value for name, value in fields if name == kind)

    purposes = frozenset(ConsentPurpose(value) for value in of("consent") & set(ConsentPurpose))
    weeks = [one for one in usecase.PER_WEEK if str(one) in of("per_week")]
    return usecase.Ticks(purposes, of("channel"), of("stop"), weeks[0] if weeks else None)


async def _ask(request: Request, site: Site, read: PushToken) -> Response:
    own = await asyncio.to_thread(usecase.own_page, site.assistant, read)
    return _unsubscribe_page(request, read, own.community_name, gone=ConsentPurpose.PUSH not in own.granted)


async def _leave(request: Request, site: Site, read: PushToken) -> Response:
    await _read(request, (_FORM, _PARTS))
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


def _called(stop: str, language: str) -> str:
    kind, _, name = stop.partition(":")
    key, words = f"push.page.stages.{name}", load_words()
    return words.get(key, language) if kind == "stage" and key in words else shipped_topics().name(name, language)


def _sorry(request: Request, error: AssistantError) -> Response:
    language = language_of(request)
    text = load_words().get("push.page.gone", language) if isinstance(error, NotFound) else sentence(error, language)
    answer = page("push_sorry.html", request, status=error.status, text=text)
    if isinstance(error, RateLimited):
        answer.headers["retry-after"] = str(error.retry_after)
    return answer


def _language(request: Request, read: PushToken) -> str:
    return language_of(request) if request.query_params.get("lang") else choose_language(read.language)


async def _fields(request: Request) -> list[tuple[str, str]]:
    """Raises: UnsupportedMedia, TooLarge, InvalidInput."""
    return await off_loop(_parsed, await _read(request, (_FORM,)))


def _parsed(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("ascii"), errors="strict", max_num_fields=MAX_FIELDS)
    except (UnicodeDecodeError, ValueError):
        raise InvalidInput(field="body", problem="cannot be read") from None


async def _read(request: Request, media: tuple[str, ...]) -> bytes:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() not in media:
        raise UnsupportedMedia(field="Content-Type", limit=media[0])
    return await read_bytes(request, MAX_FORM_BYTES)
