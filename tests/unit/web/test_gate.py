import asyncio
import json
from types import SimpleNamespace

import pytest
import structlog
from starlette.requests import ClientDisconnect

from assistant.web.gate import Gate
from assistant.web.metrics import Metrics


def call(app, *, query=b"", headers=(), path="/v1/x"):
    """What the gate around ``app`` sends for one request, its log lines, and the scope afterwards."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query,
        "headers": list(headers),
        "http_version": "1.1",
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    metrics = Metrics(SimpleNamespace(waiting=0, last_batch=0))
    with structlog.testing.capture_logs() as lines:
        asyncio.run(Gate(app, metrics)(scope, receive, send))
    return sent, lines, scope


async def fine(scope, receive, send):
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-security-policy", b"default-src 'self'")]}
    )
    await send({"type": "http.response.body", "body": b"ok"})


async def broken(scope, receive, send):
    raise RuntimeError("a member's words")


async def broken_late(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise RuntimeError("too late")


def test_what_the_page_says_of_security_stays_and_the_rest_is_added():
    [start, _], _, _ = call(fine)
    headers = start["headers"]
    assert [value for name, value in headers if name == b"content-security-policy"] == [b"default-src 'self'"]
    assert (b"x-content-type-options", b"nosniff") in headers
    assert (b"cache-control", b"no-store") in headers


@pytest.mark.parametrize(
    ("query", "left"),
    [
        (b"key=cak_secret", b"key=scrubbed"),
        (b"a=1&key=cak_secret&b=2", b"a=1&key=scrubbed&b=2"),
        (b"key=one&key=cak_secret", b"key=scrubbed&key=scrubbed"),
        (b"monkey=1", b"monkey=1"),
    ],
)
def test_keys_leave_the_address_for_every_later_reader(query, left):
    _, lines, scope = call(fine, query=query)
    assert scope["query_string"] == left
    assert "cak_secret" not in json.dumps(lines)


@pytest.mark.parametrize("app", [fine, broken])
@pytest.mark.parametrize("page", ["appeals", "posts", "preferences", "unsubscribe", "r"])
def test_a_link_stands_in_no_log(app, page):
    _, lines, _ = call(app, path=f"/{page}/WyJkZWNfMSJd")
    assert lines
    assert {line["path"] for line in lines} == {f"/{page}/{{token}}"}


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/v1/members/m1", "/v1/members/{member_id}"),
        ("/v1/members/m1/stops/topic:x", "/v1/members/{member_id}/stops/topic:x"),
        ("/v1/experiments/exp_1/members/m1", "/v1/experiments/exp_1/members/{member_id}"),
        ("/v1/connections/con_1/members/m1", "/v1/connections/con_1/members/{member_id}"),
        ("/v1/segments/seg_1/members", "/v1/segments/seg_1/members"),
        ("/v1/content/posts", "/v1/content/posts"),
    ],
)
def test_no_member_stands_in_a_log(path, logged):
    _, lines, _ = call(fine, path=path)
    assert {line["path"] for line in lines} == {logged}


def test_anything_unexpected_is_a_500_that_tells_nothing_but_its_id():
    [start, body], lines, _ = call(broken, headers=[(b"x-request-id", b"id-7")])
    assert start["status"] == 500
    problem = json.loads(body["body"])
    assert problem["request_id"] == "id-7"
    assert "member" not in body["body"].decode()
    assert [line["event"] for line in lines] == ["unexpected", "request"]


@pytest.mark.parametrize(
    ("path", "key"), [("/v1/moderations", "error"), ("/v1alpha1/comments:analyze", "error"), ("/v1/moderate", "type")]
)
def test_it_keeps_the_shape_of_its_route(path, key):
    [_, body], _, _ = call(broken, path=path)
    assert key in json.loads(body["body"])


def test_an_answer_under_way_is_cut_off_not_doubled():
    with pytest.raises(RuntimeError):
        call(broken_late)


async def left_alone(scope, receive, send):
    raise ClientDisconnect


async def left_alone_late(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ClientDisconnect


@pytest.mark.parametrize(("app", "status"), [(left_alone, 499), (left_alone_late, 200)])
def test_a_client_that_went_away_is_no_fault_of_ours(app, status):
    sent, lines, _ = call(app)
    assert [(line["log_level"], line["event"], line["status"]) for line in lines] == [("info", "request", status)]
    assert not [message for message in sent if message.get("status", 0) >= 500]
