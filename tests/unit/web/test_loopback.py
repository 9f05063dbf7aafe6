import pytest
from starlette.requests import Request

from assistant.errors import NotFound
from assistant.web.loopback import is_local, is_loopback, playground_here, require_playground, serves_playground

HERE = {"host": "127.0.0.1:8000"}


def request(headers=HERE, peer="127.0.0.1", version="1.1", method="POST"):
    return Request(
        {
            "type": "http",
            "method": method,
            "path": "/",
            "query_string": b"",
            "http_version": version,
            "client": (peer, 5) if peer else None,
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
    )


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_loopback_names(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "localhost.evil.example", "10.0.0.1", "::2", "0x7f000001", "127.0.0.1.nip.example"]
)
def test_other_names(host):
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "localhost"])
def test_this_machine_is_local(host):
    assert is_local(request({"host": host}), None)


@pytest.mark.parametrize(
    "asked",
    [
        request({"host": "rebound.example:8000"}),
        request({}),
        request({"host": "[::1"}),
        request(peer="192.0.2.7"),
        request(peer=None),
        request(version="1.0"),
        request({**HERE, "x-forwarded-for": "127.0.0.1"}),
        request({**HERE, "x-real-ip": "192.0.2.7"}),
        request({**HERE, "forwarded": "for=192.0.2.7"}),
        request({**HERE, "via": "1.1 proxy"}),
    ],
)
def test_rebinding_proxies_and_strangers_are_not_local(asked):
    assert not is_local(asked, None)
    with pytest.raises(NotFound):
        require_playground(asked, "auto", None)


def test_a_service_with_a_public_address_is_behind_a_proxy():
    assert not is_local(request(), "https://moderation.example.org")
    assert is_local(request(), "http://localhost:8000")


def test_off_is_off_and_on_is_for_those_who_know_its_name():
    with pytest.raises(NotFound):
        require_playground(request(), "off", None)
    stranger = request({"host": "moderation.example.org", "x-forwarded-for": "192.0.2.7"}, peer="192.0.2.1")
    require_playground(stranger, "on", "https://moderation.example.org")
    with pytest.raises(NotFound):
        require_playground(stranger, "on", "https://other.example.org")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "http://127.0.0.1:9"},
    ],
)
def test_pages_of_other_sites_may_not_ask(headers):
    with pytest.raises(NotFound):
        require_playground(request({**HERE, **headers}), "auto", None)


def test_a_link_from_another_site_may_lead_to_the_page():
    headers = {**HERE, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    require_playground(request(headers, method="GET"), "auto", None)


@pytest.mark.parametrize("setting", ["auto", "on", "off"])
@pytest.mark.parametrize(
    "public_url", [None, "http://localhost:8000", "https://chat.example.org", "https://192.0.2.7/path"]
)
def test_where_it_is_announced_it_is_served(setting, public_url):
    assert playground_here(setting, public_url) is serves_playground(request(), setting, public_url)
