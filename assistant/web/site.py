"""What the routes share: the assistant and the web's own short memories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from starlette.requests import Request

if TYPE_CHECKING:
    from assistant.web.auth import KeyRing
    from assistant.web.metrics import Metrics
    from assistant.web.ratelimit import RateLimit
    from assistant.wiring import Assistant


@dataclass(frozen=True, slots=True)
class Site:
    """``rate`` counts requests by key, ``addresses`` those without one by client address."""

    assistant: Assistant
    keys: KeyRing
    rate: RateLimit
    addresses: RateLimit
    metrics: Metrics


def site_of(request: Request) -> Site:
    return cast("Site", request.app.state.site)


def client_address(request: Request) -> str:
    return request.client.host if request.client else ""
