"""The appeal page and the page of rules in a real browser, as a member meets them: from the link in a notice to the answer."""

import os
import re
import shutil
from datetime import UTC, datetime

import pytest

from assistant.usecases.appeal_links import write_token
from assistant.words import load_words
from tests.integration.platforms.conftest import ADVERT, Shop
from tests.live_service import own_database, running, working
from tests.receiver import receiving

pytestmark = pytest.mark.browser

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
if CHROMIUM is None and os.environ.get("CI") != "true":
    pytest.skip("no Chromium here: apt-get install chromium", allow_module_level=True)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"viewport": {"width": 375, "height": 740}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
LOCALES = {"zh-Hant": "zh-TW", "zh-Hant-HK": "zh-HK", "zh-Hans": "zh-CN", "en": "en-GB"}
WHY = {
    "zh-Hant": "我只是在回報別人傳給我的廣告，不是我要拉人。",
    "zh-Hant-HK": "我只是轉述其他人傳給我的廣告，並不是我在招攬。",
    "zh-Hans": "我只是在举报别人发给我的广告，不是我自己在拉人。",
    "en": "I was quoting an advert that I wanted to report.",
}
WORDS = load_words()
UNDONE = "<b>不是</b> 廣告\n\n第二段 & \"引號\" '單引號'"


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "CI is true and there is no Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A community whose notices hold links, its platform, and the worker that sends them."""
    allowed = {"outgoing": {"allow": ("127.0.0.0/8",)}, "outbox": {"poll_s": 0.05}}
    with (
        own_database(tmp_path_factory.mktemp("appeals-database")) as urls,
        running(
            urls.app,
            tmp_path_factory.mktemp("appeals"),
            limits={"playground_per_minute": 10_000},
            **allowed,
        ) as service,
        receiving() as receiver,
    ):
        service.assistant.settings = service.assistant.settings.model_copy(update={"public_url": service.url})
        shop = Shop(service, receiver)
        with working(service):
            yield shop
        shop.close()


@pytest.fixture
def open_page(browser, shop):
    """Opens an address; what breaks the page's content policy, errors, and whatever is asked of others is collected."""
    contexts, troubles = [], []

    def told(message):
        # Chromium reports a page's own 400 or 404 as a failure.
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            troubles.append(message.text)

    def open_page(address, **options):
        context = browser.new_context(base_url=shop.service.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', (e) => console.error('CSP ' + e.violatedDirective))"
        )
        page.on("console", told)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "request",
            lambda request: None if request.url.startswith(shop.service.url) else troubles.append(request.url),
        )
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def decided(shop, request):
    """Says an advert as a member of that language; returns the link of the notice and the decision's id."""

    def decided(language="zh-Hant"):
        member = f"{request.node.name[:40]}-{language}-{len(shop.receiver.posted)}"
        said = shop.say(ADVERT, member, member_fields={"locale": LOCALES[language]})
        (told,) = shop.receiver.wait("order.message", where=lambda one: one.data["member_id"] == member)
        link = re.search(r"http://\S+/appeals/[\w-]+", told.data["text"])
        assert link, told.data["text"]
        return link[0], said["decision_id"]

    return decided


def send(page, text, language):
    page.fill("#text", text)
    page.get_by_role("button", name=WORDS.get("appeal.send", language)).click()
    page.wait_for_load_state()


def no_wider_than_the_screen(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("language", list(LOCALES))
def test_a_member_appeals_from_the_notice_on_a_phone(open_page, decided, shop, language):
    link, decision = decided(language)
    page = open_page(link, locale="fr-FR", **PHONE)  # the language is the notice's, whatever the browser's
    assert page.get_attribute("html", "lang") == language
    assert page.inner_text("h1") == WORDS.get("appeal.title", language)
    assert WORDS.get("labels.spam.definition", language) in page.locator("#rules li").all_inner_texts()
    assert WORDS.get("labels.spam.name", language).lower() in page.inner_text("#reason").lower()
    assert ADVERT not in page.content()
    assert no_wider_than_the_screen(page)
    assert float(page.evaluate("parseFloat(getComputedStyle(document.querySelector('#text')).fontSize)")) >= 16
    send(page, WHY[language], language)
    assert page.url == link
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert page.inner_text("#sent") == WORDS.get("appeal.sent", language, date=today)
    page.reload()
    assert page.locator("#sent").count() == 1
    assert page.locator("form").count() == 0
    assert no_wider_than_the_screen(page)
    (appeal,) = [one for one in shop.operator.get("/v1/appeals").json()["appeals"] if one["decision_id"] == decision]
    assert (appeal["text"], appeal["language"], appeal["state"]) == (WHY[language], language, "open")


@pytest.mark.parametrize(("resolution", "state"), [("remove", "upheld"), ("approve", "overturned")])
def test_what_a_second_person_decided_is_shown(open_page, decided, shop, resolution, state):
    link, decision = decided("zh-Hans")
    send(open_page(link), WHY["zh-Hans"], "zh-Hans")
    (case,) = [one for one in shop.cases(kind="appeal") if one["decision_id"] == decision]
    assert shop.resolve(case["id"], resolution, "hua").status_code == 200
    page = open_page(link)
    assert page.inner_text("#decided") == WORDS.get(f"appeal.{state}", "zh-Hans")
    assert page.locator("form").count() == 0


def test_what_was_taken_back_without_an_appeal_needs_none(open_page, decided, shop):
    link, decision = decided("en")
    stale = open_page(link)
    assert (
        shop.operator.post(
            f"/v1/decisions/{decision}/overturn", json={"actor": "hua", "reason": "a quotation"}
        ).status_code
        == 200
    )
    send(stale, WHY["en"], "en")
    assert stale.inner_text("#decided") == WORDS.get("appeal.overturned", "en")
    assert not [one for one in shop.cases(kind="appeal") if one["decision_id"] == decision]


def test_there_is_no_second_appeal_from_a_page_that_was_open_already(open_page, decided, shop):
    link, decision = decided("en")
    first, second = open_page(link), open_page(link)
    send(first, "the first", "en")
    send(second, "the second", "en")
    assert second.locator("#sent").count() == 1
    texts = [
        one["text"] for one in shop.operator.get("/v1/appeals").json()["appeals"] if one["decision_id"] == decision
    ]
    assert texts == ["the first"]


def test_it_works_with_scripts_switched_off(open_page, decided):
    link, _ = decided("zh-Hant")
    page = open_page(link, java_script_enabled=False, **PHONE)
    send(page, "   ", "zh-Hant")
    assert page.inner_text("#problem") == WORDS.get("appeal.empty", "zh-Hant")
    send(page, WHY["zh-Hant"], "zh-Hant")
    assert page.locator("#sent").count() == 1


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "en"])
def test_nothing_or_too_much_is_told_in_the_members_language_and_kept(open_page, decided, language):
    link, _ = decided(language)
    page = open_page(link, **PHONE)
    send(page, " \n ", language)
    assert page.inner_text("#problem") == WORDS.get("appeal.empty", language)
    long = "\n" + UNDONE + "字" * 2_000
    send(page, long, language)
    told = WORDS.get("appeal.too_long", language, limit=2_000, count=len(long.strip()))
    assert page.inner_text("#problem") == told
    assert page.input_value("#text") == long
    assert page.get_attribute("#text", "aria-invalid") == "true"
    assert page.locator("#text").get_attribute("aria-describedby") == "problem"
    assert no_wider_than_the_screen(page)
    send(page, UNDONE, language)
    assert page.locator("#sent").count() == 1


def test_exactly_the_limit_is_taken_even_where_a_character_counts_twice_in_the_browser(open_page, decided, shop):
    link, decision = decided("en")
    send(open_page(link), "😊" * 1_999 + "\n", "en")
    (appeal,) = [one for one in shop.operator.get("/v1/appeals").json()["appeals"] if one["decision_id"] == decision]
    assert appeal["text"] == "😊" * 1_999


def test_the_language_can_be_changed_and_stays(open_page, decided, shop):
    link, decision = decided("zh-Hans")
    page = open_page(link)
    page.click("a[hreflang=en]")
    page.wait_for_load_state()
    assert page.get_attribute("html", "lang") == "en"
    send(page, "", "en")
    assert page.inner_text("#problem") == WORDS.get("appeal.empty", "en")
    send(page, WHY["en"], "en")
    assert page.url == f"{link}?lang=en"
    (appeal,) = [one for one in shop.operator.get("/v1/appeals").json()["appeals"] if one["decision_id"] == decision]
    assert appeal["language"] == "en"


def test_its_policy_is_strict_and_the_link_is_told_to_nobody(open_page, decided, shop):
    link, _ = decided("en")
    answer = shop.client.get(link)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    page = open_page(link)
    assert page.locator("[style], style, script:not([src])").count() == 0
    assert page.evaluate(
        "[...document.querySelectorAll('*')].every((n) => [...n.attributes].every((a) => !a.name.startsWith('on')))"
    )
    assert page.locator("meta[name=robots][content=noindex]").count() == 1


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "en"])
def test_a_link_that_was_changed_is_404_with_a_page(open_page, decided, shop, language):
    link, decision = decided(language)
    last = link[-1]
    for changed in (link[:-4] + ("A" if last != "A" else "B") * 4, f"{link}AAAA", f"{shop.service.url}/appeals/x"):
        page = open_page(changed, locale=LOCALES[language], **PHONE)
        assert page.inner_text("#sorry") == WORDS.get("appeal.gone", language)
        assert page.locator("form").count() == 0
        assert no_wider_than_the_screen(page)
        assert shop.client.get(changed).status_code == 404
        assert shop.client.post(changed, data={"text": "x"}).status_code == 404
    assert not [one for one in shop.operator.get("/v1/appeals").json()["appeals"] if one["decision_id"] == decision]


def test_a_decision_that_is_gone_and_one_of_another_community_have_no_page(decided, shop):
    _, decision = decided("en")
    for community, named in ((shop.community, "dec_gone"), ("demo", decision)):
        token = write_token(shop.service.assistant, named, community, None, "en")
        answer = shop.client.get(f"/appeals/{token}")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_bodies_that_no_browser_sends_are_answered_with_the_form(decided, shop):
    link, _ = decided("en")
    form = {"content-type": "application/x-www-form-urlencoded"}
    for body in (b"text=%00", b"text=%ed%a0%80", b"text=%ff", b"text=\xff", b"&".join([b"a=1"] * 20)):
        answer = shop.client.post(link, content=body, headers=form)
        assert (answer.status_code, "<form" in answer.text) == (400, True), body
    assert shop.client.post(link, content=b"text=" + b"a" * 300_000, headers=form).status_code == 413
    assert shop.client.post(link, json={"text": "x"}).status_code == 415


def test_it_can_be_used_by_keyboard_alone(open_page, decided):
    link, _ = decided("en")
    page = open_page(link)
    page.focus("#text")
    page.keyboard.type("typed")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#sent")


@pytest.mark.parametrize("language", list(LOCALES))
def test_members_read_what_follows_how_many_points(open_page, language):
    page = open_page(f"/v1/communities/demo/rules?lang={language}", **PHONE)
    rows = [row.split("\t") for row in page.locator(".ladder tbody tr").all_inner_texts()]
    points, steps = [int(row[0]) for row in rows], [row[1] for row in rows]
    assert points == [1, 3, 5, 8, 12]
    assert steps[0] == WORDS.get("rules.steps.warning", language)
    times = [WORDS.get(f"rules.time.{unit}", language, count=7) for unit in ("hour", "day", "days")]
    assert steps[1:4] == [WORDS.get("rules.steps.mute", language, time=time) for time in times]
    ban = WORDS.get("rules.steps.ban_open", language)
    assert steps[4] == WORDS.get("rules.by_person", language, step=ban)
    assert page.evaluate("[...document.querySelectorAll('.scroll')].every((one) => one.scrollWidth <= one.clientWidth)")
    assert no_wider_than_the_screen(page)


def test_the_rules_say_what_a_message_counts_and_never_for_self_harm(shop):
    rules = shop.client.get("/v1/communities/demo/rules?lang=en", headers={"accept": "application/json"}).json()
    points = {rule["label"]: rule["points"] for rule in rules["rules"]}
    assert points["spam"] == [1]
    assert points["fraud"] == [2, 3]
    assert points["self_harm"] == []
    assert rules["penalties"]["expire"] == "30 days"


def test_a_community_that_adds_nothing_up_says_so(open_page, shop):
    community = shop.service.community()
    with shop.service.client(shop.service.key(community=community)) as operator:
        path = f"/v1/communities/{community}/policy"
        policy = operator.get(path).json()
        policy["penalties"] = {**policy["penalties"], "enabled": False}
        assert operator.put(path, json=policy).status_code == 200
    page = open_page(f"/v1/communities/{community}/rules?lang=zh-Hans")
    assert page.get_by_text(WORDS.get("rules.no_penalties", "zh-Hans")).count() == 1
    assert page.locator(".ladder, .points").count() == 0
