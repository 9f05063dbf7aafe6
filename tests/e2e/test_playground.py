"""The playground in a real browser. Without Chromium these tests are skipped, but not where CI counts on them."""

import os
import shutil

import pytest

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
LURING = "😊 想賺外快請加❤薇❤信 abc12345 日结300"


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "CI is true and there is no Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, service):
    """Opens the playground; every violation of the content-security policy, error and failed request is collected."""
    contexts, troubles = [], []

    def open_page(path="/?lang=en", **options):
        context = browser.new_context(
            base_url=service.url, permissions=["clipboard-read", "clipboard-write"], **options
        )
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', (e) => console.error('CSP ' + e.violatedDirective))"
        )
        page.on(
            "console", lambda message: troubles.append(message.text) if message.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "request", lambda request: None if request.url.startswith(service.url) else troubles.append(request.url)
        )
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def type_and_wait(page, text):
    with page.expect_response("**/playground/screen"):
        page.fill("#text", text)
    page.wait_for_selector(".verdict:not([aria-busy])")


def test_evidence_is_marked_on_the_text_to_the_character(open_page):
    page = open_page()
    type_and_wait(page, LURING)
    assert page.get_attribute("#action", "data-action") in {"review", "hide", "block"}
    marked = page.locator("#marks mark").all_inner_texts()
    assert any("薇" in text for text in marked)
    assert page.locator("#marks").text_content() == LURING + "\n"
    assert page.locator("#evidence li").count() >= 1
    assert page.locator("#scores li").count() == 15
    assert page.inner_text("#reason")


def test_marks_follow_what_is_typed_before_them_until_the_next_answer(open_page):
    page = open_page()
    type_and_wait(page, LURING)
    before = page.locator("#marks mark").all_text_contents()
    page.route("**/playground/screen", lambda route: None)  # no further answer
    page.evaluate("document.querySelector('#text').setSelectionRange(0, 0)")
    page.focus("#text")
    page.keyboard.type("hello ")
    assert page.locator("#marks mark").all_text_contents() == before


def test_nothing_is_asked_while_an_input_method_composes(open_page):
    page = open_page()
    asked = []
    page.on(
        "request",
        lambda request: asked.append(request.post_data_json["text"]) if "/playground/screen" in request.url else None,
    )
    page.focus("#text")
    session = page.context.new_cdp_session(page)
    for composed in ("n", "ni", "nih", "niha", "nihao"):
        session.send(
            "Input.imeSetComposition",
            {"text": composed, "selectionStart": len(composed), "selectionEnd": len(composed)},
        )
        page.wait_for_timeout(250)
    assert page.input_value("#text") == "nihao"
    assert asked == []
    with page.expect_response("**/playground/screen"):
        session.send("Input.insertText", {"text": "你好"})
    assert page.input_value("#text") == "你好"
    assert asked == ["你好"]


def test_typing_fast_asks_once(open_page):
    """By the page's clock, which goes on by so much between two letters however busy the machine is."""
    page = open_page()
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now()") + 1000)
    asked = []
    page.on(
        "request",
        lambda request: asked.append(request.post_data_json["text"]) if "/playground/screen" in request.url else None,
    )
    for letter in "hello there":
        page.type("#text", letter)
        page.clock.run_for(100)
    assert asked == []
    with page.expect_response("**/playground/screen"):
        page.clock.run_for(400)
    page.clock.run_for(1000)
    assert page.evaluate("document.querySelector('#text').value") == "hello there"
    assert asked == ["hello there"]


def test_an_emptied_text_waits_for_no_answer(open_page):
    page = open_page()
    type_and_wait(page, LURING)
    page.route("**/playground/screen", lambda route: None)  # no further answer
    with page.expect_request("**/playground/screen"):
        page.fill("#text", LURING + "!")
    assert page.locator(".verdict.stale[aria-busy]").count() == 1
    page.fill("#text", "")
    page.wait_for_selector("#action[data-action=none]")
    assert page.locator(".verdict.stale, .verdict[aria-busy]").count() == 0


def test_every_example_can_be_chosen(open_page):
    page = open_page("/?lang=zh-Hant")
    for chip in page.locator(".chip").all():
        with page.expect_response("**/playground/screen"):
            chip.click()
        page.wait_for_selector(".verdict:not([aria-busy])")
        assert page.input_value("#text") == chip.get_attribute("data-text")
        assert page.get_attribute("#action", "data-action") != "none"


@pytest.mark.parametrize("chip", ["餅乾", "干杯"])
def test_the_innocent_examples_are_allowed(open_page, chip):
    page = open_page("/?lang=zh-Hant")
    with page.expect_response("**/playground/screen"):
        page.get_by_role("button", name=chip, exact=True).click()
    page.wait_for_selector("#action[data-action=allow]")


def test_a_policy_of_ones_own_is_used_in_json_and_in_toml(open_page):
    page = open_page()
    type_and_wait(page, LURING)
    page.check("input[value=own]")
    with page.expect_response("**/playground/screen"):
        page.fill("#policy", '{"id": "mine", "version": 1, "thresholds": {"spam": {"mask": 0.1}}}')
    page.wait_for_selector("#action[data-action=mask]")
    assert "mine" in page.inner_text("#facts")
    with page.expect_response("**/playground/screen") as answer:
        page.fill("#policy", 'id = "mine"\nversion = 1\n[thresholds.spam]\nblock = 0.1\n')
    assert answer.value.status == 200
    page.wait_for_selector("#action[data-action=block]")


def test_a_mistake_in_the_policy_is_told_beside_it(browser, service):
    with browser.new_context(base_url=service.url) as context:
        page = context.new_page()
        page.goto("/?lang=en")
        type_and_wait(page, LURING)
        page.check("input[value=own]")
        page.fill("#policy", '{"id": "mine", "version": 1, "thresholds": {"spam": {"mask": 7}}}')
        page.wait_for_selector("#policy-error:not([hidden])")
        assert "thresholds" in page.inner_text("#policy-error")
        assert page.is_hidden("#problem")


def test_the_request_can_be_copied_for_a_terminal(open_page, service):
    page = open_page()
    type_and_wait(page, "it's 加薇信")
    page.click("#copy")
    page.get_by_text("Copied", exact=True).wait_for()
    command = page.evaluate("navigator.clipboard.readText()")
    assert f"{service.url}/v1/moderate" in command
    assert "it'\\''s 加薇信" in command


@pytest.mark.parametrize(
    ("language", "heading"),
    [("zh-Hans", "这条消息会怎样处理？"), ("zh-Hant", "這則訊息會怎麼處理？"), ("zh-Hant-HK", "這則訊息會如何處理？")],
)
def test_languages(open_page, language, heading):
    page = open_page()
    page.click(f"a[hreflang={language}]")
    page.wait_for_load_state()
    assert page.inner_text("h1") == heading
    assert page.get_attribute("html", "lang") == language


def test_text_stays_when_the_language_changes(open_page):
    page = open_page()
    type_and_wait(page, LURING)
    with page.expect_response("**/playground/screen"):
        page.click("a[hreflang=zh-Hant]")
    assert page.input_value("#text") == LURING


def test_dark_and_light_by_system_and_by_choice(open_page):
    def background(page):
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    dark, light = open_page(color_scheme="dark"), open_page(color_scheme="light")
    assert background(dark) != background(light)
    dark.click("#theme")
    assert background(dark) == background(light)
    dark.reload()
    assert background(dark) == background(light)


@pytest.mark.parametrize("path", ["/?lang=zh-Hant", "/docs?lang=en", "/v1/communities/demo/rules?lang=zh-Hans"])
def test_nothing_is_wider_than_a_phone(open_page, path):
    page = open_page(path, viewport={"width": 360, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_it_can_be_used_by_keyboard_alone(open_page):
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "text"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_small_text_has_enough_contrast(open_page, scheme):
    page = open_page(color_scheme=scheme)
    type_and_wait(page, LURING)
    ratios = page.evaluate(
        """() => {
          const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
          const light = (color) => {
            paint.clearRect(0, 0, 1, 1); paint.fillStyle = color; paint.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...paint.getImageData(0, 0, 1, 1).data].map((v) => v / 255)
              .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const behind = (node) => {
            for (let at = node; at; at = at.parentElement) {
              const color = getComputedStyle(at).backgroundColor;
              if (!color.endsWith(', 0)') && color !== 'transparent') return color;
            }
            return 'white';
          };
          return [...document.querySelectorAll('p, li, dt, dd, a, button, label, h1, h2, h3, summary, code, legend, .value')]
            .filter((node) => node.offsetParent && node.innerText?.trim())
            .map((node) => {
              const [a, b] = [light(getComputedStyle(node).color), light(behind(node))].sort((x, y) => y - x);
              return [node.innerText.slice(0, 30), (a + 0.05) / (b + 0.05)];
            });
        }"""
    )
    assert len(ratios) > 30
    assert [(text, round(ratio, 2)) for text, ratio in ratios if ratio < 4.5] == []
