"""Experiments over HTTP; a ranker fitted, judged and put in force."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from assistant.errors import Conflict
from assistant.store import recommendations
from assistant.store.recommendations import Made
from assistant.usecases.push import refitting
from assistant.usecases.push.refitting import _is_time as is_time
from assistant.usecases.push.refitting import refit
from assistant.usecases.push.training import rankers_of, train

NOW = datetime.now(UTC)


def test_assignments_hold_and_are_counted(client):
    made = client.post(
        "/v1/experiments", json={"name": "e", "holdout": 0.2, "variants": [{"name": "a"}, {"name": "b"}]}
    )
    assert made.status_code == 201
    where = f"/v1/experiments/{made.json()['id']}"
    given = {f"m{n}": client.post(f"{where}/members/m{n}").json()["variant"] for n in range(60)}
    assert {f"m{n}": client.post(f"{where}/members/m{n}").json()["variant"] for n in range(60)} == given
    assert client.get(where).json()["members"] == Counter(given.values())
    assert set(given.values()) == {"a", "b", "holdout"}
    assert client.post(f"{where}/end").json()["state"] == "ended"
    assert client.post(f"{where}/members/new").json()["variant"] == "holdout"
    assert client.post(f"{where}/members/m0").json()["variant"] == given["m0"]
    assert client.get("/v1/experiments/none").status_code == 404
    wrong = client.post("/v1/experiments", json={"name": "e", "variants": [{"name": "holdout"}]})
    assert wrong.status_code == 400


def test_a_ranker_is_fitted_judged_and_in_force(service, client, community):
    items = [
        {"id": f"i{n}", "title": f"第{n}篇", "published_at": (NOW - timedelta(days=9)).isoformat()} for n in range(20)
    ]
    client.put("/v1/items", json={"items": items})
    with pytest.raises(Conflict):
        train(service.assistant, community, actor="test")
    consents = [{"purpose": "profiling", "granted": True, "source": "t"}]
    client.put("/v1/members", json={"members": [{"id": f"m{n}", "consents": consents} for n in range(60)]})
    events = [
        {
            "id": f"e{n}-{k}",
            "type": "click",
            "member_id": f"m{n}",
            "item_id": f"i{(n % 2) * 10 + k}",
            "at": (NOW - timedelta(days=3, minutes=n * 20 - k)).isoformat(),
        }
        for n in range(60)
        for k in range(10)
    ]
    assert client.post("/v1/events", json={"events": events}).json()["errors"] == []
    made = train(service.assistant, community, actor="test")
    assert made["version"].startswith("trees-")
    assert made["judged"]["lists"] == 0
    service.assistant.memories.forget(community)
    found = client.get("/v1/members/m0/recommendations").json()
    assert found["policy_version"] == made["version"]
    assert len(found["items"]) == 10
    again = refit(service.assistant, community)
    assert (again["taken"], again["because"]) == (False, "too_little") or again["judged"]["guesses"] >= 100
    shown = rankers_of(service.assistant, community)
    assert shown["in_force"] == (again if again["taken"] else made)["version"]
    assert [one["version"] for one in shown["fits"]] == [again["version"], made["version"]]


def test_a_ranker_is_fitted_by_itself_when_it_is_time_and_by_one_worker(service, client, community, monkeypatch):
    fitted = []
    monkeypatch.setattr(refitting, "refit", lambda _, whose: fitted.append(whose))
    monkeypatch.setattr(
        refitting, "_is_time", lambda assistant, job: job.community == community and is_time(assistant, job)
    )
    assert client.put("/v1/push/settings", json={"ranker": {"after_lists": 100}}).status_code == 200
    later = replace(service.assistant, clock=lambda: NOW + timedelta(hours=2))
    while refitting.refit_next(service.assistant):
        pass
    assert fitted == []
    with service.assistant.database.transaction(community) as transaction:
        made = [Made(f"rec_{n}", "m1", NOW, "prior-1", True, ["i1"], []) for n in range(100)]
        recommendations.log(transaction, community, made)
    assert not refitting.refit_next(service.assistant)
    threads = [
        Thread(target=lambda: [None for _ in iter(lambda: refitting.refit_next(later), False)]) for _ in range(2)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert fitted == [community]
