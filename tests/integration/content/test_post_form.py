"""The form of the page by which a person posts: what is wrong loses nothing, what is emptied is empty, and an old page changes only
what its reader changed."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest

from assistant.words import load_words
from tests.live_service import running


@pytest.fixture(scope="module")
def service(database_urls, tmp_path_factory):
    with running(database_urls.app, tmp_path_factory.mktemp("forms")) as service:
        yield service


@pytest.fixture
def client(service):
    with service.client(service.key(community=service.community())) as client:
        yield client


@pytest.fixture
def planned(client):
    """The page's path, and the place in the calendar."""
    given = {
        "kind": "poll",
        "title": "مرحبا 🎉",
        "body": "下次讀書會想讀哪一本？",
        "actor": "ming",
        "language": "zh-Hant",
    }
    draft = client.post("/v1/content/drafts", json=given).json()["id"]
    review = {"actor": "ling", "revision": 0, "approve": True}
    assert client.post(f"/v1/content/drafts/{draft}/review", json=review).status_code == 200
    entry = client.post("/v1/content/calendar", json={"draft_id": draft, "actor": "ling", "ahead_days": 28}).json()
    return re.sub(r"^https?://[^/]+", "", entry["page"]), entry["id"]


@pytest.fixture
def browser(service):
    with service.client() as browser:
        yield browser


def fields(html):
    return dict(re.findall(r'<input type="(?:hidden|number)" name="(\w+)"[^>]* value="([^"]*)"', html))


def entry_of(client, entry):
    return next(one for one in client.get("/v1/content/calendar").json()["entries"] if one["id"] == entry)


@pytest.mark.parametrize("wrong", ["abc", "-5", "1e300", "nan", "inf", "12,5", "2000000000000"])
def test_what_is_no_number_loses_nothing(client, browser, planned, wrong):
    path, entry = planned
    answer = browser.post(path, data=fields(browser.get(path).text) | {"views": wrong, "replies": "7"})
    assert answer.status_code == 400
    assert load_words().get("content.page.wrong", "zh-Hant", limit=10**12) in answer.text
    assert "下次讀書會想讀哪一本？" in answer.text
    assert (fields(answer.text)["views"], fields(answer.text)["replies"]) == (wrong, "7")
    assert re.search(r'name="views"[^>]* aria-invalid="true" aria-describedby="problem"', answer.text)
    assert not re.search(r'name="replies"[^>]* aria-invalid', answer.text)
    assert entry_of(client, entry)["state"] == "planned"
    assert browser.post(path, data=fields(answer.text) | {"views": "5"}).status_code == 303
    assert entry_of(client, entry)["numbers"] == {"views": 5, "replies": 7}


def test_an_emptied_field_is_empty(client, browser, planned):
    path, entry = planned
    browser.post(path, data=fields(browser.get(path).text) | {"views": "420", "orders": "3.5"})
    assert fields(browser.get(path).text)["orders"] == "3.5"
    browser.post(path, data=fields(browser.get(path).text) | {"views": ""})
    assert entry_of(client, entry)["numbers"] == {"orders": 3.5}
    assert fields(browser.get(path).text)["views"] == ""


def test_an_old_page_takes_nothing_back(client, browser, planned):
    path, entry = planned
    old = fields(browser.get(path).text)
    browser.post(path, data=old | {"views": "10", "shares": "2"})
    browser.post(path, data=old | {"replies": "4"})
    assert entry_of(client, entry)["numbers"] == {"views": 10, "shares": 2, "replies": 4}


def test_the_language_that_was_chosen_stays(browser, planned):
    path, _ = planned
    answer = browser.post(f"{path}?lang=en", data=fields(browser.get(path).text))
    assert urljoin(path, answer.headers["location"]) == f"{path}?lang=en"
    assert '<p id="post" class="post" tabindex="0" dir="auto" lang="zh-Hant">' in browser.get(f"{path}?lang=en").text


def test_a_whole_form_that_cannot_be_read_is_refused(browser, planned):
    path, _ = planned
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.post(path, content=b"views=%ff", headers=form).status_code == 400
    assert browser.post(path, content=b"views=1&" * 600, headers=form).status_code == 413
    assert browser.post(path, json={"views": 1}).status_code == 415


def test_a_wrong_number_takes_nothing_back_either(client, browser, planned):
    path, entry = planned
    browser.post(path, data=fields(browser.get(path).text) | {"views": "10", "shares": "2"})
    old = fields(browser.get(path).text)
    browser.post(path, data=old | {"views": "30", "shares": ""})
    again = fields(browser.post(path, data=old | {"replies": "many"}).text)
    assert (again["views"], again["shares"], again["replies"]) == ("30", "", "many")
    browser.post(path, data=again | {"replies": "4"})
    assert entry_of(client, entry)["numbers"] == {"views": 30, "replies": 4}
