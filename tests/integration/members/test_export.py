"""What is handed out is all that is kept, of whoever it is kept."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from assistant.store import erasing


def words_of(export: dict) -> str:
    return str(export["tables"])


@pytest.mark.parametrize("name", ["only-screened", "只被审核/1"])
def test_who_was_only_screened_is_exported_and_erased(client, name):
    said = {"text": "加微信 abc123 日结300", "member": {"id": name}, "channel": "general"}
    client.post("/v1/moderate", json=said).raise_for_status()
    path = f"/v1/members/{name.replace('/', '%2F')}"
    export = client.get(f"{path}/export").json()
    assert export["member"] == {"id": name, "name": None, "source": None, "since": None}
    assert (export["profile"], export["consents"]) == (None, [])
    assert [one["text"] for one in export["tables"]["decisions"]] == [said["text"]]
    assert client.delete(path).status_code == 200
    assert client.get(f"{path}/export").status_code == 404
    assert client.get("/v1/members/nobody/export").json()["field"] == "member_id"


def test_of_who_was_told_of_there_is_the_profile_too(client, member):
    client.post("/v1/moderate", json={"text": "大家早", "member": {"id": member}}).raise_for_status()
    export = client.get(f"/v1/members/{member}/export").json()
    assert export["member"]["since"]
    assert export["profile"]["personalised"]
    assert "大家早" in words_of(export)


def test_what_others_said_is_not_handed_out(client, member):
    before = [
        {"text": "我的電話是 0912 345 678", "member": "somebody-else"},
        {"text": "誰有二手推車", "member": member},
        {"text": "沒有署名的一句"},
    ]
    said = {"text": "大家早", "member": {"id": member}, "context": before}
    client.post("/v1/moderate", json=said).raise_for_status()
    export = client.get(f"/v1/members/{member}/export").json()
    (decision,) = export["tables"]["decisions"]
    assert decision["context"] == [{"text": "誰有二手推車", "member": member}]
    assert "0912" not in str(export)
    assert "somebody-else" not in str(export)


def test_another_community_is_handed_nothing(service, client):
    client.post("/v1/moderate", json={"text": "大家早", "member": {"id": "theirs"}}).raise_for_status()
    with service.client(service.key(community=service.community())) as other:
        assert other.get("/v1/members/theirs/export").status_code == 404


def test_erasing_may_take_longer_than_a_request_else(service, client, member, monkeypatch):
    """It looks through all of a community's documents, of which there may be millions."""

    def slow(connection, *about):
        connection.execute(text("SELECT pg_sleep(1.5)"))
        return erase(connection, *about)

    erase = erasing.erase
    monkeypatch.setattr(erasing, "erase", slow)
    monkeypatch.setattr(service.assistant.database, "timeout_s", 0.5)
    assert client.delete(f"/v1/members/{member}").status_code == 200
    assert client.get(f"/v1/members/{member}").status_code == 404
