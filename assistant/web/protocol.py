"""HTTP/1.1 as uvicorn speaks it, but for one bound: a head, or what stands behind a body, is taken only so far. uvicorn's httptools would
keep headers in memory for as long as somebody sends them, without a key."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from assistant.errors import TooLarge
from assistant.web.problem import problem_document, sentence

MAX_HEAD_BYTES: Final = 65_536


class HeadTooLarge(TooLarge):
    status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE.value


class BoundedProtocol(HttpToolsProtocol):
    """``_held`` are the bytes since the last that a request was made of, of what the parser keeps to itself."""

    _held = 0
    _went_on = False
    _over = False

    def data_received(self, data: bytes) -> None:
        self._went_on = False
        super().data_received(data)
        self._held = 0 if self._went_on else self._held + len(data)
        if self._held > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._refuse()

    def on_headers_complete(self) -> None:
        self._went_on = True
        self._over = len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MAX_HEAD_BYTES
        if self._over:
            raise ValueError  # told to the parser, which ends and has a 400 sent
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._went_on = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._went_on = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        if self._over:
            self._refuse()
        else:
            super().send_400_response(msg)

    def _refuse(self) -> None:
        error = HeadTooLarge(field="headers", limit=MAX_HEAD_BYTES)
        body = orjson.dumps(problem_document(error, sentence(error, None), ""))
        head = (
            f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}\r\ncontent-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
