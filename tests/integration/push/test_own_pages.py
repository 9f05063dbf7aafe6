"""A member's own pages: a page that has stood open changes nothing but what its reader changed, and one click is enough."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from assistant.usecases.push.links import Leads, link
from tests.live_service import running


@pytest.fixture(scope="module")
def service(database_urls, tmp_path_factory):
    more = {"public_url": "https://push.example.org"}
    with running(database_urls.app, tmp_path_factory.mktemp("own"), **more) as service:
        yield service


@pytest.fixture
def browser(service):
    with service.client() as browser:
        yield browser


def path(service, community, leads=Leads.PREFERENCES, language="en"):
    return urlsplit(link(service.assistant, leads, community, "m1", "dlv_1", language)).path


def put(client, **consents):
    given = [{"purpose": name, "granted": yes, "source": "t"} for name, yes in consents.items()]
    assert client.put("/v1/members", json={"members": [{"id": "m1", "consents": given}]}).json()["errors"] == []


def held(client):
    return {name for name, one in client.get("/v1/members/m1").json()["consents"].items() if one["granted"]}


def fields(html, but=()):
    """What a browser sends of the form as it was served, without the ticks of the values ``but``."""
    inputs = re.findall(r'<input type="(hidden|checkbox)" name="(\w+)" value="([^"]*)"( checked)?', html)
    sent = [
        (name, value) for kind, name, value, checked in inputs if kind == "hidden" or (checked and value not in but)
    ]
    return {name: [value for one, value in sent if one == name] for name, _ in sent}


def preferences(service, community):
    query = text("SELECT document FROM push_preferences WHERE community = :of")
    with service.assistant.database.transaction(community) as transaction:
        return transaction.scalar(query, {"of": community})


def disable(service, client, connection, *, disabled=True):
    assert client.patch(f"/v1/connections/{connection}", json={"disabled": disabled}).status_code == 200
    service.assistant.registry.refresh()


@pytest.mark.parametrize(
    "body",
    [
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {"data": {"List-Unsubscribe": "One-Click"}},
    ],
    ids=["multipart/form-data", "application/x-www-form-urlencoded"],
)
def test_one_click_leaves_in_either_encoding_of_forms(service, client, community, browser, body):
    put(client, push=True)
    assert browser.post(path(service, community, Leads.UNSUBSCRIBE), **body).status_code == 200
    assert held(client) == set()


def test_other_bodies_do_not_leave(service, client, community, browser):
    put(client, push=True)
    assert browser.post(path(service, community, Leads.UNSUBSCRIBE), json={}).status_code == 415
    assert held(client) == {"push"}


def test_an_old_page_takes_back_no_answer_given_elsewhere(service, client, community, browser):
    put(client, push=True, analytics=True)
    own = path(service, community)
    old = browser.get(own).text
    put(client, push=False, training=True)
    assert client.post("/v1/members/m1/stops", json={"topic": "topic:camping"}).status_code == 200
    assert browser.post(own, data=fields(old, but={"analytics"})).status_code == 303
    assert held(client) == {"training"}
    assert client.get("/v1/members/m1").json()["stops"] == ["topic:camping"]


@pytest.mark.parametrize(("shown", "elsewhere"), [("", "2"), ("3", "1"), ("5", "")])
def test_an_old_page_takes_back_no_limit_chosen_elsewhere(service, client, community, browser, shown, elsewhere):
    put(client, push=True, analytics=True)
    own = path(service, community)
    assert browser.post(own, data=fields(browser.get(own).text) | {"per_week": shown}).status_code == 303
    old = fields(browser.get(own).text)
    browser.post(own, data=old | {"per_week": elsewhere})
    browser.post(own, data={**old, "per_week": shown, "consent": ["push"]})
    assert held(client) == {"push"}
    assert str(preferences(service, community).get("per_week", "")) == elsewhere
    browser.post(own, data=fields(browser.get(own).text) | {"per_week": shown})
    assert str(preferences(service, community).get("per_week", "")) == shown


def test_a_channel_that_was_not_on_the_page_is_not_refused(service, client, community, browser):
    put(client, push=True)
    first = service.connect(community, name="first", settings={"url": "https://example.org/1"}).row.id
    own = path(service, community)
    old = browser.get(own).text
    second = service.connect(community, name="second", settings={"url": "https://example.org/2"}).row.id
    browser.post(own, data=fields(old, but={first}))
    assert preferences(service, community)["refused"] == [first]
    browser.post(own, data=fields(browser.get(own).text, but={second}))
    assert preferences(service, community)["refused"] == sorted([first, second])


def test_a_refusal_outlives_the_time_that_its_channel_is_stopped(service, client, community, browser):
    put(client, push=True)
    quiet = service.connect(community, name="quiet", settings={"url": "https://example.org/1"}).row.id
    own = path(service, community)
    browser.post(own, data=fields(browser.get(own).text, but={quiet}))
    disable(service, client, quiet)
    without = browser.get(own).text
    assert quiet not in without
    browser.post(own, data=fields(without))
    disable(service, client, quiet, disabled=False)
    assert fields(browser.get(own).text)["shown_consent"] == ["push"]
    assert preferences(service, community)["refused"] == [quiet]


def test_what_a_member_wants_to_hear_of_again_is_inferred_again(service, client, community, browser):
    put(client, push=True, profiling=True)
    client.post("/v1/members/m1/stops", json={"topic": "topic:camping"})
    waiting = text("SELECT count(*) FROM profile_queue WHERE community = :of")
    with service.assistant.database.transaction(community) as transaction:
        transaction.execute(text("DELETE FROM profile_queue WHERE community = :of"), {"of": community})
    own = path(service, community)
    browser.post(own, data=fields(browser.get(own).text, but={"topic:camping"}))
    assert client.get("/v1/members/m1").json()["stops"] == []
    with service.assistant.database.transaction(community) as transaction:
        assert transaction.scalar(waiting, {"of": community}) == 1


def test_many_stopped_topics_can_be_saved(service, client, community, browser):
    put(client, push=True)
    topics = [f"topic:{'露營裝備' * 20}{at}" for at in range(160)]
    for topic in topics:
        assert client.post("/v1/members/m1/stops", json={"topic": topic}).status_code == 200
    own = path(service, community)
    assert browser.post(own, data=fields(browser.get(own).text, but={topics[0], "push"})).status_code == 303
    assert held(client) == set()
    assert sorted(client.get("/v1/members/m1").json()["stops"]) == sorted(topics[1:])


@pytest.mark.parametrize(
    ("stop", "language", "name"),
    [
        ("topic:camping", "zh-Hant", "露營"),
        ("topic:pregnancy", "zh-Hans", "怀孕待产"),
        ("stage:child", "zh-Hant", "孩子的年齡"),
        ("stage:pregnancy", "zh-Hans", "怀孕待产"),
        ("topic:#合購", "zh-Hant", "合購"),
    ],
)
def test_stopped_topics_have_names_in_the_readers_language(service, client, community, browser, stop, language, name):
    put(client, push=True)
    client.post("/v1/members/m1/stops", json={"topic": stop})
    html = browser.get(path(service, community, language=language)).text
    assert f"<bdi>{name}</bdi>" in html
    assert stop.partition(":")[2] not in re.sub(r"<[^>]*>", "", html).split()


def test_a_form_that_does_not_say_what_it_showed_loses_no_refusal(service, client, community, browser):
    put(client, push=True, analytics=True)
    client.post("/v1/members/m1/stops", json={"topic": "topic:camping"})
    channel = service.connect(community, name="old", settings={"url": "https://example.org/1"}).row.id
    own = path(service, community)
    assert browser.post(own, data={"consent": "analytics", "stop": "topic:camping"}).status_code == 303
    assert held(client) == {"analytics"}
    assert preferences(service, community)["refused"] == [channel]
    assert client.get("/v1/members/m1").json()["stops"] == ["topic:camping"]


def test_a_page_on_which_nothing_was_ticked_says_so(service, client, community, browser):
    put(client, push=False)
    own = path(service, community)
    old = fields(browser.get(own).text)
    put(client, push=True)
    browser.post(own, data=old)
    assert held(client) == {"push"}


def test_forged_fields_change_nothing(service, client, community, browser):
    put(client, push=True)
    forged = {"shown_stop": ["topic:\x00"], "shown_channel": ["con_" + "0" * 900], "consent": ["nothing", "push"]}
    assert browser.post(path(service, community), data=forged | {"shown_consent": "push"}).status_code == 303
    assert held(client) == {"push"}
    assert preferences(service, community)["refused"] == []
