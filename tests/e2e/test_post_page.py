"""The page by which a person posts, in a real browser: copy the words, say that they are out, give the numbers."""

import os
import re
import shutil

import pytest

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
BODY = "<b>週三</b>讀書會見\n\n第二段 & \"引號\" '單引號'"
WORDS = load_words()


@pytest.fixture(scope="module")
def service(database_urls, tmp_path_factory):
    with running(database_urls.app, tmp_path_factory.mktemp("posts")) as service:
        yield service


@pytest.fixture(scope="module")
def operator(service):
    with service.client(service.key(community=service.community())) as client:
        yield client


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "CI is true and there is no Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def planned(operator):
    """The page's path, and the place in the calendar."""
    given = {"kind": "poll", "title": "投個票", "body": BODY, "actor": "ming", "language": "zh-Hant"}
    draft = operator.post("/v1/content/drafts", json=given).json()["id"]
    review = {"actor": "ling", "revision": 0, "approve": True}
    assert operator.post(f"/v1/content/drafts/{draft}/review", json=review).status_code == 200
    entry = operator.post("/v1/content/calendar", json={"draft_id": draft, "actor": "ling", "ahead_days": 28}).json()
    return re.sub(r"^https?://[^/]+", "", entry["page"]), entry["id"]


@pytest.fixture
def open_page(browser, service):
    """Opens a path on a phone; what breaks the page's content policy, errors, and whatever is asked of others is collected."""
    contexts, troubles = [], []

    def told(message):
        if message.type in {"error", "warning"}:
            troubles.append(message.text)

    def open_page(path, permissions):
        context = browser.new_context(base_url=service.url, permissions=permissions, **PHONE)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', (e) => console.error('CSP ' + e.violatedDirective))"
        )
        page.on("console", told)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda one: None if one.url.startswith(service.url) else troubles.append(one.url))
        answer = page.goto(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def test_a_person_posts_from_a_phone(open_page, planned, operator):
    path, entry = planned
    page = open_page(path, ["clipboard-read", "clipboard-write"])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("[style], style, script:not([src])").count() == 0
    page.get_by_role("button", name=WORDS.get("content.page.copy", "zh-Hant")).tap()
    page.get_by_role("button", name=WORDS.get("content.page.copied", "zh-Hant")).wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"投個票\n\n{BODY}"
    page.get_by_label(WORDS.get("content.numbers.views", "zh-Hant")).fill("420")
    page.get_by_role("button", name=WORDS.get("content.page.done", "zh-Hant")).tap()
    page.locator("#saved").wait_for()
    assert page.get_by_label(WORDS.get("content.numbers.views", "zh-Hant")).input_value() == "420"
    page.get_by_label(WORDS.get("content.numbers.replies", "zh-Hant")).fill("12")
    page.get_by_role("button", name=WORDS.get("content.page.save", "zh-Hant")).tap()
    page.wait_for_load_state("load")
    page.locator("input[name=replies][value='12']").wait_for()
    (found,) = [one for one in operator.get("/v1/content/calendar").json()["entries"] if one["id"] == entry]
    assert (found["state"], found["numbers"]) == ("published", {"views": 420, "replies": 12})


def test_where_the_clipboard_is_refused_the_words_are_selected(open_page, planned):
    page = open_page(planned[0], [])
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')) }")
    page.locator("#copy").tap()
    page.wait_for_function("getSelection().toString().includes('第二段')")
