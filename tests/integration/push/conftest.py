import secrets

import pytest

from tests.live_service import running


@pytest.fixture(scope="session")
def service(database_urls, tmp_path_factory):
    with running(database_urls.app, tmp_path_factory.mktemp("push")) as service:
        yield service


@pytest.fixture
def community(service):
    """The id of a community of the test's own."""
    return service.community()


@pytest.fixture
def client(service, community):
    """A client with an operator's key of ``community``."""
    with service.client(service.key(community=community)) as client:
        yield client


@pytest.fixture
def member(client):
    """A member who consents to being profiled, to messages, and to what concerns health and a child."""
    name = f"m{secrets.token_hex(6)}"
    purposes = ("profiling", "push", "health", "child")
    consents = [{"purpose": one, "granted": True, "source": "test"} for one in purposes]
    answer = client.put("/v1/members", json={"members": [{"id": name, "consents": consents}]})
    assert answer.json() == {"put": 1, "errors": []}
    return name
