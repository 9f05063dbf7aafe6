"""Pages elsewhere that may ask: the origins of a member key, checked on the server, and told to browsers (Fetch, section 3.2)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import Forbidden

PREFIXES = ("/v1/faq/", "/v1/chat/")
_ALLOWED_HEADERS = b"authorization, content-type, accept-language, x-member-token, x-conversation-token"
_PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-allow-headers", _ALLOWED_HEADERS),
    (b"access-control-max-age", b"600"),
    (b"content-length", b"0"),
    (b"vary", b"Origin"),
]


def check_origin(request: Request) -> None:
    """After the key is known. Raises: Forbidden, where the page's origin is not one of the key's."""
    origin = request.headers.get("origin")
    origins = request.scope["state"].get("origins") or ()
    if origin is not None and origins and origin not in origins:
        raise Forbidden("origin_forbidden", field="Origin")


class Origins:
    """A preflight has no key, so it is answered to every page; what is asked afterwards is answered readably to the key's own only."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = _origin(scope)
        if origin is None:
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            headers = [*_PREFLIGHT, (b"access-control-allow-origin", origin)]
            await send({"type": "http.response.start", "status": 204, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                headers.append((b"vary", b"Origin"))
                origins = scope.get("state", {}).get("origins")
                if origins is not None and (not origins or origin.decode("latin-1") in origins):
                    headers.append((b"access-control-allow-origin", origin))
                    headers.append((b"access-control-expose-headers", b"retry-after"))
            await send(message)

        await self._app(scope, receive, answer)


def _origin(scope: Scope) -> bytes | None:
    if scope["type"] != "http" or not scope["path"].startswith(PREFIXES):
        return None
    return next((value for name, value in scope["headers"] if name == b"origin"), None)
