"""A member's own page in a real browser without scripts, in three languages: what they tick is what holds."""

import os
import shutil
from urllib.parse import urlsplit

import pytest

from assistant.usecases.push.links import Leads, link
from assistant.words import load_words
from tests.live_service import running

pytestmark = pytest.mark.browser

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
if CHROMIUM is None and os.environ.get("CI") != "true":
    pytest.skip("no Chromium here: apt-get install chromium", allow_module_level=True)

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PHONE = {"viewport": {"width": 375, "height": 740}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
WORDS = load_words()


@pytest.fixture(scope="module")
def service(database_urls, tmp_path_factory):
    more = {"public_url": "https://push.example.org"}
    with running(database_urls.app, tmp_path_factory.mktemp("preferences"), **more) as service:
        yield service


@pytest.fixture(scope="module")
def page(service):
    """One page on a phone that runs no scripts; whatever it asks of others is a mistake."""
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "CI is true and there is no Chromium: apt-get install chromium"
    elsewhere = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(base_url=service.url, java_script_enabled=False, **PHONE)
        page = context.new_page()
        page.on("request", lambda one: None if one.url.startswith(service.url) else elsewhere.append(one.url))
        yield page
        browser.close()
    assert elsewhere == []


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_what_a_member_ticks_is_what_holds(service, page, language):
    community = service.community()
    service.connect(community, name="電子報", settings={"url": "https://example.org/hook"})
    consents = [{"purpose": one, "granted": True, "source": "t"} for one in ("push", "profiling")]
    with service.client(service.key(community=community)) as operator:
        operator.put("/v1/members", json={"members": [{"id": "m1", "consents": consents}]})
        assert operator.post("/v1/members/m1/stops", json={"topic": "topic:露營"}).status_code == 200
        path = urlsplit(link(service.assistant, Leads.PREFERENCES, community, "m1", "dlv_1", language)).path
        page.goto(path)

        def said(key):
            return WORDS.get(f"push.page.{key}", language)

        assert page.locator("html").get_attribute("lang").startswith(language.partition("-")[0])
        assert page.get_by_role("heading", level=1).inner_text() == said("title")
        assert page.locator("button:visible").all_inner_texts() == [said("save")]  # none that only a script could obey
        assert page.get_by_label(said("push.name")).is_checked()
        assert page.get_by_label("電子報").is_checked()
        assert page.get_by_label("露營").is_checked()
        page.get_by_label(said("profiling.name")).uncheck()
        page.get_by_label(said("training.name")).check()
        page.get_by_label("電子報").uncheck()
        page.get_by_label("露營").uncheck()
        page.get_by_label(said("per_week")).select_option("2")
        page.get_by_role("button", name=said("save"), exact=True).tap()
        assert page.get_by_role("status").inner_text() == said("saved")
        assert page.get_by_label(said("push.name")).is_checked()
        assert not page.get_by_label(said("profiling.name")).is_checked()
        assert not page.get_by_label("電子報").is_checked()
        assert page.get_by_label(said("per_week")).input_value() == "2"
        member = operator.get("/v1/members/m1").json()
    held = {name for name, one in member["consents"].items() if one["granted"]}
    assert held == {"push", "training"}
    assert member["stops"] == []
