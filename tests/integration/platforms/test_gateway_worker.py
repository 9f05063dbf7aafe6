"""`assistant worker --gateway discord`: what members write becomes decisions. The Gateway is a local one that replays frames."""

from __future__ import annotations

import asyncio
import time
import warnings

from assistant.usecases.gateway import keep_reading
from assistant.wiring import build
from tests.integration.platforms.gateway_server import TOKEN, GatewayServer, frames
from tests.live_service import Service

with warnings.catch_warnings():  # the library's sound player imports a module that Python 3.13 drops
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord  # noqa: F401

GUILD = "197038439483310086"


def test_the_worker_screens_what_the_gateway_brings_and_follows_its_connections(platform_service: Service) -> None:
    community = platform_service.community()
    server = GatewayServer(frames("talk"))
    with platform_service.client(platform_service.key(community=community)) as operator:
        asyncio.run(_work(platform_service, community, server))
        decisions = operator.get("/v1/decisions").json()["decisions"]
        deliveries = operator.get("/v1/deliveries").json()["deliveries"]
    said = {one["platform"]["message_id"]: one for one in decisions if one["platform"]["message_id"]}
    assert set(said) == {"1001", "0999", "1005"}
    assert any(one["action"] != "allow" for one in decisions)
    assert all(one["because"] == "dry_run" for one in deliveries if one["kind"] == "order")


async def _work(service: Service, community: str, server: GatewayServer) -> None:
    stopping = asyncio.Event()
    assistant = build(
        service.assistant.settings,
        database=service.assistant.database,
        classifier=service.assistant.classifier,
    )
    async with server.running():
        settings = {"guild_id": GUILD, "api_base": server.api_base, "gateway_url": server.gateway_url}
        made = service.connect(
            community, "discord", {"token": TOKEN, "public_key": "ab" * 32}, settings=settings, dry_run=True
        )
        reading = asyncio.create_task(keep_reading(assistant, stopping))
        try:
            await _until(lambda: _decided(service, community) >= 5)
        finally:
            stopping.set()
            await reading
            assistant.journal.close()
        assert made.row.platform == "discord"


async def _until(done: object, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(done):  # type: ignore[arg-type]
        assert time.monotonic() < deadline, "the gateway's messages did not become decisions"
        await asyncio.sleep(0.1)


def _decided(service: Service, community: str) -> int:
    with service.assistant.database.transaction(community) as transaction:
        found = transaction.exec_driver_sql("SELECT count(*) FROM decisions")
        return int(found.scalar() or 0)
