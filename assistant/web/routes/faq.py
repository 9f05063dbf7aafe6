"""Members ask the FAQ bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from assistant.errors import AssistantError, Unauthenticated
from assistant.faq.ingest.languages import read_language
from assistant.types.access import Scope
from assistant.usecases.faq import handoffs as handoffs_usecase
from assistant.usecases.faq import insight
from assistant.usecases.faq import settings as settings_usecase
from assistant.usecases.faq.ask import MAX_QUESTION_CHARS, Asked, ask
from assistant.usecases.faq.conversation import Asker, new_token, read_conversation
from assistant.usecases.faq.member_token import read_member_token
from assistant.usecases.faq.search import MAX_LIMIT, search
from assistant.usecases.request import LanguageTag, Name, Shape, Text, storable
from assistant.web.answers import json_answer
from assistant.web.auth import authenticate
from assistant.web.body import parse, read_body
from assistant.web.openapi import body, errors, streamed
from assistant.web.origins import check_origin
from assistant.web.routes.connections import Community
from assistant.web.site import client_address, site_of
from assistant.words import choose_language

MAX_ASK_BYTES = 20_000
MAX_BODY_BYTES = 4_194_304
KEEP_ALIVE_S = 15.0
PIECE_CHARS = 24

router = APIRouter(tags=["faq"])
_SECURITY: dict[str, Any] = {"security": [{"key": []}]}
_ERRORS = errors(400, 401, 403, 404, 409, 413, 415, 429, 503)
_MEMBER = [
    {
        "name": "X-Member-Token",
        "in": "header",
        "required": False,
        "description": "Who the member is: a JWT (HS256) that the community's server signs with the member secret.",
        "schema": {"type": "string"},
    },
    {
        "name": "X-Conversation-Token",
        "in": "header",
        "required": False,
        "description": "What the first answer gave to a browser whose member nobody vouches for.",
        "schema": {"type": "string"},
    },
]


Question = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=MAX_QUESTION_CHARS), AfterValidator(storable)
]


class AskShape(Shape):
    question: Question
    conversation_id: Name | None = None
    language: LanguageTag | None = None
    stream: bool = False


class SearchShape(Shape):
    question: Text = Field(max_length=20_000)
    limit: int = Field(5, ge=1, le=MAX_LIMIT)
    language: LanguageTag | None = None


class ContactShape(Shape):
    kind: Name = "other"
    value: Text = Field(min_length=1, max_length=handoffs_usecase.MAX_CONTACT_CHARS)


class PersonShape(Shape):
    """A contact is kept only with consent, sealed, and used for this answer alone."""

    contact: ContactShape | None = None
    consent: bool = False


class FeedbackShape(Shape):
    conversation_id: Name
    turn_id: Name
    thumb: int = Field(ge=-1, le=1)
    correction: Text | None = Field(None, max_length=insight.MAX_CORRECTION_CHARS)


@router.post(
    "/v1/faq/ask",
    summary="A member asks",
    description="With `stream`, server-sent events: `delta` with pieces of the answer, then `done` with all of it.",
    responses={**streamed("The answer with its sources, a question back, or a person."), **_ERRORS},
    openapi_extra={**body(AskShape, {"returns": {"question": "怎麼退貨？"}}), "parameters": _MEMBER, **_SECURITY},
)
async def post_ask(request: Request, community: Community = None) -> Response:
    asker, first = await asker_of(request, community)
    asked = parse(AskShape, await read_body(request, MAX_ASK_BYTES))
    language = choose_language(asked.language) if asked.language else None
    if asked.stream:
        return StreamingResponse(
            _events(_answer(request, asker, asked, language, first=first)),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )
    return json_answer(await _answer(request, asker, asked, language, first=first))


async def _answer(
    request: Request, asker: Asker, asked: AskShape, language: str | None, *, first: bool
) -> dict[str, Any]:
    answer = await ask(
        site_of(request).assistant, asker, asked.question, asked.conversation_id, language, preferred_of(request)
    )
    return render_asked(answer, asker.token if first else None)


@router.post(
    "/v1/faq/search",
    summary="What the bot would look at",
    responses={
        200: {"description": "`passages`, best first, and `answerable`, the probability that the first is right."},
        **_ERRORS,
    },
    openapi_extra={**body(SearchShape, {"returns": {"question": "退貨", "limit": 3}}), **_SECURITY},
)
async def post_search(request: Request, community: Community = None) -> Response:
    asker, _ = await asker_of(request, community)
    asked = parse(SearchShape, await read_body(request, MAX_BODY_BYTES))
    language = read_language(asked.language) if asked.language else None
    hits = await asyncio.to_thread(
        search, site_of(request).assistant, asker.community, asked.question, asker.roles, language, asked.limit
    )
    passages = [
        {
            "entry_id": hit.entry.id,
            "score": round(hit.score, 4),
            "text": hit.entry.answer,
            "title": hit.entry.title or hit.entry.question,
            "source": hit.entry.source,
        }
        for hit in hits
    ]
    return json_answer({"passages": passages, "answerable": passages[0]["score"] if passages else 0.0})


@router.get(
    "/v1/faq/conversations/{conversation_id}",
    summary="What was said, and who speaks now",
    responses={200: {"description": "`state` and `turns`, at most 100."}, **_ERRORS},
    openapi_extra={"parameters": _MEMBER, **_SECURITY},
)
async def get_conversation(
    request: Request, conversation_id: Name, after: Annotated[Name | None, Query()] = None, community: Community = None
) -> Response:
    asker, _ = await asker_of(request, community)
    return json_answer(
        await asyncio.to_thread(read_conversation, site_of(request).assistant, asker, conversation_id, after)
    )


@router.post(
    "/v1/faq/conversations/{conversation_id}/handoff",
    summary="A person, please",
    responses={200: {"description": "The hand-off, with hours and expected wait."}, **_ERRORS},
    openapi_extra={**body(PersonShape, {"person": {}}), "parameters": _MEMBER, **_SECURITY},
)
async def post_person(request: Request, conversation_id: Name, community: Community = None) -> Response:
    asker, _ = await asker_of(request, community)
    asked = parse(PersonShape, await read_body(request, MAX_ASK_BYTES))
    handed = await asyncio.to_thread(
        handoffs_usecase.ask_for_person,
        site_of(request).assistant,
        asker,
        conversation_id,
        asked.contact.model_dump() if asked.contact else None,
        consent=asked.consent,
    )
    return json_answer({"handoff": render_handed(handed)})


@router.post(
    "/v1/faq/feedback",
    summary="Was that helpful?",
    status_code=204,
    responses={204: {"description": "Noted."}, **_ERRORS},
    response_class=Response,
    openapi_extra={
        **body(FeedbackShape, {"yes": {"conversation_id": "cnv_...", "turn_id": "trn_...", "thumb": 1}}),
        "parameters": _MEMBER,
        **_SECURITY,
    },
)
async def post_feedback(request: Request, community: Community = None) -> Response:
    asker, _ = await asker_of(request, community)
    asked = parse(FeedbackShape, await read_body(request, MAX_ASK_BYTES))
    await asyncio.to_thread(
        insight.judge_answer,
        site_of(request).assistant,
        asker,
        asked.conversation_id,
        asked.turn_id,
        asked.thumb,
        asked.correction,
    )
    return Response(status_code=204)


@router.get(
    "/v1/faq/top",
    summary="What is asked most",
    responses={200: {"description": "`questions`."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_top(
    request: Request, language: Annotated[LanguageTag | None, Query()] = None, community: Community = None
) -> Response:
    asker, _ = await asker_of(request, community)
    spoken = choose_language(language or request.headers.get("accept-language"))
    questions = await asyncio.to_thread(insight.top_questions, site_of(request).assistant, asker.community, spoken)
    return json_answer({"questions": questions})


def preferred_of(request: Request) -> str | None:
    """What ``Accept-Language`` asks for, of the languages that have words."""
    return choose_language(request.headers.get("accept-language"), "") or None


async def asker_of(request: Request, community: str | None) -> tuple[Asker, bool]:
    """Who asks with this key, from a page that may use it; and whether a browser's token was made for this request."""
    caller = await authenticate(request, Scope.MEMBER)
    check_origin(request)
    own = caller.community_for(community)
    site = site_of(request)
    if caller.scope is Scope.MEMBER:
        limit = site.assistant.settings.limits.faq_per_minute
        site.addresses.take(f"faq {client_address(request)}", limit)
    token = request.headers.get("x-member-token")
    if token is not None:
        secret = await asyncio.to_thread(
            settings_usecase.member_secret, site.assistant.database, site.assistant.vault, own
        )
        if secret is None:
            raise Unauthenticated("member_token")
        member = read_member_token(token, secret, site.assistant.clock())
        return Asker(own, member_id=member.id, roles=member.roles), False
    shown = request.headers.get("x-conversation-token")
    if shown is not None:
        if not 16 <= len(shown) <= 100 or not shown.isascii():
            raise Unauthenticated("member_token")
        return Asker(own, token=shown), False
    return Asker(own, token=new_token()), True


def render_asked(asked: Asked, token: str | None) -> dict[str, Any]:
    reply = asked.reply
    document = {
        "outcome": reply.outcome.value,
        "answer": reply.answer,
        "citations": [
            {"entry_id": one.entry_id, "title": one.title, "quote": one.quote, "source": one.source}
            for one in reply.citations
        ],
        "confidence": reply.confidence,
        "conversation_id": asked.conversation.id,
        "turn_id": asked.turn_id,
        "choices": list(reply.choices),
        "because": reply.because,
        "written": reply.written,
        "question": reply.question,
        "language": asked.language,
        "machine": True,
        "handoff": render_handed(asked.handed) if asked.handed is not None else None,
    }
    return document | ({"conversation_token": token} if token is not None else {})


def render_handed(handed: handoffs_usecase.Handed) -> dict[str, Any]:
    return {
        "id": handed.id,
        "on_duty": handed.on_duty,
        "hours": handed.hours,
        "promised_minutes": handed.promised_minutes,
        "write_to": handed.write_to,
    }


async def _events(answering: Any) -> AsyncIterator[bytes]:
    """Server-sent events (WHATWG HTML, section 9.2); a comment keeps idle connections open."""
    task = asyncio.ensure_future(answering)
    try:
        while not task.done():
            done, _ = await asyncio.wait({task}, timeout=KEEP_ALIVE_S)
            if not done:
                yield b": keep-alive\n\n"
        try:
            document = task.result()
        except AssistantError as error:
            yield event("error", {"status": error.status, "error": error.message, "field": error.field})
            return
        answer = document["answer"]
        for at in range(0, len(answer), PIECE_CHARS):
            yield event("delta", {"text": answer[at : at + PIECE_CHARS]})
        yield event("done", document)
    finally:
        task.cancel()


def event(name: str, document: Any) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(document) + b"\n\n"
