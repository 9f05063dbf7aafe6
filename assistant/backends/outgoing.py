"""The only way out: httpx's requests over httpcore's connections, each made to an address that was checked.

The client of httpx is left out on purpose: it would keep cookies of one receiver for the next request, read proxies from the environment,
and log whole URLs, in which some platforms carry their token.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpcore
import httpx
import orjson

from assistant import __version__
from assistant.backends.addresses import Allowed, Target, check_addresses, read_target
from assistant.backends.remembered import Memory
from assistant.errors import AddressRefused, DeliveryFailed, DeliveryRefused

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host; OSError where there are none."""

MAX_BODY_BYTES: Final = 1_048_576
_MAX_ADDRESSES = 4
_RESOLVE_S = 5.0
_LONGEST_WAIT_S = 86_400.0
_TOO_MANY = 429
_HEADERS: Final = {
    "user-agent": f"community-assistant/{__version__}",
    "accept": "*/*",
    "accept-encoding": "identity",  # nothing is unpacked, so nothing can be a bomb
}


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer; of a body longer than ``MAX_BODY_BYTES`` the beginning. What was asked for may have been done all the same."""

    host: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise DeliveryFailed(f"{self.host} answered {self.status} with something other than JSON") from None


async def resolve(host: str, port: int) -> Sequence[str]:
    """The system's resolver, in the order in which it prefers the addresses."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class PinnedNetwork(httpcore.AsyncNetworkBackend):
    """Resolves a host once for each connection, checks every address, and connects to one of those. TLS still asks for the host by name."""

    def __init__(self, allowed: Allowed, resolve: Resolve, network: httpcore.AsyncNetworkBackend) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._network = network

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._addresses(host, port)
        each = timeout / len(addresses) if timeout is not None else None
        for address in addresses[:-1]:
            try:
                return await self._network.connect_tcp(address, port, each, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(addresses[-1], port, each, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        del path, timeout, socket_options
        raise AddressRefused("it leads to a socket of this machine", field="url")

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            async with asyncio.timeout(_RESOLVE_S):
                addresses = await self._resolve(host, port)
        except (OSError, UnicodeError):  # TimeoutError is one of the former
            addresses = ()
        if not addresses:
            raise DeliveryFailed(f"{host}: the name leads to no address just now")
        if (host, port) not in self._allowed.hosts:
            check_addresses(addresses, self._allowed)
        return addresses[:_MAX_ADDRESSES]


class HttpOutgoing:
    """``ports.Outgoing``. Built anywhere, used in one event loop, and closed there.

    ``allow`` is read by ``Allowed.read``; ``timeout_s`` is the most that any request may take, whatever it asks for.
    """

    def __init__(
        self,
        allow: Sequence[str] = (),
        *,
        timeout_s: float = 30.0,
        resolve: Resolve = resolve,
        ssl_context: ssl.SSLContext | None = None,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._allowed = Allowed.read(allow)
        self._timeout_s = timeout_s
        self._memory = Memory()
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl_context or httpx.create_ssl_context(),
            max_connections=100,
            max_keepalive_connections=100,
            keepalive_expiry=30.0,
            network_backend=PinnedNetwork(self._allowed, resolve, network or httpcore.AnyIOBackend()),
        )

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        timeout_s: float = 10.0,
    ) -> HttpAnswer:
        target = read_target(url, self._allowed)
        try:
            request = httpx.Request(
                method, target.url, headers={**_HEADERS, **_lower(headers)}, json=json, data=form, content=content
            )
        except UnicodeError:
            raise DeliveryRefused(f"{target.host}: a header or the body holds characters that cannot be sent") from None
        answer = await self._exchange(target, request, min(timeout_s, self._timeout_s))
        if answer.status == _TOO_MANY or answer.status >= 500:
            after = retry_after(answer.headers.get("retry-after"), datetime.now(UTC))
            raise DeliveryFailed(f"{target.host} answered {answer.status}", retry_after=after)
        return answer

    async def remembered(self, key: str, fetch: Callable[[], Awaitable[tuple[str, float]]]) -> str:
        return await self._memory.remembered(key, fetch)

    def forget(self, key: str, value: str | None = None) -> None:
        self._memory.forget(key, value)

    async def close(self) -> None:
        await self._pool.aclose()

    async def _exchange(self, target: Target, request: httpx.Request, limit_s: float) -> HttpAnswer:
        try:
            async with asyncio.timeout(limit_s):  # around all: an answer that drips in is cut off too
                return await self._ask(target, request, limit_s)
        except (TimeoutError, httpcore.TimeoutException):
            raise DeliveryFailed(f"{target.host}: no answer within {limit_s:g} s") from None
        except httpcore.LocalProtocolError:
            raise DeliveryRefused(f"{target.host}: a header or the body cannot be sent as it is") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise DeliveryFailed(f"{target.host}: no answer ({_why(error)})") from None

    async def _ask(self, target: Target, request: httpx.Request, limit_s: float) -> HttpAnswer:
        response = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=target.url.raw_scheme,
                    host=target.url.raw_host,
                    port=target.url.port,
                    target=target.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions={"timeout": {"connect": limit_s}},
            )
        )
        try:
            body = await _beginning(response)
        finally:
            await response.aclose()
        return HttpAnswer(target.host, response.status, httpx.Headers(response.headers), body)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, of a Retry-After header (RFC 9110, section 10.2.3: seconds or a date), at most a day; None where it says nothing."""
    if value is None:
        return None
    value = value.strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        return min(float(value), _LONGEST_WAIT_S)
    try:
        date = parsedate_to_datetime(value)
        seconds = ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT_S)


async def _beginning(response: httpcore.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_stream():
        body += chunk
        if len(body) >= MAX_BODY_BYTES:
            break
    return bytes(body[:MAX_BODY_BYTES])


def _lower(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name.lower(): value for name, value in (headers or {}).items()}


def _why(error: BaseException | None) -> str:
    """A certificate's trouble in OpenSSL's words, which name at most the host; of all else the kind only."""
    kind = type(error).__name__
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"its certificate: {error.verify_message}"
        error = error.__cause__ or error.__context__
    return kind
