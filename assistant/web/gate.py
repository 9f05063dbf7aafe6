"""The one middleware, in bare ASGI: names each request, scrubs keys from its address, logs, counts, answers when all else failed, and
hands the hot routes their requests without the layers in between, which they do not use.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import AssistantError
from assistant.web.metrics import Metrics
from assistant.web.problem import error_response
from assistant.web.whole_segments import SLASH, path_of

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_KEY_IN_QUERY = re.compile(rb"(^|&)(key|api_key|access_token)=([^&]*)")
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
_CSP = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_NO_STORE = (b"cache-control", b"no-store")
_LINK = re.compile(r"^(/(?:appeals|posts|preferences|unsubscribe|r)/).*", re.DOTALL)
_MEMBER = re.compile(r"^(/v1/(?:[a-z]+/[^/]+/)?members/)[^/]*")
_UNLOGGED = frozenset({"/health/live", "/health/ready", "/metrics"})

Handler = Callable[[Request], Awaitable[Response]]

log = structlog.get_logger("assistant.access")


class Gate:
    """Wraps the application. ``scope["state"]`` gains ``request_id`` and, where the query held one, ``url_key``.

    ``posts`` are handlers by path, of POST requests; one that ends in ``/`` stands for the paths one step below it. Errors of ours that
    they raise are answered as the application answers them.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, posts: Mapping[str, Handler] = MappingProxyType({})) -> None:
        self._app = app
        self._metrics = metrics
        self._posts = posts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send)
        handler = self._handler(scope, exchange) if scope["method"] == "POST" else None
        try:
            if handler is None:
                await self._app(scope, receive, exchange.send)
            else:
                await self._hand(handler, scope, receive, exchange)
        except ClientDisconnect:
            pass  # nobody is left to be answered
        except Exception as error:
            log.exception("unexpected", exc_info=error, request_id=exchange.request_id, path=_told(scope))
            if exchange.status:
                raise
            await error_response(Request(scope), AssistantError())(scope, receive, exchange.send)
        finally:
            self._record(scope, exchange)

    def _handler(self, scope: Scope, exchange: _Exchange) -> Handler | None:
        path = scope["path"]
        handler = self._posts.get(path)
        if handler is None:
            above = path[: path.rfind("/") + 1]
            handler = self._posts.get(above) if above != path else None
            path = above + "{}"
        if handler is not None:
            exchange.route = path
        return handler

    async def _hand(self, handler: Handler, scope: Scope, receive: Receive, exchange: _Exchange) -> None:
        request = Request(scope, receive)
        try:
            response = await handler(request)
        except AssistantError as error:
            response = error_response(request, error)
        await response(scope, receive, exchange.send)

    def _record(self, scope: Scope, exchange: _Exchange) -> None:
        seconds = time.perf_counter() - exchange.began
        route = exchange.route or getattr(scope.get("route"), "path", "unmatched")
        status = exchange.status or 499
        self._metrics.request(route, scope["method"], status, seconds)
        if scope["path"] not in _UNLOGGED:
            state = scope["state"]
            log.info(
                "request",
                method=scope["method"],
                path=_told(scope),
                status=status,
                ms=round(seconds * 1000, 2),
                request_id=exchange.request_id,
                key=state.get("key_id"),
                community=state.get("community"),
            )


class _Exchange:
    """One request and what was answered so far; ``status`` is 0 until the answer starts, ``route`` known early for hot routes only."""

    __slots__ = ("_send", "began", "request_id", "route", "status")

    def __init__(self, scope: Scope, send: Send) -> None:
        self.began = time.perf_counter()
        self.status = 0
        self.route = ""
        self._send = send
        state = scope["state"] = dict(scope.get("state") or {})
        self.request_id = state["request_id"] = _request_id(scope)
        if scope["query_string"] and b"=" in scope["query_string"]:
            _scrub(scope, state)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message.setdefault("headers", [])
            present = {name for name, _ in headers}
            headers += [*_HEADERS, (b"x-request-id", self.request_id.encode())]
            headers += [header for header in (_CSP, _NO_STORE) if header[0] not in present]
        await self._send(message)


def _told(scope: Scope) -> str:
    """The path for the log: a link is its holder's key, so none stands there; nor does who a member is."""
    told = _MEMBER.sub(r"\1{member_id}", _LINK.sub(r"\1{token}", path_of(scope)))
    return told.replace(SLASH, "%2F")


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return str(value.decode("ascii"))
    return secrets.token_hex(8)


def _scrub(scope: Scope, state: dict[str, Any]) -> None:
    """Take keys out of the query in place: the server's own access log and every later reader see the address without them."""
    found = _KEY_IN_QUERY.search(scope["query_string"])
    if found:
        state["url_key"] = found[3].decode("latin-1")
        scope["query_string"] = _KEY_IN_QUERY.sub(rb"\1\2=scrubbed", scope["query_string"])
