"""The Gateway's reader against a Gateway on this machine, with discord.py itself in between."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from assistant.backends.discord_gateway import read_gateway
from assistant.errors import AssistantError, ConfigurationError, DeliveryFailed, InvalidInput
from assistant.platforms.discord import DiscordSettings, gateway_event
from assistant.types import Connection, Event, Joined, Said
from tests.integration.platforms.gateway_server import TOKEN, GatewayServer, frames

with warnings.catch_warnings():  # the library's sound player imports a module that Python 3.13 drops
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord

GUILD = "197038439483310086"
EXPECTED = [
    "1001",
    f"join:{GUILD}:81384788765712384:2026-11-02T10:01:00.000000+00:00",
    "1001:2026-11-02T10:05:00.000000+00:00",
    "0999:2026-11-02T10:05:00.000000+00:00",
    "1005",
]

Until = Callable[[list[Event]], bool]


def connection(server: GatewayServer, token: str = TOKEN) -> Connection:
    settings = DiscordSettings(guild_id=GUILD, api_base=server.api_base, gateway_url=server.gateway_url)
    return Connection(
        id="con_1", community="demo", platform="discord", settings=settings.model_dump(), secrets={"token": token}
    )


async def received(
    server: GatewayServer, until: Until, *, read: Any = gateway_event, token: str = TOKEN
) -> list[Event]:
    """What arrives until ``until`` is content with it; the reader is then told to stop, and does."""
    events: list[Event] = []
    stopping = asyncio.Event()

    async def on_event(event: Event) -> None:
        events.append(event)
        if until(events):
            stopping.set()

    async with server.running():
        async with asyncio.timeout(20):
            allow = [server.base]
            await read_gateway(connection(server, token), on_event, read=read, stopping=stopping, allow=allow)
    return events


def run(server: GatewayServer, until: Until | None = None, **more: Any) -> list[Event]:
    return asyncio.run(received(server, until or (lambda events: events[-1].key == "1005"), **more))


def test_messages_edits_and_joins_arrive_in_order_and_bots_do_not() -> None:
    server = GatewayServer(frames("talk"))
    events = run(server)
    assert [event.key for event in events] == EXPECTED
    first, joined, edit, uncached, _ = events
    assert isinstance(first, Said)
    assert (first.message.text, first.message.member_id, first.message.edit_of) == ("大家早", "80351110224678912", None)
    assert isinstance(joined, Joined)
    assert joined.name == "加微信領獎"
    assert isinstance(edit, Said)
    assert (edit.message.text, edit.message.edit_of) == ("加微信", "1001")
    assert isinstance(uncached, Said)
    assert uncached.message.edit_of == "0999"
    assert server.ops() == [2]


def test_the_intents_asked_for_are_the_five_that_are_needed() -> None:
    server = GatewayServer(frames("talk"))
    run(server)
    (identify,) = [one["d"] for one in server.heard if one["op"] == 2]
    asked = discord.Intents(guilds=True, guild_messages=True, guild_reactions=True, message_content=True, members=True)
    assert (identify["token"], identify["intents"]) == (TOKEN, asked.value)


@pytest.mark.parametrize("way", ["cut", "reconnect"])
@pytest.mark.parametrize("after", [3, 6, 10])
def test_a_lost_connection_is_resumed_and_nothing_is_lost_or_told_twice(way: str, after: int) -> None:
    server = GatewayServer(frames("talk"), drops={after: way})
    assert [event.key for event in run(server)] == EXPECTED
    assert server.ops() == [2, 6]
    resume = next(one["d"] for one in server.heard if one["op"] == 6)
    assert resume == {"token": TOKEN, "session_id": "session-1", "seq": after}


def test_an_invalid_session_begins_anew() -> None:
    server = GatewayServer(frames("talk"), drops={6: "invalid"})
    keys = [event.key for event in run(server)]
    assert list(dict.fromkeys(keys)) == EXPECTED
    assert server.ops() == [2, 2]


@pytest.mark.parametrize(
    ("code", "said"), [(4014, "Message Content Intent.*10,000 users"), (4004, "token"), (4013, "code 4013")]
)
def test_what_trying_again_does_not_mend_is_explained(code: int, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        run(GatewayServer([], refuse=code))


def test_a_wrong_token_is_told_and_not_repeated() -> None:
    with pytest.raises(ConfigurationError, match="token") as caught:
        run(GatewayServer([]), token="wrong-token")
    assert "wrong-token" not in str(caught.value)


@pytest.mark.parametrize("missing", ["api_base", "gateway_url"])
def test_a_gateway_that_is_not_there_fails_for_now(missing: str) -> None:
    async def on_event(event: Event) -> None:
        raise AssertionError(event)

    async def refused() -> None:
        async with GatewayServer([]).running() as server:
            there = connection(server)
            nowhere = {missing: str(there.settings[missing]).replace(server.base, "127.0.0.1:9")}
            lost = replace(there, settings={**there.settings, **nowhere})
            await read_gateway(lost, on_event, read=gateway_event, allow=[server.base, "127.0.0.1:9"])

    with pytest.raises(DeliveryFailed, match="cannot be reached"):
        asyncio.run(refused())


def test_a_payload_that_cannot_be_read_is_passed_over() -> None:
    def picky(connection: Connection, kind: str, payload: Mapping[str, Any]) -> Event | None:
        if payload.get("id") == "1001":
            raise InvalidInput(field="content", problem="is not a string")
        return gateway_event(connection, kind, payload)

    events = run(GatewayServer(frames("talk")), read=picky)
    assert [event.key for event in events] == [EXPECTED[1], *EXPECTED[3:]]


def test_what_has_been_received_is_handed_on_before_it_stops() -> None:
    events = run(GatewayServer(frames("talk")), lambda events: True)
    assert [event.key for event in events][:1] == EXPECTED[:1]


def test_an_error_of_the_receiver_ends_the_reading() -> None:
    async def refused() -> None:
        server = GatewayServer(frames("talk"))

        async def on_event(event: Event) -> None:
            raise AssistantError("internal")

        async with server.running():
            await read_gateway(connection(server), on_event, read=gateway_event, allow=[server.base])

    with pytest.raises(AssistantError):
        asyncio.run(refused())


async def _resolve_inside(host: str, port: int) -> list[str]:
    assert (host, port) == ("gateway.example", 443)
    return ["93.184.215.14", "10.0.0.7"]


async def _read(server: GatewayServer, allow: list[str], **settings: str) -> None:
    async def on_event(event: Event) -> None:
        pass

    there = connection(server)
    async with asyncio.timeout(20):
        await read_gateway(
            replace(there, settings={**there.settings, **settings}),
            on_event,
            read=gateway_event,
            allow=allow,
            resolve=_resolve_inside,
        )


@pytest.mark.parametrize(
    "settings", [{"api_base": "https://gateway.example/api/v10"}, {"gateway_url": "wss://gateway.example"}]
)
def test_a_name_that_leads_inside_is_not_connected_to(settings: dict[str, str]) -> None:
    async def refused() -> None:
        async with GatewayServer([]).running() as server:
            await _read(server, [server.base], **settings)

    with pytest.raises(ConfigurationError, match="private network"):
        asyncio.run(refused())


@pytest.mark.parametrize("inside", ["http://10.0.0.7/api", "https://[::1]/api", "http://gateway.example/api"])
def test_a_redirection_leads_nowhere_that_could_not_be_asked(inside: str) -> None:
    async def refused() -> None:
        async with GatewayServer([], redirect=inside).running() as server:
            await _read(server, [server.base])

    with pytest.raises(ConfigurationError, match="is not asked"):
        asyncio.run(refused())


@pytest.mark.parametrize("inside", ["ws://10.0.0.7", "wss://169.254.169.254", "wss://gateway.example"])
def test_a_session_is_not_resumed_at_an_address_inside(inside: str) -> None:
    async def refused() -> None:
        async with GatewayServer(frames("talk"), drops={3: "cut"}, resume_url=inside).running() as server:
            await _read(server, [server.base])

    with pytest.raises(ConfigurationError, match="is not asked"):
        asyncio.run(refused())


def test_what_is_not_allowed_on_this_machine_is_not_asked() -> None:
    async def refused() -> None:
        async with GatewayServer(frames("talk")).running() as server:
            await _read(server, [])

    with pytest.raises(ConfigurationError, match="is not asked"):
        asyncio.run(refused())
