"""Heads of requests on a real socket."""

import json
import socket
import threading
import time

import pytest
import uvicorn

from assistant.web.protocol import MAX_HEAD_BYTES, BoundedProtocol

START = b"POST /x HTTP/1.1\r\nHost: x\r\n"
MUCH = 4_000_000


async def app(scope, receive, send):
    size = 0
    while True:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"10")]})
    await send({"type": "http.response.body", "body": b"%010d" % size})


@pytest.fixture(scope="module", params=["asyncio", "uvloop"])
def address(request):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app, http=BoundedProtocol, loop=request.param, log_config=None, lifespan="off", ws="none"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield listener.getsockname()
        server.should_exit = True
        thread.join()


def answer(address, *pieces):
    """The whole answer, and how much was sent until it came."""
    sent = 0
    with socket.create_connection(address, timeout=20) as client:
        try:
            for piece in pieces:
                client.sendall(piece)
                sent += len(piece)
        except OSError:
            pass
        read = b""
        try:
            while piece := client.recv(65_536):
                read += piece
                if b"\r\n\r\n0" in read:
                    break
        except OSError:
            pass
    return read, sent


@pytest.mark.parametrize(
    "pieces",
    [
        [START, *[b"X: %s\r\n" % (b"a" * 1_000)] * (MUCH // 1_000)],
        [START, b"X: ", *[b"a" * 10_000] * (MUCH // 10_000)],
        [START, *[b"a:b\r\n" * 1_000] * (MUCH // 5_000)],
        [b"GET /", *[b"a" * 10_000] * (MUCH // 10_000)],
        [
            START,
            b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n",
            *[b"X: %s\r\n" % (b"a" * 1_000)] * (MUCH // 1_000),
        ],
        [START, b"Transfer-Encoding: chunked\r\n\r\n2;", *[b"a" * 10_000] * (MUCH // 10_000)],
    ],
    ids=["many headers", "one header", "short headers", "address", "trailers", "extension"],
)
def test_a_head_without_end_is_not_taken(address, pieces):
    read, sent = answer(address, *pieces)
    assert b" 200 " not in read
    if read:
        document = json.loads(read.partition(b"\r\n\r\n")[2])
        assert read.startswith(b"HTTP/1.1 431 ")
        assert (document["status"], document["field"], document["limit"]) == (431, "headers", MAX_HEAD_BYTES)
        assert str(MAX_HEAD_BYTES) in document["detail"]
    assert read or sent < MUCH


@pytest.mark.parametrize("step", [1_000, 1_000_000])
def test_the_limit_is_the_same_however_it_arrives(address, step):
    head = START + b"X: %s\r\nContent-Length: 0\r\n\r\n"
    small, large = head % (b"a" * (MAX_HEAD_BYTES - 1_000)), head % (b"a" * (MAX_HEAD_BYTES + 1_000))
    for whole, status in ((small, b"HTTP/1.1 200"), (large, b"HTTP/1.1 431")):
        read, _ = answer(address, *(whole[at : at + step] for at in range(0, len(whole), step)))
        assert read.startswith(status)


@pytest.mark.parametrize("size", [0, 10, 300_000, 3_000_000])
def test_bodies_are_not_heads(address, size):
    body = b"a" * size
    read, _ = answer(address, START + b"Content-Length: %d\r\n\r\n" % size + body)
    assert read.endswith(b"%010d" % size)
    chunks = b"".join(b"1\r\na\r\n" for _ in range(min(size, 50_000))) + b"0\r\n\r\n"
    read, _ = answer(address, START + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
    assert read.endswith(b"%010d" % min(size, 50_000))
