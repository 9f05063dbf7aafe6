"""Members whose ids hold what an address has a meaning for."""

from __future__ import annotations

from urllib.parse import quote

import pytest

IDS = ["m/1", "m/1/export", "m/profile", "/", "export", "a b?c#d", "%2F", "m%2F1", "王/小明"]


@pytest.fixture
def put(client):
    """Puts a member of this id, who consents to messages."""

    def put(name: str) -> str:
        consents = [{"purpose": one, "granted": True, "source": "test"} for one in ("profiling", "push")]
        answer = client.put("/v1/members", json={"members": [{"id": name, "consents": consents}]})
        assert answer.json() == {"put": 1, "errors": []}
        return f"/v1/members/{quote(name, safe='')}"

    return put


@pytest.mark.parametrize("name", IDS)
def test_a_member_of_any_id_is_read_exported_and_erased(client, put, name):
    path = put(name)
    assert client.get(path).json()["id"] == name
    assert client.get(f"{path}/export").json()["member"]["id"] == name
    for below in ("profile", "events", "points", "recommendations"):
        assert client.get(f"{path}/{below}").status_code == 200, below
    no = {"consents": [{"purpose": "push", "granted": False, "source": "test"}]}
    assert client.post(f"{path}/consents", json=no).json()["id"] == name
    assert client.post(f"{path}/stops", json={"topic": "topic:a/b"}).json()["stops"] == ["topic:a/b"]
    assert client.delete(f"{path}/stops/topic%3Aa%2Fb").json()["stops"] == []
    assert client.delete(path).status_code == 200
    assert client.get(path).status_code == 404


def test_an_id_that_ends_like_a_route_is_not_that_route(client, put):
    short, long = put("m"), put("m/export")
    assert client.get(long).json()["id"] == "m/export"
    assert client.get(f"{short}/export").json()["member"]["id"] == "m"
    assert client.delete(long).status_code == 200
    assert client.get(short).json()["id"] == "m"
    assert client.get(long).status_code == 404


def test_a_slash_that_is_not_encoded_still_divides(client, put):
    put("m/1")
    assert client.get("/v1/members/m/1").status_code == 404


def test_no_part_of_an_id_stands_in_the_log(client, put, capsys):
    client.get(put("secret/name"))
    printed = "".join(capsys.readouterr())
    assert "/v1/members/{member_id}" in printed
    assert "name" not in printed.replace("event_name", "")
