"""What our HTTP figures stand beside. ``python -m eval.bench.echo echo PORT``: a bare FastAPI route with the same server options that
answers what it was sent; several such processes may share a port, and the kernel deals the connections out among them.
``... ceiling PORT``: constant bytes from a raw socket, the most that the load client can drive.
"""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
from typing import cast

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


class Body(BaseModel):
    text: str
    member: dict[str, str] | None = None
    channel: str | None = None


class Constant(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        del data
        self._transport.write(_ANSWER)


async def _ceiling(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Constant, "127.0.0.1", port)
    await server.serve_forever()


def _echo(port: int) -> None:
    app = FastAPI()

    @app.post("/v1/moderate")
    async def echo(body: Body) -> Body:
        return body

    gc.collect()
    gc.freeze()
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(2048)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
    )
    uvicorn.Server(config).run(sockets=[listener])


def main() -> None:
    kind, port = sys.argv[1], int(sys.argv[2])
    if kind == "echo":
        _echo(port)
    else:
        import uvloop

        uvloop.run(_ceiling(port))


if __name__ == "__main__":
    main()
