"""A community's connections to platforms."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from assistant.store.connections import ConnectionRow
from assistant.types import FailMode, OnReview
from assistant.usecases import connections as usecase
from assistant.usecases.connections import Wanted
from assistant.usecases.records import member_record
from assistant.usecases.request import Name, Shape, Text
from assistant.web.answers import json_answer
from assistant.web.auth import operator_of
from assistant.web.body import parse, read_body
from assistant.web.openapi import body, errors
from assistant.web.site import site_of
from assistant.web.whole_segments import WholeSegments

MAX_BODY_BYTES = 200_000
MAX_OVERLAP_HOURS = 720

router = APIRouter(tags=["platforms"], route_class=WholeSegments)
_SECURITY: dict[str, Any] = {"security": [{"key": []}]}
Community = Annotated[Name | None, Query(description="Only for a key that belongs to no community.")]


class ConnectionShape(Shape):
    """What a connection is to be. ``settings`` and ``secrets`` are the platform's own; see its page."""

    name: Name | None = None
    settings: dict[str, Any] | None = None
    fail_mode: FailMode | None = Field(None, description="When a stage fails or does not end in time.")
    on_review: OnReview | None = Field(None, description="What a before-send hook does with what waits for a person.")
    dry_run: bool | None = Field(None, description="Decide, and carry nothing out. A new connection starts so.")
    paid_messages: bool | None = Field(None, description="Allow what the platform bills for.")
    staff_channel: Text | None = Field(None, max_length=200, description="Where cards for the staff go.")

    def wanted(self) -> Wanted:
        fields = self.model_dump(include=set(Wanted.__dataclass_fields__))
        return Wanted(**fields)


class NewConnectionShape(ConnectionShape):
    platform: Name
    secrets: dict[Name, Text] = Field({}, max_length=20)


class ChangeShape(ConnectionShape):
    disabled: bool | None = None


class RotateShape(Shape):
    """A new value, or none to have one made where the platform lets us choose it."""

    secret: Name
    value: Text | None = Field(None, max_length=4_000)
    overlap_hours: int = Field(24, ge=0, le=MAX_OVERLAP_HOURS)


class ConnectionView(BaseModel):
    """A connection, without its secrets. ``hook`` is the address to give to the platform."""

    id: str
    platform: str
    name: str
    hook: str
    settings: dict[str, Any]
    secrets: list[str] = Field(description="Their names. A value is shown once, when it is made.")
    capabilities: dict[str, Any]


class ConnectionsView(BaseModel):
    connections: list[ConnectionView]


_EXAMPLE = {"platform": "telegram", "name": "shop chat", "secrets": {"token": "123456:ABC"}}


@router.post(
    "/v1/connections",
    summary="Connect a platform",
    description="Secrets that we made are in `secrets_made`, this once.",
    status_code=201,
    responses={201: {"model": ConnectionView}, **errors(400, 401, 403, 404, 413, 415, 429, 503)},
    openapi_extra={**body(NewConnectionShape, {"telegram": _EXAMPLE}), **_SECURITY},
)
async def post_connection(request: Request, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    asked = parse(NewConnectionShape, await read_body(request, MAX_BODY_BYTES))
    made = await asyncio.to_thread(
        usecase.add_connection,
        site.assistant.database,
        site.assistant.vault,
        own,
        asked.platform,
        asked.wanted(),
        asked.secrets,
        actor=caller.key_id,
        now=site.assistant.clock(),
        allow=site.assistant.settings.outgoing.allow,
    )
    return json_answer({**_view(request, made.row), "secrets_made": dict(made.secrets)}, 201)


@router.get(
    "/v1/connections",
    summary="The community's connections",
    responses={200: {"model": ConnectionsView}, **errors(400, 401, 403, 404, 429, 503)},
    openapi_extra=_SECURITY,
)
async def get_connections(request: Request, community: Community = None) -> Response:
    _, site, own = await operator_of(request, community)
    rows = await asyncio.to_thread(usecase.list_connections, site.assistant.database, own)
    return json_answer({"connections": [_view(request, row) for row in rows]})


@router.get(
    "/v1/connections/{connection_id}",
    summary="One connection",
    responses={200: {"model": ConnectionView}, **errors(400, 401, 403, 404, 429, 503)},
    openapi_extra=_SECURITY,
)
async def get_connection(request: Request, connection_id: Name, community: Community = None) -> Response:
    _, site, own = await operator_of(request, community)
    row = await asyncio.to_thread(usecase.get_connection, site.assistant.database, own, connection_id)
    return json_answer(_view(request, row))


@router.patch(
    "/v1/connections/{connection_id}",
    summary="Change a connection: set it live, disable it, give it other settings",
    responses={200: {"model": ConnectionView}, **errors(400, 401, 403, 404, 413, 415, 429, 503)},
    openapi_extra={**body(ChangeShape, {"live": {"dry_run": False}}), **_SECURITY},
)
async def patch_connection(request: Request, connection_id: Name, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    asked = parse(ChangeShape, await read_body(request, MAX_BODY_BYTES))
    row = await asyncio.to_thread(
        usecase.change_connection,
        site.assistant.database,
        own,
        connection_id,
        asked.wanted(),
        actor=caller.key_id,
        now=site.assistant.clock(),
        allow=site.assistant.settings.outgoing.allow,
    )
    return json_answer(_view(request, row))


@router.delete(
    "/v1/connections/{connection_id}",
    summary="Remove a connection, with what waits for it",
    status_code=204,
    responses={204: {"description": "Removed."}, **errors(400, 401, 403, 404, 429, 503)},
    response_class=Response,
    openapi_extra=_SECURITY,
)
async def delete_connection(request: Request, connection_id: Name, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    await asyncio.to_thread(
        usecase.remove_connection,
        site.assistant.database,
        own,
        connection_id,
        actor=caller.key_id,
        now=site.assistant.clock(),
    )
    return Response(status_code=204)


@router.post(
    "/v1/connections/{connection_id}/rotate",
    summary="Give a secret a new value; the old one counts for the overlap",
    responses={
        200: {"description": "`value` is the new one if we made it."},
        **errors(400, 401, 403, 404, 413, 415, 429, 503),
    },
    openapi_extra={**body(RotateShape, {"made": {"secret": "webhook_secret"}}), **_SECURITY},
)
async def post_rotate(request: Request, connection_id: Name, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    asked = parse(RotateShape, await read_body(request, MAX_BODY_BYTES))
    made = await asyncio.to_thread(
        usecase.rotate_secret,
        site.assistant.database,
        site.assistant.vault,
        own,
        connection_id,
        asked.secret,
        asked.value,
        overlap=timedelta(hours=asked.overlap_hours),
        actor=caller.key_id,
        now=site.assistant.clock(),
    )
    return json_answer({"secret": asked.secret, "value": made, "overlap_hours": asked.overlap_hours})


@router.post(
    "/v1/connections/{connection_id}/test",
    summary="Ask the platform whether everything is right",
    responses={
        200: {"description": "One line for each thing that was looked at."},
        **errors(400, 401, 403, 404, 429, 503),
    },
    openapi_extra=_SECURITY,
)
async def post_test(request: Request, connection_id: Name, community: Community = None) -> Response:
    _, site, own = await operator_of(request, community)
    assistant = site.assistant
    row = await asyncio.to_thread(usecase.get_connection, assistant.database, own, connection_id)
    checks = await usecase.test_connection(row, assistant.vault, assistant.outgoing, assistant.clock())
    lines = [{"name": one.name, "ok": one.ok, "detail": one.detail} for one in checks]
    return json_answer({"ok": all(one.ok for one in checks), "checks": lines})


@router.get(
    "/v1/connections/{connection_id}/members/{member_id}",
    summary="A member's strikes and penalties, the newest first",
    responses={200: {"description": "At most 100 of each."}, **errors(400, 401, 403, 404, 429, 503)},
    openapi_extra=_SECURITY,
)
async def get_member(request: Request, connection_id: Name, member_id: Name, community: Community = None) -> Response:
    _, site, own = await operator_of(request, community)
    return json_answer(await asyncio.to_thread(member_record, site.assistant, own, connection_id, member_id))


def _view(request: Request, row: ConnectionRow) -> dict[str, Any]:
    public = site_of(request).assistant.settings.public_url
    return usecase.view(row, (public or str(request.base_url)).rstrip("/"))
