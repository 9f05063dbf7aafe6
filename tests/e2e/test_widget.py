"""The members' widget on a plain page of another origin, in a real browser: under a strict content-security policy, which the page sets."""

from __future__ import annotations

import os
import shutil
import time

import pytest

from assistant.types.access import Scope
from tests.e2e.pages import pages
from tests.integration.faq.conftest import ENTRIES, Faq, jwt

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
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
RETURNS = next(entry["answer"] for entry in ENTRIES if entry["id"] == "returns")
PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"><link rel="icon" href="data:,"></head>
<body><h1>A shop</h1><input id="elsewhere"><p style-free>{filler}</p>{script}</body></html>"""


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "CI is true and there is no Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site():
    with pages() as site:
        yield site


@pytest.fixture(scope="module")
def faq(service):
    """What is asked in one test shows in no other: every test has a browser context of its own."""
    faq = Faq(service)
    yield faq
    faq.close()


class Shop:
    """A shop's page with the widget, in a context of its own. Whatever the console, the policy or a script complains of is collected."""

    def __init__(self, browser, site, faq, key, **options):
        self.site, self.faq, self.key = site, faq, key
        self.context = browser.new_context(**options)
        self.troubles: list[str] = []

    def script(self, **data):
        data = {"community": self.faq.community, "key": self.key, "language": "zh-Hant", **data}
        attributes = " ".join(f'data-{name.replace("_", "-")}="{value}"' for name, value in data.items() if value)
        return f'<script src="{self.faq.service.url}/widget.js" {attributes} defer></script>'

    def visit(self, *, origin=None, lang="en", path="/shop", filler="", script=None, **data):
        address = self.faq.service.url
        policy = f"default-src 'none'; script-src {address}; connect-src {address}; img-src data:"
        html = PAGE.format(lang=lang, filler=filler, script=script or self.script(**data))
        self.site.put(path, html, policy)
        page = self.context.new_page()
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', (e) => console.error('CSP ' + e.violatedDirective))"
        )
        page.on(
            "console",
            lambda message: self.troubles.append(message.text) if message.type in {"error", "warning"} else None,
        )
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.goto((origin or self.site.origin) + path)
        return page


@pytest.fixture
def shop(browser, site, faq):
    made = []

    def shop(origins=None, **options):
        key = faq.service.key(Scope.MEMBER, community=faq.community, origins=origins or [site.origin])
        made.append(Shop(browser, site, faq, key, **options))
        return made[-1]

    yield shop
    for one in made:
        one.context.close()
    assert [trouble for one in made for trouble in one.troubles] == []


def opened(page):
    page.click(".launch")
    page.wait_for_selector(".turn.bot")
    return page


def ask(page, question):
    """Types and sends; waits for the answer."""
    before = page.locator(".turn").count()
    page.fill(".ask textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_function(
        """(before) => {
          const root = document.querySelector('community-assistant').shadowRoot;
          return root.querySelectorAll('.turn').length >= before + 2 && root.querySelector('.log').getAttribute('aria-busy') === 'false';
        }""",
        arg=before,
    )
    return page.locator(".turn").last


def test_it_asks_streams_and_cites_under_a_strict_policy(shop):
    page = opened(shop().visit())
    assert "機器" in page.inner_text(".machine")
    with page.expect_response("**/v1/faq/ask*") as sent:
        turn = ask(page, "怎麼退貨？")
    assert sent.value.headers["content-type"].startswith("text/event-stream")
    assert sent.value.request.post_data_json["stream"] is True
    said = turn.locator(".said").inner_text()
    assert said
    assert said in RETURNS
    link = turn.locator(".cites a")
    assert (link.inner_text(), link.get_attribute("href")) == ("怎麼退貨？", "https://shop.example/returns")
    assert set(link.get_attribute("rel").split()) >= {"noopener", "noreferrer"}


def test_the_answer_grows_while_it_comes(shop):
    """Two pieces a second apart, from a server in between."""
    page = opened(shop().visit())
    page.evaluate(
        """() => {
          const fetched = window.fetch;
          window.fetch = (address, options) => {
            if (!String(address).includes('/v1/faq/ask')) return fetched(address, options);
            const encoder = new TextEncoder();
            const say = (name, data) => encoder.encode(`event: ${name}\\ndata: ${JSON.stringify(data)}\\n\\n`);
            const done = { outcome: 'answer', answer: '第一段，第二段', conversation_id: 'cnv_1', turn_id: 'trn_1', language: 'zh-Hant' };
            const body = new ReadableStream({ start(stream) {
              stream.enqueue(encoder.encode(': keep-alive\\n\\n'));
              const first = say('delta', { text: '第一段' });
              stream.enqueue(first.slice(0, 25)); stream.enqueue(first.slice(25));
              setTimeout(() => { stream.enqueue(say('delta', { text: '，第二段' })); stream.enqueue(say('done', done)); }, 1000);
            } });
            return Promise.resolve(new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }));
          };
        }"""
    )
    page.fill(".ask textarea", "hi")
    page.keyboard.press("Enter")
    page.locator(".turn.bot .said", has_text="第一段").wait_for()
    assert page.locator(".turn.bot .said").last.inner_text() == "第一段"
    assert page.get_attribute(".log", "aria-busy") == "true"
    page.locator(".turn.bot .said", has_text="第二段").wait_for()
    assert page.get_attribute(".log", "aria-busy") == "false"


def test_without_streams_it_asks_for_the_whole_answer(shop):
    visiting = shop()
    visiting.context.add_init_script("delete window.TextDecoder")
    page = opened(visiting.visit())
    with page.expect_response("**/v1/faq/ask*") as sent:
        turn = ask(page, "怎麼退貨？")
    assert sent.value.headers["content-type"] == "application/json"
    assert turn.locator(".said").inner_text() in RETURNS


@pytest.mark.parametrize(
    ("language", "button", "person"),
    [
        ("zh-Hans", "有问题？", "转人工"),
        ("zh-Hant", "有問題嗎？", "找專人"),
        ("zh-Hant-HK", "有疑問？", "找真人職員"),
        ("en", "Ask us", "Talk to a person"),
    ],
)
def test_languages(shop, language, button, person):
    page = shop().visit(language=language)
    assert page.inner_text(".launch") == button
    assert page.get_attribute(".root", "lang") == language
    opened(page)
    assert page.inner_text(".person") == person
    assert page.locator(".turn.bot .said").first.inner_text()


def test_without_a_language_the_pages_own_is_spoken(shop):
    assert shop().visit(language="", lang="zh-TW").inner_text(".launch") == "有問題嗎？"


@pytest.mark.parametrize(
    ("language", "question", "answered"),
    [
        ("zh-Hant", "我想找真人客服", "zh-Hant"),
        ("zh-Hant-HK", "我想找真人客服", "zh-Hant-HK"),
        ("zh-Hant", "请问怎么转人工", "zh-Hans"),
        ("zh-Hans", "請問怎麼轉真人", "zh-Hant"),
        ("zh-Hans", "I would like to talk to a person", "en"),
    ],
)
def test_who_writes_in_another_script_is_answered_in_it(shop, language, question, answered):
    turn = ask(opened(shop().visit(language=language)), question)
    assert turn.locator(".said").get_attribute("lang") == answered


def test_the_button_for_a_person_hands_over_before_anything_was_asked(shop, faq):
    faq.settings(write_to="care@shop.example")
    page = opened(shop().visit())
    page.click(".person")
    page.wait_for_selector(".status:not(:empty)")
    assert "等候專人" in page.inner_text(".status")
    assert page.is_visible(".person")
    waiting = faq.operator.get("/v1/faq/handoffs", params={"state": "waiting", "limit": 1}).json()["handoffs"]
    assert waiting[0]["because"] == "human"


def test_a_person_answers_the_bot_is_silent_and_the_bot_speaks_again(shop, faq):
    page = opened(shop().visit())
    ask(page, "可以刻字嗎？")
    with page.expect_response("**/handoff*"):
        page.click(".person")
    page.wait_for_selector(".status:not(:empty)")
    page.wait_for_selector(".log[aria-busy=false]")
    [handoff] = faq.operator.get("/v1/faq/handoffs", params={"state": "waiting", "limit": 1}).json()["handoffs"]
    assert handoff["question"] == "可以刻字嗎？"
    path = f"/v1/faq/handoffs/{handoff['id']}"
    assert faq.operator.post(f"{path}/hold", json={"actor": "ming"}).status_code == 200
    page.wait_for_function(
        "() => document.querySelector('community-assistant').shadowRoot.querySelector('.status').textContent.includes('處理')",
        timeout=15_000,
    )
    turns = page.locator(".turn").count()
    page.fill(".ask textarea", "大概要多久？")
    with page.expect_response("**/v1/faq/ask*"):
        page.keyboard.press("Enter")
    page.wait_for_selector(".log[aria-busy=false]")
    assert page.locator(".turn").count() == turns + 1
    answer = {"actor": "ming", "answer": "可以，免費刻字，約三天。\nhttps://shop.example/engraving"}
    assert faq.operator.post(f"{path}/answer", json=answer).status_code == 200
    page.wait_for_selector(".turn.staff", timeout=15_000)
    assert "免費刻字" in page.inner_text(".turn.staff .said")
    assert page.get_attribute(".turn.staff .said a", "href") == "https://shop.example/engraving"
    assert page.inner_text(".turn.staff .label") == "專人"
    page.wait_for_selector(".status:empty", state="attached")
    assert "returns" in {
        one["entry_id"] for one in faq.member.post("/v1/faq/search", json={"question": "怎麼退貨？"}).json()["passages"]
    }
    assert ask(page, "怎麼退貨？").locator(".said").inner_text() in RETURNS


def test_a_contact_is_kept_with_consent_only(shop, faq):
    faq.settings(hours=[{"days": [7], "begins": "00:00", "ends": "00:01"}], write_to="care@shop.example")
    page = opened(shop().visit())
    turn = ask(page, "請轉真人客服")
    assert "care@shop.example" in turn.locator(".said").inner_text()
    form = turn.locator(".contact form")
    form.locator("input:not([type])").fill("me@mail.example")
    form.locator("button").click()
    assert form.locator("button").is_visible()
    with page.expect_response("**/handoff*") as sent:
        form.locator("[type=checkbox]").check()
        form.locator("button").click()
    assert sent.value.status == 200
    assert sent.value.request.post_data_json == {
        "contact": {"kind": "email", "value": "me@mail.example"},
        "consent": True,
    }
    turn.locator(".contact form", has_text="已經留下").wait_for()
    assert faq.operator.get("/v1/faq/handoffs", params={"limit": 1}).json()["handoffs"][0]["has_contact"]
    faq.settings()


def test_choices_are_buttons_that_ask(shop):
    page = opened(shop().visit())
    page.route(
        "**/v1/faq/ask*",
        lambda route: route.fulfill(
            headers={"access-control-allow-origin": "*"},
            json={
                "outcome": "clarify",
                "answer": "你想問的是哪一個？",
                "citations": [],
                "choices": ["怎麼退貨？", "運費怎麼算？"],
                "conversation_id": "",
                "turn_id": "trn_1",
                "language": "zh-Hant",
            },
        ),
    )
    turn = ask(page, "退")
    page.unroute("**/v1/faq/ask*")
    choice = turn.locator(".choices button", has_text="怎麼退貨？")
    with page.expect_response("**/v1/faq/ask*") as sent:
        choice.click()
    assert sent.value.request.post_data_json["question"] == "怎麼退貨？"
    page.wait_for_selector(".cites")
    assert page.locator(".choices").count() == 0


def test_top_questions_are_chips(shop, faq):
    for _ in range(2):
        faq.ask("怎麼退貨？")
    page = opened(shop().visit())
    chip = page.locator(".chips button").first
    question = chip.inner_text()
    chip.click()
    page.wait_for_selector(".turn.member")
    assert page.inner_text(".turn.member .said") == question
    assert page.locator(".chips").count() == 0


def test_thumbs_and_a_correction_reach_the_report(shop, faq):
    page = opened(shop().visit())
    turn = ask(page, "積分怎麼計算？")
    with page.expect_response("**/v1/faq/feedback*") as first:
        turn.locator("button", has_text="沒幫助").click()
    assert first.value.status == 204
    turn.locator(".correct textarea").fill("應該是每 50 元一點")
    with page.expect_response("**/v1/faq/feedback*") as second:
        turn.locator(".correct button").click()
    sent = second.value.request.post_data_json
    assert (sent["thumb"], sent["correction"]) == (-1, "應該是每 50 元一點")
    assert turn.locator("button", has_text="沒幫助").get_attribute("aria-pressed") == "true"
    report = {row["entry_id"]: row for row in faq.operator.get("/v1/faq/report").json()["entries"]}
    assert report["points"]["unhelpful"] >= 1


def test_a_reload_keeps_the_conversation_and_another_browser_has_none(shop):
    visiting = shop()
    page = opened(visiting.visit())
    said = ask(page, "怎麼退貨？").locator(".said").inner_text()
    page.reload()
    opened(page)
    page.wait_for_selector(".turn.member")
    assert page.inner_text(".turn.member .said") == "怎麼退貨？"
    assert page.locator(".turn.bot .said").last.inner_text() == said
    assert page.locator(".cites a").get_attribute("href") == "https://shop.example/returns"
    with page.expect_response("**/v1/faq/ask*") as sent:
        ask(page, "那運費呢？")
    assert sent.value.request.post_data_json["conversation_id"].startswith("cnv_")
    assert page.locator(".turn.member").count() == 2
    elsewhere = opened(shop().visit())
    elsewhere.wait_for_timeout(300)
    assert elsewhere.locator(".turn.member").count() == 0


def test_an_answer_that_came_meanwhile_is_shown_on_return(shop, faq):
    page = opened(shop().visit())
    ask(page, "可以用支票付款嗎？")
    with page.expect_response("**/handoff*"):
        page.click(".person")
    page.wait_for_selector(".log[aria-busy=false]")
    [handoff] = faq.operator.get("/v1/faq/handoffs", params={"state": "waiting", "limit": 1}).json()["handoffs"]
    page.goto("about:blank")
    answer = {"actor": "ming", "answer": "抱歉，不收支票。"}
    faq.operator.post(f"/v1/faq/handoffs/{handoff['id']}/answer", json=answer)
    page.go_back()
    page.wait_for_selector(".launch.unread")
    assert page.inner_text(".launch") == "有新回覆"
    opened(page)
    assert "不收支票" in page.inner_text(".turn.staff .said")
    page.keyboard.press("Escape")
    assert page.inner_text(".launch") == "有問題嗎？"


def test_two_pages_of_a_shop_hold_one_conversation(shop, faq):
    """The answer that a person gives to what was asked on the first page is not lost by a question on the second."""
    made = shop()
    first, second = opened(made.visit()), opened(made.visit(path="/other"))
    ask(first, "請轉真人客服")
    with second.expect_response("**/v1/faq/ask*") as sent:
        ask(second, "怎麼退貨？")
    (handoff,) = faq.operator.get("/v1/faq/handoffs", params={"limit": 1}).json()["handoffs"]
    assert sent.value.request.post_data_json["conversation_id"] == handoff["conversation_id"]
    assert second.locator(".turn.member .said").all_inner_texts() == ["請轉真人客服", "怎麼退貨？"]
    answer = {"actor": "ming", "answer": "我來處理。"}
    assert faq.operator.post(f"/v1/faq/handoffs/{handoff['id']}/answer", json=answer).status_code == 200
    first.reload()
    assert "我來處理。" in opened(first).locator(".turn.staff .said").all_inner_texts()


def test_without_storage_it_works_for_the_page(shop):
    visiting = shop()
    visiting.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"
    )
    page = opened(visiting.visit())
    ask(page, "怎麼退貨？")
    assert ask(page, "運費怎麼算？").locator(".said").inner_text()


def test_a_conversation_that_is_gone_is_begun_anew(shop):
    visiting = shop()
    page = opened(visiting.visit())
    ask(page, "怎麼退貨？")
    key = f"community-assistant {visiting.faq.service.url} {visiting.faq.community}"
    page.evaluate("(key) => localStorage.setItem(key, JSON.stringify({ id: 'cnv_gone', token: 'x'.repeat(22) }))", key)
    page.reload()
    opened(page)
    ask(page, "怎麼退貨？")
    assert page.locator(".turn.member").count() == 1
    assert [one for one in visiting.troubles if "404" not in one] == []
    visiting.troubles.clear()


def test_starting_over_forgets(shop):
    page = opened(shop().visit())
    ask(page, "怎麼退貨？")
    page.click(".restart")
    assert page.locator(".turn.member").count() == 0
    page.reload()
    opened(page)
    page.wait_for_timeout(300)
    assert page.locator(".turn.member").count() == 0


def compose(page, session, steps, chosen):
    """An input method's composition through the browser's own path: its preedit text, then what was chosen."""
    for text in steps:
        session.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    return lambda: session.send("Input.insertText", {"text": chosen})


@pytest.mark.parametrize(
    ("steps", "chosen"),
    [
        (["ㄊ", "ㄊㄨ", "ㄊㄨㄟ", "ㄊㄨㄟˋ", "退"], "退貨"),
        (["t", "tu", "tui", "tui'huo"], "退货"),
    ],
    ids=["zhuyin", "pinyin"],
)
def test_an_enter_that_chooses_a_character_never_sends(shop, steps, chosen):
    page = opened(shop().visit())
    sent = []
    page.on("request", lambda request: sent.append(request) if "/v1/faq/ask" in request.url else None)
    page.focus(".ask textarea")
    session = page.context.new_cdp_session(page)
    choose = compose(page, session, steps, chosen)
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229, "nativeVirtualKeyCode": 229}
    session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    assert page.input_value(".ask textarea") == steps[-1]
    choose()
    page.wait_for_timeout(300)
    assert (page.input_value(".ask textarea"), sent) == (chosen, [])
    with page.expect_request("**/v1/faq/ask*"):
        page.keyboard.press("Enter")
    assert sent[0].post_data_json["question"] == chosen


@pytest.mark.parametrize(
    ("events", "sends"),
    [
        # Chrome, Firefox, Windows: Enter while it composes, with isComposing or the key code 229.
        (["start", ("Enter", {"isComposing": True, "keyCode": 229}), "end"], False),
        (["start", ("Enter", {"isComposing": True, "keyCode": 13}), "end"], False),
        # Safari: the composition ends first, the Enter that ended it comes afterwards, as 229 or not.
        (["start", "end", ("Enter", {"isComposing": False, "keyCode": 229})], False),
        (["start", "end", ("Enter", {"isComposing": False, "keyCode": 13})], False),
        # Android: every key is 229 and named so.
        (["start", ("Unidentified", {"isComposing": True, "keyCode": 229}), "end"], False),
        # An Enter of the writer's own, later; and one with Shift, which is a new line.
        (["start", "end", "pause", ("Enter", {"isComposing": False, "keyCode": 13})], True),
        ([("Enter", {"isComposing": False, "keyCode": 13, "shiftKey": True})], False),
        ([("Enter", {"isComposing": False, "keyCode": 13})], True),
    ],
)
def test_enter_in_every_browsers_order(shop, events, sends):
    page = opened(shop().visit())
    sent = []
    page.on("request", lambda request: sent.append(request) if "/v1/faq/ask" in request.url else None)
    page.fill(".ask textarea", "運費")
    page.evaluate(
        """async (events) => {
          const text = document.querySelector('community-assistant').shadowRoot.querySelector('.ask textarea');
          const all = { bubbles: true, composed: true, cancelable: true };
          for (const event of events) {
            if (event === 'pause') await new Promise((done) => setTimeout(done, 200));
            else if (typeof event === 'string') text.dispatchEvent(new CompositionEvent('composition' + event, all));
            else text.dispatchEvent(new KeyboardEvent('keydown', { key: event[0], ...all, ...event[1] }));
          }
        }""",
        events,
    )
    page.wait_for_timeout(300)
    assert bool(sent) is sends


def test_escape_in_a_composition_closes_nothing(shop):
    page = opened(shop().visit())
    page.focus(".ask textarea")
    session = page.context.new_cdp_session(page)
    compose(page, session, ["ㄊ"], "")
    page.keyboard.press("Escape")
    page.wait_for_timeout(100)
    assert page.is_visible(".panel")


def test_keyboard_alone_opens_stays_inside_and_closes(shop):
    page = shop().visit()
    page.wait_for_selector(".launch")
    page.focus("#elsewhere")
    page.keyboard.press("Tab")
    focused = "document.querySelector('community-assistant').shadowRoot.activeElement?.className"
    assert "launch" in page.evaluate(focused)
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn.bot")
    seen = []
    for _ in range(14):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(focused))
    assert None not in seen
    assert {"person", "close", "log", "field", "send", "restart"} <= set(seen)
    for _ in range(14):
        page.keyboard.press("Shift+Tab")
        assert page.evaluate(focused) is not None
    page.keyboard.press("Escape")
    assert page.is_hidden(".panel")
    assert "launch" in page.evaluate(focused)


def test_what_a_screen_reader_is_told(shop):
    page = opened(shop().visit())
    tree = page.locator("community-assistant").aria_snapshot()
    assert 'dialog "問問' in tree
    assert 'log "對話"' in tree
    assert 'textbox "你的問題"' in tree
    assert 'button "找專人"' in tree
    assert 'button "關閉"' in tree
    assert page.get_attribute(".log", "aria-live") == "polite"
    assert page.get_attribute(".panel", "aria-modal") == "true"


def test_a_phone_is_filled_and_the_keyboard_covers_nothing(shop):
    page = shop(**PHONE).visit(filler="<br>" * 200)
    opened(page)
    box = page.locator(".panel").bounding_box()
    assert (round(box["x"]), round(box["width"]), round(box["height"])) == (0, 360, 740)
    sizes = page.evaluate(
        """() => [...document.querySelector('community-assistant').shadowRoot.querySelectorAll('input, select, textarea')]
          .map((field) => parseFloat(getComputedStyle(field).fontSize))"""
    )
    assert sizes
    assert min(sizes) >= 16
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    # The keyboard: the visual viewport shrinks and moves, the layout does not.
    page.evaluate(
        """() => {
          Object.defineProperty(visualViewport, 'height', { value: 400, configurable: true });
          Object.defineProperty(visualViewport, 'offsetTop', { value: 60, configurable: true });
          visualViewport.dispatchEvent(new Event('resize'));
        }"""
    )
    box = page.locator(".panel").bounding_box()
    assert (round(box["y"]), round(box["height"])) == (60, 400)
    field = page.locator(".ask textarea").bounding_box()
    assert field["y"] + field["height"] <= 460
    assert page.evaluate("getComputedStyle(document.documentElement).overflow") == "hidden"
    page.tap(".close")
    assert page.evaluate("getComputedStyle(document.documentElement).overflow") == "visible"


def test_opening_on_a_phone_raises_no_keyboard(shop):
    page = opened(shop(**PHONE).visit())
    focused = "document.querySelector('community-assistant').shadowRoot.activeElement.className"
    assert page.evaluate(focused) == "panel"


def test_pages_that_the_key_was_not_made_for_get_no_widget(shop, site):
    visiting = shop()
    page = visiting.visit(origin=site.other_origin)
    page.wait_for_timeout(700)
    assert page.locator(".launch").count() == 0
    assert any("CORS" in trouble or "403" in trouble for trouble in visiting.troubles)
    visiting.troubles.clear()
    answer = page.evaluate(
        """([url, key]) => fetch(url + '/v1/faq/ask', { method: 'POST', body: JSON.stringify({ question: '怎麼退貨？' }),
             headers: { 'Content-Type': 'application/json', Authorization: 'Bearer ' + key } }).then((a) => a.status, (e) => String(e))""",
        [visiting.faq.service.url, visiting.key],
    )
    assert answer == "TypeError: Failed to fetch"
    visiting.troubles.clear()


def test_the_pages_styles_and_scripts_do_not_reach_inside(shop):
    visiting = shop()
    page = visiting.visit(script="<style></style>" + visiting.script())
    visiting.troubles.clear()  # the inline style is refused by the page's own policy
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync('button { display: none !important } * { color: red; font-size: 40px; letter-spacing: 9px }');
          document.adoptedStyleSheets = [sheet];
          window.addEventListener('keydown', () => { window.heard = true; });
        }"""
    )
    opened(page)
    ask(page, "怎麼退貨？")
    assert page.evaluate("window.heard") is None
    style = (
        "getComputedStyle(document.querySelector('community-assistant').shadowRoot.querySelector('.turn.bot .said'))"
    )
    assert page.evaluate(f"[{style}.fontSize, {style}.letterSpacing]") == ["15px", "normal"]


def test_it_takes_the_pages_colours_and_side(shop):
    page = shop().visit(accent="#123456", position="left", title="小幫手", label="客服", theme="light")
    page.wait_for_selector(".launch")
    style = "getComputedStyle(document.querySelector('community-assistant').shadowRoot.querySelector('.launch'))"
    assert page.evaluate(f"{style}.backgroundColor") == "rgb(18, 52, 86)"
    assert page.inner_text(".launch") == "客服"
    assert page.locator(".launch").bounding_box()["x"] < 100
    opened(page)
    assert page.inner_text("h2") == "小幫手"
    page.keyboard.press("Escape")
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync('community-assistant { --assistant-bubble: rgb(1, 2, 3) }');
          document.adoptedStyleSheets = [sheet];
        }"""
    )
    opened(page)
    style = (
        "getComputedStyle(document.querySelector('community-assistant').shadowRoot.querySelector('.turn.bot .said'))"
    )
    assert page.evaluate(f"{style}.backgroundColor") == "rgb(1, 2, 3)"


def test_nothing_in_an_answer_becomes_markup_and_only_web_addresses_become_links(shop):
    visiting = shop()
    page = opened(visiting.visit())
    hostile = "<img src=x onerror=alert(1)> javascript:alert(1) https://ok.example/a，好"
    page.route(
        "**/v1/faq/ask*",
        lambda route: route.fulfill(
            headers={"access-control-allow-origin": "*"},
            json={
                "outcome": "answer",
                "answer": hostile,
                "written": True,
                "citations": [
                    {"entry_id": "a", "title": "<b>x</b>", "quote": "另一句", "source": "javascript:alert(1)"},
                    {"entry_id": "b", "title": "檔案", "quote": "", "source": "handbook.pdf"},
                    {"entry_id": "c", "title": "網頁", "quote": "", "source": "https://ok.example/"},
                ],
                "conversation_id": "cnv_x",
                "turn_id": "trn_x",
                "language": "zh-Hant",
            },
        ),
    )
    turn = ask(page, "x")
    assert turn.locator(".said").inner_text() == hostile
    assert turn.locator("img, b, script").count() == 0
    links = [link.get_attribute("href") for link in turn.locator("a").all()]
    assert links == ["https://ok.example/a", "https://ok.example/"]
    assert turn.locator(".badge").inner_text() == "AI 生成"
    turn.locator("summary").click()
    assert turn.locator(".cites p").inner_text() == "另一句"


RIGHT_TO_LEFT = {"Arabic": "أين طلبي رقم 12؟ (شكرا)", "Hebrew": "איפה ההזמנה שלי?", "Urdu": "واپسی کیسے ہوتی ہے؟"}


@pytest.mark.parametrize("text", RIGHT_TO_LEFT.values(), ids=RIGHT_TO_LEFT)
@pytest.mark.parametrize("page_is", ["ltr", "rtl"])
def test_what_runs_from_right_to_left_does_so_on_any_page(shop, text, page_is):
    page = opened(shop().visit(lang=f'ar" dir="{page_is}'))
    answer = f"{text}\nA line in English (so)."
    citations = [
        {"entry_id": "a", "title": text, "quote": text + "!", "source": ""},
        {"entry_id": "b", "title": text, "quote": "", "source": "https://ok.example/"},
    ]
    page.route(
        "**/v1/faq/ask*",
        lambda route: route.fulfill(
            headers={"access-control-allow-origin": "*"},
            json={
                "outcome": "clarify",
                "answer": answer,
                "written": False,
                "citations": citations,
                "choices": [text, "运费多少？"],
                "conversation_id": "cnv_x",
                "turn_id": "trn_x",
                "language": "zh-Hant",
            },
        ),
    )

    def directions(selector):
        return page.locator(selector).evaluate_all("(nodes) => nodes.map((node) => getComputedStyle(node).direction)")

    page.fill(".ask textarea", text)
    assert directions(".ask textarea") == ["rtl"]
    assert directions(".panel, header, .foot, .turn.bot .said") == ["ltr"] * 4
    ask(page, text)
    assert directions(".turn.member .said, .turn:last-child .said") == ["rtl", "rtl"]
    assert (
        directions(".turn:last-child .cites a, .turn:last-child .cites bdi, .turn:last-child .cites p") == ["rtl"] * 3
    )
    assert directions(".choices button") == ["rtl", "ltr"]
    page.fill(".ask textarea", "运费多少？")
    assert directions(".ask textarea") == ["ltr"]


def test_what_did_not_get_through_can_be_tried_again(shop):
    visiting = shop()
    page = opened(visiting.visit())
    page.route("**/v1/faq/ask*", lambda route: route.abort())
    page.fill(".ask textarea", "怎麼退貨？")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    assert "沒有送出" in page.inner_text("[role=alert]")
    page.unroute("**/v1/faq/ask*")
    page.click("[role=alert] button")
    page.wait_for_selector(".cites")
    assert page.locator(".turn.member").count() == 1
    visiting.troubles.clear()


def test_too_many_questions_are_told_with_the_wait(shop):
    visiting = shop()
    page = opened(visiting.visit())
    page.route(
        "**/v1/faq/ask*",
        lambda route: route.fulfill(
            status=429,
            headers={
                "access-control-allow-origin": "*",
                "access-control-expose-headers": "Retry-After",
                "retry-after": "7",
            },
        ),
    )
    page.fill(".ask textarea", "怎麼退貨？")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    assert "7 秒" in page.inner_text("[role=alert]")
    visiting.troubles.clear()


def test_a_member_whom_the_shop_vouches_for_is_sent_with_each_request(shop, faq):
    secret = faq.operator.post("/v1/faq/member-secret").json()["secret"]
    visiting = shop()
    page = visiting.visit()
    page.evaluate(
        "(token) => { document.querySelector('community-assistant').memberToken = async () => token; }",
        jwt(secret, roles=["staff"], exp=int(time.time()) + 600),
    )
    assert ask(opened(page), "員工折扣是多少？").locator(".said").inner_text() == "員工購物八折。"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_small_text_has_enough_contrast(shop, theme):
    page = opened(shop().visit(theme=theme))
    ask(page, "怎麼退貨？")
    page.click(".person")
    page.wait_for_selector(".contact")
    page.evaluate("document.querySelector('community-assistant').shadowRoot.querySelector('details').open = true")
    ratios = page.evaluate(
        """() => {
          const root = document.querySelector('community-assistant').shadowRoot;
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
          return [...root.querySelectorAll('p, li, a, button:not(:disabled), label, h2, summary, .said, .quiet')]
            .filter((node) => node.offsetParent && node.innerText?.trim())
            .map((node) => {
              const [a, b] = [light(getComputedStyle(node).color), light(behind(node))].sort((x, y) => y - x);
              return [node.innerText.slice(0, 30), (a + 0.05) / (b + 0.05)];
            });
        }"""
    )
    assert len(ratios) > 12
    assert [(text, round(ratio, 2)) for text, ratio in ratios if ratio < 4.5] == []


def test_the_page_for_trying_it_works_under_our_own_policy(browser, service):
    with browser.new_context(base_url=service.url, locale="zh-TW") as context:
        page = context.new_page()
        troubles = []
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.goto("/widget/demo")
        page.wait_for_selector(".panel:not([hidden])")
        assert "社群" in page.inner_text("main")
        assert page.evaluate("document.activeElement === document.body")
        ask(page, "怎麼退貨？")
        assert troubles == []
