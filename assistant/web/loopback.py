"""What only this machine may see: the playground and, without a key, the metrics."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from starlette.requests import Request

from assistant.errors import NotFound

_PROXIED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")


def require_playground(request: Request, setting: Literal["auto", "on", "off"], public_url: str | None) -> None:
    """NotFound unless the playground may be served to this request.

    ``auto`` serves it to this machine only, ``on`` to everyone who asks for this service by a name of its own.
    """
    if setting == "off" or not _same_origin(request):
        raise NotFound
    if setting == "auto" and not is_local(request, public_url):
        raise NotFound
    if (
        setting == "on"
        and public_url
        and _host(request) != urlsplit(public_url).hostname
        and not is_loopback(_host(request))
    ):
        raise NotFound


def serves_playground(request: Request, setting: Literal["auto", "on", "off"], public_url: str | None) -> bool:
    """Whether a link to it leads the reader of this page anywhere."""
    try:
        require_playground(request, setting, public_url)
    except NotFound:
        return False
    return True


def playground_here(setting: Literal["auto", "on", "off"], public_url: str | None) -> bool:
    """Whether a browser on this machine, without a proxy, is served it."""
    return setting == "on" or (setting == "auto" and not _is_public(public_url))


def _is_public(public_url: str | None) -> bool:
    return bool(public_url) and not is_loopback(urlsplit(public_url or "").hostname or "")


def is_local(request: Request, public_url: str | None) -> bool:
    """Whether the request comes from this machine and was meant for it.

    The peer's address is not enough: a reverse proxy is a loopback peer too, and a page elsewhere can point its own host name at
    127.0.0.1 (DNS rebinding). So the Host has to be a loopback name, nothing may speak of a proxy, HTTP/1.0 is what proxies speak and
    browsers do not, and a service with a public address is behind a proxy.
    """
    if _is_public(public_url):
        return False
    if request.scope.get("http_version") == "1.0" or any(name in request.headers for name in _PROXIED):
        return False
    return request.client is not None and is_loopback(request.client.host) and is_loopback(_host(request))


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _host(request: Request) -> str:
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def _same_origin(request: Request) -> bool:
    """A page of another site may not use the reader's browser to ask."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return request.method == "GET" and request.headers.get("sec-fetch-mode") == "navigate"
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host")
