"""What every adapter must withstand, whatever its scheme of signing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from assistant.errors import InvalidInput, Unauthenticated
from assistant.platforms import Platform
from assistant.types import Connection, Hook, HookRequest

JUNK_BODIES = (
    b"",
    b"null",
    b"[]",
    b'"x"',
    b"{",
    b"{}",
    b"\xff\xfe\x00",
    b'{"a":' * 5000,
    b"[" * 5000,
    b"<xml/>",
    b"<xml><ToUserName>1</ToUserName></xml>",
    b'<!DOCTYPE x [<!ENTITY a "b">]><xml><a>&a;</a></xml>',
    b"a=1&b=2",
    b'{"events":[null,1,"x",{}]}',
    b'{"message":{"text":{"nested":1}},"update_id":"x"}',
    b'{"text":"\\ud800"}',
)


def refuses(platform: Platform, connection: Connection, request: HookRequest) -> None:
    with pytest.raises(Unauthenticated):
        platform.verify(connection, request)


def without_header(request: HookRequest, name: str) -> HookRequest:
    return replace(request, headers=tuple(pair for pair in request.headers if pair[0] != name))


def with_header(request: HookRequest, name: str, value: str) -> HookRequest:
    return replace(request, headers=(*without_header(request, name).headers, (name, value)))


def without_query(request: HookRequest, name: str) -> HookRequest:
    return replace(request, query=tuple(pair for pair in request.query if pair[0] != name))


def with_query(request: HookRequest, name: str, value: str) -> HookRequest:
    return replace(request, query=(*without_query(request, name).query, (name, value)))


def check_hostile(
    platform: Platform,
    connection: Connection,
    request: HookRequest,
    *,
    wrong_key: Connection,
    headers: Iterable[str] = (),
    query: Iterable[str] = (),
    signs_body: bool = True,
    signs_time: bool = True,
) -> None:
    """``request`` verifies under ``connection``; each way of spoiling it must be Unauthenticated, and nothing else.

    ``headers`` and ``query`` name what carries the signature (and its time): each is left out, doubled, emptied, and made non-ASCII.
    """
    platform.verify(connection, request)
    refuses(platform, wrong_key, request)
    refuses(platform, replace(connection, secrets={}, previous={}), request)
    if signs_body:
        refuses(platform, connection, replace(request, body=request.body + b" "))
        refuses(platform, connection, replace(request, body=b""))
    if signs_time:
        for days in (-1, 1):
            refuses(platform, connection, replace(request, received_at=request.received_at + timedelta(days=days)))
    for name in headers:
        value = dict(request.headers)[name]
        refuses(platform, connection, without_header(request, name))
        refuses(platform, connection, replace(request, headers=(*request.headers, (name, value))))
        for spoiled in ("", "é", value + "é", "漢", "\udcff", value[:-1], " " + value * 2, "0" * 10_000):
            refuses(platform, connection, with_header(request, name, spoiled))
    for name in query:
        value = dict(request.query)[name]
        refuses(platform, connection, without_query(request, name))
        refuses(platform, connection, replace(request, query=(*request.query, (name, value))))
        for spoiled in ("", "é", value + "é", "漢", "\udcff", value[:-1], "0" * 10_000):
            refuses(platform, connection, with_query(request, name, spoiled))


def check_rotation(
    platform: Platform,
    connection: Connection,
    request: HookRequest,
    name: str,
    fresh: str,
    sign: Callable[[str], HookRequest],
) -> None:
    """During a rotation both secrets count; after it the new one alone. ``sign`` makes the request under a secret."""
    overlap = replace(connection, secrets={**connection.secrets, name: fresh}, previous=dict(connection.secrets))
    platform.verify(overlap, request)
    platform.verify(overlap, sign(fresh))
    refuses(platform, replace(overlap, previous={}), request)


def check_junk(
    platform: Platform, connection: Connection, request: HookRequest, bodies: Iterable[bytes] = JUNK_BODIES
) -> None:
    """Bodies that verified and make no sense: events or InvalidInput, never anything else."""
    for body in bodies:
        try:
            hook = platform.parse(connection, replace(request, body=body))
        except InvalidInput as error:
            assert error.field, body[:50]
        else:
            assert isinstance(hook, Hook), body[:50]
