"""Discord's Gateway (https://docs.discord.com/developers/events/gateway), held by discord.py: heartbeats, resuming and reconnecting are
the library's. It is connected to addresses only that ``backends.addresses`` lets be asked, wherever a Gateway or a redirection leads it.
What it receives is handed on as the JSON that came, whether or not the library knew the message before."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from assistant.backends.addresses import Allowed, check_addresses, read_target
from assistant.backends.outgoing import Resolve, resolve
from assistant.errors import AddressRefused, ConfigurationError, DeliveryFailed, InvalidInput
from assistant.types import Connection, Event

if TYPE_CHECKING:
    import aiohttp
    import discord

log = structlog.get_logger()

Read = Callable[[Connection, str, Mapping[str, Any]], Event | None]

_DISPATCH = 0
_TOKEN_REFUSED = 4004
_INTENTS = (
    "Discord refuses the Gateway's intents (code 4014): in the Developer Portal open the application, Bot, Privileged Gateway Intents, "
    "and switch on Message Content Intent and Server Members Intent. An application that has grown large (since June 2026: 10,000 users; "
    "before: 100 servers) must apply to Discord for them first."
)
_TOKEN = (
    "Discord refuses the bot's token: reset it in the Developer Portal under Bot, and set the secret `token` again."  # noqa: S105
)
_MISSING = (
    "The Discord Gateway needs the extra `discord`, which is not installed: in a checkout, pip install '.[discord]'."
)


async def read_gateway(
    connection: Connection,
    on_event: Callable[[Event], Awaitable[None]],
    *,
    read: Read,
    stopping: asyncio.Event | None = None,
    allow: Sequence[str] = (),
    resolve: Resolve = resolve,
) -> None:
    """Hand every event of the connection's server to ``on_event``, one after the other, until ``stopping`` is set.

    ``read`` makes an event of a dispatch's name and payload: the adapter's ``gateway_event``. What has been received is handed on
    before this returns; ``on_event`` raising ends it.

    Raises:
        ConfigurationError: Discord refuses token or intents, an address may not be asked, or discord.py is not installed; trying again
            does not help.
        DeliveryFailed: Discord cannot be reached; what the library does not mend by itself.
    """
    frames: asyncio.Queue[str | None] = asyncio.Queue()
    client = _client(connection, frames, Allowed.read(allow), resolve)
    listening = asyncio.create_task(_listen(client, connection.secrets.get("token", "")))
    handing = asyncio.create_task(_hand_on(connection, frames, read, on_event))
    stop = asyncio.create_task((stopping or asyncio.Event()).wait())
    try:
        await asyncio.wait({listening, handing, stop}, return_when=asyncio.FIRST_COMPLETED)
        ended = listening.done()
        await client.close()
        frames.put_nowait(None)
        await handing
        if ended:
            listening.result()
    finally:
        for task in (listening, handing, stop):
            task.cancel()
        await asyncio.gather(listening, handing, stop, return_exceptions=True)
        await client.close()


async def _hand_on(
    connection: Connection, frames: asyncio.Queue[str | None], read: Read, on_event: Callable[[Event], Awaitable[None]]
) -> None:
    while (frame := await frames.get()) is not None:
        event = _event(connection, frame, read)
        if event is not None:
            await on_event(event)


def _event(connection: Connection, frame: str, read: Read) -> Event | None:
    document = orjson.loads(frame)
    payload = document.get("d")
    if document.get("op") != _DISPATCH or not isinstance(payload, dict):
        return None
    try:
        return read(connection, str(document.get("t")), payload)
    except InvalidInput as error:
        log.warning("gateway payload unreadable", connection=connection.id, kind=document.get("t"), field=error.field)
        return None


async def _listen(client: discord.Client, token: str) -> None:
    import aiohttp
    import discord

    try:
        await client.login(token)
        await client.connect(reconnect=True)
    except discord.PrivilegedIntentsRequired:
        raise ConfigurationError(_INTENTS) from None
    except AddressRefused as refused:
        raise ConfigurationError(f"The Gateway's or the API's address is not asked: {refused.problem}.") from None
    except discord.LoginFailure:
        raise ConfigurationError(_TOKEN) from None
    except discord.ConnectionClosed as closed:
        detail = (
            _TOKEN if closed.code == _TOKEN_REFUSED else f"Discord closed the Gateway for good, code {closed.code}."
        )
        raise ConfigurationError(detail) from None
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise DeliveryFailed(f"Discord's Gateway cannot be reached: {type(error).__name__}") from error
    except AttributeError as error:
        # The library's loop asks the connection it never had for its sequence when the very first one fails.
        if getattr(client, "ws", None) is not None:
            raise
        raise DeliveryFailed("Discord's Gateway cannot be reached") from error


def _client(
    connection: Connection, frames: asyncio.Queue[str | None], allowed: Allowed, resolve: Resolve
) -> discord.Client:
    """A client that keeps no messages and no members, and puts every frame into ``frames`` as it came."""
    try:
        import discord
    except ImportError:
        raise ConfigurationError(_MISSING) from None

    class Client(discord.Client):
        async def on_socket_raw_receive(self, frame: str) -> None:
            frames.put_nowait(frame)

    client = Client(
        intents=discord.Intents(
            guilds=True, guild_messages=True, guild_reactions=True, message_content=True, members=True
        ),
        enable_debug_events=True,  # the documented switch for on_socket_raw_receive
        max_messages=None,
        member_cache_flags=discord.MemberCacheFlags.none(),
        chunk_guilds_at_startup=False,
        allowed_mentions=discord.AllowedMentions.none(),
        connector=_connector(allowed, resolve),
    )
    _point(client, connection.settings.get("api_base"), connection.settings.get("gateway_url"))
    return client


def _connector(allowed: Allowed, resolve: Resolve) -> aiohttp.TCPConnector:
    """Checks every URL before it connects, those of redirections and of resuming too, and every address that a name leads to."""
    import aiohttp
    from aiohttp.abc import AbstractResolver, ResolveResult

    class Resolver(AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
        ) -> list[ResolveResult]:
            del family  # of any kind: every address is checked
            addresses = await resolve(host, port)
            if (host, port) not in allowed.hosts:
                check_addresses(addresses, allowed)
            return [_resolved(host, port, address) for address in addresses]

        async def close(self) -> None:
            pass

    class Connector(aiohttp.TCPConnector):
        async def connect(self, req: Any, *more: Any, **options: Any) -> Any:
            scheme = {"ws": "http", "wss": "https"}.get(req.url.scheme, req.url.scheme)
            read_target(str(req.url.with_scheme(scheme)), allowed)
            return await super().connect(req, *more, **options)

    return Connector(limit=0, resolver=Resolver(), use_dns_cache=False)


def _resolved(host: str, port: int, address: str) -> Any:
    family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
    numeric = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return {"hostname": host, "host": address, "port": port, "family": family, "proto": 0, "flags": numeric}


def _point(client: discord.Client, api_base: str | None, gateway_url: str | None) -> None:
    """Lead this one client to other addresses: the library keeps Discord's as constants of the whole process."""
    from discord.gateway import DiscordWebSocket
    from discord.http import Route

    request, ws_connect = client.http.request, client.http.ws_connect

    async def request_there(route: Route, **more: Any) -> Any:
        if api_base:
            route.url = api_base.rstrip("/") + route.url.removeprefix(Route.BASE)
        return await request(route, **more)

    async def connect_there(url: str, **more: Any) -> Any:
        default = str(DiscordWebSocket.DEFAULT_GATEWAY)
        if gateway_url and url.startswith(default):
            url = gateway_url.rstrip("/") + "/" + url.removeprefix(default)
        return await ws_connect(url, **more)

    client.http.request = request_there  # type: ignore[method-assign]
    client.http.ws_connect = connect_there  # type: ignore[method-assign]
