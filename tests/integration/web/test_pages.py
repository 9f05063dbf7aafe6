"""What pages for people say of their community, and where their links lead."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import urljoin, urlsplit

import pytest

from assistant.types import Own
from assistant.usecases import appeals
from assistant.usecases.appeal_links import write_token
from assistant.usecases.communities import create_community
from assistant.usecases.push.links import Leads, link
from tests.live_service import running

ADVERT = "加❤薇❤信 abc123 日结300"
NAMES = ["山貓露營 & 朋友", "متجر الخيام", "Ben's <Tents> 🏕"]


@pytest.fixture(scope="module")
def public(database_urls, tmp_path_factory):
    """A service as it stands behind a proxy: no playground, no demo."""
    more = {"public_url": "https://assistant.example.org", "demo": False}
    with running(database_urls.app, tmp_path_factory.mktemp("public"), **more) as service:
        yield service


@pytest.fixture
def browser(public):
    with public.client() as browser:
        yield browser


@pytest.fixture
def appealing(public):
    """The path of a member's appeal page, in a community that has a name and nothing else."""

    def appealing(name):
        community = public.community()
        other = f"{community}x"
        create_community(public.assistant.database, other, name, Own())
        with public.client(public.key(community=other)) as operator:
            said = operator.post("/v1/moderate", json={"text": ADVERT, "member": {"id": "m1"}}).json()
        assert said["action"] != "allow"
        return other, "/appeals/" + write_token(public.assistant, said["id"], other, "m1", "zh-Hant")

    return appealing


def text_of(html):
    for mark, character in {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&#39;": "'"}.items():
        html = html.replace(mark, character)
    return html


@pytest.mark.parametrize("name", NAMES)
def test_a_community_has_its_name_on_every_page(public, browser, appealing, name):
    community, appeal = appealing(name)
    with public.client(public.key(community=community)) as operator:
        consents = [{"purpose": "push", "granted": True, "source": "t"}]
        operator.put("/v1/members", json={"members": [{"id": "m1", "consents": consents}]})
    own = [
        urlsplit(link(public.assistant, leads, community, "m1", "dlv_1", "zh-Hant")).path
        for leads in (Leads.PREFERENCES, Leads.UNSUBSCRIBE)
    ]
    for path in [appeal, *own, f"/v1/communities/{community}/rules?lang=zh-Hant"]:
        page = text_of(browser.get(path).text)
        assert name in page
        assert community not in re.sub(r'"[^"]*"', "", page), path
    rules = browser.get(f"/v1/communities/{community}/rules", headers={"accept": "application/json"}).json()
    assert (rules["community"], rules["name"]) == (community, name)


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        ("Asia/Taipei", datetime(2026, 11, 29, 23, 30, tzinfo=UTC), "2026-11-30"),
        ("America/New_York", datetime(2026, 11, 1, 4, 30, tzinfo=UTC), "2026-11-01"),
        ("America/New_York", datetime(2026, 11, 2, 4, 30, tzinfo=UTC), "2026-11-01"),
        (None, datetime(2026, 11, 29, 23, 30, tzinfo=UTC), "2026-11-29"),
    ],
)
def test_an_appeal_was_sent_on_the_communitys_day(public, browser, appealing, monkeypatch, zone, at, day):
    community, appeal = appealing("山貓")
    if zone is not None:
        with public.client(public.key(community=community)) as operator:
            assert operator.put("/v1/faq/settings", json={"time_zone": zone}).status_code == 200
    add = appeals.appeals.add

    def add_then(transaction, row):
        add(transaction, row.__class__(**{**{name: getattr(row, name) for name in row.__slots__}, "created_at": at}))

    monkeypatch.setattr(appeals, "appeals", SimpleNamespace(**{**vars(appeals.appeals), "add": add_then}))
    assert browser.post(appeal, data={"text": "我只是在回報。"}).status_code == 303
    assert day in browser.get(appeal).text


@pytest.mark.parametrize("language", ["zh-TW", "zh-Hant-HK", "en", "zh-CN"])
def test_the_language_of_the_address_stays_when_a_form_was_sent(browser, appealing, language):
    _, appeal = appealing("山貓")
    shown = re.search(r'<html lang="([^"]*)"', browser.get(f"{appeal}?lang={language}").text)[1]
    answer = browser.post(f"{appeal}?lang={language}", data={"text": "我只是在回報。"}, follow_redirects=True)
    assert f'<html lang="{shown}">' in answer.text


def test_where_there_is_no_playground_and_no_demo_nothing_leads_there(browser):
    page = browser.get("/docs?lang=zh-Hant").text
    links = {urljoin("/docs", one) for one in re.findall(r'<a[^>]* href="(\.[^"?#]*)', page)}
    assert links >= {"/docs", "/openapi.json"}
    for path in links:
        assert browser.get(path).status_code == 200, path


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "zh-Hant-HK"])
def test_what_the_reference_says_in_english_is_marked_and_announced(browser, language):
    page = browser.get(f"/docs?lang={language}").text
    assert "英文" in page.partition("<h2")[0]
    sections = re.findall(r'<section class="card operations".*?</section>', page, re.DOTALL)
    assert len(sections) > 10
    for section in sections:
        assert ' lang="en"' in section.partition(">")[0]
        for heading in re.findall(r"<h4.*?</h4>", section):
            assert f'<h4 lang="{language}">' in heading


def test_where_there_are_the_language_goes_along(service):
    with service.client() as browser:
        page = browser.get("/docs?lang=zh-Hant-HK").text
        head = page.partition("<main")[0]
        links = {urljoin("/docs", one) for one in re.findall(r'<a[^>]* href="(\.[^"]*)"', head)}
        assert "/?lang=zh-Hant-HK" in links
        for path in links:
            assert '<html lang="zh-Hant-HK">' in browser.get(path, headers={"accept-language": "en"}).text or (
                path == "/openapi.json"
            )
