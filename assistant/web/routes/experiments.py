"""Experiments, and the ranker that a community fits on its own past."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from assistant.types.access import Scope
from assistant.usecases.caller import Caller
from assistant.usecases.push import experiments as usecase
from assistant.usecases.push.experiments import ExperimentShape
from assistant.usecases.request import Cursor, Name
from assistant.web.answers import json_answer
from assistant.web.auth import authenticate
from assistant.web.body import parse, read_body
from assistant.web.openapi import body, errors
from assistant.web.routes.connections import Community
from assistant.web.site import Site, site_of
from assistant.web.whole_segments import WholeSegments

MAX_BODY_BYTES = 50_000

router = APIRouter(tags=["push"], route_class=WholeSegments)
_SECURITY: dict[str, Any] = {"security": [{"key": []}]}
_ERRORS = errors(400, 401, 403, 404, 409, 413, 415, 429, 503)
_TWO = {"name": "shorter words", "holdout": 0.05, "variants": [{"name": "short"}, {"name": "long"}]}


@router.post(
    "/v1/experiments",
    summary="Begin an experiment",
    status_code=201,
    responses={201: {"description": "The experiment."}, **_ERRORS},
    openapi_extra={**body(ExperimentShape, {"two": _TWO}), **_SECURITY},
)
async def post_experiment(request: Request, community: Community = None) -> Response:
    caller, site, own = await _caller(request, Scope.OPERATOR, community)
    asked = parse(ExperimentShape, await read_body(request, MAX_BODY_BYTES))
    made = await asyncio.to_thread(usecase.create, site.assistant, own, asked, actor=f"key:{caller.key_id}")
    return json_answer(usecase.render(made), 201)


@router.get(
    "/v1/experiments",
    summary="The experiments, the newest first",
    responses={200: {"description": "`experiments` and `next_cursor`."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_experiments(
    request: Request,
    community: Community = None,
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    _, site, own = await _caller(request, Scope.OPERATOR, community)
    page = await asyncio.to_thread(usecase.list_experiments, site.assistant, own, cursor, limit)
    return json_answer({"experiments": [usecase.render(one) for one in page.rows], "next_cursor": page.next_cursor})


@router.get(
    "/v1/experiments/{experiment_id}",
    summary="One experiment, with the members of each variant counted",
    responses={200: {"description": "The experiment."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_experiment(request: Request, experiment_id: Name, community: Community = None) -> Response:
    _, site, own = await _caller(request, Scope.OPERATOR, community)
    return json_answer(await asyncio.to_thread(usecase.get_experiment, site.assistant, own, experiment_id))


@router.post(
    "/v1/experiments/{experiment_id}/members/{member_id}",
    summary="Which variant a member is given",
    description="Noted the first time it is asked for, and the same ever after.",
    responses={200: {"description": "`variant`, or `holdout`."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def post_assignment(
    request: Request, experiment_id: Name, member_id: Name, community: Community = None
) -> Response:
    _, site, own = await _caller(request, Scope.PLATFORM, community)
    variant = await asyncio.to_thread(usecase.assign, site.assistant, own, experiment_id, member_id)
    return json_answer({"member_id": member_id, "variant": variant})


@router.post(
    "/v1/experiments/{experiment_id}/end",
    summary="End an experiment",
    responses={200: {"description": "The experiment."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def post_end(request: Request, experiment_id: Name, community: Community = None) -> Response:
    caller, site, own = await _caller(request, Scope.OPERATOR, community)
    ended = await asyncio.to_thread(usecase.end, site.assistant, own, experiment_id, actor=f"key:{caller.key_id}")
    return json_answer(usecase.render(ended))


async def _caller(request: Request, least: Scope, community: str | None) -> tuple[Caller, Site, str]:
    caller = await authenticate(request, least)
    return caller, site_of(request), caller.community_for(community)
