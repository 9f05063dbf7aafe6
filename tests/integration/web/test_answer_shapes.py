"""Answers with something in them, held against the OpenAPI document."""

import jsonschema_rs
import pytest

from assistant.types.access import Scope
from tests.conftest import HAS_FAQ

DOCUMENT = b"Q: When do you open?\nA: At nine, every day but Sunday.\n"


@pytest.fixture(scope="module")
def document(service):
    with service.client() as client:
        return client.get("/openapi.json").json()


@pytest.fixture(scope="module")
def community(service):
    return service.community()


@pytest.fixture(scope="module")
def client(service, community):
    with service.client(service.key(Scope.OPERATOR, community)) as client:
        connection = client.post("/v1/connections", json={"platform": "webhooks"})
        assert connection.status_code == 201
        yield client


def check(document, path, answer):
    assert answer.status_code < 300, answer.text
    method, status = answer.request.method.lower(), str(answer.status_code)
    schema = document["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
    jsonschema_rs.validate({**schema, "components": document["components"]}, answer.json())


def test_the_connections(document, client):
    answer = client.get("/v1/connections")
    check(document, "/v1/connections", answer)
    assert len(answer.json()["connections"]) == 1


def test_a_policy_that_asks_for_what_a_platform_cannot_do(document, client, community):
    path = "/v1/communities/{community}/policy"
    policy = client.get(path.format(community=community))
    check(document, path, policy)
    stored = client.put(path.format(community=community), json=policy.json())
    assert stored.json()["warnings"]
    check(document, path, stored)


@pytest.mark.skipif(not HAS_FAQ, reason="a build without the FAQ bot")
def test_imported_documents_and_their_jobs(document, client):
    body, octets = DOCUMENT, {"content-type": "application/octet-stream"}
    check(
        document,
        "/v1/faq/documents",
        client.post("/v1/faq/documents", params={"name": "open.txt"}, content=body, headers=octets),
    )
    for path, rows in (("/v1/faq/documents", "documents"), ("/v1/faq/jobs", "jobs")):
        answer = client.get(path)
        check(document, path, answer)
        assert answer.json()[rows]
        check(document, f"{path}/{{{rows[:-1]}_id}}", client.get(f"{path}/{answer.json()[rows][0]['id']}"))
