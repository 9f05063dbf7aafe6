import pytest

from tests.live_service import running


@pytest.fixture(scope="session")
def service(database_urls, tmp_path_factory):
    with running(database_urls.app, tmp_path_factory.mktemp("service")) as service:
        yield service


@pytest.fixture(scope="session")
def operator(service):
    """A client with an operator's key of the community ``demo``."""
    with service.client(service.key()) as client:
        yield client
