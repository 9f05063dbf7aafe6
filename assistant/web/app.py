"""The HTTP application, put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from assistant import __version__
from assistant.errors import AssistantError, ConfigurationError, InvalidInput, MethodNotAllowed, NotFound
from assistant.usecases.request import field_path
from assistant.web import openapi
from assistant.web.auth import KeyRing
from assistant.web.gate import Gate
from assistant.web.metrics import Metrics
from assistant.web.origins import Origins
from assistant.web.pages import STATIC
from assistant.web.problem import error_response
from assistant.web.ratelimit import LocalRateLimit, RateLimit, SharedRateLimit
from assistant.web.routes import (
    appeals,
    campaigns,
    cases,
    chat,
    connections,
    content,
    content_desk,
    content_page,
    decisions,
    docs,
    experiments,
    faq,
    faq_desk,
    faq_documents,
    health,
    hooks,
    items,
    members,
    moderate,
    outbox,
    perspective,
    playground,
    points,
    policies,
    preferences,
    segments,
    widget,
)
from assistant.web.routes import openai as openai_routes
from assistant.web.shared import Shared
from assistant.web.site import Site

if TYPE_CHECKING:
    from assistant.wiring import Assistant

_ROUTERS = (
    moderate.router,
    decisions.router,
    policies.router,
    hooks.router,
    connections.router,
    cases.router,
    appeals.router,
    appeals.pages,
    outbox.router,
    members.router,
    segments.router,
    points.router,
    items.router,
    campaigns.router,
    experiments.router,
    preferences.pages,
    openai_routes.router,
    perspective.router,
    health.router,
    docs.router,
    playground.router,
)

_FAQ_ROUTERS = (faq.router, faq_desk.router, faq_documents.router, widget.router, chat.router)
_CONTENT_ROUTERS = (content.router, content_desk.router, content_page.pages)

_HOT = {"/v1/moderate": moderate.post_moderate, "/v1/hooks/": hooks.post_hook}
"""Handed over by the gate; their twins in the routers are documentation, and answer other methods."""


def create_app(assistant: Assistant, shared: Shared | None = None) -> FastAPI:
    """The application over ``assistant``, which it starts and stops with itself; ``shared`` with the other processes of its service.

    Raises:
        ConfigurationError: the files that they share find no room.
    """
    try:
        metrics = Metrics(assistant.writer, shared.metrics if shared else None, assistant.journal, assistant.threads)
        rates = _rates(shared)
    except OSError as error:
        raise ConfigurationError(
            f"what the serving processes share cannot be written: {error.strerror}. Make room in data_dir (ASSISTANT_DATA_DIR), or run one "
            "process (ASSISTANT_WORKERS=1), which shares nothing"
        ) from None
    app = FastAPI(
        title="Community Assistant",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=_lifespan(assistant, metrics),
    )
    app.state.site = Site(assistant, KeyRing(assistant.find_key), *rates, metrics)
    for router in _ROUTERS + ((*_FAQ_ROUTERS, *_CONTENT_ROUTERS) if assistant.has_faq else ()):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    openapi.install(app)
    app.add_exception_handler(AssistantError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _routing)
    app.add_middleware(Origins)
    app.add_middleware(Gate, metrics=metrics, posts=_HOT)
    return app


def _rates(shared: Shared | None) -> tuple[RateLimit, RateLimit]:
    if shared is None:
        return LocalRateLimit(), LocalRateLimit()
    return SharedRateLimit(shared.rate), SharedRateLimit(shared.addresses)


def _lifespan(assistant: Assistant, metrics: Metrics) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await assistant.start()
        sampling = asyncio.create_task(metrics.keep_sampling())
        try:
            yield
        finally:
            sampling.cancel()
            await assistant.stop()

    return lifespan


async def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, AssistantError)  # noqa: S101 - by registration
    return error_response(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    """A query or path parameter that FastAPI refused."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - by registration
    first = error.errors()[0]
    limit = next(
        (first["ctx"][name] for name in ("max_length", "le", "ge", "expected") if name in first.get("ctx", {})), None
    )
    problem = first["msg"].removeprefix("Value error, ")
    return error_response(request, InvalidInput(field=field_path(first["loc"][1:]), limit=limit, problem=problem))


async def _routing(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - by registration
    known: AssistantError = {404: NotFound(), 405: MethodNotAllowed()}.get(error.status_code) or InvalidInput(
        problem=error.detail
    )
    answer = error_response(request, known)
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer
