"""Reading Discord's gateway: one reader for each connection, begun, ended and begun again as connections come, go and fail."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import structlog

from assistant.backends.discord_gateway import read_gateway
from assistant.errors import AssistantError, ConfigurationError
from assistant.platforms.discord import PLATFORM, gateway_event
from assistant.types import Connection, Event
from assistant.usecases.assistant import Assistant
from assistant.usecases.hooks import receive
from assistant.usecases.registry import Held

log = structlog.get_logger()

_LOOK_S = 2.0
_LEAST_PAUSE_S, _LONGEST_PAUSE_S = 5.0, 300.0
_AGAIN_S = (0.5, 2.0, 5.0)
"""Pauses before a message that neither the store nor the journal took is tried again."""


@dataclass
class _Reader:
    connection: Connection
    task: asyncio.Task[None]
    stopping: asyncio.Event


async def keep_reading(assistant: Assistant, stopping: asyncio.Event) -> None:
    """Until ``stopping``. Needs the parts that screen and store: the caller has built the assistant with them."""
    await assistant.start()
    readers: dict[str, _Reader] = {}
    try:
        while not stopping.is_set():
            await _tend(assistant, readers)
            try:
                async with asyncio.timeout(_LOOK_S):
                    await stopping.wait()
            except TimeoutError:
                continue
    finally:
        for reader in readers.values():
            reader.stopping.set()
        await asyncio.gather(*(reader.task for reader in readers.values()), return_exceptions=True)
        await assistant.stop()


async def _tend(assistant: Assistant, readers: dict[str, _Reader]) -> None:
    wanted = {
        one.connection.id: one.connection for one in assistant.registry.every() if one.platform.name == PLATFORM.name
    }
    for connection_id, reader in list(readers.items()):
        if wanted.get(connection_id) != reader.connection:
            reader.stopping.set()
            await asyncio.gather(reader.task, return_exceptions=True)
            del readers[connection_id]
    for connection_id, connection in wanted.items():
        if connection_id not in readers:
            ending = asyncio.Event()
            task = asyncio.create_task(_read(assistant, connection, ending))
            readers[connection_id] = _Reader(connection, task, ending)


async def _read(assistant: Assistant, connection: Connection, stopping: asyncio.Event) -> None:
    """Begun again after every failure, more patiently each time; a wrong token or missing intents are said, and tried again rarely."""
    pause_s, allow = _LEAST_PAUSE_S, assistant.settings.outgoing.allow

    async def on_event(event: Event) -> None:
        await _take(assistant, connection, event)

    while not stopping.is_set():
        began = time.monotonic()
        try:
            await read_gateway(connection, on_event, read=gateway_event, stopping=stopping, allow=allow)
        except ConfigurationError as error:
            log.error("the gateway cannot be read", connection=connection.id, reason=error.detail)  # noqa: TRY400
            pause_s = _LONGEST_PAUSE_S
        except Exception:
            log.exception("the gateway ended", connection=connection.id)
        if time.monotonic() - began > _LONGEST_PAUSE_S:
            pause_s = _LEAST_PAUSE_S
        try:
            async with asyncio.timeout(pause_s):
                await stopping.wait()
        except TimeoutError:
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


async def _take(assistant: Assistant, connection: Connection, event: Event) -> None:
    """One event. The gateway does not send it again, so it is tried until the store or the journal has it."""
    held: Held | None = assistant.registry.get(connection.id)
    if held is None:
        return
    for pause_s in (*_AGAIN_S, None):
        try:
            await receive(assistant, held, [event], time.monotonic())
        except AssistantError:
            if pause_s is None:
                log.exception("an event of the gateway was not taken", connection=connection.id, key=event.key)
                return
            await asyncio.sleep(pause_s)
        else:
            return
