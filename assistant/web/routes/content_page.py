"""The manual channel's page, for a telephone: copy the post, say that it is out, give its numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from assistant.content.results import NUMBERS
from assistant.errors import AssistantError, InvalidInput, UnsupportedMedia
from assistant.types.content import SlotState
from assistant.usecases.content.calendar import MAX_NUMBER, NumbersRequest, open_page, posted_by_hand, published_text
from assistant.usecases.content.settings import get_settings
from assistant.web.body import read_bytes
from assistant.web.pages import FORM_CSP, again, asked_language, language_of, page
from assistant.web.problem import sentence
from assistant.web.site import client_address, site_of

MAX_FORM_BYTES = 4_000
SHOWN = "shown_"
_FORM = "application/x-www-form-urlencoded"

pages = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """The page's form: what was ``typed`` in the fields that were changed, the numbers in them, those that were emptied, and the fields
    that hold no number."""

    typed: Mapping[str, str]
    numbers: Mapping[str, float]
    emptied: Collection[str]
    wrong: Collection[str]


@pages.get("/posts/{secret}")
async def get_page(request: Request, secret: str) -> Response:
    try:
        _limit(request)
        return await _show(request, secret)
    except AssistantError as error:
        return _sorry(request, error)


@pages.post("/posts/{secret}")
async def post_page(request: Request, secret: str) -> Response:
    """A form, sent by a browser without any script: done, with what numbers there are."""
    try:
        _limit(request)
        sent = await _read(request)
        if sent.wrong:
            return await _show(request, secret, sent)
        await asyncio.to_thread(posted_by_hand, site_of(request).assistant, secret, sent.numbers, sent.emptied)
    except AssistantError as error:
        return _sorry(request, error)
    return again(request, asked_language(request))


async def _show(request: Request, secret: str, sent: Sent | None = None) -> Response:
    """The post; after what was ``sent`` could not be taken, with all that was typed."""
    assistant = site_of(request).assistant
    entry, draft = await asyncio.to_thread(open_page, assistant, secret)
    settings = await asyncio.to_thread(get_settings, assistant.database, entry.community)
    chosen = language_of(request) if request.query_params.get("lang") else draft.language
    kept = {name: f"{entry.numbers[name]:.15g}" if name in entry.numbers else "" for name in NUMBERS}
    typed = sent.typed if sent else {}
    answer = page(
        "post.html",
        request,
        language=chosen,
        csp=FORM_CSP,
        status=400 if sent else 200,
        text=published_text(draft),
        spoken=draft.language,
        at=entry.at.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M"),
        published=entry.state is SlotState.PUBLISHED,
        numbers=[(name, kept[name], typed.get(name, kept[name])) for name in NUMBERS],
        wrong=sent.wrong if sent else (),
        most=MAX_NUMBER,
    )
    answer.headers["referrer-policy"] = "no-referrer"
    answer.headers["cache-control"] = "no-store"
    return answer


def _limit(request: Request) -> None:
    site = site_of(request)
    site.addresses.take(f"post {client_address(request)}", site.assistant.settings.limits.playground_per_minute)


async def _read(request: Request) -> Sent:
    """Raises: UnsupportedMedia, TooLarge, InvalidInput."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
        raise UnsupportedMedia(field="Content-Type", limit=_FORM)
    raw = await read_bytes(request, MAX_FORM_BYTES)
    try:
        given = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
    except (UnicodeDecodeError, ValueError):
        raise InvalidInput(field="numbers", problem="cannot be read") from None
    fields = {name: value.strip() for name, value in given}
    changed = {
        name: fields[name] for name in NUMBERS if name in fields and fields[name] != fields.get(SHOWN + name, "")
    }
    numbers = {name: _number(name, value) for name, value in changed.items() if value}
    return Sent(
        changed,
        {name: value for name, value in numbers.items() if value is not None},
        {name for name, value in changed.items() if not value},
        {name for name, value in numbers.items() if value is None},
    )


def _number(name: str, typed: str) -> float | None:
    """``None`` where it is none that a post can have."""
    try:
        return NumbersRequest.model_validate({name: typed}).given().get(name)
    except ValidationError:
        return None


def _sorry(request: Request, error: AssistantError) -> Response:
    text = sentence(error, language_of(request))
    return page("post_sorry.html", request, status=error.status, text=text)
