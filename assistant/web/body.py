"""Reading a request's body: its declared form first, then its bytes, never more of them than the limit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from assistant.errors import InvalidInput, TooLarge, UnsupportedMedia
from assistant.usecases.request import invalid_input

Model = TypeVar("Model", bound=BaseModel)
Read = TypeVar("Read")

LARGE_BODY = 65_536

_UTF8_BOM = b"\xef\xbb\xbf"


async def read_body(request: Request, limit: int) -> bytes:
    """The body as it came.

    Raises:
        UnsupportedMedia: it is not said to be JSON in UTF-8, or it is compressed.
        TooLarge: it has more than ``limit`` bytes, declared or met; the rest is not read.
        InvalidInput: it is empty or opens with a byte order mark.
    """
    _check_media(request)
    body = await read_bytes(request, limit)
    if not body:
        raise InvalidInput("body_empty", field="body")
    if body.startswith(_UTF8_BOM):
        raise InvalidInput("byte_order_mark", field="body")
    return body


async def off_loop(read: Callable[[bytes], Read], body: bytes) -> Read:
    """``read(body)``, in a worker thread where the body is large, so that the event loop goes on meanwhile."""
    return read(body) if len(body) <= LARGE_BODY else await asyncio.to_thread(read, body)


def parse(model: type[Model], body: bytes) -> Model:
    """``body`` as ``model``; InvalidInput names the field that is wrong."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise invalid_input(error) from None


async def read_bytes(request: Request, limit: int) -> bytes:
    """The body as it came, whatever it is said to be. Raises: TooLarge, for more than ``limit`` bytes, declared or met."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise TooLarge(field="body", limit=limit)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise TooLarge(field="body", limit=limit)
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _check_media(request: Request) -> None:
    declared = request.headers.get("content-type", "")
    if declared == "application/json":
        if "content-encoding" in request.headers:
            _check_encoding(request.headers["content-encoding"])
        return
    kind, *parameters = [part.strip().lower() for part in declared.split(";")]
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise UnsupportedMedia(field="Content-Type", limit="application/json")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "charset" and value.strip('"') not in ("utf-8", "utf8", "us-ascii"):
            raise UnsupportedMedia(field="Content-Type", limit="charset=utf-8")
    _check_encoding(request.headers.get("content-encoding", "identity"))


def _check_encoding(encoding: str) -> None:
    if encoding.strip().lower() not in ("", "identity"):
        raise UnsupportedMedia(field="Content-Encoding", limit="identity")
