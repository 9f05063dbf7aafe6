"""Campaigns from the draft to the receiver, with every way of saying no."""

import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

import pytest
from sqlalchemy import text

from assistant.usecases.push.planning import plan_part, plan_waiting
from assistant.web.routes.preferences import MAX_FORM_BYTES
from tests.live_service import running, working
from tests.receiver import receiving

NOW = datetime.now(UTC)
ALWAYS = {"quiet_from": "00:00", "quiet_to": "00:00", "best_hour": False, "link_hosts": ["shop.example.org"]}


@pytest.fixture(scope="module")
def receiver():
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def sending(database_urls, tmp_path_factory, receiver):
    """A service with a public address, whose webhooks reach the receiver."""
    where = tmp_path_factory.mktemp("sending")
    more = {"public_url": "https://push.example.org", "outgoing": {"allow": (f"127.0.0.1:{receiver.port}",)}}
    with running(database_urls.app, where, **more) as service:
        yield service


@pytest.fixture
def shop(sending, receiver):
    made = Shop(sending, receiver)
    yield made
    made.client.close()
    made.browser.close()


class Shop:
    def __init__(self, service, receiver):
        self.service, self.receiver = service, receiver
        self.community = service.community()
        made = service.connect(self.community, settings={"url": receiver.url})
        receiver.secret = made.secrets["secret"]
        self.connection = made.row.id
        self.client = service.client(service.key(community=self.community))
        self.browser = service.client()
        assert self.client.put("/v1/push/settings", json=ALWAYS).status_code == 200
        url = "https://shop.example.org/tent"
        item = {"id": "tent", "title": "雙人帳篷", "url": url, "published_at": (NOW - timedelta(days=1)).isoformat()}
        assert self.client.put("/v1/items", json={"items": [item]}).status_code == 200

    def members(self, names, **consents):
        given = [{"purpose": name, "granted": yes, "source": "t"} for name, yes in ({"push": True} | consents).items()]
        body = {"members": [{"id": name, "consents": given} for name in names]}
        assert self.client.put("/v1/members", json=body).json()["errors"] == []

    def campaign(self, **more):
        body = {
            "name": "新品",
            "connection_id": self.connection,
            "audience": {"everyone": True},
            "text": {"zh-Hant": "新的帳篷到了", "en": "New tents are in"},
            "ends_at": (datetime.now(UTC) + timedelta(days=2)).isoformat(),
            **more,
        }
        answer = self.client.post("/v1/campaigns", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def move(self, campaign, how):
        return self.client.post(f"/v1/campaigns/{campaign}/{how}")

    def sends(self, campaign):
        found = self.client.get(f"/v1/campaigns/{campaign}/sends", params={"limit": 1000}).json()["sends"]
        return {one["member_id"]: one for one in found}

    def start(self, campaign):
        assert self.move(campaign, "start").json()["state"] == "planning"
        while plan_waiting(self.service.assistant):
            pass
        return self.sends(campaign)


def path_of(url):
    return url.removeprefix("https://push.example.org")


def test_a_message_reaches_its_member_and_its_links_work(shop):
    shop.members(["m1"])
    shop.members(["m2"], push=False)
    campaign = shop.campaign(items=["tent"])
    seen = shop.move(campaign, "preview").json()
    assert seen["members_at_most"] == 1
    assert seen["not_sent"] == {"no_consent": 1}
    assert "雙人帳篷" in next(one["text"] for one in seen["sample"] if one["text"])
    sends = shop.start(campaign)
    assert sends["m2"]["because"] == "no_consent"
    with working(shop.service):
        [posted] = shop.receiver.wait("push", where=lambda one: one.data["campaign_id"] == campaign)
    data = posted.data
    assert (data["member_id"], posted.id) == ("m1", sends["m1"]["delivery_id"])
    browser = shop.browser
    click = browser.get(path_of(data["items"][0]["url"]))
    assert (click.status_code, click.headers["location"]) == (302, "https://shop.example.org/tent")
    browser.get(path_of(data["items"][0]["url"]))
    page = browser.get(path_of(data["preferences_url"]), params={"lang": "zh-Hant"})
    assert "傳訊息給我" in page.text
    leave = data["headers"]["List-Unsubscribe"].strip("<>")
    assert data["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert browser.get(path_of(leave)).status_code == 200
    assert shop.client.get("/v1/members/m1").json()["consents"]["push"]["granted"]
    gone = browser.post(path_of(leave), data={"List-Unsubscribe": "One-Click"})
    assert gone.status_code == 200
    assert not shop.client.get("/v1/members/m1").json()["consents"]["push"]["granted"]
    funnel = shop.client.get(f"/v1/campaigns/{campaign}").json()["funnel"]
    assert (funnel["sent"], funnel["met"]) == (1, {"click": 1, "unsubscribe": 1})
    wrong = browser.get(path_of(leave)[:-4] + "AAAA")
    assert wrong.status_code == 404
    assert browser.get(path_of(leave).replace("/unsubscribe/", "/preferences/")).status_code == 404


def test_killed_in_the_middle_it_goes_on_and_nobody_is_sent_it_twice(shop):
    names = [f"m{number:03}" for number in range(60)]
    shop.members(names)
    campaign = shop.campaign()
    shop.move(campaign, "start")
    assert plan_part(shop.service.assistant, shop.community, campaign, most=25)

    while plan_part(shop.service.assistant, shop.community, campaign, most=25):
        pass
    sends = shop.sends(campaign)
    assert sorted(sends) == names
    assert len({one["delivery_id"] for one in sends.values()}) == len(names)
    assert not plan_part(shop.service.assistant, shop.community, campaign, most=25)


def test_caps_hold_over_campaigns(shop):
    shop.members(["m1"])
    assert shop.start(shop.campaign())["m1"]["because"] is None
    second = shop.start(shop.campaign())["m1"]
    assert second["because"] is None
    third = shop.start(shop.campaign(ends_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat()))["m1"]
    assert third["because"] in {"channel_capped", "frequency_capped"}


def test_paused_nothing_leaves_and_resumed_it_does(shop):
    shop.members(["m1"])
    campaign = shop.campaign()
    shop.start(campaign)
    assert shop.move(campaign, "pause").json()["state"] == "paused"
    with working(shop.service):
        with pytest.raises(AssertionError):
            shop.receiver.wait("push", seconds=0.7, where=lambda one: one.data["campaign_id"] == campaign)
        assert shop.move(campaign, "resume").status_code == 200
        while plan_waiting(shop.service.assistant):
            pass
        shop.receiver.wait("push", where=lambda one: one.data["campaign_id"] == campaign)
    assert shop.move(campaign, "stop").json()["state"] == "stopped"
    assert shop.move(campaign, "resume").status_code == 409


def test_who_says_no_after_the_planning_is_not_sent_it(shop):
    shop.members(["m1", "m2"])
    campaign = shop.campaign()
    shop.start(campaign)
    shop.members(["m1"], push=False)
    with working(shop.service):
        shop.receiver.wait("push", where=lambda one: one.data["campaign_id"] == campaign)
    assert {one.data["member_id"] for one in shop.receiver.of("push") if one.data["campaign_id"] == campaign} == {"m2"}


def test_over_quota_it_is_refused(shop):
    shop.members([f"m{number}" for number in range(5)])
    quota = {"connections": {shop.connection: {"monthly_quota": 3, "cost": 0.5, "currency": "TWD"}}}
    shop.client.put("/v1/push/settings", json=ALWAYS | quota)
    campaign = shop.campaign()
    seen = shop.move(campaign, "preview").json()
    assert (seen["over_quota"], seen["quota_left"], seen["cost_at_most"]) == (
        True,
        3,
        {"amount": 2.5, "currency": "TWD"},
    )
    refused = shop.move(campaign, "start")
    assert (refused.status_code, refused.json()["field"]) == (409, "connection_id")


def test_a_price_for_a_segment_waits_for_a_second_person(shop):
    shop.members(["m1", "m2"])
    some = {"members": ["m1"]}
    offer = [{"item": "tent", "price": "2880", "currency": "TWD"}]
    for more, field in (
        ({"items": ["tent"], "offers": offer}, "offers"),
        ({"text": {"en": "A tent for NT$2880"}}, "text.en"),
    ):
        campaign = shop.campaign(audience=some, **more)
        assert shop.client.get(f"/v1/campaigns/{campaign}").json()["needs_second"] == [field]
        refused = shop.move(campaign, "start")
        assert (refused.status_code, refused.json()["field"]) == (409, field)
        assert shop.move(campaign, "approve").status_code == 403
        assert shop.move(campaign, "start").status_code == 409
    campaign = shop.campaign(audience=some, items=["tent"], offers=offer)
    with shop.service.client(shop.service.key(community=shop.community)) as second:
        approved = second.post(f"/v1/campaigns/{campaign}/approve")
        assert approved.status_code == 200
        assert approved.json()["approved_by"].startswith("key:")
    assert "TWD 2880" in shop.move(campaign, "preview").json()["sample"][0]["text"]
    assert shop.start(campaign)["m1"]["because"] is None
    with shop.service.assistant.database.transaction(shop.community) as transaction:
        noted = text("SELECT actor FROM audit WHERE action = 'campaign.approve' AND subject = :c")
        assert transaction.scalar(noted, {"c": campaign}) == approved.json()["approved_by"]
    everyone = shop.campaign(items=["tent"], offers=offer)
    assert shop.client.get(f"/v1/campaigns/{everyone}").json()["needs_second"] == []
    assert shop.move(everyone, "start").status_code == 200
    odd = {"name": "n", "connection_id": shop.connection, "audience": some, "text": {"en": "x"}, "offers": offer}
    odd["ends_at"] = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert shop.client.post("/v1/campaigns", json=odd).status_code == 400


def test_holdout_and_variants_are_noted(shop):
    shop.members([f"m{number:03}" for number in range(120)])
    variants = [{"name": "a"}, {"name": "b", "text": {"zh-Hant": "帳篷來了"}}]
    sends = shop.start(shop.campaign(holdout=0.3, variants=variants))
    held = [one for one in sends.values() if one["because"] == "holdout"]
    assert 15 <= len(held) <= 60
    assert {one["variant"] for one in sends.values()} == {"a", "b", "holdout"}


def test_a_trigger_sends_once(shop):
    shop.members(["m1"])
    campaign = shop.campaign(occasion="joined")
    assert shop.move(campaign, "start").json()["state"] == "running"
    first = shop.client.post(f"/v1/campaigns/{campaign}/trigger", json={"members": ["m1"]}).json()["sends"]
    assert [one["because"] for one in first] == [None]
    again = shop.client.post(f"/v1/campaigns/{campaign}/trigger", json={"members": ["m1"]}).json()["sends"]
    assert again == []


def test_who_joins_is_welcomed_once(shop):
    campaign = shop.campaign(occasion="joined")
    shop.move(campaign, "start")
    shop.members(["new", "silent"])
    join = {"id": "j1", "type": "join", "member_id": "new", "at": datetime.now(UTC).isoformat()}
    assert shop.client.post("/v1/events", json={"events": [join]}).json()["taken"] == 1
    for _ in range(2):
        plan_waiting(shop.service.assistant)
    sends = shop.sends(campaign)
    assert list(sends) == ["new"]
    assert sends["new"]["because"] is None


def test_an_erased_member_is_nowhere_in_campaigns(shop):
    shop.members(["canary-77", "m2"])
    campaign = shop.campaign(audience={"members": ["canary-77", "m2"]})
    shop.move(campaign, "start")
    plan_part(shop.service.assistant, shop.community, campaign, most=1)
    assert shop.client.delete("/v1/members/canary-77").status_code == 200
    with shop.service.assistant.database.transaction(shop.community) as transaction:
        for table in ("campaigns", "sends", "deliveries", "push_preferences", "assignments", "recommendations"):
            found = transaction.scalar(text(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%canary-77%'"))
            assert found == 0, table
    while plan_part(shop.service.assistant, shop.community, campaign, most=1):
        pass
    assert list(shop.sends(campaign)) == ["m2"]


def test_the_page_saves_what_the_member_decides(shop):
    shop.members(["m1"], profiling=True)
    campaign = shop.campaign()
    shop.start(campaign)
    with working(shop.service):
        [posted] = shop.receiver.wait("push", where=lambda one: one.data["campaign_id"] == campaign)
    path = path_of(posted.data["preferences_url"])
    browser = shop.browser
    saved = browser.post(path, data={"consent": ["push"], "per_week": "1"})
    assert saved.status_code == 303
    for below in ("", "/assistant"):
        assert urljoin(f"{below}{path}", saved.headers["location"]) == f"{below}{path}?saved=1"
    page = browser.get(urljoin(path, saved.headers["location"]))
    assert page.status_code == 200
    member = shop.client.get("/v1/members/m1").json()
    assert member["consents"]["push"]["granted"]
    assert not member["consents"]["profiling"]["granted"]
    assert shop.start(shop.campaign())["m1"]["because"] == "channel_refused"
    assert (
        browser.post(
            path, content=b"x" * (MAX_FORM_BYTES + 1), headers={"content-type": "application/x-www-form-urlencoded"}
        ).status_code
        == 413
    )


def test_bad_campaigns_are_refused_by_field(shop):
    good = {
        "name": "n",
        "connection_id": shop.connection,
        "audience": {"everyone": True},
        "text": {"en": "hello"},
        "ends_at": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
    }
    for change, field in (
        ({"connection_id": "con_none"}, "connection_id"),
        ({"audience": {}}, "audience"),
        ({"audience": {"segment": "none"}}, "audience.segment"),
        ({"items": ["none"]}, "items[0]"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
        ({"text": {}}, "text"),
        ({"text": {"zh-Hant": "加賴約炮 全套服務 每小時三千"}}, "text.zh-Hant"),
    ):
        answer = shop.client.post("/v1/campaigns", json=good | change)
        assert answer.status_code == 400, answer.text
        assert answer.json()["field"] == field
    assert shop.client.get(f"/v1/campaigns/{secrets.token_hex(4)}").status_code == 404
