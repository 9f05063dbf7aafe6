"""Members: what they do, declare and consent to; their profiles; and what they may ask of us."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from assistant.errors import AssistantError, InvalidInput, TooLarge, Unavailable
from assistant.types.access import Scope
from assistant.types.event import Event
from assistant.types.member import Member
from assistant.usecases.caller import Caller
from assistant.usecases.members import catalogue, declare, privacy
from assistant.usecases.members.declare import MOST_MEMBERS, ConsentShape, MembersShape
from assistant.usecases.members.event_shapes import MOST_EVENTS, EventsShape
from assistant.usecases.members.events import take_events
from assistant.usecases.members.profile import read_profile
from assistant.usecases.request import Cursor, Moment, Name, Shape
from assistant.web.answers import json_answer
from assistant.web.auth import authenticate
from assistant.web.body import off_loop, parse, read_body
from assistant.web.openapi import body, errors
from assistant.web.problem import sentence
from assistant.web.routes.connections import Community
from assistant.web.site import Site, site_of
from assistant.web.whole_segments import WholeSegments
from assistant.words import choose_language

MAX_BODY_BYTES = 50_000
MAX_SETTINGS_BYTES = 500_000

router = APIRouter(tags=["members"], route_class=WholeSegments)
_SECURITY: dict[str, Any] = {"security": [{"key": []}]}
_ERRORS = errors(400, 401, 403, 404, 409, 413, 415, 429, 503)
_EVENT = {
    "id": "o-1001",
    "type": "purchase",
    "member_id": "m1",
    "at": "2026-11-28T09:00:00+08:00",
    "item_id": "sku-7",
    "properties": {"order_id": "1001", "amount": 880, "currency": "TWD", "session_id": "s1"},
}
_MEMBER = {
    "id": "m1",
    "attributes": {"region": "台北市", "time_zone": "Asia/Taipei"},
    "consents": [
        {"purpose": "profiling", "granted": True, "source": "app sign-up", "wording": "……"},
        {"purpose": "push", "granted": True, "source": "app sign-up"},
    ],
}


class ConsentsShape(Shape):
    consents: Annotated[list[ConsentShape], Field(min_length=1, max_length=20)]


class TopicShape(Shape):
    """``stage:pregnancy``, ``stage:child``, or ``topic:`` and a tag."""

    topic: Annotated[Name, Field(pattern=r"^(stage|topic):.{1,100}$")]
    source: Name = "api"


class MembersQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    search: Name | None = Field(None, description="The beginning of an id, or a part of a name.")
    community: Name | None = Field(None, description="Only for a key that belongs to no community.")
    cursor: Cursor | None = Field(None, description="`next_cursor` of the page before.")
    limit: int = Field(50, ge=1, le=200)


class TimelineQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    community: Name | None = Field(None, description="Only for a key that belongs to no community.")
    cursor: Cursor | None = Field(None, description="`next_cursor` of the page before.")
    limit: int = Field(50, ge=1, le=200)


@router.post(
    "/v1/events",
    summary="What members did",
    description=f"At most {MOST_EVENTS} at once, in any order, however late. Each is taken or refused by itself; an id counts once.",
    responses={
        200: {"description": "`taken`, `known` (had been taken before), `erased`, and `errors` by place."},
        **_ERRORS,
    },
    openapi_extra={**body(EventsShape, {"purchase": {"events": [_EVENT]}}), **_SECURITY},
)
async def post_events(request: Request, community: Community = None) -> Response:
    _, site, own = await _caller(request, Scope.PLATFORM, community)
    given = await _batch(request, site, "events", MOST_EVENTS)
    found = await asyncio.to_thread(take_events, site.assistant, own, given)
    counts = {"taken": found.taken, "known": found.known, "erased": found.erased}
    return json_answer(counts | {"errors": _told(request, found.errors, given)})


@router.put(
    "/v1/members",
    summary="What members declare and consent to",
    description=f"At most {MOST_MEMBERS} at once. An attribute is kept only under the consent that its definition names.",
    responses={200: {"description": "`put`, and `errors` by place; what is wrong changes nothing."}, **_ERRORS},
    openapi_extra={**body(MembersShape, {"member": {"members": [_MEMBER]}}), **_SECURITY},
)
async def put_members(request: Request, community: Community = None) -> Response:
    _, site, own = await _caller(request, Scope.PLATFORM, community)
    given = await _batch(request, site, "members", MOST_MEMBERS)
    found = await asyncio.to_thread(declare.put_members, site.assistant, own, given)
    return json_answer({"put": found.put, "errors": _told(request, found.errors, given)})


@router.get(
    "/v1/members",
    summary="Find members",
    responses={200: {"description": "`members`, the newest first, and `next_cursor`."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_members(request: Request, query: Annotated[MembersQuery, Query()]) -> Response:
    _, site, own = await _caller(request, Scope.OPERATOR, query.community)
    page = await asyncio.to_thread(catalogue.list_members, site.assistant, own, query.search, query.cursor, query.limit)
    rows = [
        {"id": one.id, "name": one.name, "source": one.source, "created_at": one.created_at.isoformat()}
        for one in page.rows
    ]
    return json_answer({"members": rows, "next_cursor": page.next_cursor})


@router.get(
    "/v1/members/{member_id}",
    summary="A member: what they declared and consented to",
    responses={200: {"description": "The member."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_member(request: Request, member_id: Name, community: Community = None) -> Response:
    _, site, own = await _caller(request, Scope.OPERATOR, community)
    return json_answer(render_member(await asyncio.to_thread(catalogue.get_member, site.assistant, own, member_id)))


@router.get(
    "/v1/members/{member_id}/profile",
    summary="A member's profile, each value with its reasons",
    description="`at` asks for it as of then, by the same fold over the events until then.",
    responses={200: {"description": "`profile` is null without consent to profiling."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_profile(
    request: Request,
    member_id: Name,
    at: Annotated[Moment | None, Query()] = None,
    community: Community = None,
) -> Response:
    _, site, own = await _caller(request, Scope.OPERATOR, community)
    language = choose_language(request.headers.get("accept-language"))
    return json_answer(await asyncio.to_thread(read_profile, site.assistant, own, member_id, at, language))


@router.get(
    "/v1/members/{member_id}/events",
    summary="A member's events, the newest first",
    responses={200: {"description": "`events` and `next_cursor`."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_events(request: Request, member_id: Name, query: Annotated[TimelineQuery, Query()]) -> Response:
    _, site, own = await _caller(request, Scope.OPERATOR, query.community)
    found, cursor = await asyncio.to_thread(
        catalogue.timeline, site.assistant, own, member_id, query.cursor, query.limit
    )
    return json_answer({"events": [render_event(one) for one in found], "next_cursor": cursor})


@router.post(
    "/v1/members/{member_id}/consents",
    summary="A member says yes or no",
    description="What was held under a consent that is taken back is gone at once.",
    responses={200: {"description": "The member."}, **_ERRORS},
    openapi_extra={
        **body(ConsentsShape, {"no": {"consents": [{"purpose": "profiling", "granted": False, "source": "app"}]}}),
        **_SECURITY,
    },
)
async def post_consents(request: Request, member_id: Name, community: Community = None) -> Response:
    _, site, own = await _caller(request, Scope.PLATFORM, community)
    asked = parse(ConsentsShape, await read_body(request, MAX_BODY_BYTES))
    member = await asyncio.to_thread(declare.give_consents, site.assistant, own, member_id, asked.consents)
    return json_answer(render_member(member))


@router.post(
    "/v1/members/{member_id}/stops",
    summary="No more messages about this",
    description="At once, unasked why; what it was about is never inferred again.",
    responses={200: {"description": "The member."}, **_ERRORS},
    openapi_extra={**body(TopicShape, {"stage": {"topic": "stage:pregnancy"}}), **_SECURITY},
)
async def post_stop(request: Request, member_id: Name, community: Community = None) -> Response:
    _, site, own = await _caller(request, Scope.PLATFORM, community)
    asked = parse(TopicShape, await read_body(request, MAX_BODY_BYTES))
    member = await asyncio.to_thread(declare.stop_topic, site.assistant, own, member_id, asked.topic, asked.source)
    return json_answer(render_member(member))


@router.delete(
    "/v1/members/{member_id}/stops/{topic}",
    summary="The member wants to hear of it again",
    responses={200: {"description": "The member."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def delete_stop(request: Request, member_id: Name, topic: Name, community: Community = None) -> Response:
    _, site, own = await _caller(request, Scope.PLATFORM, community)
    member = await asyncio.to_thread(declare.allow_topic, site.assistant, own, member_id, topic)
    return json_answer(render_member(member))


@router.get(
    "/v1/members/{member_id}/export",
    summary="All that is known of a member",
    responses={200: {"description": "A JSON document to hand to the member."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_export(request: Request, member_id: Name, community: Community = None) -> Response:
    _, site, own = await _caller(request, Scope.OPERATOR, community)
    language = choose_language(request.headers.get("accept-language"))
    return json_answer(await asyncio.to_thread(privacy.export_member, site.assistant, own, member_id, language))


@router.delete(
    "/v1/members/{member_id}",
    summary="Erase a member",
    description="From every table, in one transaction. What happened before and comes late is not taken up again.",
    responses={200: {"description": "`rows` that went, by table."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def delete_member(request: Request, member_id: Name, community: Community = None) -> Response:
    caller, site, own = await _caller(request, Scope.OPERATOR, community)
    await _journal_empty(site)
    gone = await asyncio.to_thread(privacy.erase_member, site.assistant, own, member_id, f"key:{caller.key_id}")
    return json_answer({"rows": gone})


@router.get(
    "/v1/member-settings",
    summary="What a community defines for its members",
    responses={200: {"description": "The document; empty where there is none."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_settings(request: Request, community: Community = None) -> Response:
    _, site, own = await _caller(request, Scope.OPERATOR, community)
    return json_answer(await asyncio.to_thread(declare.read_settings, site.assistant, own))


@router.put(
    "/v1/member-settings",
    summary="Define attributes, and the rules of points",
    description="In place of the whole document: what is left out is gone. Rules of points without `since` count from now.",
    responses={200: {"description": "The document."}, **_ERRORS},
    openapi_extra={
        **body(
            catalogue.SettingsShape,
            {"due date": {"attributes": [{"name": "due_date", "type": "date", "stage": "pregnancy"}]}},
        ),
        **_SECURITY,
    },
)
async def put_settings(request: Request, community: Community = None) -> Response:
    caller, site, own = await _caller(request, Scope.OPERATOR, community)
    asked = parse(catalogue.SettingsShape, await read_body(request, MAX_SETTINGS_BYTES))
    document = await asyncio.to_thread(catalogue.save_settings, site.assistant, own, asked, f"key:{caller.key_id}")
    return json_answer(document)


def render_member(member: Member) -> dict[str, Any]:
    return {
        "id": member.id,
        "name": member.name,
        "source": member.source,
        "created_at": member.created_at.isoformat(),
        "updated_at": member.updated_at.isoformat(),
        "attributes": {
            one.name: {"value": one.value, "purpose": one.purpose.value, "source": one.source, "at": one.at.isoformat()}
            for one in member.attributes
        },
        "consents": {
            one.purpose.value: {
                "granted": one.granted,
                "source": one.source,
                "wording": one.wording,
                "at": one.at.isoformat(),
            }
            for one in member.consents
        },
        "stops": list(member.stops),
    }


def render_event(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.type.value,
        "at": event.at.isoformat(),
        "item_id": event.item_id,
        "channel": event.channel,
        "session_id": event.session_id,
        "text": event.text,
        "language": event.language,
        "flagged": event.flagged,
        "decision_id": event.decision_id,
        "source": event.source,
        "properties": event.properties,
    }


async def _caller(request: Request, least: Scope, community: str | None) -> tuple[Caller, Site, str]:
    caller = await authenticate(request, least)
    return caller, site_of(request), caller.community_for(community)


async def _batch(request: Request, site: Site, name: str, most: int) -> list[Any]:
    """The list under ``name``. Raises: InvalidInput, TooLarge."""
    raw = await read_body(request, site.assistant.settings.limits.body_bytes)
    document = await off_loop(_decoded, raw)
    if not isinstance(document, dict) or not isinstance(document.get(name), list):
        raise InvalidInput(field=name, problem="must be a list")
    if unknown := document.keys() - {name}:
        raise InvalidInput(field=min(unknown), problem="is not known")
    given: list[Any] = document[name]
    if not given:
        raise InvalidInput(field=name, limit=1, problem="must not be empty")
    if len(given) > most:
        raise TooLarge(field=name, limit=most)
    return given


def _decoded(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise InvalidInput(field="body", problem="must be JSON") from None


def _told(request: Request, found: Mapping[int, AssistantError], given: list[Any]) -> list[dict[str, Any]]:
    language = request.headers.get("accept-language")
    return [
        {
            "index": at,
            "id": _id_of(given[at]),
            "type": f"/docs#{error.message}",
            "detail": sentence(error, language),
            "field": error.field,
            "limit": error.limit,
        }
        for at, error in found.items()
    ]


def _id_of(given: Any) -> str | None:
    found = given.get("id") if isinstance(given, dict) else None
    return found[:200] if isinstance(found, str) else None


async def _journal_empty(site: Site) -> None:
    """What waits there to be stored would bring the member back."""
    await site.assistant.journal.replay(site.assistant.database)
    if site.assistant.journal.waiting:
        raise Unavailable
