"""Whether the service lives, whether it is ready, and what it counted."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response

from assistant.errors import AssistantError
from assistant.types.access import Scope
from assistant.web.answers import json_answer
from assistant.web.auth import authenticate
from assistant.web.loopback import is_local
from assistant.web.openapi import errors
from assistant.web.shapes import HealthShape
from assistant.web.site import site_of

router = APIRouter(tags=["operation"])


@router.get("/health/live", summary="The process answers", responses={200: {"model": HealthShape}})
async def get_live() -> Response:
    return json_answer({"status": "ok", "checks": {}})


@router.get(
    "/health/ready",
    summary="The database and the model answer",
    responses={200: {"model": HealthShape}, 503: {"model": HealthShape, "description": "A check failed; it is named."}},
)
async def get_ready(request: Request) -> Response:
    assistant = site_of(request).assistant
    try:
        await asyncio.to_thread(assistant.database.ping)
        database = "ok"
    except AssistantError as error:
        database = error.message
    ready = database == "ok"
    checks = {"database": database, "model": assistant.classifier.ref.version}
    return json_answer({"status": "ready" if ready else "unready", "checks": checks}, 200 if ready else 503)


@router.get(
    "/metrics",
    summary="Counts for Prometheus",
    description="From this machine without a key, as long as no `public_url` is set; else with an operator's key, whose community's "
    "decisions alone are counted.",
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **errors(401, 403, 429)},
    openapi_extra={"security": [{}, {"key": []}]},
    response_class=Response,
)
async def get_metrics(request: Request) -> Response:
    site, community = site_of(request), None
    if not is_local(request, site.assistant.settings.public_url):
        community = (await authenticate(request, Scope.OPERATOR)).community
    return Response(site.metrics.render(community), headers={"content-type": CONTENT_TYPE_LATEST})
