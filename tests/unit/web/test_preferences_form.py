"""The form of a member's own page, as it is read."""

from __future__ import annotations

import asyncio
import threading
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from assistant.web.routes import preferences


def read(body: bytes) -> list[tuple[str, str]]:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", b"application/x-www-form-urlencoded")]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    return asyncio.run(preferences._fields(Request(scope, receive)))


@pytest.mark.parametrize(("many", "in_the_loop"), [(3, True), (900, False), (4_000, False)])
def test_a_large_form_is_read_beside_the_event_loop(
    monkeypatch: pytest.MonkeyPatch, many: int, in_the_loop: bool
) -> None:
    fields = [("stop", f"topic:{'露營' * 5}{at}") for at in range(many)]
    threads: list[threading.Thread] = []

    def parse_qsl(*arguments: Any, **named: Any) -> list[tuple[str, str]]:
        threads.append(threading.current_thread())
        return parse(*arguments, **named)

    parse = preferences.parse_qsl
    monkeypatch.setattr(preferences, "parse_qsl", parse_qsl)
    assert read(urlencode(fields).encode()) == fields
    assert [thread is threading.main_thread() for thread in threads] == [in_the_loop]
