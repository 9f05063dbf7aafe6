"""Campaigns that the workers raise by themselves, on the real database, with a clock that the test turns."""

from __future__ import annotations

import secrets
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from assistant.store import campaigns
from assistant.store.database import EVERY_COMMUNITY
from assistant.usecases.members.folding import fold_waiting
from assistant.usecases.push.campaigns import sends_of
from assistant.usecases.push.recurring import plan_recurring, raise_due

NOW = datetime.now(UTC)
ALWAYS = {
    "quiet_from": "00:00",
    "quiet_to": "00:00",
    "best_hour": False,
    "per_day": 100,
    "per_week": 500,
    "per_day_channel": 100,
}


@pytest.fixture
def town(service, client, community):
    return Town(service, client, community)


class Town:
    def __init__(self, service, client, community):
        self.service, self.client, self.community = service, client, community
        self.connection = service.connect(community, settings={"url": "https://example.org/hook"}).row.id
        self.settings()

    def settings(self, **more):
        assert self.client.put("/v1/push/settings", json=ALWAYS | more).status_code == 200

    def members(self, names, zone=None, **consents):
        given = [
            {"purpose": name, "granted": yes, "source": "t"}
            for name, yes in ({"push": True, "profiling": True} | consents).items()
        ]
        declared = {"attributes": {"time_zone": zone}} if zone else {}
        body = {"members": [{"id": name, "consents": given, **declared} for name in names]}
        assert self.client.put("/v1/members", json=body).json()["errors"] == []

    def items(self, *given):
        body = {"items": [{"title": one["id"], "published_at": "2026-01-01T00:00:00Z", **one} for one in given]}
        assert self.client.put("/v1/items", json=body).status_code == 200
        self.service.assistant.memories.forget(self.community)

    def happened(self, kind, member, item=None, at=None):
        at = at or NOW - timedelta(hours=1)
        one = {"id": secrets.token_hex(8), "type": kind, "member_id": member, "item_id": item, "at": at.isoformat()}
        assert self.client.post("/v1/events", json={"events": [one]}).json()["errors"] == []

    def running(self, occasion, **more):
        body = {
            "name": occasion,
            "occasion": occasion,
            "connection_id": self.connection,
            "audience": {"everyone": True},
            "text": {"zh-Hant": "給你的"},
            "ends_at": (NOW + timedelta(days=400)).isoformat(),
            **more,
        }
        made = self.client.post("/v1/campaigns", json=body)
        assert made.status_code == 201, made.text
        campaign = made.json()["id"]
        assert self.client.post(f"/v1/campaigns/{campaign}/start").json()["state"] == "running"
        return campaign

    def at(self, moment):
        """Everything that is due at a moment."""
        assistant = replace(self.service.assistant, clock=lambda: moment)
        with assistant.database.transaction(EVERY_COMMUNITY) as transaction:
            mine = [one for one in campaigns.recurring(transaction) if one.community == self.community]
        for one in mine:
            while raise_due(assistant, one):
                pass

    def sends(self, campaign):
        return sends_of(self.service.assistant, self.community, campaign, None, 1_000)[0]


def test_a_digest_goes_out_at_the_hour_of_each_zone_and_shows_nothing_twice(town):
    town.members(["taipei"], zone="Asia/Taipei")
    town.members(["berlin"], zone="Europe/Berlin")
    town.members(["nowhere"])
    town.members(["silent"], push=False)
    town.settings(time_zone="Asia/Taipei", digest={"weekdays": [1, 2, 3, 4, 5, 6, 7], "hour": 9})
    town.items({"id": "a"}, {"id": "b"})
    campaign = town.running("digest", recommend=2)
    day = (NOW + timedelta(days=2)).replace(hour=1, minute=5, second=0, microsecond=0)
    town.at(day - timedelta(hours=6, minutes=6))
    town.at(day - timedelta(minutes=6))
    assert town.sends(campaign) == []
    town.at(day)
    town.at(day + timedelta(minutes=20))
    first = {one.member_id: one for one in town.sends(campaign)}
    assert sorted(first) == ["nowhere", "silent", "taipei"]
    assert first["silent"].because == "no_consent"
    assert set(first["taipei"].items) == {"a", "b"}
    town.at(day + timedelta(hours=8))
    assert {one.member_id for one in town.sends(campaign)} == {"berlin", *first}
    town.items({"id": "new"})
    town.at(day + timedelta(days=1))
    again = [one for one in town.sends(campaign) if one.member_id == "taipei"]
    assert [(one.round, one.items) for one in again[1:]] == [((day + timedelta(days=1)).date().isoformat(), ("new",))]
    town.at(day + timedelta(days=2))
    last = [one for one in town.sends(campaign) if one.member_id == "taipei"][-1]
    assert last.because == "nothing_to_show"


def test_what_is_back_in_stock_is_told_to_whom_it_concerns_once(town):
    town.members(["looked", "bought", "other"])
    town.members(["private"], profiling=False)
    town.items({"id": "tent", "stock": 0}, {"id": "stove", "stock": 4})
    campaign = town.running("back_in_stock")
    for member in ("looked", "bought", "private"):
        town.happened("view", member, "tent", NOW - timedelta(hours=2))
    town.happened("purchase", "bought", "tent")
    town.happened("view", "other", "stove")
    town.items({"id": "tent", "stock": 0}, {"id": "stove", "stock": 9})
    town.at(datetime.now(UTC))
    assert town.sends(campaign) == []
    town.items({"id": "tent", "stock": 3})
    town.items({"id": "tent", "stock": 2})
    for _ in range(2):
        town.at(datetime.now(UTC))
    assert [(one.member_id, one.items, one.because) for one in town.sends(campaign)] == [("looked", ("tent",), None)]
    town.items({"id": "tent", "stock": 0})
    shown = town.client.get("/v1/members/other/recommendations").json()["items"]
    assert "tent" not in {one["id"] for one in shown}
    town.items({"id": "tent", "stock": 1})
    town.at(datetime.now(UTC))
    assert len(town.sends(campaign)) == 2


def test_who_falls_at_risk_is_written_to_once_in_so_many_days(town):
    names = [f"m{number:03}" for number in range(260)]
    town.members([*names, "left"])
    events = []
    for number, name in enumerate([*names, "left"]):
        last, often = (31 + number % 25, 9) if number % 2 else (number % 6, 4)
        for back in range(12 if often == 4 else 4):
            at = NOW - timedelta(days=last + often * back)
            events.append({"id": f"{name}-{back}", "type": "view", "member_id": name, "at": at.isoformat()})
    at = (NOW - timedelta(hours=2)).isoformat()
    events.append({"id": "gone", "type": "leave", "member_id": "left", "at": at})
    assert town.client.post("/v1/events", json={"events": events}).json()["errors"] == []
    while fold_waiting(town.service.assistant):
        pass
    town.settings(at_risk={"threshold": 0.5, "again_after_days": 20})
    campaign = town.running("at_risk")
    now = datetime.now(UTC)
    town.at(now)
    found = [one.member_id for one in town.sends(campaign)]
    risky = {
        one: town.client.get(f"/v1/members/{one}/profile").json()["profile"]["churn"]["risk"] for one in names[:40]
    }
    assert {one for one in found if one in risky} == {one for one, risk in risky.items() if risk >= 0.5}
    assert 0 < len(found) < len(names)
    assert "left" not in found
    town.at(now + timedelta(days=1))
    assert [one for one in town.sends(campaign) if one.member_id in set(found)] == town.sends(campaign)[: len(found)]
    town.at(now + timedelta(days=21))
    rounds = [one.round for one in town.sends(campaign) if one.member_id == found[0]]
    assert len(rounds) == len(set(rounds)) == 2


def test_two_workers_and_a_stop_in_between_send_nothing_twice(town, monkeypatch):
    names = [f"m{number:03}" for number in range(90)]
    town.members(names)
    town.items({"id": "tent", "stock": 0})
    campaign = town.running("back_in_stock")
    for name in names:
        town.happened("view", name, "tent")
    town.items({"id": "tent", "stock": 5})
    monkeypatch.setattr("assistant.usecases.push.recurring.raise_due.__defaults__", (20,))
    assert plan_recurring(town.service.assistant)
    assert len(town.sends(campaign)) == 20
    town.client.post(f"/v1/campaigns/{campaign}/pause")
    assert not plan_recurring(town.service.assistant)
    town.client.post(f"/v1/campaigns/{campaign}/resume")

    def work():
        while plan_recurring(town.service.assistant):
            pass

    threads = [threading.Thread(target=work) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one.member_id for one in town.sends(campaign)] == names
    with town.service.assistant.database.transaction(town.community) as transaction:
        assert transaction.scalar(text("SELECT count(DISTINCT key) FROM deliveries")) == 90
        assert transaction.scalar(text("SELECT count(*) FROM deliveries")) == 90
