"""A Gateway on this machine: HELLO, HEARTBEAT, IDENTIFY, READY, DISPATCH, RESUME, RECONNECT and INVALID_SESSION as
https://docs.discord.com/developers/events/gateway has them, compressed with zlib-stream where the client asks for it, and the two REST
calls that a client makes before it connects. It replays frames; it is not Discord."""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

DATA = Path(__file__).parents[2] / "data" / "discord"
TOKEN = "bot-token"


def frames(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text())


@dataclass
class GatewayServer:
    """``drops`` are sequence numbers after which the socket goes away once, with the way of it: ``cut``, ``reconnect`` or
    ``invalid``; ``refuse`` is the close code that answers IDENTIFY, ``resume_url`` where resuming is told to go, and ``redirect`` where
    whoever asks for the bot's user is sent."""

    talk: list[dict[str, Any]]
    drops: dict[int, str] = field(default_factory=dict)
    refuse: int | None = None
    resume_url: str = ""
    redirect: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)
    base: str = ""

    @property
    def api_base(self) -> str:
        return f"http://{self.base}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"ws://{self.base}"

    def ops(self) -> list[int]:
        return [one["op"] for one in self.heard if one["op"] != 1]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[GatewayServer]:
        app = web.Application()
        app.router.add_get("/api/v10/users/@me", self._me)
        app.router.add_get("/api/v10/oauth2/applications/@me", self._application)
        app.router.add_get("/", self._socket)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _me(self, request: web.Request) -> web.Response:
        if self.redirect:
            raise web.HTTPFound(self.redirect)
        if request.headers.get("authorization") != f"Bot {TOKEN}":
            return _answered({"message": "401: Unauthorized", "code": 0}, status=401)
        return _answered(frames("ready")["d"]["user"])

    async def _application(self, request: web.Request) -> web.Response:
        user = frames("ready")["d"]["user"]
        about = {"id": user["id"], "name": "assistant", "icon": None, "description": "", "verify_key": "00"}
        return _answered(about | {"bot_public": False, "bot_require_code_grant": False, "owner": user, "flags": 0})

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        line = _Line(socket, compressed=request.query.get("compress") == "zlib-stream")
        await line.send({"op": 10, "d": {"heartbeat_interval": 45_000}, "s": None, "t": None})
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            heard = json.loads(message.data)
            self.heard.append(heard)
            await self._answer(line, heard)
            if socket.closed:
                break
        return socket

    async def _answer(self, line: _Line, heard: dict[str, Any]) -> None:
        if heard["op"] == 1:
            await line.send({"op": 11, "d": None, "s": None, "t": None})
        elif heard["op"] == 2 and self.refuse:
            await line.socket.close(code=self.refuse)
        elif heard["op"] == 2:
            ready = frames("ready")
            ready["d"]["resume_gateway_url"] = self.resume_url or self.gateway_url
            await line.send(ready | {"s": 1})
            await self._replay(line, after=1)
        elif heard["op"] == 6 and await self._replay(line, after=heard["d"]["seq"]):
            await line.send({"op": 0, "t": "RESUMED", "d": {}, "s": heard["d"]["seq"]})

    async def _replay(self, line: _Line, after: int) -> bool:
        for sequence, frame in enumerate(self.talk, 2):
            if sequence <= after:
                continue
            await line.send(frame | {"s": sequence})
            if way := self.drops.pop(sequence, None):
                await self._drop(line, way)
                return False
        return True

    async def _drop(self, line: _Line, way: str) -> None:
        if way == "reconnect":
            await line.send({"op": 7, "d": None, "s": None, "t": None})
        elif way == "invalid":
            await line.send({"op": 9, "d": False, "s": None, "t": None})
        else:
            await line.socket.close(code=4000)


def _answered(document: Any, status: int = 200) -> web.Response:
    """With the bare media type that Discord gives: the library takes nothing else for JSON."""
    return web.Response(body=json.dumps(document).encode(), status=status, headers={"content-type": "application/json"})


class _Line:
    def __init__(self, socket: web.WebSocketResponse, *, compressed: bool) -> None:
        self.socket = socket
        self._zlib = zlib.compressobj() if compressed else None

    async def send(self, frame: dict[str, Any]) -> None:
        text = json.dumps(frame)
        if self._zlib is None:
            await self.socket.send_str(text)
        else:
            packed = self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
            await self.socket.send_bytes(packed)
