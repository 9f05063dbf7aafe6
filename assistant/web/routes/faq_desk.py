"""The FAQ bot's desk: what it knows, how it behaves, whom it could not help."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from assistant.store.faq_conversations import HandoffState
from assistant.types.faq import Entry
from assistant.types.faq_settings import FaqSettings
from assistant.usecases.faq import entries as entries_usecase
from assistant.usecases.faq import handoffs as handoffs_usecase
from assistant.usecases.faq import insight
from assistant.usecases.faq import settings as settings_usecase
from assistant.usecases.request import Cursor, LanguageTag, Moment, Name, Shape, Text
from assistant.web.answers import json_answer
from assistant.web.auth import operator_of
from assistant.web.body import off_loop, parse, read_body
from assistant.web.faq_settings import FaqSettingsShape
from assistant.web.openapi import body, errors
from assistant.web.routes.connections import Community
from assistant.web.site import Site
from assistant.web.whole_segments import WholeSegments

MAX_SMALL_BYTES = 20_000
MAX_BODY_BYTES = 4_194_304

router = APIRouter(tags=["faq"], route_class=WholeSegments)
_SECURITY: dict[str, Any] = {"security": [{"key": []}]}
_ERRORS = errors(400, 401, 403, 404, 409, 413, 415, 429, 503)


_EXAMPLE = {"id": "returns", "question": "怎麼退貨？", "answer": "到貨七天內可以退。", "alternatives": ["可以退嗎"]}
_HOURS = {"hours": [{"days": [1, 2, 3, 4, 5], "begins": "09:00", "ends": "18:00"}]}


class EntryShape(Shape):
    """A question with its answer, or, without a question, a passage."""

    id: Name
    answer: Text
    question: Text = ""
    language: LanguageTag | None = None
    alternatives: tuple[Text, ...] = Field((), max_length=entries_usecase.MAX_ALTERNATIVES)
    title: Text = Field("", max_length=500)
    source: Text = Field("", max_length=2_000)
    headings: tuple[Text, ...] = Field((), max_length=10)
    valid_from: Moment | None = None
    valid_to: entries_usecase.Until = None
    roles: tuple[Name, ...] = Field((), max_length=50)

    def entry(self) -> Entry:
        fields = self.model_dump()
        return Entry(**{**fields, "language": fields["language"] or ""})


class EntriesShape(Shape):
    entries: tuple[EntryShape, ...] = Field(min_length=1, max_length=entries_usecase.MAX_ENTRIES)


class ActorShape(Shape):
    actor: Name


class AnswerShape(Shape):
    """``publish`` makes the question and this answer an entry; ``hold`` keeps the conversation with the person."""

    actor: Name
    answer: Text = Field(max_length=handoffs_usecase.MAX_ANSWER_CHARS)
    publish: bool = False
    hold: bool = False


class ListQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    community: Name | None = Field(None, description="Only for a key that belongs to no community.")
    cursor: Cursor | None = Field(None, description="`next_cursor` of the page before.")
    limit: int = Field(50, ge=1, le=200)


class EntryQuery(ListQuery):
    document: Name | None = None


class HandoffQuery(ListQuery):
    state: HandoffState | None = None


class InsightQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    community: Name | None = Field(None, description="Only for a key that belongs to no community.")
    days: int = Field(30, ge=1, le=insight.MAX_DAYS)
    limit: int = Field(50, ge=1, le=500)


@router.put(
    "/v1/faq/entries",
    summary="Put what the bot knows",
    description="Each entry takes the place of one of the same id. All of them are put, or none.",
    responses={200: {"description": "`entries`: how many."}, **_ERRORS},
    openapi_extra={
        **body(
            EntriesShape,
            {
                "return": {
                    "entries": [
                        {
                            "id": "returns",
                            "question": "怎麼退貨？",
                            "answer": "到貨七天內可以退。",
                            "alternatives": ["可以退嗎"],
                        }
                    ]
                }
            },
        ),
        **_SECURITY,
    },
)
async def put_entries(request: Request, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    raw = await read_body(request, MAX_BODY_BYTES)
    asked = await off_loop(lambda given: parse(EntriesShape, given), raw)
    entries = [one.entry() for one in asked.entries]
    done = await asyncio.to_thread(entries_usecase.put_entries, site.assistant, own, entries, actor=caller.key_id)
    return json_answer({"entries": len(done)})


@router.get(
    "/v1/faq/entries",
    summary="What the bot knows, newest first",
    responses={200: {"description": "`entries` and `next_cursor`."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_entries(request: Request, query: Annotated[EntryQuery, Query()]) -> Response:
    _, site, own = await operator_of(request, query.community)
    page = await asyncio.to_thread(
        entries_usecase.list_entries,
        site.assistant,
        own,
        document_id=query.document,
        cursor=query.cursor,
        limit=query.limit,
    )
    rendered = [entries_usecase.render_entry(entry) for entry in page.rows]
    return json_answer({"entries": rendered, "next_cursor": page.next_cursor})


@router.delete(
    "/v1/faq/entries/{entry_id}",
    summary="Forget an entry, everywhere at once",
    status_code=204,
    responses={204: {"description": "Gone."}, **_ERRORS},
    response_class=Response,
    openapi_extra=_SECURITY,
)
async def delete_entry(request: Request, entry_id: Name, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    await asyncio.to_thread(entries_usecase.remove_entry, site.assistant, own, entry_id, actor=caller.key_id)
    return Response(status_code=204)


@router.get(
    "/v1/faq/settings",
    summary="How the bot behaves",
    responses={200: {"description": "The settings."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_settings(request: Request, community: Community = None) -> Response:
    _, site, own = await operator_of(request, community)
    found = await asyncio.to_thread(settings_usecase.get_settings, site.assistant.database, own)
    return json_answer(await _shown(site, own, found))


async def _shown(site: Site, community: str, settings: FaqSettings) -> dict[str, Any]:
    language = await asyncio.to_thread(settings_usecase.default_language, site.assistant.database, community)
    return {**settings_usecase.dump_settings(settings), "default_language": language}


@router.put(
    "/v1/faq/settings",
    summary="Change how the bot behaves",
    description="All of them: what is left out takes its default again, but for `default_language`.",
    responses={200: {"description": "The settings as they are now."}, **_ERRORS},
    openapi_extra={
        **body(FaqSettingsShape, {"hours": _HOURS}),
        **_SECURITY,
    },
)
async def put_settings(request: Request, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    document = parse(FaqSettingsShape, await read_body(request, MAX_SMALL_BYTES)).model_dump()
    language = document.pop("default_language")
    settings = settings_usecase.read_settings(document)
    await asyncio.to_thread(
        settings_usecase.save_settings,
        site.assistant.database,
        own,
        settings,
        actor=caller.key_id,
        now=site.assistant.clock(),
        allow=site.assistant.settings.outgoing.allow,
        language=language,
    )
    return json_answer(await _shown(site, own, settings))


@router.post(
    "/v1/faq/member-secret",
    summary="A new secret for the members' tokens, shown this once",
    responses={200: {"description": "`secret`."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def post_member_secret(request: Request, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    assistant = site.assistant
    secret = await asyncio.to_thread(
        settings_usecase.make_member_secret,
        assistant.database,
        assistant.vault,
        own,
        actor=caller.key_id,
        now=assistant.clock(),
    )
    return json_answer({"secret": secret})


@router.get(
    "/v1/faq/handoffs",
    summary="Who waits for a person, newest first",
    responses={200: {"description": "`handoffs` and `next_cursor`."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_handoffs(request: Request, query: Annotated[HandoffQuery, Query()]) -> Response:
    _, site, own = await operator_of(request, query.community)
    page = await asyncio.to_thread(
        handoffs_usecase.list_handoffs, site.assistant, own, state=query.state, cursor=query.cursor, limit=query.limit
    )
    rendered = [handoffs_usecase.render_handoff(one) for one in page.rows]
    return json_answer({"handoffs": rendered, "next_cursor": page.next_cursor})


@router.get(
    "/v1/faq/handoffs/{handoff_id}",
    summary="One hand-off with its conversation",
    responses={200: {"description": "The hand-off, its `turns`, and the `contact` that the member left."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_handoff(request: Request, handoff_id: Name, community: Community = None) -> Response:
    _, site, own = await operator_of(request, community)
    return json_answer(await asyncio.to_thread(handoffs_usecase.show_handoff, site.assistant, own, handoff_id))


@router.post(
    "/v1/faq/handoffs/{handoff_id}/hold",
    summary="Speak in the bot's place",
    responses={200: {"description": "The hand-off."}, **_ERRORS},
    openapi_extra={**body(ActorShape, {"hold": {"actor": "ming"}}), **_SECURITY},
)
async def post_hold(request: Request, handoff_id: Name, community: Community = None) -> Response:
    _, site, own = await operator_of(request, community)
    asked = parse(ActorShape, await read_body(request, MAX_SMALL_BYTES))
    held = await asyncio.to_thread(handoffs_usecase.hold_handoff, site.assistant, own, handoff_id, asked.actor)
    return json_answer(handoffs_usecase.render_handoff(held))


@router.post(
    "/v1/faq/handoffs/{handoff_id}/release",
    summary="Give it back",
    responses={200: {"description": "The hand-off."}, **_ERRORS},
    openapi_extra={**body(ActorShape, {"release": {"actor": "ming"}}), **_SECURITY},
)
async def post_release(request: Request, handoff_id: Name, community: Community = None) -> Response:
    _, site, own = await operator_of(request, community)
    asked = parse(ActorShape, await read_body(request, MAX_SMALL_BYTES))
    held = await asyncio.to_thread(handoffs_usecase.release_handoff, site.assistant, own, handoff_id, asked.actor)
    return json_answer(handoffs_usecase.render_handoff(held))


@router.post(
    "/v1/faq/handoffs/{handoff_id}/answer",
    summary="A person's answer, and with `publish` an entry of it",
    responses={200: {"description": "The hand-off."}, **_ERRORS},
    openapi_extra={
        **body(AnswerShape, {"answer": {"actor": "ming", "answer": "可以，請附發票。", "publish": True}}),
        **_SECURITY,
    },
)
async def post_answer(request: Request, handoff_id: Name, community: Community = None) -> Response:
    _, site, own = await operator_of(request, community)
    asked = parse(AnswerShape, await read_body(request, MAX_BODY_BYTES))
    answered = await asyncio.to_thread(
        handoffs_usecase.answer_handoff,
        site.assistant,
        own,
        handoff_id,
        asked.answer,
        actor=asked.actor,
        publish=asked.publish,
        keep_holding=asked.hold,
    )
    return json_answer(handoffs_usecase.render_handoff(answered))


@router.get(
    "/v1/faq/gaps",
    summary="What is asked and not answered, as proposals for entries",
    responses={200: {"description": "`gaps`, the most pressing first."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_gaps(request: Request, query: Annotated[InsightQuery, Query()]) -> Response:
    _, site, own = await operator_of(request, query.community)
    return json_answer({"gaps": await asyncio.to_thread(insight.gaps, site.assistant, own, query.days, query.limit)})


@router.get(
    "/v1/faq/report",
    summary="Each entry: asked, solved, outdated",
    responses={200: {"description": "`entries`, those asked most first."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_report(request: Request, query: Annotated[InsightQuery, Query()]) -> Response:
    _, site, own = await operator_of(request, query.community)
    rows = await asyncio.to_thread(insight.entry_report, site.assistant, own, query.days, query.limit)
    return json_answer({"entries": rows})
