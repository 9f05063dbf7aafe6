"""Whatever is sent, the answer is a clear 4xx that names the field, in the shape of its route."""

import json
import re

import pytest

from assistant.access import make_key
from assistant.types.access import Scope

JSON = {"content-type": "application/json"}
NATIVE = "/v1/moderate"
BATCH = "/v1/moderate/batch"
POLICY = "/v1/communities/demo/policy"
OPENAI = "/v1/moderations"
ANALYZE = "/v1alpha1/comments:analyze"
SUGGEST = "/v1alpha1/comments:suggestscore"
PLAYGROUND = "/playground/screen"
ROUTES = [("POST", path) for path in (NATIVE, BATCH, OPENAI, ANALYZE, SUGGEST, PLAYGROUND)] + [("PUT", POLICY)]

GOOD = {
    NATIVE: {"text": "TEXT"},
    BATCH: {"messages": [{"text": "fine"}, {"text": "TEXT"}]},
    OPENAI: {"input": "TEXT"},
    ANALYZE: {"comment": {"text": "TEXT"}, "requestedAttributes": {"TOXICITY": {}}},
    SUGGEST: {"comment": {"text": "TEXT"}, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 0.5}}}},
    PLAYGROUND: {"text": "TEXT"},
}
FIELD = {
    NATIVE: "text",
    BATCH: "messages[1].text",
    OPENAI: "input",
    ANALYZE: "comment.text",
    SUGGEST: "comment.text",
    PLAYGROUND: "text",
}

BODIES = {
    "no body": b"",
    "not JSON": b"text=hello",
    "cut short": b'{"text": "hel',
    "UTF-16": json.dumps({"text": "你好"}).encode("utf-16"),
    "Latin-1": '{"text": "café"}'.encode("latin-1"),
    "byte order mark": b'\xef\xbb\xbf{"text": "hello"}',
    "deep": b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "a list": b"[]",
    "a string": b'"hello"',
    "null": b"null",
    "NaN": b"NaN",
    "empty object": b"{}",
    "NUL byte": b'{"text": "a\x00b"}',
    "huge number": b'{"text": ' + b"9" * 5_000 + b"}",
}


def error_of(path, answer):
    """Status and field, after the shape was checked."""
    document = answer.json()
    if path.startswith("/v1alpha1/"):
        error = document["error"]
        assert error["code"] == answer.status_code
        assert error["message"]
        assert error["status"]
        [detail] = error.get("details", [{}])
        [violation] = detail.get("fieldViolations", [{}])
        return answer.status_code, violation.get("field", detail.get("errorType"))
    if path == OPENAI:
        error = document["error"]
        assert set(error) == {"message", "type", "param", "code"}
        return answer.status_code, error["param"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(document) == {"type", "title", "status", "detail", "field", "limit", "request_id"}
    assert document["status"] == answer.status_code
    assert document["request_id"] == answer.headers["x-request-id"]
    assert not re.search(r"\{\w+\}", document["detail"]), "a placeholder was left in the sentence"
    return answer.status_code, document["field"]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_bodies_that_no_route_can_read(operator, method, path, body):
    status, field = error_of(path, operator.request(method, path, content=body, headers=JSON))
    assert status in {400, 413, 422}
    assert field


@pytest.mark.parametrize("path", GOOD)
@pytest.mark.parametrize(
    "text", ["", "   \n", "\u0000", "a\u0000b", "\ud800", "a\udfff", 3, None, True, ["a"], {"a": 1}, "x" * 20_001]
)
def test_texts_that_cannot_be_screened(operator, path, text):
    if path == OPENAI and isinstance(text, list):
        return  # a list of strings is what this route takes
    body = json.dumps(GOOD[path]).replace('"TEXT"', json.dumps(text))
    status, field = error_of(path, operator.post(path, content=body, headers=JSON))
    assert status in {400, 413}
    assert field
    if isinstance(text, str) and "\ud800" <= text[-1:] <= "\udfff":
        return  # a strict reader cannot always say where the broken escape stood
    if path.startswith("/v1alpha1/") and field in {"COMMENT_EMPTY", "COMMENT_TOO_LONG"}:
        return
    assert field.startswith(FIELD[path])


@pytest.mark.parametrize("path", GOOD)
def test_a_megabyte_of_text_is_too_large(operator, path):
    body = json.dumps(GOOD[path]).replace("TEXT", "字" * 350_000)
    status, _ = error_of(path, operator.post(path, content=body, headers=JSON))
    assert status in {400, 413}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_body_over_the_limit_is_refused_before_it_was_read(operator, method, path):
    def endless():
        for _ in range(200):
            yield b" " * 65_536

    declared = operator.request(method, path, content=b" " * 5_000_000, headers=JSON)
    streamed = operator.request(method, path, content=endless(), headers=JSON)
    for answer in (declared, streamed):
        status, field = error_of(path, answer)
        assert (status, field) == (400 if path.startswith("/v1alpha1/") else 413, "body")


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json; charset=latin-1"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
def test_other_media_types(operator, method, path, headers):
    status, field = error_of(path, operator.request(method, path, content=b'{"text": "hello"}', headers=headers))
    assert (status, bool(field)) == (400 if path.startswith("/v1alpha1/") else 415, True)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"member": "u1"}, "member"),
        ({"member": {"id": ""}}, "member.id"),
        ({"member": {"id": "x" * 201}}, "member.id"),
        ({"member": {"id": "a\u0000"}}, "member.id"),
        ({"member": {"roles": "admin"}}, "member.roles"),
        ({"context": [{"text": 1}]}, "context[0].text"),
        ({"context": [{"text": "a"}] * 21}, "context"),
        ({"sent_at": "yesterday"}, "sent_at"),
        ({"sent_at": -1e30}, "sent_at"),
        ({"purpose": "war"}, "purpose"),
        ({"language": "klingon!"}, "language"),
        ({"store": "maybe"}, "store"),
        ({"colour": "red"}, "colour"),
        ({"attachments": [{"kind": "Image"}]}, "attachments[0].kind"),
        ({"platform": {"message_id": "1"}}, "platform.name"),
        ({"community": "nowhere"}, "community"),
    ],
)
def test_fields_of_a_message(operator, fields, field):
    status, named = error_of(NATIVE, operator.post(NATIVE, content=json.dumps({"text": "hi", **fields}), headers=JSON))
    assert status in {400, 403, 413}
    assert named == field


def test_a_batch_has_limits_too(operator):
    assert error_of(BATCH, operator.post(BATCH, json={"messages": []})) == (400, "messages")
    assert error_of(BATCH, operator.post(BATCH, json={"messages": [{"text": "a"}] * 1_001})) == (413, "messages")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=999999999999999999999999", "limit"),
        ("limit=x", "limit"),
        ("since=yesterday", "since"),
        ("since=2025-01-01T00:00:00", "since"),
        ("since=0001-01-01T00:00:00%2B14:00", "since"),
        ("since=2025-02-01T00:00:00Z&until=2025-01-01T00:00:00Z", "until"),
        ("action=shout", "action"),
        ("label=unknown", "label"),
        ("member=%00", "member"),
        ("channel=" + "x" * 201, "channel"),
        ("cursor=nonsense", "cursor"),
        ("cursor=%FF%FE", "cursor"),
        ("cursor=MjAyNS0wMS0wMVQwMDowMDowMA", "cursor"),
        ("flagged=perhaps", "flagged"),
        ("colour=red", "colour"),
    ],
)
def test_queries(operator, query, field):
    assert error_of("/v1/decisions", operator.get(f"/v1/decisions?{query}")) == (400, field)


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb"])
def test_idempotency_keys(operator, key):
    answer = operator.post(NATIVE, json={"text": "hi"}, headers={"Idempotency-Key": key})
    assert error_of(NATIVE, answer) == (400, "Idempotency-Key")


def test_an_idempotency_key_without_storing_is_a_contradiction(operator):
    status, field = error_of(
        NATIVE, operator.post(NATIVE, json={"text": "hi", "store": False}, headers={"Idempotency-Key": "k"})
    )
    assert status == 400
    assert "Idempotency-Key" in field
    assert "store" in field


@pytest.mark.parametrize(
    ("method", "path"),
    [route for route in ROUTES if route[1] != PLAYGROUND] + [("GET", "/v1/decisions"), ("GET", POLICY)],
)
def test_keys_that_do_not_work(service, method, path):
    unknown = make_key()
    for authorization in (
        None,
        "",
        "Bearer",
        "Basic dXNlcjpwYXNz",
        "Bearer nonsense",
        f"Bearer {unknown}",
        f"Bearer {service.expired_key()}",
        "Bearer \xff",
    ):
        headers = {**JSON, **({"authorization": authorization.encode("latin-1")} if authorization is not None else {})}
        with service.client() as client:
            answer = client.request(
                method, path, content=b'{"text": "hello"}' if method != "GET" else None, headers=headers
            )
        assert error_of(path, answer)[0] == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", [NATIVE, BATCH, OPENAI])
def test_a_key_in_the_address_counts_only_where_perspective_puts_it(service, path):
    with service.client() as client:
        key = service.key(Scope.PLATFORM)
        assert client.post(f"{path}?key={key}", json=GOOD[path]).status_code == 401
        assert client.post(f"{ANALYZE}?key={key}", json=GOOD[ANALYZE]).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/v1/decisions/dec_unknown", 404),
        ("GET", "/v1/decisions/..%2f..", 404),
        ("GET", "/v1/decisions/%00", 404),
        ("GET", "/v1/communities/nowhere/policy", 404),
        ("GET", "/v1/communities/%00/rules", 404),
        ("GET", "/v1/communities/nowhere/rules", 404),
        ("GET", NATIVE, 405),
        ("DELETE", "/v1/decisions", 405),
        ("GET", OPENAI, 405),
        ("GET", ANALYZE, 405),
        ("GET", "/static/../app.py", 404),
        ("GET", "/static/%2e%2e/app.py", 404),
    ],
)
def test_addresses_and_methods(operator, method, path, status):
    assert error_of(path, operator.request(method, path))[0] == status
