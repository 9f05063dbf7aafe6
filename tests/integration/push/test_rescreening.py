"""Items after a change of the community's policy."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from assistant.store import background_jobs
from assistant.store.database import EVERY_COMMUNITY
from assistant.types.policy import TermList
from assistant.usecases.policies import load_policy, set_policy
from assistant.usecases.push.rescreening import NAME, rescreen_next, rescreen_part
from tests.live_service import own_database, running


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Over a database of its own: the job goes through the items of every community there is."""
    folder = tmp_path_factory.mktemp("rescreening")
    with own_database(folder / "database") as urls, running(urls.app, folder) as service:
        yield service


BANNED = TermList("banned", "spam", ("藍色小帳篷",), score=1.0)


def hidden(client):
    listed = client.get("/v1/items", params={"limit": 200}).json()["items"]
    return {one["id"]: one["hidden_because"] for one in listed if one["hidden"]}


def change(service, community, *lists):
    policy = load_policy(service.assistant.database, community)
    set_policy(service.assistant.database, community, replace(policy, lists=lists), created_by="test")


def test_one_communitys_wrong_policy_keeps_no_other_from_its_own(service, client, community):
    wrong = service.community()
    with service.assistant.database.transaction(wrong) as transaction:
        transaction.execute(text("INSERT INTO policies VALUES (:name, 1000, '{}', 'test', now())"), {"name": wrong})
    assert client.put("/v1/items", json={"items": [{"id": "a", "title": "藍色小帳篷"}]}).status_code == 200
    change(service, community, BANNED)
    everything(service.assistant)
    assert set(hidden(client)) == {"a"}


def everything(assistant):
    while rescreen_next(assistant):
        pass


def test_items_follow_the_policy_both_ways(service, client, community):
    given = [{"id": f"i{n:02}", "title": "藍色小帳篷到貨" if n % 3 == 0 else f"第{n}篇"} for n in range(12)]
    given.append({"id": "away", "title": "藍色小帳篷", "hidden": True})
    assert client.put("/v1/items", json={"items": given}).status_code == 200
    assert set(hidden(client)) == {"away"}
    change(service, community, BANNED)
    everything(service.assistant)
    assert hidden(client) == {f"i{n:02}": ["spam"] for n in (0, 3, 6, 9)} | {"away": ["spam", "operator"]}
    change(service, community)
    everything(service.assistant)
    assert hidden(client) == {"away": ["operator"]}
    with service.assistant.database.transaction(community) as transaction:
        done = transaction.scalars(text("SELECT details FROM audit WHERE action = 'items.rescreen' ORDER BY at")).all()
    assert [(one["hidden"], one["shown"]) for one in done[-2:]] == [(5, 0), (1, 4)]


def test_whoever_dies_is_followed_where_they_stopped(service, client, community):
    given = [{"id": f"i{n:02}", "title": "藍色小帳篷到貨"} for n in range(12)]
    client.put("/v1/items", json={"items": given})
    everything(service.assistant)
    change(service, community, BANNED)
    database, now = service.assistant.database, service.assistant.clock()
    with database.transaction(EVERY_COMMUNITY) as transaction:
        job = background_jobs.claim_changed(transaction, NAME, "dead", now, now)
    assert job.community == community
    assert rescreen_part(service.assistant, job, most=5)
    assert len(hidden(client)) == 5
    everything(service.assistant)
    assert len(hidden(client)) == 5
    later = replace(service.assistant, clock=lambda: now + timedelta(minutes=10))
    threads = [threading.Thread(target=everything, args=(later,)) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(hidden(client)) == 12
    assert not rescreen_part(service.assistant, job, most=5)
    with database.transaction(community) as transaction:
        done = transaction.scalars(text("SELECT details FROM audit WHERE action = 'items.rescreen' ORDER BY at")).all()
    assert (done[-1]["hidden"], done[-1]["shown"]) == (12, 0)
